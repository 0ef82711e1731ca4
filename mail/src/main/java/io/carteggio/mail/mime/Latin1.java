package io.carteggio.mail.mime;

import java.nio.charset.StandardCharsets;

/// OctetSearch as characters of the same number.
final class Latin1 {
    private Latin1() {}

    static String string(byte[] b, int from, int to) {
        return new String(b, from, to - from, StandardCharsets.ISO_8859_1);
    }

    static boolean isAscii(byte[] b, int from, int to) {
        for (int i = from; i < to; i++) {
            if (b[i] < 0) {
                return false;
            }
        }
        return true;
    }
}
