package io.carteggio.server.command;

import io.carteggio.archive.entry.Disposition;
import io.carteggio.embedded.disk.DurableFiles;
import io.carteggio.mail.Sha256;
import io.carteggio.server.local.Refusal;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;

/// What an import that has not come to its end has done so far: one file in `DATA/imports`, gone when the import ends.
///
/// A record of 32 octets for each mail that the archive has acknowledged, written after the acknowledgement and forced
/// now and then. Losing the last of them costs a mail that is taken twice, which is evidence; nothing is lost. Safe for
/// many threads.
final class ImportProgress implements AutoCloseable {
    private static final byte[] MAGIC = "CARTIMP1".getBytes(StandardCharsets.US_ASCII);

    /// The code of a disposition in a record is its place here.
    private static final List<Disposition> CODES = List.of(
            Disposition.LETTERS,
            Disposition.EVIDENCE,
            Disposition.NOTICE,
            Disposition.QUARANTINED,
            Disposition.DISCARDED);

    private static final int RECORD_BYTES = 32;
    private static final int SUMMED_BYTES = 28;
    private static final long FORCE_NANOS = 1_000_000_000L;

    private final Path file;
    private final FileChannel channel;
    private final KnownSums done = new KnownSums();
    private final Tally before = new Tally();
    private long forcedNanos = System.nanoTime();

    private ImportProgress(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /// The progress of the import that these words describe: its paths, its source, its family.
    ///
    /// @param folder made if missing
    /// @throws Refusal where the same import is running
    static ImportProgress open(Path folder, List<String> words) throws IOException, Refusal {
        DurableFiles.createDirectories(folder);
        String name = Sha256.of(String.join("\0", words).getBytes(StandardCharsets.UTF_8))
                .toString();
        Path file = folder.resolve(name.substring(0, 32) + ".progress");
        FileChannel channel = FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
        try {
            lock(channel);
            ImportProgress progress = new ImportProgress(file, channel);
            progress.load();
            return progress;
        } catch (IOException | Refusal | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static void lock(FileChannel channel) throws IOException, Refusal {
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return;
            }
        } catch (OverlappingFileLockException heldInThisProcess) {
            // the same answer
        }
        throw Refusal.no("this import is running already");
    }

    private void load() throws IOException {
        long good = 0;
        InputStream in = new BufferedInputStream(Channels.newInputStream(channel.position(0)), 64 * 1024);
        if (java.util.Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
            good = MAGIC.length;
            byte[] record = in.readNBytes(RECORD_BYTES);
            while (record.length == RECORD_BYTES && take(record)) {
                good += RECORD_BYTES;
                record = in.readNBytes(RECORD_BYTES);
            }
        }
        channel.truncate(good).position(good); // behind it: a record that a crash tore
        if (good == 0) {
            DurableFiles.writeFully(channel, ByteBuffer.wrap(MAGIC));
        }
    }

    private boolean take(byte[] record) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(record, 0, SUMMED_BYTES);
        DataInputStream in = new DataInputStream(new java.io.ByteArrayInputStream(record));
        byte[] sum = in.readNBytes(KnownSums.SIZE_BYTES);
        int what = in.readInt();
        long rawBytes = in.readLong();
        if (in.readInt() != (int) crc.getValue() || (what >>> 24) >= CODES.size()) {
            return false;
        }
        done.add(sum);
        before.count(CODES.get(what >>> 24), what & 0xffffff, rawBytes);
        return true;
    }

    /// How many mails were done before this run.
    int doneBefore() {
        return done.size();
    }

    /// The books of those; this run goes on counting in them.
    Tally tally() {
        return before;
    }

    /// Whether this mail was done before this run.
    boolean isDone(byte[] sum) {
        return done.contains(sum);
    }

    /// Notes that the archive has acknowledged a mail.
    synchronized void done(byte[] sum, Disposition disposition, int fresh, long rawBytes) throws IOException {
        ByteBuffer record = ByteBuffer.allocate(RECORD_BYTES)
                .put(sum, 0, KnownSums.SIZE_BYTES)
                .putInt(CODES.indexOf(disposition) << 24 | Math.min(fresh, 0xffffff))
                .putLong(rawBytes);
        CRC32 crc = new CRC32();
        crc.update(record.array(), 0, SUMMED_BYTES);
        DurableFiles.writeFully(channel, record.putInt((int) crc.getValue()).flip());
        if (System.nanoTime() - forcedNanos > FORCE_NANOS) {
            channel.force(false);
            forcedNanos = System.nanoTime();
        }
    }

    /// The import has come to its end: the next one of the same paths takes everything anew.
    void complete() throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            channel.force(false);
            channel.close();
        }
    }
}
