package io.carteggio.mail;

import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/// Several contents, one after the other, as one. Copies nothing.
public record Concatenation(List<Content> parts) implements Content {
    public Concatenation {
        parts = List.copyOf(parts);
    }

    @Override
    public long sizeBytes() {
        long bytes = 0;
        for (Content part : parts) {
            bytes += part.sizeBytes();
        }
        return bytes;
    }

    @Override
    public void digest(MessageDigest digest) throws IOException {
        for (Content part : parts) {
            part.digest(digest);
        }
    }

    @Override
    public InputStream open(long offset, long length) throws IOException {
        Objects.checkFromIndexSize(offset, length, sizeBytes());
        List<InputStream> streams = new ArrayList<>();
        try {
            openParts(offset, length, streams);
        } catch (IOException | RuntimeException e) {
            for (InputStream opened : streams) {
                opened.close();
            }
            throw e;
        }
        return streams.size() == 1 ? streams.getFirst() : new SequenceInputStream(Collections.enumeration(streams));
    }

    private void openParts(long offset, long length, List<InputStream> streams) throws IOException {
        long start = 0;
        for (Content part : parts) {
            long from = Math.max(offset, start) - start;
            long to = Math.min(offset + length, start + part.sizeBytes()) - start;
            if (from < to) {
                streams.add(part.open(from, to - from));
            }
            start += part.sizeBytes();
        }
    }
}
