package io.carteggio.mail.structure;

import io.carteggio.mail.Address;
import java.util.ArrayList;
import java.util.List;

/// Reads the addresses out of a field such as To (RFC 5322, 3.4 and 4.4; RFC 6532), as leniently as mail demands.
///
/// Display names, comments, routes and group names fall away, groups are flattened. Commas and semicolons both
/// separate,
/// several addresses may stand in one place with blanks between, angle brackets may be unclosed, quotes and brackets
/// may
/// be unbalanced. A quoted local part keeps its quotes. A single word without `@` is an address (local mail has
/// such),
/// several words are not. Linear in the length, throws nothing.
public final class AddressList {
    private final String text;
    private final List<Address> found = new ArrayList<>();
    private boolean quotesCount = true;
    private boolean commentsCount = true;

    private final StringBuilder phrase = new StringBuilder(); // blanks as one space, comments left out
    private boolean phraseHasAt;
    private boolean bracketed; // the item had its address in angle brackets

    private AddressList(String text) {
        this.text = text;
    }

    /// The addresses in their order. `value` is on one line and decoded ([Field#text]).
    public static List<Address> parse(String value) {
        AddressList list = new AddressList(value);
        list.read();
        return List.copyOf(list.found);
    }

    private void read() {
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> i = quoted(i);
                case '(' -> i = comment(i);
                case '<' -> i = bracket(i);
                case ',', ';' -> {
                    endItem();
                    i++;
                }
                case ':' -> {
                    if (phraseHasAt || bracketed) {
                        phrase.append(c);
                    } else {
                        phrase.setLength(0); // the name of a group
                    }
                    i++;
                }
                case '[' -> i = literal(i);
                default -> {
                    boolean blank = c <= ' ' || c == 0x7f || c == 0xa0;
                    if (!blank) {
                        phrase.append(c);
                        phraseHasAt |= c == '@';
                    } else if (!phrase.isEmpty() && phrase.charAt(phrase.length() - 1) != ' ') {
                        phrase.append(' ');
                    }
                    i++;
                }
            }
        }
        endItem();
    }

    /// Copies a quoted string with its quotes; a quote that is never closed counts as an ordinary character
    /// from then on.
    private int quoted(int start) {
        if (quotesCount) {
            int end = endOfQuoted(start);
            if (end >= 0) {
                phrase.append(text, start, end);
                return end;
            }
            quotesCount = false;
        }
        phrase.append('"');
        return start + 1;
    }

    private int endOfQuoted(int start) {
        for (int i = start + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                return i + 1;
            }
            if (c == '\\') {
                i++;
            }
        }
        return -1;
    }

    private int comment(int start) {
        int end = endOfComment(start);
        if (end < 0) {
            phrase.append('(');
            return start + 1;
        }
        if (!phrase.isEmpty() && phrase.charAt(phrase.length() - 1) != ' ') {
            phrase.append(' ');
        }
        return end;
    }

    /// A comment that is never closed is none, and then the rest of the text has none either.
    private int endOfComment(int start) {
        int depth = 0;
        for (int i = start; i < text.length() && commentsCount; i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '(') {
                depth++;
            } else if (c == ')' && --depth == 0) {
                return i + 1;
            }
        }
        commentsCount = false;
        return -1;
    }

    /// `[192.0.2.1]` and `[IPv6:...]`, in which a colon names no group.
    private int literal(int start) {
        int end = start;
        while (phraseHasAt && end < text.length() && ",;<>\" ".indexOf(text.charAt(end)) < 0) {
            phrase.append(text.charAt(end++));
        }
        if (end == start) {
            phrase.append('[');
            end++;
        }
        return end;
    }

    private int bracket(int start) {
        StringBuilder inside = new StringBuilder();
        int i = start + 1;
        boolean at = false;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == '>' || c == ';' || (c == ',' && at && !isRoute(inside))) {
                break;
            }
            if (c == '"' && quotesCount) {
                int end = endOfQuoted(i);
                if (end >= 0) {
                    inside.append(text, i, end);
                    i = end;
                    continue;
                }
                quotesCount = false;
            }
            if (c == '(') {
                int end = endOfComment(i);
                if (end >= 0) {
                    i = end;
                    continue;
                }
            }
            if (c == '<') {
                inside.setLength(0); // "<<a@b>>"
            } else if (c > ' ') {
                inside.append(c);
                at |= c == '@';
            }
            i++;
        }
        while (i < text.length() && text.charAt(i) == '>') {
            i++;
        }
        String address = inside.toString();
        if (isRoute(inside) && address.indexOf(':') >= 0) {
            address = address.substring(address.indexOf(':') + 1);
        }
        if (address.regionMatches(true, 0, "mailto:", 0, 7)) {
            address = address.substring(7);
        }
        if (!address.isEmpty()) {
            found.add(new Address(address));
        }
        bracketed = true;
        phrase.setLength(0);
        phraseHasAt = false;
        return i;
    }

    private static boolean isRoute(StringBuilder address) {
        return !address.isEmpty() && address.charAt(0) == '@';
    }

    private void endItem() {
        if (!phrase.isEmpty()) {
            bare(phrase.toString().strip());
        }
        phrase.setLength(0);
        phraseHasAt = false;
        bracketed = false;
    }

    /// Addresses that stand without brackets.
    private void bare(String item) {
        List<String> words = words(item);
        boolean any = false;
        for (String word : words) {
            if (unquotedAt(word) > 0) {
                found.add(new Address(word));
                any = true;
            }
        }
        if (any || bracketed || words.size() != 1) {
            return;
        }
        String word = words.getFirst();
        if (word.startsWith("\"") && word.endsWith("\"") && word.length() > 2) {
            word = word.substring(1, word.length() - 1).strip();
            if (word.indexOf('@') <= 0 || word.indexOf(' ') >= 0) {
                return;
            }
        }
        if (!word.equals(">") && !word.equals("@") && !word.startsWith("=?")) {
            found.add(new Address(word));
        }
    }

    /// Words between blanks outside quotes; `a . b @ c` is one word (RFC 5322, 4.4).
    private static List<String> words(String item) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean quoted = false;
        boolean at = false; // the word has one
        boolean lonelyDot = false; // the dot before had a blank before it; "Q. bob@x" is no address of Q.bob
        for (int i = 0; i < item.length(); i++) {
            char c = item.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted && i + 1 < item.length()) {
                word.append(c);
                c = item.charAt(++i);
            } else if (c == ' ' && !quoted) {
                char before = word.isEmpty() ? ' ' : word.charAt(word.length() - 1);
                char after = i + 1 < item.length() ? item.charAt(i + 1) : ' ';
                boolean joined = before == '@' || after == '@' || after == '.' || (before == '.' && (at || lonelyDot));
                lonelyDot = after == '.';
                if (!joined && !word.isEmpty()) {
                    words.add(word.toString());
                    word.setLength(0);
                    at = false;
                }
                continue;
            }
            at |= c == '@';
            word.append(c);
        }
        if (!word.isEmpty()) {
            words.add(word.toString());
        }
        return words;
    }

    private static int unquotedAt(String word) {
        boolean quoted = false;
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted) {
                i++;
            } else if (c == '@' && !quoted) {
                return i;
            }
        }
        return -1;
    }
}
