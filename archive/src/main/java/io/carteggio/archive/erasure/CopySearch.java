package io.carteggio.archive.erasure;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.report.Inside;
import io.carteggio.mail.structure.Fingerprint;
import io.carteggio.mail.structure.Header;
import io.carteggio.mail.structure.LineScanner;
import io.carteggio.mail.structure.Structure;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Finds letters in a mail that nobody could read as a report, or that nobody should believe:
///
/// 1. by its structure: the mail itself and every part of it, decoded, with a letter's sum or fingerprint;
/// 2. by octets: a letter's, whole, from the beginning of any line on, whatever the structure says;
/// 3. by name: its Message-ID in a field of that name. That proves nothing, so it only tells where to look.
///
/// Reads a mail a few times, however many letters are looked for. Belongs to one thread.
final class CopySearch {
    /// So much of a line is compared at first.
    private static final int LINE_BYTES = 1000;

    private static final String ID_FIELD = "Message-ID:";

    private final Map<Sha256, Set<Long>> sums = new HashMap<>();
    private final Map<Sha256, Set<Long>> fingerprints = new HashMap<>();
    private final Map<String, List<Letter>> firstLines = new HashMap<>();
    private final Map<String, Set<Long>> ids = new HashMap<>();

    private record Letter(long number, long sizeBytes, Sha256 sum) {}

    /// What was found in one mail.
    ///
    /// @param letters numbers of those that lie in it
    /// @param named numbers of those that it names
    /// @param open whether all of it could be looked into
    record Found(Set<Long> letters, Set<Long> named, boolean open) {}

    /// A letter to look for.
    ///
    /// @param planner gives its octets; one that cannot be read any more is known by its sum alone
    void add(CataloguedLetter letter, Planner planner) throws ArchiveException {
        sums.computeIfAbsent(letter.sum(), _ -> new HashSet<>()).add(letter.number());
        try {
            Content octets = planner.verified(letter);
            Header header = Structure.head(octets).header();
            if (header.complete()) {
                fingerprints
                        .computeIfAbsent(Fingerprint.of(octets), _ -> new HashSet<>())
                        .add(letter.number());
            }
            try (InputStream in = octets.open()) {
                LineScanner lines = new LineScanner(in, 0, LINE_BYTES);
                if (lines.next() && lines.textLength() > 0) {
                    firstLines
                            .computeIfAbsent(line(lines), _ -> new ArrayList<>())
                            .add(new Letter(letter.number(), letter.sizeBytes(), letter.sum()));
                }
            }
            header.text("Message-ID")
                    .flatMap(CopySearch::id)
                    .ifPresent(
                            id -> ids.computeIfAbsent(id, _ -> new HashSet<>()).add(letter.number()));
        } catch (IOException | ArchiveException e) {
            if (e instanceof ArchiveException trouble && trouble.laterHelps()) {
                throw trouble;
            }
            // it goes all the same, and is looked for by its sum
        }
    }

    Found find(Content mail) throws IOException {
        Set<Long> letters = new HashSet<>();
        boolean open = Inside.visit(mail, candidate -> {
            if (candidate.sizeBytes() > 0) { // nothing is in many mails
                letters.addAll(sums.getOrDefault(Sha256.of(candidate), Set.of()));
                letters.addAll(fingerprints.getOrDefault(Fingerprint.of(candidate), Set.of()));
            }
        });
        Set<Long> named = new HashSet<>();
        lines(mail, letters, named);
        return new Found(letters, named, open);
    }

    private void lines(Content mail, Set<Long> letters, Set<Long> named) throws IOException {
        try (InputStream in = mail.open()) {
            LineScanner lines = new LineScanner(in, 0, mail.sizeBytes());
            boolean idFollows = false; // long names stand alone on the next line
            while (lines.next()) {
                if (!lines.startsLine()) {
                    continue;
                }
                String text = line(lines);
                for (Letter letter : firstLines.getOrDefault(text, List.of())) {
                    if (!letters.contains(letter.number())
                            && lines.offset() + letter.sizeBytes() <= mail.sizeBytes()
                            && Sha256.of(mail.slice(lines.offset(), letter.sizeBytes()))
                                    .equals(letter.sum())) {
                        letters.add(letter.number());
                    }
                }
                boolean field = text.regionMatches(true, 0, ID_FIELD, 0, ID_FIELD.length());
                if (field || (idFollows && (text.startsWith(" ") || text.startsWith("\t")))) {
                    id(text).ifPresent(id -> named.addAll(ids.getOrDefault(id, Set.of())));
                }
                idFollows = field;
            }
        }
    }

    private static String line(LineScanner lines) {
        return lines.latin1(0, Math.min(lines.textLength(), LINE_BYTES));
    }

    /// What stands in angle brackets.
    private static Optional<String> id(String text) {
        int from = text.indexOf('<');
        int to = text.indexOf('>', from + 1);
        return from < 0 || to < 0
                ? Optional.empty()
                : Optional.of(text.substring(from + 1, to).toLowerCase(Locale.ROOT));
    }
}
