package io.carteggio.mail.mime;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;

/// Undoes uuencode (POSIX.1-2017, `uuencode`): what lies between the `begin` line and the end mark. Lenient: without a
/// `begin` line there are no octets, a missing end is the end.
final class UuInputStream extends InputStream {
    /// A line holds at most 45 octets in 61 characters; longer ones are cut.
    private static final int LINE_OCTETS = 1_000;

    private final InputStream in;
    private final byte[] line = new byte[LINE_OCTETS];
    private final byte[] octets = new byte[63];
    private int available;
    private int at;
    private boolean begun;
    private boolean ended;

    UuInputStream(InputStream in) {
        this.in = new BufferedInputStream(in);
    }

    @Override
    public int read() throws IOException {
        while (at >= available) {
            if (ended || !nextLine()) {
                ended = true;
                return -1;
            }
        }
        return octets[at++] & 0xff;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
        int n = 0;
        while (n < len) {
            if (at < available) {
                int take = Math.min(len - n, available - at);
                System.arraycopy(octets, at, b, off + n, take);
                at += take;
                n += take;
                continue;
            }
            int octet = read();
            if (octet < 0) {
                break;
            }
            b[off + n++] = (byte) octet;
        }
        return n == 0 && len > 0 ? -1 : n;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private boolean nextLine() throws IOException {
        int length = 0;
        int octet = in.read();
        if (octet < 0) {
            return false;
        }
        while (octet >= 0 && octet != '\n') {
            if (length < LINE_OCTETS && octet != '\r') {
                line[length++] = (byte) octet;
            }
            octet = in.read();
        }
        at = 0;
        available = 0;
        if (!begun) {
            begun = length > 6 && Latin1.string(line, 0, 6).equals("begin ");
        } else if (length == 0
                || line[0] < ' '
                || line[0] > '`'
                || Latin1.string(line, 0, length).strip().equals("end")) {
            // a blank or foreign line between data lines says nothing
            return length == 0 || !Latin1.string(line, 0, length).strip().equals("end");
        } else {
            decodeLine(length);
        }
        return true;
    }

    private void decodeLine(int length) {
        int count = six(0, length);
        for (int i = 1; available < count; i += 4) {
            int group = six(i, length) << 18 | six(i + 1, length) << 12 | six(i + 2, length) << 6 | six(i + 3, length);
            for (int shift = 16; shift >= 0 && available < count; shift -= 8) {
                octets[available++] = (byte) (group >> shift);
            }
        }
        if (count == 0) {
            ended = true;
        }
    }

    private int six(int i, int length) {
        return i < length ? line[i] - ' ' & 0x3f : 0; // trailing blanks get lost on the way
    }
}
