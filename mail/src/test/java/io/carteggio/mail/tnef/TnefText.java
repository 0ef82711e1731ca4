package io.carteggio.mail.tnef;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_16LE;

import java.io.ByteArrayOutputStream;
import java.util.List;

/// Writes TNEF streams, as [MS-OXTNEF] lays them out; shares nothing with the reader.
public final class TnefText {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    public TnefText() {
        out.writeBytes(new byte[] {0x78, (byte) 0x9f, 0x3e, 0x22, 1, 0});
        attribute(1, 0x00089006, number(0x00010000, 4)); // attTnefVersion
        attribute(1, 0x00069007, join(number(1252, 4), number(0, 4))); // attOemCodepage
    }

    public byte[] octets() {
        return out.toByteArray();
    }

    public TnefText attribute(int level, long tag, byte[] data) {
        out.write(level);
        out.writeBytes(number(tag, 4));
        out.writeBytes(number(data.length, 4));
        out.writeBytes(data);
        int sum = 0;
        for (byte b : data) {
            sum += b & 0xff;
        }
        out.writeBytes(number(sum & 0xffff, 2));
        return this;
    }

    /// The message's own properties, each made by one of the functions below.
    public TnefText message(byte[]... properties) {
        return attribute(1, 0x00069003, properties(properties));
    }

    /// Recipients, each with type (1 to, 2 cc, 3 bcc), name and address.
    public TnefText recipients(List<String> rows) {
        ByteArrayOutputStream table = new ByteArrayOutputStream();
        table.writeBytes(number(rows.size(), 4));
        for (String row : rows) {
            String[] cells = row.split(" ", -1);
            table.writeBytes(properties(
                    int4(0x0C15, Long.parseLong(cells[0])), unicode(0x3001, cells[1]), unicode(0x39FE, cells[2])));
        }
        return attribute(1, 0x00069004, table.toByteArray());
    }

    public TnefText file(String name, byte[] data) {
        attribute(2, 0x00069002, new byte[14]);
        attribute(2, 0x00018010, (name + "\0").getBytes(ISO_8859_1));
        return attribute(2, 0x0006800F, data);
    }

    /// A message inside (attach method 5).
    public TnefText messageInside(String name, byte[] tnef) {
        attribute(2, 0x00069002, new byte[14]);
        byte[] message = {7, 3, 2, 0, 0, 0, 0, 0, (byte) 0xc0, 0, 0, 0, 0, 0, 0, 0x46};
        return attribute(
                2,
                0x00069005,
                properties(int4(0x3705, 5), unicode(0x3001, name), value(0x3701, 0x000D, join(message, tnef))));
    }

    public static byte[] properties(byte[]... properties) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(number(properties.length, 4));
        for (byte[] property : properties) {
            all.writeBytes(property);
        }
        return all.toByteArray();
    }

    public static byte[] unicode(int id, String text) {
        return value(id, 0x001F, (text + "\0").getBytes(UTF_16LE));
    }

    public static byte[] string(int id, String text) {
        return value(id, 0x001E, (text + "\0").getBytes(ISO_8859_1));
    }

    public static byte[] binary(int id, byte[] data) {
        return value(id, 0x0102, data);
    }

    public static byte[] value(int id, int type, byte[] data) {
        return join(
                number(type, 2),
                number(id, 2),
                number(1, 4),
                number(data.length, 4),
                data,
                new byte[(4 - data.length % 4) % 4]);
    }

    public static byte[] int4(int id, long value) {
        return join(number(0x0003, 2), number(id, 2), number(value, 4));
    }

    public static byte[] time(int id, long fileTime) {
        return join(number(0x0040, 2), number(id, 2), number(fileTime, 8));
    }

    /// A property with a name, which the reader must step over.
    public static byte[] named(String name, byte[] data) {
        byte[] text = (name + "\0").getBytes(UTF_16LE);
        return join(
                number(0x0102, 2),
                number(0x8005, 2),
                new byte[16],
                number(1, 4),
                number(text.length, 4),
                text,
                new byte[(4 - text.length % 4) % 4],
                number(1, 4),
                number(data.length, 4),
                data,
                new byte[(4 - data.length % 4) % 4]);
    }

    public static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    static byte[] number(long value, int octets) {
        byte[] bytes = new byte[octets];
        for (int i = 0; i < octets; i++) {
            bytes[i] = (byte) (value >>> (8 * i));
        }
        return bytes;
    }

    static byte[] join(byte[]... pieces) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] piece : pieces) {
            all.writeBytes(piece);
        }
        return all.toByteArray();
    }
}
