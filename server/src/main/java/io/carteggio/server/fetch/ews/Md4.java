package io.carteggio.server.fetch.ews;

import java.util.Arrays;

/// MD4 (RFC 1320). Broken for decades, and still what NTLM makes a password's key with; the JDK does not
/// offer it.
final class Md4 {
    private static final int BLOCK = 64;
    private static final int[] SHIFTS_1 = {3, 7, 11, 19};
    private static final int[] SHIFTS_2 = {3, 5, 9, 13};
    private static final int[] SHIFTS_3 = {3, 9, 11, 15};
    private static final int[] ORDER_2 = {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15};
    private static final int[] ORDER_3 = {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15};
    private static final int ROOT_OF_2 = 0x5a827999;
    private static final int ROOT_OF_3 = 0x6ed9eba1;

    private Md4() {}

    static byte[] of(byte[] message) {
        int padded = (message.length + 8) / BLOCK * BLOCK + BLOCK;
        byte[] blocks = Arrays.copyOf(message, padded);
        blocks[message.length] = (byte) 0x80;
        long bits = 8L * message.length;
        for (int i = 0; i < 8; i++) {
            blocks[padded - 8 + i] = (byte) (bits >>> (8 * i));
        }
        int[] state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
        for (int at = 0; at < padded; at += BLOCK) {
            block(blocks, at, state);
        }
        byte[] digest = new byte[16];
        for (int i = 0; i < 16; i++) {
            digest[i] = (byte) (state[i / 4] >>> (8 * (i % 4)));
        }
        return digest;
    }

    private static void block(byte[] blocks, int at, int[] state) {
        int[] x = new int[16];
        for (int i = 0; i < BLOCK; i++) {
            x[i / 4] |= (blocks[at + i] & 0xff) << (8 * (i % 4));
        }
        int a = state[0];
        int b = state[1];
        int c = state[2];
        int d = state[3];
        for (int step = 0; step < 48; step++) {
            int i = step % 16;
            int rotated = switch (step / 16) {
                case 0 -> Integer.rotateLeft(a + ((b & c) | (~b & d)) + x[i], SHIFTS_1[i % 4]);
                case 1 ->
                    Integer.rotateLeft(a + ((b & c) | (b & d) | (c & d)) + x[ORDER_2[i]] + ROOT_OF_2, SHIFTS_2[i % 4]);
                default -> Integer.rotateLeft(a + (b ^ c ^ d) + x[ORDER_3[i]] + ROOT_OF_3, SHIFTS_3[i % 4]);
            };
            a = d;
            d = c;
            c = b;
            b = rotated;
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
    }
}
