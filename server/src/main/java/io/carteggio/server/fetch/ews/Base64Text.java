package io.carteggio.server.fetch.ews;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;

/// Base64 (RFC 4648 4) that comes in pieces, cut anywhere. White space is stepped over. Anything else that
/// is not allowed makes all of it worthless: better no mail than one with a hole.
final class Base64Text {
    private static final byte[] DIGITS = new byte[128];

    static {
        Arrays.fill(DIGITS, (byte) -1);
        String digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (int i = 0; i < digits.length(); i++) {
            DIGITS[digits.charAt(i)] = (byte) i;
        }
    }

    private final OutputStream out;
    private final byte[] buffer = new byte[8 * 1024];
    private int filled;
    private int bits;
    private int digits;
    private int padding;
    private long octets;
    private Optional<String> fault = Optional.empty();

    Base64Text(OutputStream out) {
        this.out = out;
    }

    void take(char[] text, int from, int length) throws IOException {
        for (int i = from; i < from + length && fault.isEmpty(); i++) {
            take(text[i]);
        }
    }

    private void take(char c) throws IOException {
        if (c == '\n' || c == '\r' || c == ' ' || c == '\t') {
            return;
        }
        if (c == '=') {
            padding++;
            if (digits < 2 || digits + padding > 4) {
                fault = Optional.of("padding in the wrong place");
            }
            return;
        }
        int digit = c < 128 ? DIGITS[c] : -1;
        if (digit < 0) {
            fault = Optional.of("a character that base64 does not have, after " + octets + " octets");
            return;
        }
        if (padding > 0) {
            fault = Optional.of("something after the padding");
            return;
        }
        bits = (bits << 6) | digit;
        if (++digits == 4) {
            write(bits >>> 16);
            write(bits >>> 8);
            write(bits);
            bits = 0;
            digits = 0;
        }
    }

    private void write(int octet) throws IOException {
        if (filled == buffer.length) {
            flush();
        }
        buffer[filled++] = (byte) octet;
        octets++;
    }

    private void flush() throws IOException {
        out.write(buffer, 0, filled);
        filled = 0;
    }

    /// It is all here. Tells what is wrong with it, if anything.
    Optional<String> end() throws IOException {
        if (fault.isEmpty()) {
            if (digits != 0 && digits + padding != 4) {
                fault = Optional.of("its end is missing");
            } else if (digits > 0) {
                int left = bits << (6 * (4 - digits));
                write(left >>> 16);
                if (digits == 3) {
                    write(left >>> 8);
                }
            }
        }
        flush();
        if (fault.isEmpty() && octets == 0) {
            fault = Optional.of("it is empty");
        }
        return fault;
    }
}
