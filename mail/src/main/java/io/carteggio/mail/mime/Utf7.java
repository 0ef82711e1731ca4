package io.carteggio.mail.mime;

/// UTF-7 (RFC 2152), which Java does not know; old mail has it.
final class Utf7 {
    private Utf7() {}

    /// The text; octets that are not UTF-7 stand for themselves.
    static String decode(byte[] b, int length) {
        StringBuilder text = new StringBuilder(length);
        int i = 0;
        while (i < length) {
            int octet = b[i++] & 0xff;
            if (octet != '+') {
                text.append((char) octet);
            } else if (i < length && b[i] == '-') {
                text.append('+');
                i++;
            } else {
                int bits = 0;
                int held = 0;
                int six = i < length ? six(b[i]) : -1;
                if (six < 0) {
                    text.append('+');
                }
                while (six >= 0) {
                    bits = bits << 6 | six;
                    held += 6;
                    if (held >= 16) {
                        held -= 16;
                        text.append((char) (bits >> held));
                        bits &= (1 << held) - 1;
                    }
                    i++;
                    six = i < length ? six(b[i]) : -1;
                }
                if (i < length && b[i] == '-') {
                    i++;
                }
            }
        }
        return text.toString();
    }

    private static int six(byte octet) {
        if (octet >= 'A' && octet <= 'Z') {
            return octet - 'A';
        } else if (octet >= 'a' && octet <= 'z') {
            return octet - 'a' + 26;
        } else if (octet >= '0' && octet <= '9') {
            return octet - '0' + 52;
        }
        return octet == '+' ? 62 : octet == '/' ? 63 : -1;
    }
}
