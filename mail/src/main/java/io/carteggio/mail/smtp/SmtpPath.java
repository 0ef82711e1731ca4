package io.carteggio.mail.smtp;

import io.carteggio.mail.Address;
import java.util.Optional;

/// A reverse or forward path (RFC 5321 section 4.1.2, with the UTF-8 of RFC 6531 section 3.3) and what follows
/// it.
///
/// Wider than the RFC in what no reader can misunderstand: dots may stand anywhere in a local part, domains may
/// hold underscores or be missing, blanks may follow the colon, and UTF-8 needs no `SMTPUTF8` parameter. Such
/// senders occur, and refusing one would cost the archive a mail. What needs quoting must be quoted. Source
/// routes are dropped, as section 3.3 asks.
sealed interface SmtpPath {
    /// A path and the parameters behind it.
    ///
    /// @param address empty for `<>`
    /// @param parameters what stands after the path, stripped
    record Found(Optional<Address> address, String parameters) implements SmtpPath {}

    record Bad(String why) implements SmtpPath {}

    /// Reads what follows the verb.
    ///
    /// @param text what follows the verb
    /// @param keyword `FROM:` or `TO:`, in any case
    static SmtpPath parse(String text, String keyword) {
        if (!text.regionMatches(true, 0, keyword, 0, keyword.length())) {
            return new Bad("Expected " + keyword + "<address>");
        }
        int open = keyword.length();
        while (open < text.length() && text.charAt(open) == ' ') {
            open++;
        }
        if (open == text.length() || text.charAt(open) != '<') {
            return new Bad("Expected an address in angle brackets");
        }
        int at = open + 1;
        if (at < text.length() && text.charAt(at) == '@') {
            at = text.indexOf(':', at) + 1;
            if (at == 0 || !isRoute(text.substring(open + 1, at - 1))) {
                return new Bad("Not a source route");
            }
        }
        int mailbox = at;
        at = localPart(text, at);
        boolean hasLocal = at > mailbox;
        if (hasLocal && at < text.length() && text.charAt(at) == '@') {
            int domain = at + 1;
            at = domain(text, domain);
            if (at <= domain) {
                return new Bad("Not a domain");
            }
        }
        if (at < 0 || at >= text.length() || text.charAt(at) != '>') {
            return new Bad("Not an address");
        }
        if (!hasLocal && mailbox != open + 1) {
            return new Bad("A source route to nowhere");
        }
        String rest = text.substring(at + 1);
        if (!rest.isEmpty() && rest.charAt(0) != ' ') {
            return new Bad("Expected a blank after the address");
        }
        Optional<Address> address = hasLocal ? Optional.of(new Address(text.substring(mailbox, at))) : Optional.empty();
        return new Found(address, rest.strip());
    }

    /// Where the local part from `at` on ends: `at` itself where there is none, -1 where a quoted one has no end.
    private static int localPart(String text, int at) {
        if (at < text.length() && text.charAt(at) == '"') {
            for (int i = at + 1; i < text.length(); i++) {
                if (text.charAt(i) == '\\') {
                    i++;
                } else if (text.charAt(i) == '"') {
                    return i + 1;
                }
            }
            return -1;
        }
        int i = at;
        while (i < text.length() && (isAtext(text.charAt(i)) || text.charAt(i) == '.')) {
            i++;
        }
        return i;
    }

    /// Where the domain or address literal from `at` on ends, -1 where there is none.
    private static int domain(String text, int at) {
        if (at < text.length() && text.charAt(at) == '[') {
            int i = at + 1;
            while (i < text.length() && isDtext(text.charAt(i))) {
                i++;
            }
            return i > at + 1 && i < text.length() && text.charAt(i) == ']' ? i + 1 : -1;
        }
        int i = at;
        boolean label = false; // inside a label
        while (i < text.length() && (isLabelChar(text.charAt(i)) || (label && text.charAt(i) == '.'))) {
            label = text.charAt(i) != '.';
            i++;
        }
        return i > at ? i : -1;
    }

    private static boolean isRoute(String text) {
        for (String hop : text.split(",", -1)) {
            if (hop.length() < 2 || hop.charAt(0) != '@' || domain(hop, 1) != hop.length()) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAtext(char c) {
        return isAlphanumeric(c) || "!#$%&'*+-/=?^_`{|}~".indexOf(c) >= 0 || c >= 0x80;
    }

    private static boolean isLabelChar(char c) {
        return isAlphanumeric(c) || c == '-' || c == '_' || c >= 0x80;
    }

    private static boolean isAlphanumeric(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    private static boolean isDtext(char c) {
        return c > ' ' && c < 0x7f && c != '[' && c != ']' && c != '\\';
    }
}
