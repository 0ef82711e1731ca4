package io.carteggio.mail.smtp;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// What a client sent where a command was due.
public sealed interface Line {
    /// A line of UTF-8 (RFC 6531; most often ASCII) without control characters, and without its CRLF.
    record Text(String text) implements Line {}

    /// A whole line with octets that no command may hold: control characters, or no UTF-8.
    record Garbled(String why) implements Line {}

    /// A whole line over the limit; its octets were dropped.
    record TooLong() implements Line {}

    /// No end of line in sight, or a bare CR or LF: what follows cannot safely be told apart into commands any
    /// more, so the conversation ends (SMTP smuggling lives on servers that guess here).
    record Broken(String why) implements Line {}

    /// The line that these octets are; its CRLF is not among them.
    static Line of(byte[] octets, int offset, int length) {
        boolean ascii = true;
        for (int i = offset; i < offset + length; i++) {
            if ((octets[i] >= 0 && octets[i] < ' ' && octets[i] != '\t') || octets[i] == 0x7f) {
                return new Garbled("Control character in command");
            }
            ascii &= octets[i] >= 0;
        }
        if (ascii) {
            return new Text(new String(octets, offset, length, StandardCharsets.ISO_8859_1));
        }
        try {
            return new Text(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets, offset, length))
                    .toString());
        } catch (CharacterCodingException notUtf8) {
            return new Garbled("Command is not UTF-8");
        }
    }
}
