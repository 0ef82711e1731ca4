package io.carteggio.mail.mime;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Message identifiers (RFC 5322 3.6.4) as they are found, without angle brackets.
final class MessageIds {
    /// Identifiers read of one field; threads of real mail stay far below.
    private static final int IDS = 2_000;

    private static final Pattern BLANKS = Pattern.compile("[\\x00-\\x20]+");

    private MessageIds() {}

    /// What a Message-ID or Content-ID field names: the first identifier in brackets, else the whole value.
    static Optional<String> first(String raw) {
        List<String> bracketed = bracketed(raw, 1);
        String id = bracketed.isEmpty() ? raw.strip() : bracketed.getFirst();
        return id.isEmpty() ? Optional.empty() : Optional.of(id);
    }

    /// What In-Reply-To or References name. Words without brackets count only where nothing is in brackets and
    /// they hold an `@`: old programs wrote prose here (RFC 5322 4.5.4).
    static List<String> all(String raw) {
        List<String> ids = bracketed(raw, IDS);
        if (!ids.isEmpty()) {
            return ids;
        }
        List<String> bare = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= raw.length() && bare.size() < IDS; i++) {
            if (i == raw.length() || raw.charAt(i) <= ' ' || raw.charAt(i) == ',') {
                int at = raw.indexOf('@', start);
                if (at > start && at < i) {
                    bare.add(raw.substring(start, i));
                }
                start = i + 1;
            }
        }
        return bare;
    }

    private static List<String> bracketed(String raw, int limit) {
        List<String> ids = new ArrayList<>();
        int at = raw.indexOf('<');
        while (at >= 0 && ids.size() < limit) {
            int end = raw.indexOf('>', at);
            String id = words(end < 0 ? raw.substring(at + 1) : raw.substring(at + 1, end));
            if (end < 0) { // never closed: what follows the first word is no part of it
                int blank = id.indexOf(' ');
                id = blank < 0 ? id : id.substring(0, blank);
            }
            if (!id.isEmpty()) {
                ids.add(id);
            }
            at = end < 0 ? -1 : raw.indexOf('<', end);
        }
        return ids;
    }

    /// Blanks around dots and the at sign are obsolete folding and no part of the identifier (RFC 5322 4.4);
    /// others have no meaning and stay, as one blank each.
    static String words(String id) {
        String stripped = id.strip();
        for (int i = 0; i < stripped.length(); i++) {
            if (stripped.charAt(i) <= ' ') {
                return BLANKS.matcher(stripped).replaceAll(" ").replaceAll(" ?([@.]) ?", "$1");
            }
        }
        return stripped;
    }
}
