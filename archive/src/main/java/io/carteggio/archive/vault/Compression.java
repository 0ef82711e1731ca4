package io.carteggio.archive.vault;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.carteggio.mail.Content;
import java.io.ByteArrayInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;

/// zstd (RFC 8878) as records use it. Safe for many threads: the native contexts are lent out one by
/// one.
public final class Compression {
    /// The low bits of a record's coding.
    public static final int NONE = 0;

    public static final int ZSTD = 1;
    public static final int WITH_DICTIONARY = 2;
    public static final int WITH_RECORD = 3;
    public static final int BEGUN = 4;
    public static final int CONTINUED = 5;
    public static final int MASK = 0x0f;

    /// Two records that are compressed together have at most so many octets.
    public static final int TOGETHER_LIMIT_BYTES = Dictionary.SERVES_UP_TO_BYTES;

    /// The bit of a coding that says: the letter is a recipe.
    public static final int RECIPE = 0x10;

    /// zstd's level without a dictionary.
    private static final int LEVEL_ALONE = 3;

    /// The window of [#LEVEL_ALONE]. A dictionary serves only while the octets before are within the
    /// window (RFC 8878 section 5), so what is longer needs a larger one.
    private static final int LEVEL_ALONE_WINDOW_BYTES = 1 << 21;

    private static final int MIN_WINDOW_LOG = 18;

    /// The table of [#LEVEL_ALONE] has 2^17 places: of a longer dictionary it forgets the beginning,
    /// and so where a letter with the same body has to begin.
    private static final int LIKE_TABLE_SERVES_BYTES = 256 * 1024;

    /// One place in eight octets of the longest dictionary, 4 MiB of memory. That is enough: where one
    /// place of a body is found, what follows is taken along.
    private static final int LIKE_HASH_LOG = 20;

    private static final int DICTIONARY_MAGIC = 0xec30a437;

    /// What zstd answers where a frame does not say how long its content is: it was written as a
    /// stream.
    private static final long SIZE_UNTOLD = -1;

    /// An empty block that ends a frame (RFC 8878 section 3.1.1.2).
    private static final byte[] LAST_BLOCK = {1, 0, 0};

    private static final ConcurrentLinkedDeque<Buffers> BUFFERS = new ConcurrentLinkedDeque<>();
    private static final ConcurrentLinkedDeque<ZstdCompressCtx> COMPRESSING = new ConcurrentLinkedDeque<>();
    private static final ConcurrentLinkedDeque<ZstdDecompressCtx> DECOMPRESSING = new ConcurrentLinkedDeque<>();

    private Compression() {}

    /// Compresses octets in memory; empty where that does not make them shorter.
    public static Optional<byte[]> compress(byte[] octets, int length, Optional<Dictionary> dictionary) {
        ZstdCompressCtx context = lend();
        try {
            if (dictionary.isPresent()) {
                context.loadDict(dictionary.get().forCompressing());
            }
            return compress(context, octets, length);
        } finally {
            giveBack(context);
        }
    }

    /// Two records as one zstd frame, cut behind the first.
    public record Together(Content begun, Content continued) {}

    /// Compresses two records one behind the other, so that the second is compressed against the first
    /// too; each may be read with no more than what comes before it.
    ///
    /// @throws IllegalArgumentException where they are over [#TOGETHER_LIMIT_BYTES]
    public static Together compressTogether(byte[] first, byte[] second, Dictionary dictionary) {
        if (first.length + second.length > TOGETHER_LIMIT_BYTES) {
            throw new IllegalArgumentException(first.length + second.length + " octets are not compressed together");
        }
        ZstdCompressCtx context = lend();
        Buffers buffers = Optional.ofNullable(BUFFERS.poll()).orElseGet(Buffers::new);
        try {
            context.setContentSize(false); // the first record is read as a frame of its own
            context.loadDict(dictionary.forCompressing());
            Content begun = buffers.compress(context, first, EndDirective.FLUSH);
            return new Together(begun, buffers.compress(context, second, EndDirective.END));
        } finally {
            BUFFERS.push(buffers);
            context.setContentSize(true);
            giveBack(context);
        }
    }

    /// Native memory that streams of zstd go through.
    private static final class Buffers {
        private static final int BLOCK_HEADS_BYTES = 64;

        private final ByteBuffer in = ByteBuffer.allocateDirect(TOGETHER_LIMIT_BYTES);
        private final ByteBuffer out =
                ByteBuffer.allocateDirect((int) Zstd.compressBound(TOGETHER_LIMIT_BYTES) + BLOCK_HEADS_BYTES);

        Content compress(ZstdCompressCtx context, byte[] octets, EndDirective upTo) {
            in.clear().put(octets).flip();
            out.clear();
            if (!context.compressDirectByteBufferStream(out, in, upTo) || in.hasRemaining()) {
                throw new IllegalStateException("zstd wants more room than it said");
            }
            byte[] compressed = new byte[out.flip().remaining()];
            out.get(compressed);
            return Content.owning(compressed, compressed.length);
        }
    }

    /// Undoes [#compressTogether] for the first record.
    ///
    /// @param size octets it has
    public static byte[] decompressBegun(byte[] begun, int size, Optional<Dictionary> dictionary) throws IOException {
        byte[] ended = Arrays.copyOf(begun, begun.length + LAST_BLOCK.length);
        System.arraycopy(LAST_BLOCK, 0, ended, begun.length, LAST_BLOCK.length);
        byte[] first = decompress(ended, 0, size, with(dictionary), false);
        if (first.length != size) {
            throw new IOException("compressed octets gave " + first.length + " of " + size);
        }
        return first;
    }

    /// Undoes [#compressTogether] for both records: the octets of the first, then those of the second.
    ///
    /// @param size octets that the first has
    /// @param limitBytes octets that both have at most
    public static byte[] decompressTogether(
            byte[] begun, byte[] continued, int size, int limitBytes, Optional<Dictionary> dictionary)
            throws IOException {
        byte[] frame = Arrays.copyOf(begun, begun.length + continued.length);
        System.arraycopy(continued, 0, frame, begun.length, continued.length);
        byte[] both = decompress(frame, 0, limitBytes, with(dictionary), false);
        if (both.length < size) {
            throw new IOException("compressed octets gave " + both.length + ", less than the first " + size);
        }
        return both;
    }

    private static Setting with(Optional<Dictionary> dictionary) {
        return context -> dictionary.ifPresent(d -> context.loadDict(d.forDecompressing()));
    }

    /// Compresses octets against those of another record, of which all serve, however long both are.
    ///
    /// @param length at most 2^30
    public static Optional<byte[]> compressLike(byte[] octets, int length, byte[] like) {
        if (!servesAsRaw(like)) {
            return Optional.empty();
        }
        if (length <= LEVEL_ALONE_WINDOW_BYTES && like.length <= LIKE_TABLE_SERVES_BYTES) {
            ZstdCompressCtx context = lend();
            try {
                context.loadDict(like);
                return compress(context, octets, length);
            } finally {
                giveBack(context);
            }
        }
        try (ZstdCompressCtx context = new ZstdCompressCtx()) { // lent ones would keep the memory of the table
            prepare(context);
            context.setWindowLog(Math.max(MIN_WINDOW_LOG, Integer.SIZE - Integer.numberOfLeadingZeros(length - 1)));
            context.setHashLog(LIKE_HASH_LOG);
            context.loadDict(like);
            return compress(context, octets, length);
        }
    }

    /// Whether octets can be taken as a raw dictionary: zstd would take some for a dictionary of its
    /// own form.
    public static boolean servesAsRaw(byte[] like) {
        return like.length >= Integer.BYTES
                && ByteBuffer.wrap(like).getInt(0) != Integer.reverseBytes(DICTIONARY_MAGIC);
    }

    private static Optional<byte[]> compress(ZstdCompressCtx context, byte[] octets, int length) {
        byte[] out = new byte[(int) Zstd.compressBound(length)];
        int n = context.compressByteArray(out, 0, out.length, octets, 0, length);
        return n >= length ? Optional.empty() : Optional.of(Arrays.copyOf(out, n));
    }

    /// A stream that compresses what is written to it; closing it ends the octets but not `out`.
    public static OutputStream compressing(OutputStream out, Optional<Dictionary> dictionary) throws IOException {
        ZstdOutputStreamNoFinalizer stream = new ZstdOutputStreamNoFinalizer(new Unclosed(out), LEVEL_ALONE);
        if (dictionary.isPresent()) {
            stream.setDict(dictionary.get().forCompressing());
        }
        return stream;
    }

    /// Undoes [#compress] and [#compressing] in memory.
    ///
    /// @throws IOException where the octets are not what zstd wrote, or become more than the limit
    public static byte[] decompress(byte[] octets, int from, Optional<Dictionary> dictionary, int limitBytes)
            throws IOException {
        int length = octets.length - from;
        if (length <= 0 || Zstd.getFrameContentSize(octets, from, length) != SIZE_UNTOLD) {
            return decompress(octets, from, limitBytes, with(dictionary), true);
        }
        try (InputStream in = decompressing(new ByteArrayInputStream(octets, from, length), dictionary)) {
            byte[] all = in.readNBytes(limitBytes + 1);
            if (all.length > limitBytes) {
                throw new IOException("compressed octets of more than " + limitBytes);
            }
            return all;
        }
    }

    /// Undoes [#compressLike].
    public static byte[] decompressLike(byte[] octets, int from, byte[] like, int limitBytes) throws IOException {
        return decompress(octets, from, limitBytes, context -> context.loadDict(like), true);
    }

    private interface Setting {
        void on(ZstdDecompressCtx context);
    }

    /// @param told whether the octets say of themselves how many they are
    private static byte[] decompress(byte[] octets, int from, int limitBytes, Setting setting, boolean told)
            throws IOException {
        if (from >= octets.length) {
            throw new IOException("there are no compressed octets");
        }
        long size = told ? Zstd.getFrameContentSize(octets, from, octets.length - from) : limitBytes;
        if (size < 0 || size > limitBytes) {
            throw new IOException("compressed octets of size " + size + ", over the limit of " + limitBytes);
        }
        ZstdDecompressCtx context = Optional.ofNullable(DECOMPRESSING.poll()).orElseGet(ZstdDecompressCtx::new);
        try {
            setting.on(context);
            byte[] out = new byte[(int) size];
            int n = context.decompressByteArray(out, 0, out.length, octets, from, octets.length - from);
            if (told && n != size) {
                throw new IOException("compressed octets gave " + n + " of " + size);
            }
            return n == size ? out : Arrays.copyOf(out, n);
        } catch (ZstdException e) {
            throw new IOException("the octets are not what was compressed: " + e.getMessage(), e);
        } finally {
            context.reset();
            DECOMPRESSING.push(context);
        }
    }

    /// A stream over what compressed octets say.
    public static InputStream decompressing(InputStream octets, Optional<Dictionary> dictionary) throws IOException {
        ZstdInputStreamNoFinalizer stream = new ZstdInputStreamNoFinalizer(octets);
        if (dictionary.isPresent()) {
            stream.setDict(dictionary.get().forDecompressing());
        }
        return stream;
    }

    private static ZstdCompressCtx lend() {
        ZstdCompressCtx context = Optional.ofNullable(COMPRESSING.poll()).orElseGet(ZstdCompressCtx::new);
        prepare(context);
        return context;
    }

    private static void prepare(ZstdCompressCtx context) {
        context.setLevel(LEVEL_ALONE); // with a dictionary, its own level counts
        context.setDictID(false);
        context.setChecksum(false);
    }

    private static void giveBack(ZstdCompressCtx context) {
        context.reset();
        COMPRESSING.push(context);
    }

    private static final class Unclosed extends FilterOutputStream {
        Unclosed(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] octets, int from, int length) throws IOException {
            out.write(octets, from, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
