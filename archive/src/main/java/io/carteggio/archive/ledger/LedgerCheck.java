package io.carteggio.archive.ledger;

import io.carteggio.archive.ArchiveException;
import io.carteggio.mail.Sha256;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/// Grows the tree once more from what the vault holds now, and compares it with all that was written of it
/// before: tiles, checkpoints, and the checkpoints that a witness kept outside.
///
/// Feed it every frame in order, then [#finish]. Takes little memory but for the checkpoints. For one thread.
public final class LedgerCheck {
    private final TileStore stored;
    private final Deque<Expected> expected;
    private final Consumer<String> findings;
    private final TreeEdge tree;
    private long wrong;

    /// A checkpoint that the tree must pass through.
    ///
    /// @param where it comes from, as a finding names it: `the checkpoint`, `the witness`
    /// @param witness whether it was kept outside
    public record Expected(Checkpoint checkpoint, String where, boolean witness) {}

    /// @param stored the tiles as they lie there now; nothing is written to it
    /// @param expected whose signatures were looked at already
    /// @param findings gets a sentence for each thing that is not as it must be
    public LedgerCheck(TileStore stored, List<Expected> expected, Consumer<String> findings) {
        this.stored = stored;
        this.expected = new ArrayDeque<>(expected.stream()
                .sorted(Comparator.comparingLong(e -> e.checkpoint().size()))
                .toList());
        this.findings = findings;
        this.tree = new TreeEdge(new Comparing());
    }

    public long size() {
        return tree.size();
    }

    /// Takes the leaf of the next frame, as the vault has it.
    public void leaf(Sha256 leaf) throws ArchiveException {
        tree.append(leaf);
        compare();
    }

    /// Takes note that the vault cannot say any more what the next frame was. Where its tile still has the
    /// leaf, the tree goes on with that, and the checkpoints after it say whether it is the right one.
    ///
    /// @return false where nobody knows the leaf: then nothing after it can be checked
    public boolean lost() throws ArchiveException {
        Tile tile = new Tile(0, tree.size() / Tile.WIDTH);
        if (!stored.has(tile)) {
            find("frame " + (tree.size() + 1)
                    + " cannot be read and no tile has its leaf: nothing from there on is proven");
            return false;
        }
        byte[] hashes;
        try {
            hashes = stored.read(tile);
        } catch (ArchiveException e) {
            find(unreadable(tile, e) + ": nothing from frame " + (tree.size() + 1) + " on is proven");
            return false;
        }
        leaf(Tile.hash(hashes, (int) (tree.size() % Tile.WIDTH), 0));
        return true;
    }

    /// Compares what is left to compare when the last frame has been.
    ///
    /// @param whole whether no frame came in meanwhile, so that there can be no tiles of later ones
    /// @return how many things were not as they must be
    public long finish(boolean whole) throws ArchiveException {
        compare();
        for (Expected e : expected) {
            wrong(e, "the vault has " + tree.size() + " frames");
        }
        long full = tree.size() / Tile.WIDTH;
        for (int level = 0; whole && level <= 7; level++, full /= Tile.WIDTH) {
            Tile behind = new Tile(level, full);
            if (stored.has(behind)) {
                find(behind.path() + " has leaves that the vault has not: " + tree.size() + " frames");
            }
        }
        return wrong;
    }

    private void compare() throws ArchiveException {
        while (!expected.isEmpty() && expected.getFirst().checkpoint().size() <= tree.size()) {
            Expected e = expected.removeFirst();
            Sha256 root = Proofs.root(tree, e.checkpoint().size());
            if (!root.equals(e.checkpoint().root())) {
                wrong(
                        e,
                        "the vault gives "
                                + new Checkpoint(
                                        e.checkpoint().origin(), e.checkpoint().size(), root));
            }
        }
    }

    private void wrong(Expected e, String now) {
        find(
                e.witness()
                        ? "the archive was rolled back or re-signed: " + e.where() + " says " + e.checkpoint() + ", "
                                + now
                        : e.where() + " says " + e.checkpoint() + ", " + now);
    }

    private void find(String what) {
        wrong++;
        findings.accept(what);
    }

    /// Compares a tile with what lies there, in place of writing it.
    private final class Comparing implements TileStore {
        @Override
        public boolean has(Tile tile) {
            return false;
        }

        @Override
        public byte[] read(Tile tile) {
            throw new IllegalStateException("a root needs no more than the tree's edge: " + tile.path());
        }

        @Override
        public void write(Tile tile, byte[] hashes) throws ArchiveException {
            if (!stored.has(tile)) {
                find(tile.path() + " is missing");
                return;
            }
            try {
                byte[] there = stored.read(tile);
                if (!Arrays.equals(there, hashes)) {
                    find(tile.path() + " is not what the vault gives"
                            + (tile.level() == 0 ? firstFrame(tile, there, hashes) : ""));
                }
            } catch (ArchiveException e) {
                find(unreadable(tile, e));
            }
        }

        private String firstFrame(Tile tile, byte[] there, byte[] hashes) {
            int at = Arrays.mismatch(there, hashes) / Sha256.SIZE_BYTES;
            return ", first at frame " + (tile.index() * Tile.WIDTH + at + 1);
        }
    }

    private static String unreadable(Tile tile, ArchiveException e) {
        return tile.path() + " cannot be read: " + e.getMessage();
    }
}
