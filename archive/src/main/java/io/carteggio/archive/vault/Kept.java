package io.carteggio.archive.vault;

import io.carteggio.mail.Sha256;
import java.util.List;

/// A frame that lies in the vault, forced.
///
/// @param number its place in the sequence of all frames, from 1 without gaps
/// @param manifest the bytes of its first record
/// @param records all records but the manifest, in order
/// @param end the position after it
public record Kept(
        long number, Frame.Kind kind, io.carteggio.mail.Content manifest, List<KeptRecord> records, Position end) {
    /// A record that lies in the vault.
    public record KeptRecord(FrameRecord.Type type, Sha256 sum, Place place) {}

    public Kept {
        records = List.copyOf(records);
    }
}
