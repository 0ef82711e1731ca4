package io.carteggio.embedded.index;

import io.carteggio.mail.Address;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.mime.Mailbox;
import java.net.IDN;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// By which terms a person is found: words of the name, words of the address in their order, the address as a whole,
/// and its domain with each domain above it. The last two hold an `@`, which no word does.
final class PeopleWords {
    /// Longest term; a longer one is cut and told apart by a digest.
    static final int TERM_LIMIT_CHARS = 200;

    /// Most domains above an address's own under which it is found.
    private static final int DOMAINS_ABOVE = 6;

    private PeopleWords() {}

    static List<List<String>> slots(Mailbox mailbox) {
        List<List<String>> slots = new ArrayList<>();
        if (!mailbox.name().isBlank()) {
            slots.addAll(Words.slots(mailbox.name()));
        }
        Address address = mailbox.address();
        int start = slots.size();
        slots.addAll(Words.slots(address.localPart()));
        String domain = address.domain();
        if (!domain.isEmpty()) {
            slots.addAll(Words.slots(readable(domain)));
        }
        List<String> first = new ArrayList<>(exact(address));
        if (slots.size() > start) {
            first.addAll(slots.get(start));
            slots.set(start, first);
        } else {
            slots.add(first);
        }
        return slots;
    }

    static List<List<String>> slots(Address address) {
        return slots(new Mailbox("", address));
    }

    private static List<String> exact(Address address) {
        String key = address.key();
        int at = key.lastIndexOf('@');
        if (at < 0) {
            return List.of();
        }
        List<String> terms = new ArrayList<>();
        terms.add(bounded(key));
        terms.add(bounded(key.substring(at)));
        int dot = key.indexOf('.', at);
        for (int i = 0; i < DOMAINS_ABOVE && dot >= 0 && key.indexOf('.', dot + 1) > 0; i++) {
            terms.add(bounded("@" + key.substring(dot + 1)));
            dot = key.indexOf('.', dot + 1);
        }
        return terms;
    }

    private static String readable(String domain) {
        try {
            return IDN.toUnicode(domain, IDN.ALLOW_UNASSIGNED);
        } catch (IllegalArgumentException e) {
            return domain;
        }
    }

    /// The term itself, or what stands for it where it is too long for the index.
    static String bounded(String term) {
        return term.length() <= TERM_LIMIT_CHARS
                ? term
                : term.substring(0, TERM_LIMIT_CHARS - 64) + Sha256.of(term.getBytes(StandardCharsets.UTF_8));
    }
}
