package io.carteggio.archive.ledger;

import io.carteggio.mail.Sha256;
import java.util.List;
import java.util.Optional;

/// That a leaf stands at its place in a tree.
///
/// @param index of the leaf, from 0
/// @param size how many leaves the tree has
/// @param path the hashes beside the way from the leaf up to the root
public record InclusionProof(long index, long size, List<Sha256> path) {
    public InclusionProof {
        path = List.copyOf(path);
    }

    /// The root that the tree must have if the leaf stands there (RFC 9162, 2.1.3.2); empty where the path has not the
    /// length that index and size ask for.
    public Optional<Sha256> root(Sha256 leaf) {
        if (index < 0 || index >= size) {
            return Optional.empty();
        }
        long node = index;
        long last = size - 1;
        Sha256 hash = leaf;
        for (Sha256 beside : path) {
            if (last == 0) {
                return Optional.empty();
            }
            if ((node & 1) == 1 || node == last) {
                hash = TreeHash.node(beside, hash);
                while ((node & 1) == 0 && node != 0) {
                    node >>>= 1;
                    last >>>= 1;
                }
            } else {
                hash = TreeHash.node(hash, beside);
            }
            node >>>= 1;
            last >>>= 1;
        }
        return last == 0 ? Optional.of(hash) : Optional.empty();
    }

    public boolean proves(Sha256 leaf, Sha256 root) {
        return root(leaf).equals(Optional.of(root));
    }
}
