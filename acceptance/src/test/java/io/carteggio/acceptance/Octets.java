package io.carteggio.acceptance;

import io.carteggio.mail.Content;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;

/// Large content that is made while it is read.
final class Octets {
    private Octets() {}

    /// Contents one behind the other.
    static Content joined(Content... parts) {
        return new Joined(List.of(parts));
    }

    /// The same octets over and over.
    static Content repeated(byte[] unit, long times) {
        return new Repeated(Content.of(unit), times);
    }

    private record Joined(List<Content> parts) implements Content {
        @Override
        public long sizeBytes() {
            return parts.stream().mapToLong(Content::sizeBytes).sum();
        }

        @Override
        public InputStream open(long offset, long length) {
            Objects.checkFromIndexSize(offset, length, sizeBytes());
            List<Content> pieces = new ArrayList<>();
            long at = 0;
            for (Content part : parts) {
                long from = Math.max(offset, at);
                long to = Math.min(offset + length, at + part.sizeBytes());
                if (from < to) {
                    pieces.add(part.slice(from - at, to - from));
                }
                at += part.sizeBytes();
            }
            return new Chain(pieces.iterator());
        }
    }

    private record Repeated(Content unit, long times) implements Content {
        @Override
        public long sizeBytes() {
            return unit.sizeBytes() * times;
        }

        @Override
        public InputStream open(long offset, long length) {
            Objects.checkFromIndexSize(offset, length, sizeBytes());
            long size = unit.sizeBytes();
            return new Chain(LongStream.range(offset / size, (offset + length + size - 1) / size)
                    .mapToObj(i -> {
                        long from = Math.max(0, offset - i * size);
                        return unit.slice(from, Math.min(size, offset + length - i * size) - from);
                    })
                    .iterator());
        }
    }

    /// Streams one behind the other.
    private static final class Chain extends InputStream {
        private final Iterator<Content> pieces;
        private InputStream current = InputStream.nullInputStream();

        Chain(Iterator<Content> pieces) {
            this.pieces = pieces;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int n = current.read(buffer, offset, length);
            while (n < 0 && pieces.hasNext()) {
                current = pieces.next().open();
                n = current.read(buffer, offset, length);
            }
            return n;
        }
    }
}
