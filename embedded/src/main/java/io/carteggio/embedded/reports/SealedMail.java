package io.carteggio.embedded.reports;

import io.carteggio.archive.vault.Key;
import io.carteggio.archive.vault.RecordSeal;
import io.carteggio.embedded.disk.DurableFiles;
import io.carteggio.mail.Content;
import io.carteggio.mail.Exactly;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Objects;
import javax.crypto.Mac;

/// A mail, sealed in chunks (AES-256-GCM, as the records of the vault) under a key that comes of the archive's and of a
/// salt at its beginning, in a file of its own or as octets in memory. So it can be removed without a trace in any list
/// of keys.
///
/// ```
/// u8 version  salt (32)  sealed octets
/// ```
record SealedMail(Source sealed, long sizeBytes, Key key) implements Content {
    private static final byte VERSION = 1;
    private static final int SALT_BYTES = 32;
    private static final byte[] NAME = {'r', 'e', 'p', 'o', 'r', 't', VERSION};
    private static final SecureRandom RANDOM = new SecureRandom();

    /// Where sealed octets come from.
    @FunctionalInterface
    interface Source {
        InputStream open() throws IOException;
    }

    /// Where they go.
    @FunctionalInterface
    private interface Sink {
        void put(ByteBuffer octets) throws IOException;
    }

    /// One in a file.
    static SealedMail in(Path file, long sizeBytes, Key key) {
        return new SealedMail(() -> Files.newInputStream(file), sizeBytes, key);
    }

    /// Writes one to a file and forces it; its name in the directory is not forced yet.
    static void write(Path file, Content mail, Key key) throws IOException {
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            seal(mail, key, octets -> DurableFiles.writeFully(channel, octets));
            channel.force(true);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    /// Seals one in memory.
    static byte[] seal(Content mail, Key key) throws IOException {
        int size = Math.toIntExact(1L + SALT_BYTES + RecordSeal.sealedBytes(mail.sizeBytes()));
        ByteBuffer sealed = ByteBuffer.allocate(size);
        seal(mail, key, sealed::put);
        return sealed.array();
    }

    private static void seal(Content mail, Key key, Sink into) throws IOException {
        byte[] salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        into.put(ByteBuffer.allocate(1 + SALT_BYTES).put(VERSION).put(salt).flip());
        RecordSeal.Sealer sealer = new RecordSeal.Sealer();
        Key own = own(key, salt);
        byte[] chunk = new byte[(int) Math.min(RecordSeal.CHUNK_BYTES, Math.max(1, mail.sizeBytes()))];
        long left = mail.sizeBytes();
        int counter = 0;
        try (InputStream octets = mail.open()) {
            do {
                int n = (int) Math.min(chunk.length, left);
                if (octets.readNBytes(chunk, 0, n) != n) {
                    throw new IOException("the report is shorter than it said");
                }
                left -= n;
                sealer.chunk(
                        chunk,
                        n,
                        own,
                        NAME,
                        counter++,
                        left == 0,
                        (done, length) -> into.put(ByteBuffer.wrap(done, 0, length)));
            } while (left > 0);
        }
    }

    private static Key own(Key key, byte[] salt) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key.aes());
            return Key.of(mac.doFinal(salt));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC-SHA-256", e);
        }
    }

    @Override
    public InputStream open(long offset, long length) throws IOException {
        Objects.checkFromIndexSize(offset, length, sizeBytes);
        InputStream in = sealed.open();
        try {
            if (in.read() != VERSION) {
                throw new IOException("this is no report of this program's");
            }
            InputStream plain = RecordSeal.unseal(in, own(key, in.readNBytes(SALT_BYTES)), NAME);
            plain.skipNBytes(offset);
            return new Exactly(plain, length);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }
}
