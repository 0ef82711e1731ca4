package io.carteggio.mail.calendar;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A line of a calendar or a card (RFC 5545 3.1): a name, parameters, a value.
///
/// @param name in capitals, without the group that vCard may put before it
/// @param parameters by names in capitals; of one that comes twice the first
/// @param value as it stands there, with its escapes
record ContentLine(String name, Map<String, String> parameters, String value) {
    private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");

    ContentLine {
        parameters = Map.copyOf(parameters);
    }

    /// The lines of a text.
    ///
    /// @param cut whether there is more than that
    record Lines(List<ContentLine> list, boolean cut) {}

    /// Reads lines; what is none is left out.
    static Lines read(InputStream in) throws IOException {
        byte[] octets = in.readNBytes(CalendarLimits.BYTES + 1);
        boolean cut = octets.length > CalendarLimits.BYTES;
        String text = decoded(octets, Math.min(octets.length, CalendarLimits.BYTES));
        List<ContentLine> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        int at = text.startsWith("\ufeff") ? 1 : 0;
        while (at < text.length()) {
            int end = at;
            while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
                end++;
            }
            boolean folded = at < end && (text.charAt(at) == ' ' || text.charAt(at) == '\t');
            if (!folded) {
                cut |= add(lines, line);
                line.setLength(0);
            }
            int from = folded ? at + 1 : at;
            int room = CalendarLimits.LINE_CHARS - line.length();
            cut |= end - from > room;
            line.append(text, from, Math.min(end, from + Math.max(0, room)));
            at = end + 1;
            if (end + 1 < text.length() && text.charAt(end) == '\r' && text.charAt(end + 1) == '\n') {
                at++;
            }
        }
        cut |= add(lines, line);
        return new Lines(List.copyOf(lines), cut);
    }

    /// @return whether there was no room
    private static boolean add(List<ContentLine> lines, StringBuilder line) {
        Optional<ContentLine> parsed = parse(line);
        if (parsed.isPresent() && lines.size() == CalendarLimits.LINES) {
            return true;
        }
        parsed.ifPresent(lines::add);
        return false;
    }

    private static String decoded(byte[] octets, int length) {
        int end = length;
        // a character that the limit cut through
        while (end > 0 && end > length - 3 && length == CalendarLimits.BYTES && (octets[end - 1] & 0xc0) == 0x80) {
            end--;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(octets, 0, end))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(octets, 0, length, WINDOWS_1252); // what old programs write
        }
    }

    private static Optional<ContentLine> parse(CharSequence line) {
        int colon = -1;
        boolean quoted = false;
        List<Integer> semicolons = new ArrayList<>();
        for (int i = 0; i < line.length() && colon < 0; i++) {
            char c = line.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ':' && !quoted) {
                colon = i;
            } else if (c == ';' && !quoted) {
                semicolons.add(i);
            }
        }
        if (colon <= 0) {
            return Optional.empty();
        }
        int nameEnd = semicolons.isEmpty() ? colon : semicolons.getFirst();
        String name = line.subSequence(0, nameEnd).toString();
        name = name.substring(name.lastIndexOf('.') + 1).strip().toUpperCase(Locale.ROOT);
        if (!isName(name)) {
            return Optional.empty();
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        for (int i = 0; i < semicolons.size(); i++) {
            int end = i + 1 < semicolons.size() ? semicolons.get(i + 1) : colon;
            String parameter = line.subSequence(semicolons.get(i) + 1, end).toString();
            int equals = parameter.indexOf('=');
            String key = (equals < 0 ? parameter : parameter.substring(0, equals))
                    .strip()
                    .toUpperCase(Locale.ROOT);
            parameters.putIfAbsent(key, equals < 0 ? "" : unquoted(parameter.substring(equals + 1)));
        }
        return Optional.of(new ContentLine(
                name, parameters, line.subSequence(colon + 1, line.length()).toString()));
    }

    private static boolean isName(String name) {
        return !name.isEmpty()
                && name.length() <= 60
                && name.chars().allMatch(c -> c == '-' || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'));
    }

    /// RFC 6868.
    private static String unquoted(String value) {
        return value.replace("\"", "").replace("^n", "\n").replace("^'", "\"").replace("^^", "^");
    }

    boolean is(String wanted) {
        return name.equals(wanted);
    }

    Optional<String> parameter(String wanted) {
        return Optional.ofNullable(parameters.get(wanted)).filter(v -> !v.isBlank());
    }

    /// The value as a text in one line, its escapes undone (RFC 5545 3.3.11), at most [CalendarLimits#VALUE_CHARS] of
    /// it. Control characters, and those that turn the direction of writing, are blanks.
    String text() {
        return line(unescaped(value));
    }

    /// A text in one line.
    static String line(String text) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < text.length() && line.length() < CalendarLimits.VALUE_CHARS; i++) {
            char c = text.charAt(i);
            boolean blank = Character.isWhitespace(c)
                    || Character.isISOControl(c)
                    || (c >= '\u202a' && c <= '\u202e')
                    || (c >= '\u2066' && c <= '\u2069');
            if (!blank) {
                line.append(c);
            } else if (!line.isEmpty() && line.charAt(line.length() - 1) != ' ') {
                line.append(' ');
            }
        }
        int end = line.length();
        if (end > 0 && Character.isHighSurrogate(line.charAt(end - 1))) {
            line.setLength(end - 1); // never half a character
        }
        return line.toString().strip();
    }

    /// The parts of a value that semicolons part (vCard's names).
    List<String> parts() {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\\' && i + 1 < value.length()) {
                part.append(c).append(value.charAt(++i));
            } else if (c == ';') {
                parts.add(line(unescaped(part.toString())));
                part.setLength(0);
            } else {
                part.append(c);
            }
        }
        parts.add(line(unescaped(part.toString())));
        return parts;
    }

    private static String unescaped(String value) {
        StringBuilder text = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\\' && i + 1 < value.length()) {
                char next = value.charAt(++i);
                text.append(next == 'n' || next == 'N' ? '\n' : next);
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }
}
