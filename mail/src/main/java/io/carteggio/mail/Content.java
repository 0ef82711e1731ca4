package io.carteggio.mail;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Objects;

/// Bytes that can be read again and in part, wherever they lie: in memory, in a spool file, in the vault.
///
/// The bytes never change while anyone holds the content. Implementations may be read from many threads; each stream
/// belongs to one. Sizes and offsets are in octets.
public interface Content {
    /// The number of octets, never negative.
    long sizeBytes();

    /// A stream over `length` octets from `offset` on. The caller closes it.
    ///
    /// @throws IndexOutOfBoundsException where the range does not lie inside the content
    InputStream open(long offset, long length) throws IOException;

    /// A stream over all octets. The caller closes it.
    default InputStream open() throws IOException {
        return open(0, sizeBytes());
    }

    /// The same octets seen through a window; copies nothing.
    default Content slice(long offset, long length) {
        return new Slice(this, offset, length);
    }

    /// All octets in memory. For content that is known to be small: throws where it is larger than `limitBytes`.
    default byte[] toByteArray(int limitBytes) throws IOException {
        if (sizeBytes() > limitBytes) {
            throw new IOException("content of " + sizeBytes() + " octets is over the limit of " + limitBytes);
        }
        try (InputStream in = open()) {
            byte[] all = in.readNBytes((int) sizeBytes());
            if (all.length != sizeBytes()) {
                throw new IOException("content ends at " + all.length + " of " + sizeBytes() + " octets");
            }
            return all;
        }
    }

    /// Gives all octets to a digest.
    default void digest(MessageDigest digest) throws IOException {
        byte[] buffer = new byte[Math.clamp(sizeBytes(), 1, 64 * 1024)];
        try (InputStream in = open()) {
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
    }

    /// Content over a copy of the array.
    static Content of(byte[] bytes) {
        return new InMemory(bytes.clone(), 0, bytes.length);
    }

    /// Content over the first `length` octets of an array that the caller promises not to touch again; copies
    /// nothing.
    static Content owning(byte[] bytes, int length) {
        return new InMemory(bytes, 0, length);
    }

    /// Octets in an array.
    final class InMemory implements Content {
        private final byte[] bytes;
        private final int from;
        private final int length;

        private InMemory(byte[] bytes, int from, int length) {
            Objects.checkFromIndexSize(from, length, bytes.length);
            this.bytes = bytes;
            this.from = from;
            this.length = length;
        }

        @Override
        public long sizeBytes() {
            return length;
        }

        @Override
        public InputStream open(long offset, long count) {
            Objects.checkFromIndexSize(offset, count, length);
            return new ByteArrayInputStream(bytes, from + (int) offset, (int) count);
        }

        @Override
        public void digest(MessageDigest digest) {
            digest.update(bytes, from, length);
        }

        @Override
        public Content slice(long offset, long count) {
            Objects.checkFromIndexSize(offset, count, length);
            return new InMemory(bytes, from + (int) offset, (int) count);
        }
    }

    /// A window onto other content.
    record Slice(Content whole, long offset, long sizeBytes) implements Content {
        public Slice {
            Objects.checkFromIndexSize(offset, sizeBytes, whole.sizeBytes());
        }

        @Override
        public InputStream open(long from, long length) throws IOException {
            Objects.checkFromIndexSize(from, length, sizeBytes);
            return whole.open(offset + from, length);
        }

        @Override
        public Content slice(long from, long length) {
            Objects.checkFromIndexSize(from, length, sizeBytes);
            return new Slice(whole, offset + from, length);
        }
    }
}
