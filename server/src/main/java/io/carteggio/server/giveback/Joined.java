package io.carteggio.server.giveback;

import io.carteggio.mail.Content;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/// Several contents one behind the other.
record Joined(List<Content> parts, long sizeBytes) implements Content {
    Joined {
        parts = List.copyOf(parts);
    }

    static Joined of(List<Content> parts) {
        return new Joined(parts, parts.stream().mapToLong(Content::sizeBytes).sum());
    }

    @Override
    public InputStream open(long offset, long length) throws IOException {
        Objects.checkFromIndexSize(offset, length, sizeBytes);
        List<InputStream> streams = new ArrayList<>();
        long begin = 0; // of the part
        for (Content part : parts) {
            long from = Math.max(offset, begin);
            long to = Math.min(offset + length, begin + part.sizeBytes());
            if (from < to) {
                streams.add(part.open(from - begin, to - from));
            }
            begin += part.sizeBytes();
        }
        return new SequenceInputStream(Collections.enumeration(streams));
    }
}
