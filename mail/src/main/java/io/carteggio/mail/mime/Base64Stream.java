package io.carteggio.mail.mime;

import java.io.InputStream;
import java.util.Arrays;

/// Undoes base64 (RFC 2045 6.8). OctetSearch outside the alphabet are stepped over; complete padding is the end; where
/// padding is missing, the octets that are there still count. (mime4j's decoder drops those last octets.)
final class Base64Stream extends DecodingStream {
    private static final byte BLANK = -1;
    private static final byte FOREIGN = -2;
    private static final byte PAD = -3;
    private static final byte[] SIX = table();

    private int bits;
    private int held;
    private int pads;

    Base64Stream(InputStream in, Runnable onDamage) {
        super(in, onDamage);
    }

    private static byte[] table() {
        byte[] table = new byte[256];
        Arrays.fill(table, FOREIGN);
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (int i = 0; i < alphabet.length(); i++) {
            table[alphabet.charAt(i)] = (byte) i;
        }
        table['='] = PAD;
        table['\r'] = BLANK;
        table['\n'] = BLANK;
        table[' '] = BLANK;
        table['\t'] = BLANK;
        return table;
    }

    @Override
    void decode(byte[] piece, int length) {
        for (int i = 0; i < length; i++) {
            if (held == 0) {
                i = wholeGroups(piece, i, length);
                if (i == length) {
                    return;
                }
            }
            int six = SIX[piece[i] & 0xff];
            if (six >= 0) {
                bits = bits << 6 | six;
                pads = 0;
                if (++held == 4) {
                    put(bits >> 16);
                    put(bits >> 8);
                    put(bits);
                    held = 0;
                }
            } else if (six == PAD) {
                if (held >= 2 && held + ++pads >= 4) {
                    lastGroup();
                    end();
                    return;
                }
            } else if (six == FOREIGN) {
                damage();
            }
        }
    }

    /// Groups of four octets of the alphabet, which nearly all are; gives where they end.
    private int wholeGroups(byte[] piece, int from, int length) {
        int i = from;
        for (; i + 4 <= length; i += 4) {
            int a = SIX[piece[i] & 0xff];
            int b = SIX[piece[i + 1] & 0xff];
            int c = SIX[piece[i + 2] & 0xff];
            int d = SIX[piece[i + 3] & 0xff];
            if ((a | b | c | d) < 0) {
                break;
            }
            putThree(a << 18 | b << 12 | c << 6 | d);
            pads = 0;
        }
        return i;
    }

    @Override
    void finish() {
        if (held > 0) {
            damage();
            lastGroup();
        }
    }

    private void lastGroup() {
        if (held == 2) {
            put(bits >> 4);
        } else if (held == 3) {
            put(bits >> 10);
            put(bits >> 2);
        }
        held = 0;
    }
}
