package io.carteggio.archive.ledger;

import io.carteggio.mail.Sha256;
import java.util.Base64;

/// How many leaves a tree has and what they hash to (C2SP tlog-checkpoint).
///
/// @param origin whose tree
/// @param size how many leaves
/// @param root what they hash to
public record Checkpoint(String origin, long size, Sha256 root) {
    public Checkpoint {
        if (!SignedNote.isKeyName(origin) || size < 0) {
            throw new IllegalArgumentException("no checkpoint: " + origin + ", " + size + " leaves");
        }
    }

    /// The lines that are signed.
    String text() {
        return origin + '\n' + size + '\n' + Base64.getEncoder().encodeToString(root.toBytes()) + '\n';
    }

    /// Lines behind the third are for others to read and are passed over.
    static Checkpoint parse(String text) throws MalformedException {
        String[] lines = text.split("\n", -1);
        if (lines.length < 4 || !lines[lines.length - 1].isEmpty() || !SignedNote.isKeyName(lines[0])) {
            throw new MalformedException("the note is no checkpoint");
        }
        for (int i = 0; i < lines.length - 1; i++) {
            if (lines[i].isEmpty()) {
                throw new MalformedException("the note is no checkpoint: it has an empty line");
            }
        }
        return new Checkpoint(
                lines[0], Strict.number(lines[1], "the tree's size"), Strict.hash(lines[2], "the tree's root"));
    }

    @Override
    public String toString() {
        return "size " + size + " root " + Base64.getEncoder().encodeToString(root.toBytes());
    }
}
