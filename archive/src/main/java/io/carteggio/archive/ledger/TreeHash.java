package io.carteggio.archive.ledger;

import io.carteggio.mail.Sha256;
import java.security.MessageDigest;

/// The two hashes of a Merkle tree (RFC 9162, 2.1.1). The octet before keeps a node from being passed off as a leaf.
public final class TreeHash {
    /// The root of the tree without leaves: SHA-256 of nothing.
    public static final Sha256 EMPTY = Sha256.of(new byte[0]);

    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    private TreeHash() {}

    public static Sha256 leaf(byte[] data) {
        MessageDigest digest = Sha256.digest();
        digest.update(LEAF);
        digest.update(data);
        return Sha256.finish(digest);
    }

    public static Sha256 node(Sha256 left, Sha256 right) {
        MessageDigest digest = Sha256.digest();
        digest.update(NODE);
        digest.update(left.toBytes());
        digest.update(right.toBytes());
        return Sha256.finish(digest);
    }
}
