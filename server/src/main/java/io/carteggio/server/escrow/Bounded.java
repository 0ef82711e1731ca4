package io.carteggio.server.escrow;

import io.carteggio.server.escrow.Decryption.Why;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/// How much memory one mail may take.
///
/// @param sourceBytes a mail that is larger is not decrypted
/// @param clearBytes what is unpacked of it may have so many octets at each layer, whatever it claims
record Bounded(long sourceBytes, int clearBytes) {
    private static final int MIB = 1024 * 1024;

    /// A mail takes up to about eight times its size while it is decrypted.
    private static final int HEAP_SHARE = 16;

    /// The limits on a machine whose heap has so many octets: 40 MiB of mail and 64 MiB in the clear, less
    /// where the heap is small.
    static Bounded ofHeap(long heapBytes) {
        long source = Math.clamp(heapBytes / HEAP_SHARE, MIB, 40L * MIB);
        return new Bounded(source, (int) (source * 8 / 5));
    }

    /// All octets of a stream.
    ///
    /// @throws NotDecryptedException where they are more than [#clearBytes]
    byte[] all(InputStream in) throws IOException, NotDecryptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[64 * 1024];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            if (out.size() + (long) n > clearBytes) {
                throw new NotDecryptedException(
                        Why.TOO_LARGE, "it has more than " + clearBytes + " octets when it is unpacked");
            }
            out.write(buffer, 0, n);
        }
        return out.toByteArray();
    }
}
