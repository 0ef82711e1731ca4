package io.carteggio.mail.mime;

import java.io.InputStream;

/// Undoes uuencode (POSIX.1-2017, `uuencode`): what lies between the `begin` line and the end mark. Lenient: without a
/// `begin` line there are no octets, a missing end is the end.
final class UuStream extends DecodingStream {
    /// A line holds at most 45 octets in 61 characters, 63 in 85 where a program takes its liberty; longer ones
    /// are cut.
    private static final int LINE_OCTETS = 200;

    private final byte[] line = new byte[LINE_OCTETS];
    private int length;
    private boolean begun;

    UuStream(InputStream in, Runnable onDamage) {
        super(in, onDamage);
    }

    @Override
    void decode(byte[] piece, int count) {
        for (int i = 0; i < count && !hasEnded(); i++) {
            if (piece[i] == '\n') {
                endLine();
            } else if (length < LINE_OCTETS && piece[i] != '\r') {
                line[length++] = piece[i];
            }
        }
    }

    @Override
    void finish() {
        endLine();
        damage(); // a well-formed end was seen before the end of the stream
    }

    private void endLine() {
        int octets = length == 0 ? -1 : six(0);
        if (!begun) {
            begun = length > 6 && Latin1.string(line, 0, 6).equals("begin ");
        } else if (length >= 3 && Latin1.string(line, 0, length).strip().equals("end")) {
            end();
        } else if (octets == 0) {
            end();
        } else if (octets > 0) {
            decodeLine(octets);
        }
        length = 0;
    }

    private void decodeLine(int octets) {
        int left = octets;
        for (int i = 1; left > 0; i += 4) {
            int group = six(i) << 18 | six(i + 1) << 12 | six(i + 2) << 6 | six(i + 3);
            for (int shift = 16; shift >= 0 && left > 0; shift -= 8) {
                put(group >> shift);
                left--;
            }
        }
    }

    private int six(int i) {
        return i < length ? (line[i] - ' ') & 0x3f : 0; // blanks at the end of a line get lost on the way
    }
}
