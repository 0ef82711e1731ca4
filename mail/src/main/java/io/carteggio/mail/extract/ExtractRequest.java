package io.carteggio.mail.extract;

import java.time.Duration;

/// One attachment to read, whose octets follow.
///
/// @param name as the sender wrote it, at most [#NAME_CHARS]; a hint
/// @param type as the sender claims, at most as long; a hint
/// @param textChars most characters of an answer
/// @param time after which the reader gives up by itself, for the case that nobody is there any more to end
///     it
public record ExtractRequest(String name, String type, long sizeBytes, int textChars, Duration time) {
    /// Longest name and type; what is longer is cut.
    public static final int NAME_CHARS = 250;

    /// Most characters that can be asked for.
    public static final int TEXT_CHARS_LIMIT = 10_000_000;

    public ExtractRequest {
        name = cut(name);
        type = cut(type);
        if (sizeBytes < 0 || textChars < 1 || textChars > TEXT_CHARS_LIMIT || time.isNegative()) {
            throw new IllegalArgumentException("size " + sizeBytes + ", text " + textChars + ", " + time);
        }
    }

    private static String cut(String text) {
        if (text.length() <= NAME_CHARS) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(NAME_CHARS - 1)) ? NAME_CHARS - 1 : NAME_CHARS;
        return text.substring(0, end);
    }
}
