package io.carteggio.archive.vault;

import io.carteggio.archive.ArchiveException;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.util.List;
import java.util.function.Consumer;

/// The store that everything rests on: a sequence of frames that only grows.
///
/// Safe for many threads. Readers never wait for writers. A vault whose write or force failed once refuses all
/// further appends until it is opened again (what the disk holds is then read anew).
public interface Vault extends AutoCloseable {
    /// Appends the frame and forces it to stable storage together with whatever else is waiting. When this returns,
    /// the archive vouches for the frame. When it throws, the frame may or may not be found after the next opening.
    Kept append(Frame frame) throws ArchiveException;

    /// Names who is told of each forced batch, in the vault's order, before any `append` of the batch returns. The
    /// follower must be quick and must not throw. Set once, before the first append.
    void follow(Consumer<List<Kept>> follower);

    /// The bytes at a place that an entry names; not yet compared with any sum.
    Content read(Place place) throws ArchiveException;

    /// All frames from a position on that were forced when the call was made, in order. The walk verifies what
    /// it reads: a damaged frame is reported and stepped over, it never ends the walk.
    void walk(Position from, Walker walker) throws ArchiveException;

    /// Where the next frame will lie.
    Position end();

    /// Octets on disk.
    long storedBytes() throws ArchiveException;

    @Override
    void close() throws ArchiveException;

    /// Who sees the frames of a walk.
    interface Walker {
        /// A frame whose header, table and manifest are as they were written.
        void frame(Kept frame) throws ArchiveException;

        /// Bytes that were forced once and are no longer what was written.
        void damaged(Damage damage) throws ArchiveException;

        /// Whether the walk shall also read every record and compare its sum. A wrong sum is reported as damage after
        /// the frame.
        default boolean deep() {
            return false;
        }
    }

    /// What a walk found broken.
    ///
    /// @param frame the number of the frame, 0 where it cannot be told
    /// @param record the sum that the record should have, where a single record is broken
    record Damage(long segment, long offset, long frame, java.util.Optional<Sha256> record, String what) {}
}
