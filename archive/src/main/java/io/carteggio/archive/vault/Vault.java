package io.carteggio.archive.vault;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.SegmentFormat.FrameHead;
import io.carteggio.archive.vault.Sidecar.Tombstone;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// The store that everything rests on: a sequence of frames that only grows.
///
/// Safe for many threads. Readers never wait for writers. A vault whose write or force failed once
/// refuses all further appends until it is opened again (what the disk holds is then read anew).
public interface Vault extends VaultReader, AutoCloseable {
    /// Appends the frame and forces it to stable storage together with whatever else is waiting. When
    /// this returns, the archive vouches for the frame. When it throws, the frame may or may not be
    /// found after the next opening.
    Kept append(Frame frame) throws ArchiveException;

    /// Says that a frame is about to be brought, so that others that are here may wait a moment for it
    /// and be forced together with it. Close it in any case, also where no frame came of it.
    default Announced announce() {
        return new Announced() {
            @Override
            public Kept append(Frame frame) throws ArchiveException {
                return Vault.this.append(frame);
            }

            @Override
            public void close() {
                // nobody waits for it
            }
        };
    }

    /// Names who is told of each forced batch, in the vault's order, before any `append` of the batch returns.
    /// The follower must be quick and must not throw. Named before the first append; several are told one after
    /// the other.
    void follow(Consumer<List<Kept>> follower);

    /// Reads frames for who is about to ask for each of them and for its records: those that lie near
    /// each other in one go. A few megabytes of them at most are held in memory. The reader reads all
    /// else as the vault does.
    ///
    /// @return tells of each frame what the vault would have told at the time of the call
    VaultReader readAhead(Collection<Long> frames);

    /// The salt with which a record's commitment can be opened to others; empty where the record was
    /// erased.
    Optional<Key> salt(Place place) throws ArchiveException;

    /// All frames from a position on that were forced when the call was made, in order. The walk
    /// verifies what it reads: a damaged frame is reported and stepped over, it never ends the walk.
    void walk(Position from, Walker walker) throws ArchiveException;

    /// Destroys the keys of records, for good. The act that says so must have been kept before; the
    /// same call may be made again and again, and does nothing where nothing is left to destroy, nor
    /// does it take back what a later act did. Letters that need a record which goes must have been
    /// kept anew before.
    ///
    /// @param act number of the frame that says so
    /// @param records what goes, by frame: the indices, and the manifest that is to stand for an
    ///     erased one
    /// @throws ArchiveException where that frame is no act, and nothing was done; or where some of the
    ///     keys cannot be had, and all others are destroyed
    void erase(long act, Map<Long, Erasing> records) throws ArchiveException;

    /// Whether the keys are there that open a record. Where they are lost for good, nothing may be kept in
    /// dependence on it, and what it holds must be kept anew if it comes again.
    default boolean opens(Place place) {
        return true;
    }

    /// Whose keys are lost, so that what they sealed cannot be read: a sentence for each segment.
    default List<String> lostKeys() {
        return List.of();
    }

    /// The number of the last act of which it is remembered that it was carried out wholly, with all
    /// erasures before it; 0 where what is remembered cannot be so, since the vault does not go so far.
    long erasedThrough();

    /// Remembers how far erasures were carried out.
    ///
    /// @param act number of a frame that the vault has, or 0
    void erasedThrough(long act) throws ArchiveException;

    /// Whether the key of a record was destroyed, and the record counts as erased.
    ///
    /// @throws ArchiveException where the frame is not in the vault, or the keys of its segment cannot be had
    boolean isErased(Place place) throws ArchiveException;

    /// Shows what stands for the frames of which something counts as erased, in their order; not of
    /// segments whose keys are lost.
    void tombstones(Consumer<Tombstone> reader);

    /// Gives back the space of what was erased: writes the segments anew in which it lies.
    ///
    /// @return how many octets that freed
    long compact() throws ArchiveException;

    /// Where the next frame will lie.
    Position end();

    /// Octets on disk.
    long storedBytes() throws ArchiveException;

    @Override
    void close() throws ArchiveException;

    /// A frame that is on its way. Belongs to the thread that announced it.
    interface Announced extends AutoCloseable {
        /// As [Vault#append]; once.
        Kept append(Frame frame) throws ArchiveException;

        @Override
        void close();
    }

    /// What is erased of one frame.
    ///
    /// @param tombstone what stands for the manifest, where index 0 is among them
    record Erasing(Collection<Integer> records, Optional<Octets> tombstone) {
        public Erasing {
            records = List.copyOf(records);
        }
    }

    /// Who sees the frames of a walk.
    interface Walker {
        /// A frame whose head and manifest are as they were written.
        void frame(Kept frame) throws ArchiveException;

        /// A frame whose head is as it was written and whose records nobody can open, since the keys of its
        /// segment are lost. That they are was reported as damage.
        default void sealed(FrameHead head) throws ArchiveException {}

        /// Bytes that were forced once and are no longer what was written.
        void damaged(Damage damage) throws ArchiveException;

        /// Whether the walk shall also read every record and compare it with its commitment. What is
        /// wrong is reported as damage after the frame.
        default boolean deep() {
            return false;
        }
    }

    /// What a walk found broken.
    ///
    /// @param frame the number of the frame, 0 where it cannot be told
    /// @param record the record that is broken, where it is a single one
    /// @param head of the frame, where it is as it was written
    record Damage(
            long segment, long offset, long frame, Optional<Place> record, Optional<FrameHead> head, String what) {}
}
