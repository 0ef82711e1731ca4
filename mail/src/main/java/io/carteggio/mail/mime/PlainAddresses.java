package io.carteggio.mail.mime;

import io.carteggio.mail.Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The address lists that nearly all mail has, read in one small loop: `a@b`, `a@b (Name)`, `Name <a@b>`,
/// `"Name" <a@b>`, with commas between. Reads them as [AddressList] does, and says so where it does not know.
///
/// It is there for speed, and more for the compiler's time than for the reader's: the whole grammar costs
/// seconds to compile.
final class PlainAddresses {
    private static final Optional<List<Mailbox>> UNKNOWN = Optional.empty();

    private PlainAddresses() {}

    /// Empty where the field has anything else in it.
    static Optional<List<Mailbox>> parse(String s) {
        List<Mailbox> found = new ArrayList<>(1);
        int i = 0;
        while (i < s.length()) {
            int end = elementEnd(s, i);
            if (end < 0 || found.size() >= AddressList.ADDRESSES || !element(s, i, end, found)) {
                return UNKNOWN;
            }
            i = end + 1;
        }
        return Optional.of(found);
    }

    /// Where the comma after this element stands, or the end; -1 for what is not plain.
    private static int elementEnd(String s, int from) {
        boolean quoted = false;
        for (int i = from; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' || (c == '=' && s.startsWith("?", i + 1))) {
                return -1;
            } else if (!quoted && c == ',') {
                return i;
            } else if (!quoted && (c == ':' || c == ';' || c == '[')) {
                return -1;
            }
        }
        return quoted ? -1 : s.length();
    }

    /// One element without a comma outside of quotes. False where it is not plain.
    private static boolean element(String s, int from, int to, List<Mailbox> found) {
        String text = s.substring(from, to).strip();
        if (text.isEmpty()) {
            return true;
        }
        char last = text.charAt(text.length() - 1);
        int open = last == '>' ? text.lastIndexOf('<') : last == ')' ? text.lastIndexOf('(') : text.length();
        if (open < 0) {
            return false;
        }
        String before = text.substring(0, open).strip();
        String name;
        String address;
        if (last == '>') {
            name = unquoted(before);
            address = text.substring(open + 1, text.length() - 1);
        } else {
            name = open == text.length()
                    ? ""
                    : text.substring(open + 1, text.length() - 1).strip();
            address = before;
        }
        if (hasSpecial(name, true) || !isPlain(address)) {
            return false;
        }
        found.add(new Mailbox(name, new Address(address)));
        return true;
    }

    /// What is in the quotes; with quotes left in it where it is not quoted as a whole.
    private static String unquoted(String name) {
        int end = name.length() - 1;
        return end > 0 && name.charAt(0) == '"' && name.charAt(end) == '"'
                ? name.substring(1, end).strip()
                : name;
    }

    /// Whether it has what a name has only in ways that are not plain.
    private static boolean hasSpecial(String name, boolean blanks) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '"' || c == '(' || c == ')' || c == '<' || c == '>' || (c <= ' ' && !(blanks && c == ' '))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isPlain(String address) {
        return !address.isEmpty()
                && address.charAt(0) != '@'
                && !address.regionMatches(true, 0, "mailto:", 0, 7)
                && !hasSpecial(address, false)
                && address.codePoints().noneMatch(c -> c > 0x7f);
    }
}
