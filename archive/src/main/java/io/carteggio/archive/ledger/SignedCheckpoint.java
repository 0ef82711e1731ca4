package io.carteggio.archive.ledger;

import java.nio.charset.StandardCharsets;

/// A checkpoint with the signature that makes it worth something.
///
/// @param note the signed note, as it is written, lodged, and given away
public record SignedCheckpoint(Checkpoint checkpoint, String note) {
    /// What came of reading a note.
    public sealed interface Reading {
        record Good(SignedCheckpoint checkpoint) implements Reading {}

        record Refused(String why) implements Reading {}
    }

    /// Reads a note and its signature. Good is only what this very key has signed, under its own name.
    public static Reading read(byte[] note, VerifierKey key) {
        try {
            return new Reading.Good(parse(SignedNote.utf8(note), key));
        } catch (MalformedException e) {
            return new Reading.Refused(e.why());
        }
    }

    /// Reads a note without asking who signed it: for one that an auditor kept, and that may be older than the
    /// archive's key.
    public static Reading readUnsigned(byte[] note) {
        try {
            String form = SignedNote.utf8(note);
            return new Reading.Good(
                    new SignedCheckpoint(Checkpoint.parse(SignedNote.parse(form).text()), form));
        } catch (MalformedException e) {
            return new Reading.Refused(e.why());
        }
    }

    static SignedCheckpoint parse(String form, VerifierKey key) throws MalformedException {
        SignedNote note = SignedNote.parse(form);
        if (!key.signed(note)) {
            throw new MalformedException("the checkpoint is not signed with the key " + key.name());
        }
        Checkpoint checkpoint = Checkpoint.parse(note.text());
        if (!checkpoint.origin().equals(key.name())) {
            throw new MalformedException("the checkpoint is of " + checkpoint.origin() + ", not of " + key.name());
        }
        return new SignedCheckpoint(checkpoint, form);
    }

    public byte[] bytes() {
        return note.getBytes(StandardCharsets.UTF_8);
    }
}
