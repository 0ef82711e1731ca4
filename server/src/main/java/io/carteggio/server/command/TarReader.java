package io.carteggio.server.command;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// Reads a tar (POSIX.1-2017 pax, ustar, and GNU's long names and large sizes), file by file. What lies in it is never
/// written under the names it has there. Belongs to one thread.
final class TarReader {
    private static final int BLOCK_BYTES = 512;

    /// Longest name, and most that an extended header may say.
    private static final int EXTENDED_LIMIT_BYTES = 1024 * 1024;

    /// Who is told of what is in it.
    interface Finder {
        /// A file. Its octets can be read until this returns; what is left is passed over.
        void file(String name, long sizeBytes, InputStream octets) throws IOException;

        /// Something that is neither file nor folder: a link, a device.
        void other(String name) throws IOException;
    }

    /// It is no tar, is damaged, or ends too early.
    static final class DamagedTarException extends IOException {
        private static final long serialVersionUID = 1L;

        DamagedTarException(String why) {
            super(why);
        }
    }

    private final InputStream in;
    private final Finder finder;
    private final Map<String, String> pax = new HashMap<>();

    private TarReader(InputStream in, Finder finder) {
        this.in = in;
        this.finder = finder;
    }

    /// @throws DamagedTarException where it is none
    /// @throws IOException what the stream or the finder throws
    static void read(InputStream in, Finder finder) throws IOException {
        TarReader reader = new TarReader(in, finder);
        boolean first = true;
        byte[] head = in.readNBytes(BLOCK_BYTES);
        while (head.length > 0 && !isZero(head)) {
            if (head.length < BLOCK_BYTES || !isSummed(head)) {
                throw new DamagedTarException(first ? "no tar" : "the tar is damaged: a header's sum is wrong");
            }
            reader.entry(head);
            first = false;
            head = in.readNBytes(BLOCK_BYTES);
        }
        if (first && head.length == 0) {
            throw new DamagedTarException("no tar: it is empty");
        }
    }

    private static boolean isZero(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /// Some old programs summed the octets as signed numbers.
    private static boolean isSummed(byte[] head) throws IOException {
        long unsigned = 0;
        long signed = 0;
        for (int i = 0; i < BLOCK_BYTES; i++) {
            byte b = i >= 148 && i < 156 ? (byte) ' ' : head[i];
            unsigned += b & 0xff;
            signed += b;
        }
        long told = number(head, 148, 8);
        return told == unsigned || told == signed;
    }

    private void entry(byte[] head) throws IOException {
        long size = number(head, 124, 12);
        char type = (char) (head[156] & 0xff);
        switch (type) {
            case 'L' -> pax.put("path", text(extended(size), 0, Integer.MAX_VALUE));
            case 'K' -> extended(size); // where a link leads
            case 'x' -> pax(extended(size));
            case 'g' -> extended(size); // says nothing that a name or a size depends on
            default -> {
                String name = pax.getOrDefault("path", name(head));
                try {
                    size = pax.containsKey("size") ? Long.parseLong(pax.get("size")) : size;
                } catch (NumberFormatException e) {
                    throw new DamagedTarException("the tar is damaged: a file of '" + pax.get("size") + "' octets");
                }
                pax.clear();
                contents(type, name, size);
            }
        }
    }

    private void contents(char type, String name, long size) throws IOException {
        if (size < 0) {
            throw new DamagedTarException("the tar is damaged: a file of " + size + " octets");
        }
        Part part = new Part(in, size);
        if ((type == '0' || type == 0 || type == '7') && !name.endsWith("/")) {
            finder.file(name, size, part);
        } else if (type != '5' && !name.endsWith("/")) {
            finder.other(name);
        }
        part.skipRest();
        skip(in, padding(size));
    }

    private static void skip(InputStream in, long octets) throws IOException {
        try {
            in.skipNBytes(octets);
        } catch (java.io.EOFException e) {
            throw new DamagedTarException("the tar ends in a file");
        }
    }

    private static long padding(long size) {
        return (BLOCK_BYTES - size % BLOCK_BYTES) % BLOCK_BYTES;
    }

    private byte[] extended(long size) throws IOException {
        if (size < 0 || size > EXTENDED_LIMIT_BYTES) {
            throw new DamagedTarException("the tar is damaged: an extended header of " + size + " octets");
        }
        byte[] octets = in.readNBytes((int) size);
        if (octets.length < size) {
            throw new DamagedTarException("the tar ends in a header");
        }
        skip(in, padding(size));
        return octets;
    }

    /// Lines of `length key=value`, in UTF-8.
    private void pax(byte[] octets) throws IOException {
        int at = 0;
        while (at < octets.length && octets[at] != 0) {
            int blank = at;
            while (blank < octets.length && blank - at < 9 && octets[blank] >= '0' && octets[blank] <= '9') {
                blank++;
            }
            int length =
                    blank == at ? 0 : Integer.parseInt(new String(octets, at, blank - at, StandardCharsets.US_ASCII));
            if (length <= blank - at + 1 || length > octets.length - at || octets[blank] != ' ') {
                throw new DamagedTarException("the tar is damaged: an extended header says nothing");
            }
            String line = new String(octets, blank + 1, at + length - blank - 2, StandardCharsets.UTF_8);
            int equals = line.indexOf('=');
            if (equals > 0) {
                pax.put(line.substring(0, equals), line.substring(equals + 1));
            }
            at += length;
        }
    }

    private static String name(byte[] head) {
        String name = text(head, 0, 100);
        boolean ustar = text(head, 257, 5).equals("ustar") && head[262] == 0;
        String prefix = ustar ? text(head, 345, 155) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private static String text(byte[] octets, int from, int atMost) {
        int end = from;
        while (end < octets.length && end - from < atMost && octets[end] != 0) {
            end++;
        }
        return new String(octets, from, end - from, StandardCharsets.UTF_8);
    }

    /// Octal digits; or, where the first bit is set, a number of 63 bits (GNU).
    private static long number(byte[] head, int from, int length) throws IOException {
        if ((head[from] & 0x80) != 0) {
            long value = head[from] & 0x3f;
            for (int i = from + 1; i < from + length; i++) {
                if (value >>> 55 != 0) {
                    throw new DamagedTarException("the tar is damaged: a number is too large");
                }
                value = (value << 8) | (head[i] & 0xff);
            }
            return value;
        }
        long value = 0;
        for (int i = from; i < from + length && head[i] != 0; i++) {
            if (head[i] >= '0' && head[i] <= '7') {
                value = (value << 3) | (head[i] - '0');
            } else if (head[i] != ' ') {
                return -1;
            }
        }
        return value;
    }

    /// As much of the tar as one file is.
    private static final class Part extends FilterInputStream {
        private long left;

        Part(InputStream in, long size) {
            super(in);
            this.left = size;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int n = in.read(into, offset, (int) Math.min(length, left));
            if (n < 0) {
                throw new DamagedTarException("the tar ends in a file, " + left + " octets early");
            }
            left -= n;
            return n;
        }

        void skipRest() throws IOException {
            TarReader.skip(in, left);
            left = 0;
        }

        @Override
        public void close() {}
    }
}
