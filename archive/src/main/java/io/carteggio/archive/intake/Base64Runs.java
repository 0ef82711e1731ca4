package io.carteggio.archive.intake;

import io.carteggio.archive.vault.Recipe.Base64Form;
import io.carteggio.mail.Content;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Finds stretches of a mail that look like base64 in even lines (RFC 2045 6.8), wherever they stand
/// and whatever the headers say. Looks at octets only: what it finds must be decoded and encoded
/// again and compared before it counts. Reads the mail once, holds one buffer.
final class Base64Runs {
    /// Shorter stretches are not worth a piece of a recipe.
    static final int LEAST_DECODED_BYTES = 256;

    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int LINE_LEAST = 40;
    private static final int LINE_MOST = 1_000;

    /// Nought for what base64 is written with.
    private static final byte[] OTHER = other();

    /// A stretch of whole lines.
    record Run(long offset, long decodedBytes, Base64Form form) {
        long lengthBytes() {
            return form.encodedBytes(decodedBytes);
        }
    }

    private final List<Run> runs = new ArrayList<>();

    // the line that is being read
    private long lineStart;
    private int length;
    private int pads;
    private boolean clean = true;
    private boolean afterCr;

    // the stretch that is being read
    private boolean open;
    private long start;
    private int line;
    private boolean crlf;
    private long fullLines;

    private Base64Runs() {}

    static List<Run> find(Content mail) throws IOException {
        Base64Runs finder = new Base64Runs();
        byte[] buffer = new byte[(int) Math.min(BUFFER_BYTES, Math.max(1, mail.sizeBytes()))];
        long at = 0;
        try (InputStream in = mail.open()) {
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                finder.octets(buffer, n, at);
                at += n;
            }
        }
        finder.end(at);
        return finder.runs;
    }

    /// Octet by octet says what a line is; most lines are told at a glance, as another of the stretch that is being
    /// read, or as none of any.
    private void octets(byte[] buffer, int n, long at) {
        int i = 0;
        while (i < n) {
            if (!clean) {
                while (i < n && buffer[i] != '\n') {
                    i++;
                }
                if (i == n) {
                    return;
                }
            } else if (open && length == 0 && !afterCr && isAnother(buffer, i, n)) {
                fullLines++;
                i += line + (crlf ? 2 : 1);
                lineStart = at + i;
                continue;
            }
            octet(buffer[i], at + i);
            i++;
        }
    }

    /// Whether a whole line stands there that goes on with the stretch.
    private boolean isAnother(byte[] buffer, int from, int n) {
        int end = from + line;
        if (end + (crlf ? 2 : 1) > n
                || !(crlf ? buffer[end] == '\r' && buffer[end + 1] == '\n' : buffer[end] == '\n')) {
            return false;
        }
        int others = 0;
        for (int i = from; i < end; i++) {
            others |= OTHER[buffer[i] & 0xff];
        }
        return others == 0;
    }

    private void octet(byte octet, long at) {
        if (octet == '\n') {
            line(afterCr);
            lineStart = at + 1;
            length = 0;
            pads = 0;
            clean = true;
            afterCr = false;
            return;
        }
        if (afterCr) {
            clean = false; // a bare CR
            afterCr = false;
        }
        if (octet == '\r') {
            afterCr = true;
        } else if (clean) {
            if (octet == '=') {
                pads++;
                clean = pads <= 2;
            } else {
                clean = pads == 0 && OTHER[octet & 0xff] == 0;
            }
            length++;
        }
    }

    private void line(boolean withCr) {
        boolean fits = clean && length > 0 && length % 4 == 0;
        if (open) {
            if (fits && withCr == crlf && length == line && pads == 0) {
                fullLines++;
                return;
            }
            if (fits && withCr == crlf && length <= line) {
                close(length, pads, true);
                return;
            }
            close(0, 0, true);
        }
        if (fits && pads == 0 && length >= LINE_LEAST && length <= LINE_MOST) {
            open = true;
            start = lineStart;
            line = length;
            crlf = withCr;
            fullLines = 1;
        }
    }

    private void end(long at) {
        if (!open) {
            return;
        }
        if (clean && !afterCr && length > 0 && length % 4 == 0 && length <= line && lineStart < at) {
            close(length, pads, false);
        } else {
            close(0, 0, true);
        }
    }

    /// @param lastLength characters of a last line that differs from those before; 0 for none
    private void close(int lastLength, int lastPads, boolean ended) {
        open = false;
        long decoded = fullLines * line / 4 * 3 + lastLength / 4 * 3L - lastPads;
        if (fullLines >= 2 && decoded >= LEAST_DECODED_BYTES) {
            runs.add(new Run(start, decoded, new Base64Form(line, crlf, ended)));
        }
    }

    private static byte[] other() {
        byte[] other = new byte[256];
        Arrays.fill(other, (byte) 1);
        for (char c : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".toCharArray()) {
            other[c] = 0;
        }
        return other;
    }
}
