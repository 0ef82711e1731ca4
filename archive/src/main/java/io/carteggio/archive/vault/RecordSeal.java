package io.carteggio.archive.vault;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/// Seals the octets of a record in chunks, AES-256-GCM (NIST SP 800-38D), as `docs/format/segment.md`
/// says under "Records". A key serves one record only, so the nonce is a counter. Each chunk is
/// authenticated before any of it is given out.
public final class RecordSeal {
    public static final int CHUNK_BYTES = 65_536;
    public static final int TAG_BYTES = 16;
    private static final int NONCE_BYTES = 12;
    private static final String TRANSFORMATION = "AES/GCM/NoPadding";

    /// To look for a cipher takes longer than to unseal a letter: they are lent out one by one.
    private static final ConcurrentLinkedDeque<Cipher> UNSEALING = new ConcurrentLinkedDeque<>();

    private RecordSeal() {}

    /// Where sealed octets go.
    @FunctionalInterface
    public interface Sink {
        void put(byte[] octets, int length) throws IOException;
    }

    /// How long so many octets are when sealed.
    public static long sealedBytes(long plainBytes) {
        long chunks = Math.max(1, (plainBytes + CHUNK_BYTES - 1) / CHUNK_BYTES);
        return Math.addExact(plainBytes, chunks * TAG_BYTES);
    }

    /// The data that binds a record's octets to its name.
    public static byte[] associatedData(byte[] archiveId, long frame, int record, int type, int coding) {
        return ByteBuffer.allocate(archiveId.length + 12)
                .put(archiveId)
                .putLong(frame)
                .putShort((short) record)
                .put((byte) type)
                .put((byte) coding)
                .array();
    }

    /// Seals record after record. Belongs to one thread.
    public static final class Sealer {
        private final Cipher cipher = cipher();
        private final byte[] sealed = new byte[CHUNK_BYTES + TAG_BYTES];

        /// Seals octets in memory.
        public void seal(byte[] octets, int length, Key key, byte[] associated, Sink sink) throws IOException {
            int counter = 0;
            int from = 0;
            do {
                int n = Math.min(CHUNK_BYTES, length - from);
                chunk(octets, from, n, key, associated, counter++, from + n == length, sink);
                from += n;
            } while (from < length);
        }

        /// Seals one chunk of a record whose octets come bit by bit.
        ///
        /// @param length [#CHUNK_BYTES] but for the last chunk
        /// @param counter number of the chunk, from 0
        public void chunk(byte[] octets, int length, Key key, byte[] associated, int counter, boolean last, Sink sink)
                throws IOException {
            chunk(octets, 0, length, key, associated, counter, last, sink);
        }

        private void chunk(
                byte[] octets, int from, int length, Key key, byte[] associated, int counter, boolean last, Sink sink)
                throws IOException {
            try {
                cipher.init(Cipher.ENCRYPT_MODE, key.aes(), nonce(counter, last));
                cipher.updateAAD(associated);
                sink.put(sealed, cipher.doFinal(octets, from, length, sealed, 0));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("AES-GCM does not seal", e);
            }
        }
    }

    /// Unseals what a stream gives. The stream that is returned throws where a chunk is not what was
    /// sealed, or where the octets end before the last chunk.
    public static InputStream unseal(InputStream sealed, Key key, byte[] associated) {
        return new Unsealing(sealed, key, associated);
    }

    /// Unseals octets in memory.
    ///
    /// @throws IOException where they are not what was sealed
    public static byte[] unseal(byte[] sealed, int offset, int length, Key key, byte[] associated) throws IOException {
        int chunks = Math.max(1, (length + CHUNK_BYTES + TAG_BYTES - 1) / (CHUNK_BYTES + TAG_BYTES));
        int size = length - chunks * TAG_BYTES;
        if (size < 0) {
            throw new IOException("sealed octets end early");
        }
        byte[] plain = new byte[size];
        Cipher cipher = Optional.ofNullable(UNSEALING.poll()).orElseGet(RecordSeal::cipher);
        try {
            int from = 0;
            int to = 0;
            for (int counter = 0; counter < chunks; counter++) {
                int n = Math.min(CHUNK_BYTES + TAG_BYTES, length - from);
                to += open(
                        cipher, key, associated, counter, counter == chunks - 1, sealed, offset + from, n, plain, to);
                from += n;
            }
        } finally {
            UNSEALING.push(cipher);
        }
        return plain;
    }

    /// Unseals octets in memory.
    ///
    /// @throws IOException where they are not what was sealed
    public static byte[] unseal(byte[] sealed, Key key, byte[] associated) throws IOException {
        return unseal(sealed, 0, sealed.length, key, associated);
    }

    private static int open(
            Cipher cipher,
            Key key,
            byte[] associated,
            int counter,
            boolean last,
            byte[] sealed,
            int from,
            int length,
            byte[] into,
            int at)
            throws IOException {
        try {
            cipher.init(Cipher.DECRYPT_MODE, key.aes(), nonce(counter, last));
            cipher.updateAAD(associated);
            return cipher.doFinal(sealed, from, length, into, at);
        } catch (GeneralSecurityException e) {
            throw new IOException("the octets are not what was sealed", e);
        }
    }

    private static GCMParameterSpec nonce(int counter, boolean last) {
        byte[] nonce = ByteBuffer.allocate(NONCE_BYTES)
                .put(7, (byte) (last ? 1 : 0))
                .putInt(8, counter)
                .array();
        return new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce);
    }

    private static Cipher cipher() {
        try {
            return Cipher.getInstance(TRANSFORMATION);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has AES-GCM", e);
        }
    }

    private static final class Unsealing extends InputStream {
        private final InputStream in;
        private final Key key;
        private final byte[] associated;
        private final Cipher cipher = cipher();
        private final byte[] sealed = new byte[CHUNK_BYTES + TAG_BYTES + 1];
        private final byte[] plain = new byte[CHUNK_BYTES];
        private int have; // octets read ahead, 0 or 1
        private int counter;
        private boolean last;
        private int at;
        private int end;

        Unsealing(InputStream in, Key key, byte[] associated) {
            this.in = in;
            this.key = key;
            this.associated = associated;
        }

        private boolean fill() throws IOException {
            while (at == end) {
                if (last) {
                    return false;
                }
                int n = have + in.readNBytes(sealed, have, sealed.length - have);
                last = n < sealed.length;
                int length = last ? n : n - 1;
                at = 0;
                end = open(cipher, key, associated, counter++, last, sealed, 0, length, plain, 0);
                if (!last) {
                    sealed[0] = sealed[n - 1];
                    have = 1;
                }
            }
            return true;
        }

        @Override
        public int read() throws IOException {
            return fill() ? plain[at++] & 0xff : -1;
        }

        @Override
        public int read(byte[] into, int off, int len) throws IOException {
            Objects.checkFromIndexSize(off, len, into.length);
            if (len == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int n = Math.min(len, end - at);
            System.arraycopy(plain, at, into, off, n);
            at += n;
            return n;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
