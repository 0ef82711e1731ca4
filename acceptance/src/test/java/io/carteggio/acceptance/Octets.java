package io.carteggio.acceptance;

import io.carteggio.mail.Content;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.Collections;
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
        return new Repeated(Arrays.copyOf(unit, unit.length), times);
    }

    private record Joined(List<Content> parts) implements Content {
        @Override
        public long sizeBytes() {
            return parts.stream().mapToLong(Content::sizeBytes).sum();
        }

        @Override
        public InputStream open(long offset, long length) throws IOException {
            Objects.checkFromIndexSize(offset, length, sizeBytes());
            List<InputStream> streams = new java.util.ArrayList<>();
            long at = 0;
            for (Content part : parts) {
                long from = Math.max(offset, at);
                long to = Math.min(offset + length, at + part.sizeBytes());
                if (from < to) {
                    streams.add(part.open(from - at, to - from));
                }
                at += part.sizeBytes();
            }
            return new SequenceInputStream(Collections.enumeration(streams));
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never leaves this file and is never compared
    private record Repeated(byte[] unit, long times) implements Content {
        @Override
        public long sizeBytes() {
            return unit.length * times;
        }

        @Override
        public InputStream open(long offset, long length) {
            Objects.checkFromIndexSize(offset, length, sizeBytes());
            long first = offset / unit.length;
            long last = (offset + length + unit.length - 1) / unit.length;
            var units = LongStream.range(first, last)
                    .mapToObj(i -> {
                        int from = (int) Math.max(0, offset - i * unit.length);
                        int to = (int) Math.min(unit.length, offset + length - i * unit.length);
                        return (InputStream) new ByteArrayInputStream(unit, from, to - from);
                    })
                    .iterator();
            return new SequenceInputStream(new java.util.Enumeration<>() {
                @Override
                public boolean hasMoreElements() {
                    return units.hasNext();
                }

                @Override
                public InputStream nextElement() {
                    return units.next();
                }
            });
        }
    }
}
