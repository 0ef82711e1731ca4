package io.carteggio.archive.ledger;

import io.carteggio.archive.ArchiveException;
import io.carteggio.mail.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// What the tests hold against the tree: the RFC's own definition, said as plainly as it says it, and tiles in memory.
final class Trees {
    private Trees() {}

    /// MTH of RFC 9162, 2.1.1, over leaf hashes.
    static Sha256 root(List<Sha256> leaves) {
        if (leaves.isEmpty()) {
            return Sha256.of(new byte[0]);
        }
        if (leaves.size() == 1) {
            return leaves.getFirst();
        }
        int k = split(leaves.size());
        return TreeHash.node(root(leaves.subList(0, k)), root(leaves.subList(k, leaves.size())));
    }

    /// PATH of RFC 9162, 2.1.3.1.
    static List<Sha256> path(int m, List<Sha256> leaves) {
        if (leaves.size() == 1) {
            return List.of();
        }
        int k = split(leaves.size());
        List<Sha256> left = leaves.subList(0, k);
        List<Sha256> right = leaves.subList(k, leaves.size());
        return m < k ? with(path(m, left), root(right)) : with(path(m - k, right), root(left));
    }

    /// PROOF of RFC 9162, 2.1.4.1.
    static List<Sha256> consistency(int m, List<Sha256> leaves) {
        return m == 0 || m == leaves.size() ? List.of() : subproof(m, leaves, true);
    }

    private static List<Sha256> subproof(int m, List<Sha256> leaves, boolean known) {
        if (m == leaves.size()) {
            return known ? List.of() : List.of(root(leaves));
        }
        int k = split(leaves.size());
        List<Sha256> left = leaves.subList(0, k);
        List<Sha256> right = leaves.subList(k, leaves.size());
        return m <= k ? with(subproof(m, left, known), root(right)) : with(subproof(m - k, right, false), root(left));
    }

    private static List<Sha256> with(List<Sha256> path, Sha256 last) {
        return Stream.concat(path.stream(), Stream.of(last)).toList();
    }

    private static int split(int n) {
        int k = 1;
        while (k * 2 < n) {
            k *= 2;
        }
        return k;
    }

    /// A leaf that differs from all others.
    static Sha256 leaf(long number) {
        return TreeHash.leaf(("leaf " + number).getBytes(StandardCharsets.UTF_8));
    }

    /// Tiles in memory, that say when somebody writes one anew with other octets.
    static final class Memory implements TileStore {
        final Map<Tile, byte[]> tiles = new HashMap<>();

        @Override
        public boolean has(Tile tile) {
            return tiles.containsKey(tile);
        }

        @Override
        public byte[] read(Tile tile) throws ArchiveException {
            return Optional.ofNullable(tiles.get(tile))
                    .orElseThrow(() -> new ArchiveException("no " + tile.path(), false))
                    .clone();
        }

        @Override
        public void write(Tile tile, byte[] hashes) {
            if (hashes.length != Tile.SIZE_BYTES || tiles.put(tile, hashes.clone()) != null) {
                throw new IllegalStateException("written twice: " + tile);
            }
        }
    }
}
