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

/// A mail in a file of its own, sealed in chunks (AES-256-GCM, as the records of the vault) under a key that comes of
/// the
/// archive's and of a salt at the beginning of the file. So files can be removed without a trace in any list of keys.
///
/// ```
/// u8 version  salt (32)  sealed octets
/// ```
record SealedFile(Path file, long sizeBytes, Key key) implements Content {
    private static final byte VERSION = 1;
    private static final int SALT_BYTES = 32;
    private static final byte[] NAME = {'r', 'e', 'p', 'o', 'r', 't', VERSION};
    private static final SecureRandom RANDOM = new SecureRandom();

    /// Writes and forces one; its name in the directory is not forced yet.
    static void write(Path file, Content mail, Key key) throws IOException {
        byte[] salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                InputStream octets = mail.open()) {
            DurableFiles.writeFully(
                    channel,
                    ByteBuffer.allocate(1 + SALT_BYTES).put(VERSION).put(salt).flip());
            RecordSeal.Sealer sealer = new RecordSeal.Sealer();
            Key own = own(key, salt);
            byte[] chunk = new byte[RecordSeal.CHUNK_BYTES];
            long left = mail.sizeBytes();
            int counter = 0;
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
                        (done, length) -> DurableFiles.writeFully(channel, ByteBuffer.wrap(done, 0, length)));
            } while (left > 0);
            channel.force(true);
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(file);
            throw e;
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
        InputStream in = Files.newInputStream(file);
        try {
            if (in.read() != VERSION) {
                throw new IOException(file + " is no report of this program's");
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
