package io.carteggio.archive.ledger;

import io.carteggio.archive.ArchiveException;
import io.carteggio.mail.Sha256;

/// The hashes of a tree's complete subtrees; all proofs are made of these.
public interface Subtrees {
    /// The root of the 2^`height` leaves from `index` · 2^`height` on.
    ///
    /// @throws IllegalArgumentException where the tree is not that large
    Sha256 hash(int height, long index) throws ArchiveException;
}
