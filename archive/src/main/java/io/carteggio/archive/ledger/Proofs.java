package io.carteggio.archive.ledger;

import io.carteggio.archive.ArchiveException;
import io.carteggio.mail.Sha256;
import java.util.ArrayList;
import java.util.List;

/// Makes roots and proofs out of a tree's subtrees. Each takes a number of hashes that grows with the logarithm of the
/// tree.
public final class Proofs {
    private Proofs() {}

    /// What the tree's first `size` leaves hash to (RFC 9162, 2.1.1).
    public static Sha256 root(Subtrees tree, long size) throws ArchiveException {
        return size == 0 ? TreeHash.EMPTY : range(tree, 0, size);
    }

    /// The path from a leaf to the root of the first `size` leaves (RFC 9162, 2.1.3.1).
    public static InclusionProof inclusion(Subtrees tree, long index, long size) throws ArchiveException {
        if (index < 0 || index >= size) {
            throw new IllegalArgumentException("leaf " + index + " of a tree of " + size);
        }
        List<Sha256> path = new ArrayList<>();
        long from = 0;
        long to = size;
        while (to - from > 1) {
            long middle = from + split(to - from);
            if (index < middle) {
                path.add(range(tree, middle, to));
                to = middle;
            } else {
                path.add(range(tree, from, middle));
                from = middle;
            }
        }
        return new InclusionProof(index, size, path.reversed());
    }

    /// That the tree of `to` leaves begins with the tree of `from` leaves (RFC 9162, 2.1.4.1).
    public static ConsistencyProof consistency(Subtrees tree, long from, long to) throws ArchiveException {
        if (from < 0 || from > to) {
            throw new IllegalArgumentException("from a tree of " + from + " to one of " + to);
        }
        List<Sha256> path = new ArrayList<>();
        if (from > 0) {
            long start = 0;
            long end = to;
            while (end != from) {
                long middle = start + split(end - start);
                if (from <= middle) {
                    path.add(range(tree, middle, end));
                    end = middle;
                } else {
                    path.add(range(tree, start, middle));
                    start = middle;
                }
            }
            // The old tree's own last subtree; where that is the whole old tree, the verifier has its root already.
            if (start != 0) {
                path.add(range(tree, start, end));
            }
        }
        return new ConsistencyProof(from, to, path.reversed());
    }

    /// The hash over the leaves from `from` (a multiple of the greatest power of two in the range) up to `to`.
    private static Sha256 range(Subtrees tree, long from, long to) throws ArchiveException {
        long leaves = to - from;
        if (Long.bitCount(leaves) == 1) {
            int height = Long.numberOfTrailingZeros(leaves);
            return tree.hash(height, from >>> height);
        }
        long middle = from + split(leaves);
        return TreeHash.node(range(tree, from, middle), range(tree, middle, to));
    }

    /// The largest power of two smaller than a number of leaves over 1.
    private static long split(long leaves) {
        return Long.highestOneBit(leaves - 1);
    }
}
