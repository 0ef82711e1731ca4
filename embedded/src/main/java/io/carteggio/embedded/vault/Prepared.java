package io.carteggio.embedded.vault;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Compression;
import io.carteggio.archive.vault.Dictionary;
import io.carteggio.archive.vault.Frame;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Place;
import io.carteggio.mail.Content;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/// A frame made ready for the writer by the thread that brought it: compressed, not yet sealed. So
/// the one writer has little left to do.
///
/// @param dictionary what its records were compressed against
record Prepared(Frame frame, List<Body> bodies, Optional<Dictionary> dictionary) {
    /// Records up to this size are compressed in memory; larger ones when they are written.
    static final int IN_MEMORY_BYTES = 1 << 20;

    /// A letter larger than this, after what its recipe takes out, is not compressed against another:
    /// both are in memory while it is written and read (`docs/format/segment.md`, "Records").
    static final int LIKE_LIMIT_BYTES = 8 << 20;

    /// What is compressed against a letter with the same body is a few headers. One that became no
    /// shorter than this share has another body after all, and is worth a try without.
    private static final int LIKE_SHARE = 8;

    private static final Semaphore LARGE = new Semaphore(4);

    private static final int RECORD_NAME_BYTES = 10;

    /// What is to be sealed of one record.
    sealed interface Body {
        FrameRecord record();

        int coding();

        /// Octets in memory.
        record InMemory(FrameRecord record, int coding, Content octets) implements Body {}

        /// Content that is compressed while it is written.
        record Streamed(FrameRecord record, int coding, Content kept) implements Body {}
    }

    Prepared {
        bodies = List.copyOf(bodies);
    }

    static Prepared of(Frame frame, Optional<Dictionary> dictionary, Segments segments)
            throws IOException, ArchiveException {
        List<Body> bodies = new ArrayList<>(frame.records().size());
        if (dictionary.isPresent() && frame.ofOneLetter()) {
            bodies.addAll(together(frame.records().get(0), frame.records().get(1), dictionary.get()));
        }
        for (FrameRecord record :
                frame.records().subList(bodies.size(), frame.records().size())) {
            bodies.add(body(record, dictionary, segments));
        }
        return new Prepared(frame, bodies, dictionary);
    }

    /// Manifest and letter have the people, the subject and more in common; empty where they are better
    /// compressed each alone.
    private static List<Body> together(FrameRecord manifest, FrameRecord letter, Dictionary dictionary)
            throws IOException {
        Content kept = letter.recipe().isPresent() ? letter.recipe().get().kept(letter.content()) : letter.content();
        long bytes = manifest.content().sizeBytes() + kept.sizeBytes();
        if (letter.like().isPresent() || bytes > Compression.TOGETHER_LIMIT_BYTES) {
            return List.of();
        }
        int recipe = letter.recipe().isPresent() ? Compression.RECIPE : 0;
        Compression.Together both = Compression.compressTogether(
                manifest.content().toByteArray(IN_MEMORY_BYTES), kept.toByteArray(IN_MEMORY_BYTES), dictionary);
        return both.begun().sizeBytes() + both.continued().sizeBytes() >= bytes
                ? List.of()
                : List.of(
                        new Body.InMemory(manifest, Compression.BEGUN, both.begun()),
                        new Body.InMemory(letter, recipe | Compression.CONTINUED, both.continued()));
    }

    private static Body body(FrameRecord record, Optional<Dictionary> dictionary, Segments segments)
            throws IOException, ArchiveException {
        int recipe = record.recipe().isPresent() ? Compression.RECIPE : 0;
        Content kept = record.recipe().isPresent() ? record.recipe().get().kept(record.content()) : record.content();
        if (kept.sizeBytes() > IN_MEMORY_BYTES) {
            return likeOfLarge(record, kept, segments)
                    .<Body>map(like -> beside(record, recipe, like))
                    .orElseGet(() -> new Body.Streamed(record, recipe | Compression.ZSTD, kept));
        }
        byte[] octets = kept.toByteArray(IN_MEMORY_BYTES);
        Optional<Dictionary> suited = dictionary.filter(
                d -> record.type() != FrameRecord.Type.PART && octets.length <= Dictionary.SERVES_UP_TO_BYTES);
        Optional<byte[]> like = like(record, Content.owning(octets, octets.length), segments);
        Optional<byte[]> alone = like.isPresent() && like.get().length < octets.length / LIKE_SHARE
                ? Optional.empty()
                : Compression.compress(octets, octets.length, suited);
        int aloneBytes = alone.map(a -> a.length).orElse(octets.length);
        if (like.isPresent() && (alone.isEmpty() || like.get().length + RECORD_NAME_BYTES < aloneBytes)) {
            return beside(record, recipe, like.get());
        }
        return alone.isPresent()
                ? inMemory(
                        record,
                        recipe | (suited.isPresent() ? Compression.WITH_DICTIONARY : Compression.ZSTD),
                        alone.get())
                : inMemory(record, recipe | Compression.NONE, octets);
    }

    /// What a record becomes compressed against the one that it is like; empty where there is none that
    /// serves.
    private static Optional<byte[]> like(FrameRecord record, Content kept, Segments segments)
            throws IOException, ArchiveException {
        if (record.like().isEmpty() || kept.sizeBytes() > LIKE_LIMIT_BYTES) {
            return Optional.empty();
        }
        Optional<byte[]> other = like(record.like().get(), segments);
        if (other.isEmpty()) {
            return Optional.empty();
        }
        byte[] octets = kept.toByteArray(LIKE_LIMIT_BYTES);
        return Compression.compressLike(octets, octets.length, other.get());
    }

    /// The same for a record that is else compressed while it is written: a few of those at a time, for
    /// all of both is in memory, and as many as there are connections may bring one.
    private static Optional<byte[]> likeOfLarge(FrameRecord record, Content kept, Segments segments)
            throws IOException, ArchiveException {
        if (record.like().isEmpty()) {
            return Optional.empty();
        }
        LARGE.acquireUninterruptibly();
        try {
            return like(record, kept, segments).filter(like -> like.length < kept.sizeBytes() / LIKE_SHARE);
        } finally {
            LARGE.release();
        }
    }

    /// A record that is kept compressed against the one that it is like, behind that one's name.
    private static Body beside(FrameRecord record, int recipe, byte[] compressed) {
        Place other = record.like().orElseThrow();
        byte[] named = ByteBuffer.allocate(RECORD_NAME_BYTES + compressed.length)
                .putLong(other.frame())
                .putShort((short) other.record())
                .put(compressed)
                .array();
        return inMemory(record, recipe | Compression.WITH_RECORD, named);
    }

    /// The octets of another letter; none where they cannot be read any more: then this one stands alone.
    private static Optional<byte[]> like(Place other, Segments segments) throws ArchiveException {
        try {
            return segments.asDictionary(other, LIKE_LIMIT_BYTES);
        } catch (ArchiveException e) {
            if (e.laterHelps()) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private static Body inMemory(FrameRecord record, int coding, byte[] octets) {
        return new Body.InMemory(record, coding, Content.owning(octets, octets.length));
    }

    /// Octets that wait in memory for the writer.
    long sizeBytes() {
        long bytes = 0;
        for (Body body : bodies) {
            bytes += body instanceof Body.InMemory here ? here.octets().sizeBytes() : 0;
        }
        return bytes;
    }
}
