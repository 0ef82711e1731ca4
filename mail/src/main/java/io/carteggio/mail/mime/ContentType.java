package io.carteggio.mail.mime;

import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A value with parameters: Content-Type (RFC 2045 5.1) or Content-Disposition (RFC 2183), read leniently.
///
/// @param value in lower case
/// @param parameters raw values by their names in lower case (`filename*0*` and the like as written)
record ContentType(String value, Map<String, String> parameters) {
    /// What a part without a type is (RFC 2045 5.2).
    static final ContentType TEXT_PLAIN = new ContentType("text/plain", Map.of());

    /// What a part of a digest without a type is (RFC 2046 5.1.5).
    static final ContentType MESSAGE = new ContentType("message/rfc822", Map.of());

    /// Segments of one continued parameter, and parameters of one field.
    private static final int PARAMETERS = 1_000;

    static ContentType parse(String raw) {
        return new Scanner(raw).parse();
    }

    boolean is(String other) {
        return value.equals(other);
    }

    boolean isText() {
        return value.startsWith("text/");
    }

    boolean isMultipart() {
        return value.startsWith("multipart/");
    }

    boolean isMessage() {
        return value.startsWith("message/");
    }

    /// A parameter that is one word, such as charset: comments after it are no part of it.
    Optional<String> token(String name) {
        return text(name)
                .map(v -> {
                    int comment = v.indexOf('(');
                    return (comment > 0 ? v.substring(0, comment) : v).strip();
                })
                .filter(v -> !v.isEmpty());
    }

    /// A parameter as text: continuations and charsets (RFC 2231) undone, also encoded words (RFC 2047), which are not
    /// allowed here but usual.
    Optional<String> text(String name) {
        Optional<String> extended = extended(name);
        if (extended.isPresent()) {
            return extended;
        }
        String plain = parameters.get(name);
        return plain == null ? Optional.empty() : Optional.of(EncodedWords.decode(plain));
    }

    private Optional<String> extended(String name) {
        String single = parameters.get(name + "*");
        if (single != null) {
            return Optional.of(decodeExtended(Map.of(0, new Segment(single, true))));
        }
        TreeMap<Integer, Segment> segments = new TreeMap<>();
        String prefix = name + "*";
        for (Map.Entry<String, String> entry : parameters.entrySet()) {
            String key = entry.getKey();
            if (key.startsWith(prefix)) {
                boolean encoded = key.endsWith("*");
                String digits = key.substring(prefix.length(), key.length() - (encoded ? 1 : 0));
                if (!digits.isEmpty() && digits.length() <= 4 && digits.chars().allMatch(Character::isDigit)) {
                    segments.putIfAbsent(Integer.parseInt(digits), new Segment(entry.getValue(), encoded));
                }
            }
        }
        return segments.isEmpty() ? Optional.empty() : Optional.of(decodeExtended(segments));
    }

    private record Segment(String value, boolean encoded) {}

    /// RFC 2231 4.1: only the first segment names the charset; percent signs count only in segments marked with `*`.
    private static String decodeExtended(Map<Integer, Segment> segments) {
        String charset = "";
        boolean first = true;
        boolean anyEncoded = false;
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        for (Segment segment : segments.values()) {
            String value = segment.value;
            if (segment.encoded) {
                if (first) {
                    int quote = value.indexOf('\'');
                    int second = quote < 0 ? -1 : value.indexOf('\'', quote + 1);
                    if (second >= 0) {
                        charset = value.substring(0, quote);
                        value = value.substring(second + 1);
                    }
                }
                anyEncoded = true;
                percentDecode(value, octets);
            } else {
                octets.writeBytes(value.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            }
            first = false;
        }
        byte[] bytes = octets.toByteArray();
        String text = anyEncoded && !charset.isEmpty()
                ? Charsets.decodeWord(charset, bytes, bytes.length)
                : Charsets.header(bytes, bytes.length);
        return anyEncoded ? text : EncodedWords.decode(text);
    }

    private static void percentDecode(String value, ByteArrayOutputStream out) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '%'
                    && i + 2 < value.length() + 0
                    && hex(value.charAt(i + 1)) >= 0
                    && hex(value.charAt(i + 2)) >= 0) {
                out.write(hex(value.charAt(i + 1)) << 4 | hex(value.charAt(i + 2)));
                i += 2;
            } else if (c < 0x80) {
                out.write(c);
            } else {
                out.writeBytes(String.valueOf(c).getBytes(java.nio.charset.StandardCharsets.UTF_8));
            }
        }
    }

    static int hex(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    /// Splits at semicolons outside quotes. Also copes with a missing semicolon after a quoted value.
    private static final class Scanner {
        private final String s;
        private int i;

        Scanner(String s) {
            this.s = s;
        }

        ContentType parse() {
            int semicolon = s.indexOf(';');
            String value = semicolon < 0 ? s : s.substring(0, semicolon);
            int comment = value.indexOf('(');
            if (comment >= 0) {
                value = value.substring(0, comment);
            }
            value = Node.lower(value.strip());
            Map<String, String> parameters = new LinkedHashMap<>();
            i = semicolon < 0 ? s.length() : semicolon + 1;
            while (i < s.length() && parameters.size() < PARAMETERS) {
                parameter(parameters);
            }
            return new ContentType(value.indexOf(' ') < 0 ? value : value.replace(" ", ""), parameters);
        }

        private void parameter(Map<String, String> parameters) {
            skipBlanksAndComments();
            int start = i;
            while (i < s.length() && s.charAt(i) != '=' && s.charAt(i) != ';') {
                i++;
            }
            if (i >= s.length() || s.charAt(i) == ';') {
                i++;
                return;
            }
            String name = Node.lower(s.substring(start, i).strip());
            i++;
            while (i < s.length() && isBlank(s.charAt(i))) {
                i++;
            }
            String value = i < s.length() && s.charAt(i) == '"' ? quoted() : unquoted();
            if (!name.isEmpty()) {
                parameters.putIfAbsent(name, value);
            }
        }

        private String quoted() {
            StringBuilder value = new StringBuilder();
            i++;
            while (i < s.length() && s.charAt(i) != '"') {
                if (s.charAt(i) == '\\' && i + 1 < s.length()) {
                    i++;
                }
                value.append(s.charAt(i++));
            }
            i++;
            skipBlanksAndComments();
            if (i < s.length() && s.charAt(i) == ';') {
                i++;
            }
            return value.toString();
        }

        private String unquoted() {
            int start = i;
            while (i < s.length() && s.charAt(i) != ';') {
                i++;
            }
            return s.substring(start, i++).strip();
        }

        private void skipBlanksAndComments() {
            while (i < s.length()) {
                if (isBlank(s.charAt(i))) {
                    i++;
                } else if (s.charAt(i) == '(') {
                    int end = s.indexOf(')', i);
                    i = end < 0 ? s.length() : end + 1;
                } else {
                    return;
                }
            }
        }

        private static boolean isBlank(char c) {
            return c == ' ' || c == '\t' || c == '\r' || c == '\n';
        }
    }
}
