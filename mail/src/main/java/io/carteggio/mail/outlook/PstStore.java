package io.carteggio.mail.outlook;

import io.carteggio.mail.Content;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// The lower half of a PST ([MS-PST] 2.2): nodes by number, their data in blocks, and nodes within nodes.
final class PstStore {
    private static final int MAGIC = 0x4E444221; // !BDN
    private static final int PAGE_BYTES = 512;
    private static final int PAGES_KEPT = 4096;

    /// Deepest tree of pages and of blocks.
    private static final int DEPTH_LIMIT = 8;

    /// Most searches through all nodes for what a folder with a damaged list has.
    private static final int SEARCHES_LIMIT = 1_000;

    /// Most nodes within one node.
    static final int SUBNODES_LIMIT = 1_000_000;

    private static final int NODES = 0x81;
    private static final int BLOCKS = 0x80;

    private final Content file;
    private final boolean wide;
    private final int encoding;
    private final long nodesRoot;
    private final long blocksRoot;
    private long readsLeft;
    private int searchesLeft = SEARCHES_LIMIT;
    private final Map<Long, Page> pages = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Page> eldest) {
            return size() > PAGES_KEPT;
        }
    };

    /// A node: where its data and the nodes within it begin; zero is nothing.
    record Node(int number, long data, long subnodes, int parent) {}

    private record Page(Bytes octets, int level, int count, int entryBytes) {}

    /// Where a block lies.
    private record Block(long id, long offset, int sizeBytes) {
        boolean isInternal() {
            return (id & 2) != 0;
        }
    }

    static boolean looksLikeOne(byte[] begin) {
        return begin.length >= 4 && begin[0] == '!' && begin[1] == 'B' && begin[2] == 'D' && begin[3] == 'N';
    }

    PstStore(Content file) throws IOException {
        this.file = file;
        Bytes head = Bytes.read(file, 0, 516);
        if (head.int4(0) != MAGIC) {
            throw new DamagedException("no PST: another signature");
        }
        int version = head.int2(10);
        switch (version) {
            case 14, 15 -> {
                this.wide = false;
                this.encoding = head.octet(461);
                this.nodesRoot = head.unsigned4(188);
                this.blocksRoot = head.unsigned4(196);
            }
            case 21, 23 -> {
                this.wide = true;
                this.encoding = head.octet(513);
                this.nodesRoot = head.int8(224);
                this.blocksRoot = head.int8(240);
            }
            case 36 -> throw new DamagedException("an OST of Outlook 2013 or newer; export it as PST");
            default -> throw new DamagedException("a PST of unknown version " + version);
        }
        if (encoding > PstEncoding.CYCLIC) {
            throw new DamagedException("a PST encrypted in a way that is not known (" + encoding + ")");
        }
    }

    long sizeBytes() {
        return file.sizeBytes();
    }

    /// From here on something else is read. No honest thing needs each block, of 64 octets at least, more than some
    /// times over.
    void begin() {
        readsLeft = 1_000 + file.sizeBytes() / 16;
    }

    // ---- the two trees of pages ----

    private Page page(long offset, int type) throws IOException {
        Page known = pages.get(offset);
        if (known != null) {
            return known;
        }
        Bytes octets = Bytes.read(file, offset, PAGE_BYTES);
        int at = wide ? 488 : 496;
        int trailer = wide ? 496 : 500;
        if (octets.octet(trailer) != type || octets.octet(trailer + 1) != type) {
            throw new DamagedException("no page of a tree at octet " + offset);
        }
        Page page = new Page(octets, octets.octet(at + 3), octets.octet(at), octets.octet(at + 2));
        int least = page.level() > 0 ? (wide ? 24 : 12) : type == NODES ? (wide ? 32 : 16) : wide ? 24 : 12;
        if (page.entryBytes() < least || page.count() * page.entryBytes() > at || page.level() > DEPTH_LIMIT) {
            throw new DamagedException("a damaged page of a tree at octet " + offset);
        }
        pages.put(offset, page);
        return page;
    }

    private long word(Bytes octets, long at) throws DamagedException {
        return wide ? octets.int8(at) : octets.unsigned4(at);
    }

    private int wordBytes() {
        return wide ? 8 : 4;
    }

    /// The entry with this key in a tree of pages.
    private Optional<Bytes> find(long root, int type, long key) throws IOException {
        long offset = root;
        int above = DEPTH_LIMIT + 1;
        while (true) {
            Page page = page(offset, type);
            if (page.level() >= above) {
                throw new DamagedException("a tree of pages runs in a circle");
            }
            above = page.level();
            int low = 0;
            int high = page.count();
            while (low < high) { // the first whose key is greater
                int middle = (low + high) >>> 1;
                if (key(page, middle, type) <= key) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            if (low == 0) {
                return Optional.empty();
            }
            int at = (low - 1) * page.entryBytes();
            if (page.level() == 0) {
                return key(page, low - 1, type) == key
                        ? Optional.of(page.octets().slice(at, page.entryBytes()))
                        : Optional.empty();
            }
            offset = word(page.octets(), at + 2L * wordBytes());
        }
    }

    /// Numbers of nodes have 32 bits; the last two bits of a block's are no part of the order.
    private long key(Page page, int entry, int type) throws DamagedException {
        long key = word(page.octets(), (long) entry * page.entryBytes());
        return type == NODES ? key & 0xffffffffL : key & ~1L;
    }

    Optional<Node> node(int number) throws IOException {
        Optional<Bytes> entry = find(nodesRoot, NODES, number & 0xffffffffL);
        return entry.isEmpty() ? Optional.empty() : Optional.of(node(entry.get(), 0));
    }

    private Node node(Bytes octets, int at) throws DamagedException {
        int w = wordBytes();
        return new Node(octets.int4(at), word(octets, at + w), word(octets, at + 2L * w), octets.int4(at + 3L * w));
    }

    /// All nodes that say to lie in another one.
    List<Node> nodesOf(int parent) throws IOException {
        if (--searchesLeft < 0) {
            throw new DamagedException("too many folders are damaged");
        }
        List<Node> found = new ArrayList<>();
        long[] pagesLeft = {file.sizeBytes() / PAGE_BYTES};
        nodesOf(parent, nodesRoot, DEPTH_LIMIT + 1, pagesLeft, found);
        return found;
    }

    private void nodesOf(int parent, long offset, int above, long[] pagesLeft, List<Node> found) throws IOException {
        Page page = page(offset, NODES);
        if (page.level() >= above || --pagesLeft[0] < 0) {
            throw new DamagedException("a tree of pages runs in a circle");
        }
        for (int i = 0; i < page.count(); i++) {
            int at = i * page.entryBytes();
            if (page.level() > 0) {
                nodesOf(parent, word(page.octets(), at + 2L * wordBytes()), page.level(), pagesLeft, found);
            } else if (node(page.octets(), at).parent() == parent) {
                found.add(node(page.octets(), at));
            }
        }
    }

    // ---- blocks ----

    private Block block(long id) throws IOException {
        Bytes entry = find(blocksRoot, BLOCKS, id & ~1L)
                .orElseThrow(() -> new DamagedException("block " + Long.toHexString(id) + " is missing"));
        return new Block(id & ~1L, word(entry, wordBytes()), entry.int2(2L * wordBytes()));
    }

    private Bytes read(Block block) throws IOException {
        if (--readsLeft < 0) {
            throw new DamagedException("the same blocks are named again and again");
        }
        Bytes octets = Bytes.read(file, block.offset(), block.sizeBytes());
        if (block.isInternal() || encoding == PstEncoding.NONE) {
            return octets;
        }
        byte[] decoded = octets.toArray();
        PstEncoding.decode(encoding, decoded, (int) block.id());
        return new Bytes(decoded);
    }

    /// The data of a node: its blocks, one behind the other.
    final class Data {
        private final List<Block> blocks;
        private final long sizeBytes;

        private Data(List<Block> blocks, long sizeBytes) {
            this.blocks = blocks;
            this.sizeBytes = sizeBytes;
        }

        long sizeBytes() {
            return sizeBytes;
        }

        int blocks() {
            return blocks.size();
        }

        Bytes block(int number) throws IOException {
            if (number < 0 || number >= blocks.size()) {
                throw new DamagedException("block " + number + " of " + blocks.size() + " is named");
            }
            return read(blocks.get(number));
        }

        InputStream open() {
            return new Stream(this);
        }
    }

    Data data(long id) throws IOException {
        List<Block> blocks = new ArrayList<>();
        long size = 0;
        if (id != 0) {
            size = gather(block(id), 2, 0, blocks);
        }
        return new Data(blocks, size);
    }

    /// @param levels how many levels of lists there may be
    private long gather(Block block, int levels, long before, List<Block> into) throws IOException {
        if (!block.isInternal()) {
            into.add(block);
            long size = before + block.sizeBytes();
            if (size > file.sizeBytes() || into.size() > file.sizeBytes() / 64 + 1) {
                throw new DamagedException("a node has more octets than the file");
            }
            return size;
        }
        Bytes list = read(block);
        int level = list.octet(1);
        if (list.octet(0) != 1 || level < 1 || level > levels) {
            throw new DamagedException("block " + Long.toHexString(block.id()) + " is no list of blocks");
        }
        int count = list.int2(2);
        long size = before;
        for (int i = 0; i < count; i++) {
            size = gather(block(word(list, 8 + (long) i * wordBytes())), level - 1, size, into);
        }
        return size;
    }

    /// The nodes within a node, by number.
    Map<Integer, Node> subnodes(long id) throws IOException {
        Map<Integer, Node> found = new HashMap<>();
        if (id != 0) {
            subnodes(block(id), true, found);
        }
        return found;
    }

    private void subnodes(Block block, boolean mayBeIndex, Map<Integer, Node> found) throws IOException {
        Bytes list = read(block);
        if (!block.isInternal() || list.octet(0) != 2) {
            throw new DamagedException("block " + Long.toHexString(block.id()) + " is no list of nodes");
        }
        int level = list.octet(1);
        int count = list.int2(2);
        int w = wordBytes();
        int at = wide ? 8 : 4;
        for (int i = 0; i < count; i++) {
            if (found.size() > SUBNODES_LIMIT) {
                throw new DamagedException("more than " + SUBNODES_LIMIT + " nodes in one");
            }
            if (level == 0) {
                Node node = new Node(list.int4(at), word(list, at + w), word(list, at + 2L * w), 0);
                found.put(node.number(), node);
                at += 3 * w;
            } else if (mayBeIndex) {
                subnodes(block(word(list, at + w)), false, found);
                at += 2 * w;
            } else {
                throw new DamagedException("a list of nodes is nested too deep");
            }
        }
    }

    private static final class Stream extends InputStream {
        private final Data data;
        private int next;
        private InputStream current = InputStream.nullInputStream();

        Stream(Data data) {
            this.data = data;
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
            int n = current.read(into, offset, length);
            while (n < 0 && next < data.blocks()) {
                current = data.block(next++).open();
                n = current.read(into, offset, length);
            }
            return n;
        }
    }
}
