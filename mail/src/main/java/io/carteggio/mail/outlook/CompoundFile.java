package io.carteggio.mail.outlook;

import io.carteggio.mail.Content;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// A compound file: streams in storages in one file ([MS-CFB]). Holds the allocation tables in memory, four octets for
/// each sector of the file, and no stream.
final class CompoundFile {
    private static final long SIGNATURE = 0xE11AB1A1E011CFD0L;

    /// Most streams and storages in one file.
    static final int ENTRIES_LIMIT = 500_000;

    private static final int STORAGE = 1;
    private static final int STREAM = 2;
    private static final int ROOT = 5;
    private static final int ENTRY_BYTES = 128;
    private static final int MINI_SHIFT = 6;
    private static final int NOTHING = -1;

    /// A stream or storage.
    record Entry(String name, int type, int left, int right, int child, int start, long sizeBytes) {
        boolean isStorage() {
            return type == STORAGE || type == ROOT;
        }
    }

    private final Content file;
    private final int sectorShift;
    private final int miniCutoff;
    private final int[] fat;
    private final int[] miniFat;
    private final List<Entry> entries = new ArrayList<>();
    private final int[] miniSectors;
    private long visits;

    static boolean looksLikeOne(byte[] begin) {
        try {
            return begin.length >= 8 && new Bytes(begin).int8(0) == SIGNATURE;
        } catch (DamagedException e) {
            throw new IllegalStateException("eight octets are there", e);
        }
    }

    CompoundFile(Content file) throws IOException {
        this.file = file;
        Bytes head = Bytes.read(file, 0, 512);
        if (head.int8(0) != SIGNATURE) {
            throw new DamagedException("no compound file: another signature");
        }
        this.sectorShift = head.int2(30);
        if ((sectorShift != 9 && sectorShift != 12) || head.int2(32) != MINI_SHIFT) {
            throw new DamagedException("sectors of 2^" + sectorShift + " octets");
        }
        this.miniCutoff = head.int4(56);
        this.fat = fat(head);
        this.miniFat = numbers(chain(fat, head.int4(60), Long.MAX_VALUE));
        readDirectory(head.int4(48));
        Entry root = root();
        this.miniSectors = chain(fat, root.start(), sectorsOf(root.sizeBytes(), sectorShift));
    }

    private long sectors() {
        return (file.sizeBytes() - 1) >> sectorShift; // without the header, the last one may be cut short
    }

    private static long sectorsOf(long sizeBytes, int shift) {
        return (sizeBytes + (1L << shift) - 1) >>> shift;
    }

    private int[] fat(Bytes head) throws IOException {
        int perSector = 1 << (sectorShift - 2);
        long needed = sectorsOf(sectors(), sectorShift - 2);
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < 109 && places.size() < needed; i++) {
            places.add(head.int4(76 + 4L * i));
        }
        int more = head.int4(68);
        for (int i = 0; more >= 0 && places.size() < needed; i++) {
            if (i > needed) {
                throw new DamagedException("its table of tables runs in a circle");
            }
            Bytes sector = sector(more);
            for (int n = 0; n < perSector - 1 && places.size() < needed; n++) {
                places.add(sector.int4(4L * n));
            }
            more = sector.int4(4L * (perSector - 1));
        }
        int[] table = new int[Math.toIntExact(Math.min(sectors(), Integer.MAX_VALUE - 8L))];
        Arrays.fill(table, NOTHING);
        int at = 0;
        for (int place : places) {
            if (place < 0) {
                at += perSector;
                continue;
            }
            Bytes sector = sector(place);
            for (int n = 0; n < perSector && at < table.length; n++) {
                table[at++] = sector.int4(4L * n);
            }
        }
        return table;
    }

    private Bytes sector(int number) throws IOException {
        long offset = (number + 1L) << sectorShift;
        int length = 1 << sectorShift;
        if (number < 0 || offset >= file.sizeBytes()) {
            throw new DamagedException("sector " + number + " lies outside the file");
        }
        if (offset + length <= file.sizeBytes()) {
            return Bytes.read(file, offset, length);
        }
        Bytes cut = Bytes.read(file, offset, (int) (file.sizeBytes() - offset));
        return new Bytes(Arrays.copyOf(cut.toArray(), length)); // some programs do not fill the last one up
    }

    /// The sectors of a chain, at most so many.
    private static int[] chain(int[] table, int start, long atMost) throws DamagedException {
        int[] chain = new int[16];
        int count = 0;
        BitSet seen = new BitSet();
        for (int sector = start; sector >= 0 && count < atMost; sector = table[sector]) {
            if (sector >= table.length || seen.get(sector)) {
                throw new DamagedException(
                        sector >= table.length ? "a chain leads out of the file" : "a chain runs in a circle");
            }
            seen.set(sector);
            if (count == chain.length) {
                chain = Arrays.copyOf(chain, 2 * count);
            }
            chain[count++] = sector;
        }
        return Arrays.copyOf(chain, count);
    }

    private int[] numbers(int[] sectors) throws IOException {
        int perSector = 1 << (sectorShift - 2);
        int[] numbers = new int[Math.multiplyExact(sectors.length, perSector)];
        int at = 0;
        for (int number : sectors) {
            Bytes sector = sector(number);
            for (int n = 0; n < perSector; n++) {
                numbers[at++] = sector.int4(4L * n);
            }
        }
        return numbers;
    }

    private void readDirectory(int start) throws IOException {
        for (int number : chain(fat, start, Long.MAX_VALUE)) {
            Bytes sector = sector(number);
            for (int at = 0; at + ENTRY_BYTES <= sector.length(); at += ENTRY_BYTES) {
                if (entries.size() == ENTRIES_LIMIT) {
                    throw new DamagedException("more than " + ENTRIES_LIMIT + " streams and storages");
                }
                int nameBytes = Math.clamp(sector.int2(at + 64) - 2L, 0, 62);
                long size = sectorShift == 9 ? sector.unsigned4(at + 120) : sector.int8(at + 120);
                entries.add(new Entry(
                        new String(sector.slice(at, nameBytes).toArray(), StandardCharsets.UTF_16LE),
                        sector.octet(at + 66),
                        sector.int4(at + 68),
                        sector.int4(at + 72),
                        sector.int4(at + 76),
                        sector.int4(at + 116),
                        size));
            }
        }
        if (entries.isEmpty() || entries.getFirst().type() != ROOT) {
            throw new DamagedException("it has no root");
        }
    }

    Entry root() {
        return entries.getFirst();
    }

    /// What lies in a storage, by name.
    Map<String, Entry> children(Entry storage) throws DamagedException {
        Map<String, Entry> children = new TreeMap<>();
        BitSet seen = new BitSet();
        Deque<Integer> left = new ArrayDeque<>(List.of(storage.child()));
        while (!left.isEmpty()) {
            int number = left.pop();
            if (number == NOTHING) {
                continue;
            }
            if (number < 0 || number >= entries.size() || seen.get(number)) {
                throw new DamagedException("the directory of '" + storage.name() + "' is no tree");
            }
            seen.set(number);
            if (++visits > 4L * entries.size()) {
                throw new DamagedException("storages share what lies in them");
            }
            Entry entry = entries.get(number);
            if (entry.type() == STORAGE || entry.type() == STREAM) {
                children.put(entry.name(), entry);
            }
            left.push(entry.left());
            left.push(entry.right());
        }
        return children;
    }

    InputStream open(Entry stream) throws IOException {
        boolean mini = stream.sizeBytes() < miniCutoff;
        int shift = mini ? MINI_SHIFT : sectorShift;
        if (stream.sizeBytes() < 0 || stream.sizeBytes() > file.sizeBytes()) {
            throw new DamagedException("'" + stream.name() + "' is larger than the file");
        }
        int[] chain = chain(mini ? miniFat : fat, stream.start(), sectorsOf(stream.sizeBytes(), shift));
        return new Sectors(chain, shift, mini, stream.sizeBytes());
    }

    Bytes read(Entry stream, int limitBytes) throws IOException {
        return value(Value.BINARY, stream).read(limitBytes);
    }

    Value value(int type, Entry stream) {
        return new Value(type, stream.sizeBytes(), () -> open(stream));
    }

    /// A stream's octets, read sector by sector.
    private final class Sectors extends InputStream {
        private final int[] chain;
        private final int shift;
        private final boolean mini;
        private long left;
        private int next;
        private InputStream current = InputStream.nullInputStream();

        Sectors(int[] chain, int shift, boolean mini, long sizeBytes) {
            this.chain = chain;
            this.shift = shift;
            this.mini = mini;
            this.left = sizeBytes;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, into.length);
            if (length == 0) {
                return 0;
            }
            while (left > 0) {
                int n = current.read(into, offset, (int) Math.min(length, left));
                if (n > 0) {
                    left -= n;
                    return n;
                }
                current.close();
                current = run();
            }
            return -1;
        }

        /// The next sectors that lie one behind the other.
        private InputStream run() throws IOException {
            if (next == chain.length) {
                throw new DamagedException("a stream ends " + left + " octets early");
            }
            long offset = offset(chain[next]);
            long end = offset + (1L << shift);
            for (next++; next < chain.length && offset(chain[next]) == end; next++) {
                end += 1L << shift;
            }
            end = Math.min(end, file.sizeBytes());
            if (offset >= end) {
                throw new DamagedException("a sector lies outside the file");
            }
            return file.open(offset, end - offset);
        }

        private long offset(int sector) throws DamagedException {
            if (!mini) {
                return (sector + 1L) << sectorShift;
            }
            long at = (long) sector << MINI_SHIFT;
            int within = (int) (at >>> sectorShift);
            if (within >= miniSectors.length) {
                throw new DamagedException("a small stream lies outside the file");
            }
            return ((miniSectors[within] + 1L) << sectorShift) + (at & ((1L << sectorShift) - 1));
        }

        @Override
        public void close() throws IOException {
            current.close();
        }
    }
}
