package io.carteggio.mail.smtp;

import io.carteggio.mail.Address;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// A command of a client, read from its line (RFC 5321 section 4.1.1, RFC 3030, RFC 3207).
///
/// What a command may say beyond its own grammar (order, limits) is [Dialog]'s matter.
public sealed interface Command {
    record Ehlo(String name) implements Command {}

    record Helo(String name) implements Command {}

    /// Begins a mail.
    ///
    /// @param from empty for the null reverse path `<>`
    /// @param size what `SIZE=` declares (RFC 1870); a number that no `long` holds is [Long#MAX_VALUE]
    record Mail(Optional<Address> from, OptionalLong size) implements Command {}

    record Rcpt(Address to) implements Command {}

    record Data() implements Command {}

    record Bdat(long size, boolean last) implements Command {}

    record StartTls() implements Command {}

    record Rset() implements Command {}

    record Noop() implements Command {}

    record Vrfy() implements Command {}

    record Help() implements Command {}

    record Quit() implements Command {}

    /// Not a command as it stands; the reply says why.
    record Wrong(Reply why) implements Command {}

    /// A command after which nobody can know where the next one begins, or that another protocol speaks: the
    /// reply says why, and the connection ends.
    record Fatal(Reply why) implements Command {}

    /// Reads one line, without its CRLF.
    static Command parse(String line) {
        int blank = line.indexOf(' ');
        String verb = upper(blank < 0 ? line : line.substring(0, blank));
        String rest = blank < 0 ? "" : line.substring(blank + 1).strip();
        return switch (verb) {
            case "EHLO" -> rest.isEmpty() ? wrong(501, "5.5.4", "EHLO wants a name") : new Ehlo(rest);
            case "HELO" -> rest.isEmpty() ? wrong(501, "5.5.4", "HELO wants a name") : new Helo(rest);
            case "MAIL" -> mail(rest);
            case "RCPT" -> rcpt(rest);
            case "BDAT" -> bdat(rest);
            case "DATA" -> alone(rest, new Data());
            case "STARTTLS" -> alone(rest, new StartTls());
            case "RSET" -> alone(rest, new Rset());
            case "QUIT" -> alone(rest, new Quit());
            case "NOOP" -> new Noop();
            case "HELP" -> new Help();
            case "VRFY" -> rest.isEmpty() ? wrong(501, "5.5.4", "VRFY wants an argument") : new Vrfy();
            case "EXPN", "AUTH", "ETRN", "TURN", "SEND", "SOML", "SAML" ->
                wrong(502, "5.5.1", "Command not implemented");
            // a browser made to post to this port must not get through to the mail behind its headers
            case "GET", "POST", "PUT", "CONNECT", "OPTIONS" ->
                new Fatal(new Reply(421, "4.7.0", "This is not an HTTP server"));
            default -> wrong(500, "5.5.2", "Command not known");
        };
    }

    /// Whom a MAIL or RCPT command names.
    ///
    /// @param address empty for `<>`
    record Named(Optional<Address> address) {}

    /// Reads whom a MAIL or RCPT command names, whatever parameters follow; empty where the line is neither, or
    /// its path cannot be read.
    static Optional<Named> named(String line) {
        int blank = line.indexOf(' ');
        String verb = upper(blank < 0 ? line : line.substring(0, blank));
        String keyword = verb.equals("MAIL") ? "FROM:" : verb.equals("RCPT") ? "TO:" : "";
        return keyword.isEmpty()
                        || !(SmtpPath.parse(line.substring(blank + 1).strip(), keyword)
                                instanceof SmtpPath.Found(Optional<Address> address, String _))
                ? Optional.empty()
                : Optional.of(new Named(address));
    }

    private static Command mail(String rest) {
        SmtpPath path = SmtpPath.parse(rest, "FROM:");
        return switch (path) {
            case SmtpPath.Bad(String why) -> wrong(501, "5.1.7", why);
            case SmtpPath.Found(Optional<Address> from, String parameters) -> {
                Map<String, String> given = parameters(parameters);
                if (given.containsKey("")) {
                    yield wrong(501, "5.5.4", "Parameters are NAME or NAME=VALUE, each once");
                }
                OptionalLong size = OptionalLong.empty();
                for (Map.Entry<String, String> one : given.entrySet()) {
                    String value = one.getValue();
                    switch (one.getKey()) {
                        case "SIZE" -> {
                            if (value.isEmpty() || value.length() > 20 || !isDigits(value)) {
                                yield wrong(501, "5.5.4", "SIZE wants a number");
                            }
                            size = OptionalLong.of(number(value));
                        }
                        case "BODY" -> {
                            String body = upper(value);
                            if (!body.equals("7BIT") && !body.equals("8BITMIME")) {
                                yield wrong(555, "5.5.4", "BODY may be 7BIT or 8BITMIME");
                            }
                        }
                        case "SMTPUTF8" -> {
                            if (!value.isEmpty()) {
                                yield wrong(501, "5.5.4", "SMTPUTF8 has no value");
                            }
                        }
                        // RFC 3461, not offered. They ask for notices about a delivery that may fail; here a mail is
                        // kept before it is acknowledged, so there is nothing to notify of, and no reason to refuse.
                        case "RET", "ENVID" -> {}
                        default -> {
                            yield wrong(555, "5.5.4", "MAIL parameter not known");
                        }
                    }
                }
                yield new Mail(from, size);
            }
        };
    }

    private static Command rcpt(String rest) {
        SmtpPath path = SmtpPath.parse(rest, "TO:");
        return switch (path) {
            case SmtpPath.Bad(String why) -> wrong(501, "5.1.3", why);
            case SmtpPath.Found(Optional<Address> to, String parameters) -> {
                Map<String, String> given = parameters(parameters);
                if (given.containsKey("")) {
                    yield wrong(501, "5.5.4", "Parameters are NAME or NAME=VALUE, each once");
                }
                for (String name : given.keySet()) {
                    if (!name.equals("NOTIFY") && !name.equals("ORCPT")) { // RFC 3461, as with MAIL
                        yield wrong(555, "5.5.4", "RCPT parameter not known");
                    }
                }
                yield to.<Command>map(Rcpt::new).orElseGet(() -> wrong(501, "5.1.3", "The null path is no recipient"));
            }
        };
    }

    /// `BDAT size [LAST]` (RFC 3030 section 2). Where the size cannot be read, nobody knows how many octets of
    /// mail follow, and taking them for commands would be the smuggler's door.
    private static Command bdat(String rest) {
        String[] words = rest.split(" +", -1);
        boolean last = words.length == 2 && upper(words[1]).equals("LAST");
        if (words.length > 2 || (words.length == 2 && !last) || !isDigits(words[0])) {
            return new Fatal(new Reply(501, "5.5.4", "BDAT wants a size and perhaps LAST"));
        }
        return new Bdat(number(words[0]), last);
    }

    private static Command alone(String rest, Command command) {
        return rest.isEmpty() ? command : wrong(501, "5.5.4", "This command has no argument");
    }

    private static Wrong wrong(int code, String status, String text) {
        return new Wrong(new Reply(code, status, text));
    }

    /// esmtp-params of RFC 5321 section 4.1.2 by upper-case name; with the name `""` where they break its
    /// grammar.
    private static Map<String, String> parameters(String text) {
        Map<String, String> found = new HashMap<>();
        for (String one : text.isEmpty() ? new String[0] : text.split(" +", -1)) {
            int equals = one.indexOf('=');
            String name = upper(equals < 0 ? one : one.substring(0, equals));
            String value = equals < 0 ? "" : one.substring(equals + 1);
            boolean wellFormed = !name.isEmpty()
                    && name.charAt(0) != '-'
                    && name.chars().allMatch(c -> c == '-' || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
                    && value.chars().allMatch(c -> c > ' ' && c != '=')
                    && (equals < 0 || !value.isEmpty());
            if (!wellFormed || found.put(name, value) != null) {
                return Map.of("", "");
            }
        }
        return found;
    }

    /// Upper case in ASCII alone: for Java, a dotless i becomes an I, and what is no command would become one.
    private static String upper(String s) {
        StringBuilder upper = new StringBuilder(s.length());
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            upper.append(c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c);
        }
        return upper.toString();
    }

    private static boolean isDigits(String s) {
        return !s.isEmpty() && s.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static long number(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException tooLarge) {
            return Long.MAX_VALUE;
        }
    }
}
