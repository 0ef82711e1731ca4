package io.carteggio.archive.vault;

import io.carteggio.mail.Sha256;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// The keys of one segment's records: the leaves of a binary tree of hashes, of which a single one
/// can be taken out for good (Goldreich, Goldwasser, Micali 1986; `docs/format/segment.md`, "Key
/// tree"). Immutable but for a cache; safe for many threads.
public final class KeyTree {
    /// Bits of the way from the root to a record: 24 for the frame, 16 for the record in it.
    public static final int DEPTH = 40;

    private static final int RECORD_BITS = 16;

    /// So many frames have a place in one segment; the last place is the dictionary's.
    public static final long FRAMES_LIMIT = (1L << (DEPTH - RECORD_BITS)) - 1;

    private static final int RECORD_KEY = 2;
    private static final int SALT = 3;

    /// A node that is still there, with all leaves below it.
    ///
    /// @param depth steps from the root
    /// @param path those steps as bits, the first one highest
    public record Node(int depth, long path, Key key) {
        public Node {
            if (depth < 0 || depth > DEPTH || path < 0 || path >> depth != 0) {
                throw new IllegalArgumentException("no node at depth " + depth + ", path " + path);
            }
        }

        private long firstLeaf() {
            return path << (DEPTH - depth);
        }

        private long lastLeaf() {
            return firstLeaf() + (1L << (DEPTH - depth)) - 1;
        }
    }

    /// What opens one record: its key, and the salt of its commitment.
    public record RecordKeys(Key key, Key salt) {}

    private final List<Node> nodes;
    private final TreeMap<Long, Node> byFirstLeaf = new TreeMap<>();

    // the way to the leaf asked for last; guarded by this
    private final MessageDigest digest = Sha256.digest();
    private final byte[][] way = new byte[DEPTH + 1][Key.SIZE_BYTES + 1];
    private long lastLeaf = -1;
    private int lastDepth;

    /// A whole tree.
    public KeyTree(Key root) {
        this(List.of(new Node(0, 0, root)));
    }

    /// What is left of a tree.
    public KeyTree(List<Node> nodes) {
        this.nodes =
                nodes.stream().sorted(Comparator.comparingLong(Node::firstLeaf)).toList();
        long next = 0;
        for (Node node : this.nodes) {
            if (node.firstLeaf() < next) {
                throw new IllegalArgumentException("nodes overlap");
            }
            next = node.lastLeaf() + 1;
            byFirstLeaf.put(node.firstLeaf(), node);
        }
    }

    public List<Node> nodes() {
        return nodes;
    }

    /// The place of a record in a segment, as a leaf's number.
    public static long leaf(long relativeFrame, int record) {
        if (relativeFrame < 0 || relativeFrame > FRAMES_LIMIT || record < 0 || record >= 1 << RECORD_BITS) {
            throw new IllegalArgumentException("no place " + relativeFrame + ", " + record);
        }
        return relativeFrame << RECORD_BITS | record;
    }

    /// The leaf of a segment's dictionary.
    public static long dictionaryLeaf() {
        return leaf(FRAMES_LIMIT, 0);
    }

    /// Whether what opens a record is still there: as [#at], without making it.
    public boolean opens(long leaf) {
        Map.Entry<Long, Node> entry = byFirstLeaf.floorEntry(leaf);
        return entry != null && leaf <= entry.getValue().lastLeaf();
    }

    /// What opens a record; empty where it was erased.
    public synchronized Optional<RecordKeys> at(long leaf) {
        Map.Entry<Long, Node> entry = byFirstLeaf.floorEntry(leaf);
        if (entry == null || entry.getValue().lastLeaf() < leaf) {
            return Optional.empty();
        }
        Node node = entry.getValue();
        int depth = node.depth();
        if (lastLeaf >= node.firstLeaf() && lastLeaf <= node.lastLeaf()) {
            // the ways to two leaves part where their numbers do
            int common = DEPTH - (Long.SIZE - Long.numberOfLeadingZeros(lastLeaf ^ leaf));
            depth = Math.max(depth, Math.min(common, lastDepth));
        } else {
            System.arraycopy(node.key().toBytes(), 0, way[depth], 0, Key.SIZE_BYTES);
        }
        for (; depth < DEPTH; depth++) {
            step(way[depth], (int) (leaf >>> (DEPTH - depth - 1)) & 1, way[depth + 1]);
        }
        lastLeaf = leaf;
        lastDepth = DEPTH;
        byte[] out = new byte[Key.SIZE_BYTES + 1];
        step(way[DEPTH], RECORD_KEY, out);
        Key key = Key.of(Arrays.copyOf(out, Key.SIZE_BYTES));
        step(way[DEPTH], SALT, out);
        return Optional.of(new RecordKeys(key, Key.of(Arrays.copyOf(out, Key.SIZE_BYTES))));
    }

    private void step(byte[] from, int octet, byte[] to) {
        from[Key.SIZE_BYTES] = (byte) octet;
        digest.update(from);
        try {
            digest.digest(to, 0, Key.SIZE_BYTES);
        } catch (DigestException e) {
            throw new IllegalStateException("a sum has 32 octets", e);
        }
    }

    /// The tree without some leaves: it holds no node above them any more.
    public KeyTree without(Collection<Long> leaves) {
        NavigableSet<Long> gone = new TreeSet<>(leaves);
        List<Node> left = new ArrayList<>();
        for (Node node : nodes) {
            cut(node, gone, left);
        }
        return new KeyTree(left);
    }

    private static void cut(Node node, NavigableSet<Long> gone, List<Node> left) {
        Long first = gone.ceiling(node.firstLeaf());
        if (first == null || first > node.lastLeaf()) {
            left.add(node);
        } else if (node.depth() < DEPTH) {
            for (int bit = 0; bit < 2; bit++) {
                cut(
                        new Node(
                                node.depth() + 1,
                                node.path() << 1 | bit,
                                node.key().derive(bit)),
                        gone,
                        left);
            }
        }
    }
}
