package io.carteggio.embedded.vault;

import io.carteggio.archive.vault.Key;
import io.carteggio.archive.vault.RecordSeal;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/// Seals what is written to it, chunk by chunk; closing it seals the last one. Belongs to one thread.
final class SealingStream extends OutputStream {
    private final RecordSeal.Sealer sealer;
    private final Key key;
    private final byte[] name;
    private final RecordSeal.Sink sink;
    private final byte[] chunk = new byte[RecordSeal.CHUNK_BYTES];
    private int filled;
    private int counter;
    private boolean closed;

    SealingStream(RecordSeal.Sealer sealer, Key key, byte[] name, RecordSeal.Sink sink) {
        this.sealer = sealer;
        this.key = key;
        this.name = name;
        this.sink = sink;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, octets.length);
        for (int done = 0; done < length; ) {
            if (filled == chunk.length) {
                sealer.chunk(chunk, filled, key, name, counter++, false, sink);
                filled = 0;
            }
            int n = Math.min(chunk.length - filled, length - done);
            System.arraycopy(octets, from + done, chunk, filled, n);
            filled += n;
            done += n;
        }
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            sealer.chunk(chunk, filled, key, name, counter, true, sink);
        }
    }
}
