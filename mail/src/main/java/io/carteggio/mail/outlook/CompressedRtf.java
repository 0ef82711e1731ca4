package io.carteggio.mail.outlook;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// RTF as Outlook compresses it ([MS-OXRTFCP]).
final class CompressedRtf {
    private static final int COMPRESSED = 0x75465A4C; // LZFu
    private static final int PLAIN = 0x414C454D; // MELA
    private static final int HEAD_BYTES = 16;
    private static final int WINDOW = 4096;

    private static final byte[] AT_FIRST = ("{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}"
                    + "{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New Roman"
                    + "Courier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx")
            .getBytes(StandardCharsets.US_ASCII);

    private CompressedRtf() {}

    static byte[] decompress(byte[] octets) throws DamagedException {
        Bytes in = new Bytes(octets);
        if (octets.length < HEAD_BYTES) {
            throw new DamagedException("RTF that ends in its head");
        }
        long rawBytes = in.unsigned4(4);
        if (rawBytes > Properties.TEXT_LIMIT_BYTES) {
            throw new DamagedException("RTF of " + rawBytes + " octets");
        }
        return switch (in.int4(8)) {
            case PLAIN -> Arrays.copyOfRange(octets, HEAD_BYTES, (int) Math.min(octets.length, HEAD_BYTES + rawBytes));
            case COMPRESSED -> decompress(in, (int) rawBytes);
            default -> throw new DamagedException("RTF that is compressed in an unknown way");
        };
    }

    private static byte[] decompress(Bytes in, int rawBytes) throws DamagedException {
        byte[] window = new byte[WINDOW];
        System.arraycopy(AT_FIRST, 0, window, 0, AT_FIRST.length);
        int at = AT_FIRST.length;
        byte[] out = new byte[(int) Math.min(rawBytes, 8L * in.length() + 64)]; // 17 octets of 2, with 8 to a flag
        int count = 0;
        int from = HEAD_BYTES;
        while (from < in.length()) {
            int flags = in.octet(from++);
            for (int bit = 0; bit < 8 && from < in.length(); bit++) {
                if ((flags & (1 << bit)) == 0) {
                    byte literal = (byte) in.octet(from++);
                    if (count == rawBytes) {
                        return Arrays.copyOf(out, count);
                    }
                    out = grown(out, count, rawBytes);
                    out[count++] = literal;
                    window[at] = literal;
                    at = (at + 1) % WINDOW;
                    continue;
                }
                int reference = (in.octet(from) << 8) | in.octet(from + 1L);
                from += 2;
                int offset = reference >>> 4;
                if (offset == at) { // the end
                    return Arrays.copyOf(out, count);
                }
                for (int n = (reference & 0xf) + 2; n > 0 && count < rawBytes; n--) {
                    byte copied = window[offset];
                    offset = (offset + 1) % WINDOW;
                    out = grown(out, count, rawBytes);
                    out[count++] = copied;
                    window[at] = copied;
                    at = (at + 1) % WINDOW;
                }
            }
        }
        if (count < rawBytes) {
            throw new DamagedException("RTF that ends early");
        }
        return Arrays.copyOf(out, count);
    }

    private static byte[] grown(byte[] out, int count, int rawBytes) {
        return count < out.length ? out : Arrays.copyOf(out, Math.min(rawBytes, 2 * count + 64));
    }
}
