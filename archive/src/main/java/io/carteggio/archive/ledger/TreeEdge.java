package io.carteggio.archive.ledger;

import io.carteggio.archive.ArchiveException;
import io.carteggio.mail.Sha256;
import java.util.ArrayList;
import java.util.List;

/// A tree that grows at its right edge: takes leaf after leaf, gives a tile away as soon as it is full, and
/// keeps only the tiles that are not (at most 8 KiB a level, of which a million leaves have three).
///
/// So any number of leaves passes through in little memory; [#root] is there at any time, [#hash] for what
/// the given store still has. For one thread.
public final class TreeEdge implements Subtrees {
    private final TileStore store;
    private final List<Level> levels = new ArrayList<>();
    private long size;

    /// One level's tile that is not full yet.
    private static final class Level {
        private final byte[] hashes = new byte[Tile.SIZE_BYTES];
        private long tiles;
        private int width;

        Level copy() {
            Level copy = new Level();
            System.arraycopy(hashes, 0, copy.hashes, 0, width * Sha256.SIZE_BYTES);
            copy.tiles = tiles;
            copy.width = width;
            return copy;
        }
    }

    /// A tree without leaves.
    public TreeEdge(TileStore store) {
        this.store = store;
    }

    /// The tree of all the full tiles of level 0 in a store, ready to take the leaf after them. Tiles of
    /// higher levels that a crash kept from being written are written now.
    public static TreeEdge resume(TileStore store) throws ArchiveException {
        TreeEdge tree = new TreeEdge(store);
        long below = countTiles(store, 0);
        tree.size = below * Tile.WIDTH;
        if (below > 0) {
            tree.level(0).tiles = below;
        }
        for (int level = 1; below > 0; level++) {
            Level edge = tree.level(level);
            long full = below / Tile.WIDTH;
            for (long missing = countTiles(store, level); missing < full; missing++) {
                store.write(new Tile(level, missing), rootsOf(store, level - 1, missing * Tile.WIDTH, Tile.WIDTH));
            }
            edge.tiles = full;
            edge.width = (int) (below % Tile.WIDTH);
            byte[] roots = rootsOf(store, level - 1, full * Tile.WIDTH, edge.width);
            System.arraycopy(roots, 0, edge.hashes, 0, edge.width * Sha256.SIZE_BYTES);
            below = full;
        }
        return tree;
    }

    /// How many tiles of a level are there from the first on: doubling, then halving, so that a million need
    /// forty looks.
    private static long countTiles(TileStore store, int level) throws ArchiveException {
        long there = 0;
        long missing = 1;
        while (store.has(new Tile(level, missing - 1))) {
            there = missing;
            missing *= 2;
        }
        while (missing - there > 1) {
            long middle = (there + missing) >>> 1;
            if (store.has(new Tile(level, middle - 1))) {
                there = middle;
            } else {
                missing = middle;
            }
        }
        return there;
    }

    private static byte[] rootsOf(TileStore store, int level, long first, int count) throws ArchiveException {
        byte[] roots = new byte[count * Sha256.SIZE_BYTES];
        for (int i = 0; i < count; i++) {
            Sha256 root = Tile.hash(store.read(new Tile(level, first + i)), 0, Tile.HEIGHT);
            System.arraycopy(root.toBytes(), 0, roots, i * Sha256.SIZE_BYTES, Sha256.SIZE_BYTES);
        }
        return roots;
    }

    public long size() {
        return size;
    }

    /// This tree as it is now, whatever leaves it takes later. Only the edge is copied, so that takes no time
    /// to speak of; to read from it may take as long as it takes. Safe for many threads where the store is.
    ///
    /// @param tiles where the full tiles of this tree are found from now on
    public Subtrees snapshot(TileStore tiles) {
        TreeEdge now = new TreeEdge(tiles);
        levels.forEach(level -> now.levels.add(level.copy()));
        now.size = size;
        return now;
    }

    /// Takes the next leaf. When it throws, the leaf is in the tree but a tile may be missing in the store:
    /// the tree must then be read anew.
    public void append(Sha256 leaf) throws ArchiveException {
        size++;
        Sha256 hash = leaf;
        for (int number = 0; ; number++) {
            Level level = level(number);
            System.arraycopy(hash.toBytes(), 0, level.hashes, level.width * Sha256.SIZE_BYTES, Sha256.SIZE_BYTES);
            level.width++;
            if (level.width < Tile.WIDTH) {
                return;
            }
            store.write(new Tile(number, level.tiles), level.hashes.clone());
            hash = Tile.hash(level.hashes, 0, Tile.HEIGHT);
            level.tiles++;
            level.width = 0;
        }
    }

    private Level level(int number) {
        while (levels.size() <= number) {
            levels.add(new Level());
        }
        return levels.get(number);
    }

    /// What all leaves so far hash to.
    public Sha256 root() throws ArchiveException {
        return Proofs.root(this, size);
    }

    @Override
    public Sha256 hash(int height, long index) throws ArchiveException {
        if (height < 0 || height > 62 || index < 0 || index >= size >>> height) {
            throw new IllegalArgumentException(
                    "no complete subtree " + index + " of height " + height + " in a tree of " + size);
        }
        int number = height / Tile.HEIGHT;
        int inTile = height % Tile.HEIGHT;
        long tile = index >>> (Tile.HEIGHT - inTile);
        int first = (int) (index << inTile & (Tile.WIDTH - 1));
        Level level = levels.get(number);
        byte[] hashes = tile < level.tiles ? store.read(new Tile(number, tile)) : level.hashes;
        return Tile.hash(hashes, first, inTile);
    }
}
