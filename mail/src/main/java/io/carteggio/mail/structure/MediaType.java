package io.carteggio.mail.structure;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// A media type with its parameters (RFC 2045, 5; continuations of RFC 2231), read as leniently as mail demands.
///
/// @param type in lower case
/// @param subtype in lower case
/// @param parameters by name in lower case; of two of the same name the first counts; values as octets
public record MediaType(String type, String subtype, Map<String, String> parameters) {
    public static final MediaType TEXT_PLAIN = new MediaType("text", "plain", Map.of());
    public static final MediaType MESSAGE_RFC822 = new MediaType("message", "rfc822", Map.of());

    /// A field may repeat parameters without end; more than these are not looked at.
    private static final int MOST_PARAMETERS = 1000;

    public MediaType {
        parameters = Map.copyOf(parameters);
    }

    /// Whether this is `type/subtype`, both in lower case.
    public boolean is(String otherType, String otherSubtype) {
        return type.equals(otherType) && subtype.equals(otherSubtype);
    }

    public boolean isMultipart() {
        return type.equals("multipart");
    }

    /// A whole message inside this one: `message/rfc822` or `message/global` (RFC 6532, 3.7).
    public boolean isMessage() {
        return type.equals("message") && (subtype.equals("rfc822") || subtype.equals("global"));
    }

    public Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name));
    }

    /// Reads an unfolded value; empty where there is no `type/subtype`.
    public static Optional<MediaType> parse(String value) {
        Reading in = new Reading(value);
        in.skipBlanksAndComments();
        String type = in.token();
        in.skipBlanksAndComments();
        if (type.isEmpty() || !in.take('/')) {
            return Optional.empty();
        }
        in.skipBlanksAndComments();
        String subtype = in.token();
        if (subtype.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new MediaType(type.toLowerCase(Locale.ROOT), subtype.toLowerCase(Locale.ROOT), in.parameters()));
    }

    /// The parameters of a value such as `attachment; filename=x`; what stands before the first semicolon is
    /// skipped.
    public static Map<String, String> parametersOf(String value) {
        Reading in = new Reading(value);
        return Map.copyOf(in.parameters());
    }

    /// A cursor over the value. Never goes back, so the time is linear.
    private static final class Reading {
        private final String value;
        private int at;

        Reading(String value) {
            this.value = value;
        }

        boolean take(char c) {
            if (at < value.length() && value.charAt(at) == c) {
                at++;
                return true;
            }
            return false;
        }

        void skipBlanksAndComments() {
            int depth = 0;
            for (; at < value.length(); at++) {
                char c = value.charAt(at);
                if (c == '(') {
                    depth++;
                } else if (c == ')' && depth > 0) {
                    depth--;
                } else if (c == '\\' && depth > 0) {
                    at++;
                } else if (depth == 0 && c != ' ' && c != '\t') {
                    return;
                }
            }
            at = Math.min(at, value.length());
        }

        String token() {
            int start = at;
            while (at < value.length() && " \t/;=()\",<>".indexOf(value.charAt(at)) < 0) {
                at++;
            }
            return value.substring(start, at);
        }

        Map<String, String> parameters() {
            Map<String, String> plain = new LinkedHashMap<>();
            Map<String, SortedMap<Integer, String>> pieces = new LinkedHashMap<>();
            skipPastSemicolon();
            for (int n = 0; at < value.length() && n < MOST_PARAMETERS; n++) {
                skipBlanksAndComments();
                String name = token().toLowerCase(Locale.ROOT);
                skipBlanksAndComments();
                if (!name.isEmpty() && take('=')) {
                    skipBlanksAndComments();
                    keep(name, parameterValue(), plain, pieces);
                }
                skipPastSemicolon();
            }
            pieces.forEach((name, parts) -> plain.putIfAbsent(name, String.join("", parts.values())));
            return plain;
        }

        private void skipPastSemicolon() {
            boolean quoted = false;
            for (; at < value.length(); at++) {
                char c = value.charAt(at);
                if (c == '"') {
                    quoted = !quoted;
                } else if (c == '\\' && quoted) {
                    at++;
                } else if (c == ';' && !quoted) {
                    at++;
                    return;
                }
            }
            at = Math.min(at, value.length());
        }

        private String parameterValue() {
            if (take('"')) {
                StringBuilder text = new StringBuilder();
                while (at < value.length()) {
                    char c = value.charAt(at++);
                    if (c == '"') {
                        break;
                    }
                    text.append(c == '\\' && at < value.length() ? value.charAt(at++) : c);
                }
                return text.toString();
            }
            // Not a token of RFC 2045: boundaries with "=" or "/" in them are often written without quotes.
            int start = at;
            while (at < value.length() && value.charAt(at) != ';') {
                at++;
            }
            return value.substring(start, at).strip();
        }

        /// RFC 2231: `name*0`, `name*1*` are pieces of one value, a `*` at the end says percent-encoded.
        private static void keep(
                String name, String value, Map<String, String> plain, Map<String, SortedMap<Integer, String>> pieces) {
            int star = name.indexOf('*');
            if (star < 0) {
                plain.putIfAbsent(name, value);
                return;
            }
            String base = name.substring(0, star);
            boolean encoded = name.endsWith("*");
            String number = name.substring(star + 1, encoded ? Math.max(star + 1, name.length() - 1) : name.length());
            int index = 0;
            if (!number.isEmpty()) {
                if (number.length() > 4 || !number.chars().allMatch(c -> c >= '0' && c <= '9')) {
                    return;
                }
                index = Integer.parseInt(number);
            }
            String piece = value;
            if (encoded) {
                if (index == 0) {
                    int language = piece.indexOf('\'');
                    int text = language < 0 ? -1 : piece.indexOf('\'', language + 1);
                    piece = text < 0 ? piece : piece.substring(text + 1);
                }
                piece = percentDecoded(piece);
            }
            pieces.computeIfAbsent(base, k -> new TreeMap<>()).putIfAbsent(index, piece);
        }

        private static String percentDecoded(String text) {
            if (text.indexOf('%') < 0) {
                return text;
            }
            byte[] octets = new byte[text.length()];
            int n = 0;
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '%' && i + 2 < text.length()) {
                    int high = Character.digit(text.charAt(i + 1), 16);
                    int low = Character.digit(text.charAt(i + 2), 16);
                    if (high >= 0 && low >= 0) {
                        octets[n++] = (byte) (high << 4 | low);
                        i += 2;
                        continue;
                    }
                }
                octets[n++] = (byte) c;
            }
            return new String(octets, 0, n, StandardCharsets.ISO_8859_1);
        }
    }
}
