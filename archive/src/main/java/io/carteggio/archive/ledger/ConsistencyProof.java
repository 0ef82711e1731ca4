package io.carteggio.archive.ledger;

import io.carteggio.mail.Sha256;
import java.util.List;

/// That a tree begins with an earlier one: nothing of it was changed, taken out or put in between.
///
/// @param from how many leaves the earlier tree had
/// @param to how many the later one has
public record ConsistencyProof(long from, long to, List<Sha256> path) {
    public ConsistencyProof {
        path = List.copyOf(path);
    }

    /// Whether the proof leads from the one root to the other (RFC 9162, 2.1.4.2). The empty tree is the beginning of
    /// every tree.
    public boolean proves(Sha256 earlier, Sha256 later) {
        if (from < 0 || from > to) {
            return false;
        }
        if (from == 0) {
            return path.isEmpty() && earlier.equals(TreeHash.EMPTY) && (to != 0 || later.equals(TreeHash.EMPTY));
        }
        if (from == to) {
            return path.isEmpty() && earlier.equals(later);
        }
        boolean wholeIsSubtree = Long.bitCount(from) == 1;
        if (!wholeIsSubtree && path.isEmpty()) {
            return false;
        }
        long node = from - 1;
        long last = to - 1;
        while ((node & 1) == 1) {
            node >>>= 1;
            last >>>= 1;
        }
        Sha256 first = wholeIsSubtree ? earlier : path.getFirst();
        Sha256 old = first;
        Sha256 grown = first;
        for (Sha256 beside : wholeIsSubtree ? path : path.subList(1, path.size())) {
            if (last == 0) {
                return false;
            }
            if ((node & 1) == 1 || node == last) {
                old = TreeHash.node(beside, old);
                grown = TreeHash.node(beside, grown);
                while ((node & 1) == 0 && node != 0) {
                    node >>>= 1;
                    last >>>= 1;
                }
            } else {
                grown = TreeHash.node(grown, beside);
            }
            node >>>= 1;
            last >>>= 1;
        }
        return last == 0 && old.equals(earlier) && grown.equals(later);
    }
}
