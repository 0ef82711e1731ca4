package io.carteggio.mail.mime;

import io.carteggio.mail.Address;
import java.util.ArrayList;
import java.util.List;

/// The addresses of a header field (RFC 5322 3.4, with the obsolete forms of 4.4 and much that no standard
/// allows). Groups are flattened. Linear time; never fails.
public final class AddressList {
    /// Addresses read of one field.
    static final int ADDRESSES = 100_000;

    private final String s;
    /// Where the last closing bracket of each kind stands: none is looked for beyond, which keeps the time
    /// linear.
    private final int lastRound;
    private final int lastSquare;
    private final List<Mailbox> found = new ArrayList<>();
    private int i;
    /// Before this no encoded word ends: none is looked for twice, which keeps the time linear.
    private int noWordBefore;

    /// What stands outside of angle brackets and comments: words and quoted strings.
    private final StringBuilder plain = new StringBuilder();
    /// The same as a name is shown: quotes undone.
    private final StringBuilder shown = new StringBuilder();
    private final StringBuilder comment = new StringBuilder();
    private String angle = "";
    private boolean hasAngle;

    private AddressList(String s) {
        this.s = s;
        this.lastRound = s.lastIndexOf(')');
        this.lastSquare = s.lastIndexOf(']');
    }

    /// The mailboxes of an unfolded field value, encoded words still in it.
    public static List<Mailbox> parse(String raw) {
        return PlainAddresses.parse(raw).orElseGet(() -> parseAny(raw));
    }

    /// The same without the short way.
    static List<Mailbox> parseAny(String raw) {
        return new AddressList(raw).parse();
    }

    private List<Mailbox> parse() {
        while (i < s.length() && found.size() < ADDRESSES) {
            char c = s.charAt(i);
            switch (c) {
                case '"' -> quoted();
                case '(' -> comment();
                case '<' -> angle();
                case '[' -> literal();
                case ',', ';' -> {
                    flush();
                    i++;
                }
                case ':' -> {
                    if (isGroupName()) {
                        clear(); // a group's name: its members follow
                    } else {
                        append(c);
                    }
                    i++;
                }
                case '\\' -> {
                    append(i + 1 < s.length() ? s.charAt(i + 1) : c);
                    i += 2;
                }
                case '=' -> {
                    int end = encodedWordEnd();
                    plain.append(s, i, end);
                    shown.append(s, i, end);
                    i = end;
                }
                case '>' -> i++; // closes nothing
                default -> {
                    append(c);
                    i++;
                }
            }
        }
        flush();
        return found;
    }

    private void append(char c) {
        plain.append(c);
        shown.append(c);
    }

    /// Where an encoded word that begins here ends; one character further where none begins. A comma in it is
    /// the name's, though RFC 2047 5 (3) wants it encoded.
    private int encodedWordEnd() {
        if (!s.startsWith("=?", i) || i < noWordBefore) {
            return i + 1;
        }
        int marks = 0;
        for (int k = i + 2; k < s.length() && s.charAt(k) > ' '; k++) {
            if (s.charAt(k) == '?' && ++marks > 2 && k + 1 < s.length() && s.charAt(k + 1) == '=') {
                return k + 2;
            }
            noWordBefore = k;
        }
        return i + 1;
    }

    private boolean isGroupName() {
        return !hasAngle && plain.indexOf("@") < 0;
    }

    private void quoted() {
        int start = i++;
        StringBuilder text = new StringBuilder();
        while (i < s.length() && s.charAt(i) != '"') {
            if (s.charAt(i) == '\\' && i + 1 < s.length()) {
                i++;
            }
            text.append(s.charAt(i++));
        }
        if (i >= s.length()) { // never closed: the quote is only shown
            shown.append('"');
            i = start + 1;
            return;
        }
        i++;
        plain.append(s, start, i);
        shown.append(text);
    }

    private void comment() {
        int depth = 0;
        int start = i;
        StringBuilder text = new StringBuilder();
        for (; i <= lastRound; i++) {
            char c = s.charAt(i);
            if (c == '(' && depth++ == 0) {
                continue;
            }
            if (c == ')' && --depth == 0) {
                i++;
                comment.append(comment.isEmpty() ? "" : " ").append(text);
                plain.append(' ');
                shown.append(' ');
                return;
            }
            if (c == '\\' && i + 1 < s.length()) {
                c = s.charAt(++i);
            }
            text.append(c);
        }
        // never closed: this bracket means nothing, nor does any before the end of what was looked at
        i = Math.max(start + 1, i);
        plain.append(s, start, i);
        shown.append(s, start, i);
    }

    private void angle() {
        i++;
        StringBuilder text = new StringBuilder();
        boolean quoted = false;
        boolean at = false; // one that can part an address; asking the text each time would be quadratic
        for (; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && (c == '>' || c == '<' || (c == ',' && at))) {
                break;
            }
            at |= c == '@' && !text.isEmpty();
            text.append(c);
            if (quoted && c == '\\' && i + 1 < s.length()) {
                text.append(s.charAt(++i));
            }
        }
        if (i < s.length() && s.charAt(i) == '>') {
            i++;
        }
        if (hasAngle && !angle.isBlank()) {
            add(name(shown.toString()), address(angle)); // a comma is missing between the two
            shown.setLength(0);
            comment.setLength(0);
        }
        angle = text.toString();
        hasAngle = true;
    }

    private void literal() {
        int end = i > lastSquare ? -1 : s.indexOf(']', i);
        int stop = end < 0 ? i + 1 : end + 1;
        plain.append(s, i, stop);
        shown.append(s, i, stop);
        i = stop;
    }

    private void clear() {
        plain.setLength(0);
        shown.setLength(0);
        comment.setLength(0);
        angle = "";
        hasAngle = false;
    }

    private void flush() {
        if (hasAngle) {
            add(name(shown.toString()), address(angle));
        } else {
            bare();
        }
        clear();
    }

    /// An element without angle brackets: an address, perhaps with words beside it.
    private void bare() {
        String text = plain.toString().strip();
        if (text.isEmpty()) {
            return;
        }
        if (text.indexOf('@') < 0 && text.contains("=?")) {
            String decoded = EncodedWords.decode(text);
            if (decoded.indexOf('@') >= 0) {
                found.addAll(parse(decoded.replace("=?", "= ?"))); // wrongly encoded as a whole
                return;
            }
        }
        int at = atOutsideQuotes(text, 0);
        if (at < 0) {
            oneWord(text);
            return;
        }
        // more than one address in one place: commas are missing
        StringBuilder beside = new StringBuilder();
        List<String> addresses = new ArrayList<>(1);
        int done = 0;
        while (at >= 0) {
            int start = Math.max(done, wordStart(text, at));
            int end = wordEnd(text, at);
            beside.append(text, done, start).append(' ');
            addresses.add(address(text.substring(start, end)));
            done = end;
            at = atOutsideQuotes(text, end);
        }
        String words = beside.append(text, done, text.length()).toString().strip();
        String name = name(words.isEmpty() ? comment.toString() : words.replace("\"", ""));
        addresses.forEach(address -> add(name, address));
    }

    /// A word without an at sign outside quotes: an address within quotes, or the local part of local mail.
    private void oneWord(String text) {
        int quote = text.indexOf('"');
        int end = quote < 0 ? -1 : text.indexOf('"', quote + 1);
        if (end > quote + 1) {
            String quoted = text.substring(quote + 1, end);
            if (quoted.indexOf('@') > 0 && quoted.indexOf(' ') < 0) {
                add(name(comment.toString()), quoted);
            }
        } else if (text.indexOf(' ') < 0 && quote < 0 && !text.contains("=?")) {
            add(name(comment.toString()), address(text));
        }
    }

    private static int atOutsideQuotes(String text, int from) {
        boolean quoted = false;
        for (int k = from; k < text.length(); k++) {
            char c = text.charAt(k);
            if (c == '\\') {
                k++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '@' && !quoted) {
                return k;
            }
        }
        return -1;
    }

    /// Goes back over the local part: a quoted string or atoms, with blanks around dots (RFC 5322 4.4).
    private static int wordStart(String text, int at) {
        int k = at;
        while (k > 0 && text.charAt(k - 1) == ' ') {
            k--;
        }
        while (k > 0) {
            char c = text.charAt(k - 1);
            if (c == '"') {
                int open = text.lastIndexOf('"', k - 2);
                k = open < 0 ? k - 1 : open;
            } else if (c > ' ') {
                k--;
            } else {
                int before = k - 1;
                while (before > 0 && text.charAt(before - 1) <= ' ') {
                    before--;
                }
                if (before == 0 || (text.charAt(k) != '.' && text.charAt(before - 1) != '.')) {
                    break;
                }
                k = before;
            }
        }
        return k;
    }

    private static int wordEnd(String text, int at) {
        int k = at + 1;
        while (k < text.length() && text.charAt(k) <= ' ') {
            k++;
        }
        while (k < text.length()) {
            if (text.charAt(k) > ' ') {
                k++;
                continue;
            }
            int after = k;
            while (after < text.length() && text.charAt(after) <= ' ') {
                after++;
            }
            if (after == text.length() || (text.charAt(after) != '.' && text.charAt(k - 1) != '.')) {
                break;
            }
            k = after;
        }
        return k;
    }

    /// An addr-spec without route (RFC 5322 4.4), comments, and blanks around dots and the at sign.
    private static String address(String text) {
        String spec = text.strip();
        if (spec.regionMatches(true, 0, "mailto:", 0, 7)) {
            spec = spec.substring(7);
        }
        if (spec.startsWith("@")) {
            int colon = spec.indexOf(':');
            spec = colon < 0 ? spec : spec.substring(colon + 1);
        }
        StringBuilder clean = new StringBuilder(spec.length());
        boolean quoted = false;
        int depth = 0;
        int lastRound = spec.lastIndexOf(')');
        for (int k = 0; k < spec.length(); k++) {
            char c = spec.charAt(k);
            if (quoted) {
                clean.append(c);
                if (c == '\\' && k + 1 < spec.length()) {
                    clean.append(spec.charAt(++k));
                } else if (c == '"') {
                    quoted = false;
                }
            } else if (c == '(' && k < lastRound) {
                depth++;
            } else if (depth > 0) {
                depth -= c == ')' ? 1 : 0;
            } else if (c == '"') {
                quoted = true;
                clean.append(c);
            } else {
                clean.append(c);
            }
        }
        return MessageIds.words(clean.toString());
    }

    private String name(String text) {
        String stripped = text.strip();
        if (stripped.isEmpty() && !comment.isEmpty()) {
            stripped = comment.toString().strip();
        }
        return EncodedWords.decode(stripped).strip();
    }

    private void add(String name, String address) {
        if (!address.isEmpty() && found.size() < ADDRESSES) {
            found.add(new Mailbox(name, new Address(address)));
        }
    }
}
