package io.carteggio.embedded.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.ledger.Checkpoint;
import io.carteggio.archive.ledger.SignedCheckpoint;
import io.carteggio.archive.ledger.SignerKey;
import io.carteggio.embedded.disk.Disk.Access;
import io.carteggio.embedded.disk.Disk.DiskFile;
import io.carteggio.embedded.disk.FakeDisk;
import io.carteggio.mail.Sha256;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What lies behind the last whole note of the history was never promised, and is never taken for a note.
class CheckpointFilesTest {
    private static final Path LEDGER = Path.of("/ledger");
    private static final Path HISTORY = LEDGER.resolve("checkpoints");
    private static final SignerKey KEY = SignerKey.ofArchive(new byte[16], new byte[32]);

    private final FakeDisk disk = new FakeDisk();
    private CheckpointFiles files = new CheckpointFiles(disk, LEDGER);

    private static SignedCheckpoint signed(long size) {
        return KEY.sign(new Checkpoint(KEY.verifier().name(), size, Sha256.of(new byte[] {(byte) size})));
    }

    @BeforeEach
    void directory() throws Exception {
        disk.createDirectories(LEDGER);
        files = new CheckpointFiles(disk, LEDGER);
    }

    /// Opens the files anew; the sizes of what a walk shows, -1 for what is no checkpoint of ours.
    private List<Long> sizes() throws Exception {
        files = new CheckpointFiles(disk, LEDGER);
        List<Long> sizes = new ArrayList<>();
        files.walk(note -> sizes.add(
                SignedCheckpoint.read(note, KEY.verifier())
                                instanceof SignedCheckpoint.Reading.Good(SignedCheckpoint read)
                        ? read.checkpoint().size()
                        : -1L));
        return sizes;
    }

    @Test
    void whatIsTornIsPassedOverAndTheNextNoteTakesItsPlace() throws Exception {
        byte[] next = signed(3).bytes();
        for (int zeros : new int[] {0, 1, 30, 120, next.length - 80}) { // the disk took its end, not its beginning
            for (int length : new int[] {1, next.length / 2, next.length}) {
                withoutHistory();
                files.append(signed(1));
                files.append(signed(2));
                byte[] torn = Arrays.copyOf(next, length);
                Arrays.fill(torn, 0, Math.min(zeros, length), (byte) 0);
                try (DiskFile file = disk.open(HISTORY, Access.WRITE)) {
                    file.write(ByteBuffer.wrap(torn), file.sizeBytes());
                }
                assertThat(sizes()).as("%d zeros, %d octets", zeros, length).containsExactly(1L, 2L);
                files.append(signed(4));
                assertThat(sizes()).as("%d zeros, %d octets", zeros, length).containsExactly(1L, 2L, 4L);
            }
        }
    }

    private void withoutHistory() throws Exception {
        if (disk.exists(HISTORY)) {
            disk.delete(HISTORY);
        }
        files = new CheckpointFiles(disk, LEDGER);
    }

    /// Damage in the middle is no torn end.
    @Test
    void whatIsSpoiltBetweenWholeNotesIsShown() throws Exception {
        for (long size = 1; size <= 3; size++) {
            files.append(signed(size));
        }
        byte[] whole = disk.readAll(HISTORY);
        int second = signed(1).bytes().length + 1;
        for (int at : new int[] {second, second + 5, second + signed(2).bytes().length - 3}) {
            byte[] spoilt = whole.clone();
            spoilt[at] ^= 1;
            disk.replace(HISTORY, spoilt);
            assertThat(sizes()).as("octet " + at).containsExactly(1L, -1L, 3L);
        }
    }

    /// The line that makes a note whole is written when the rest is on the disk.
    @Test
    void anAppendThatFailedIsMadeGood() throws Exception {
        files.append(signed(1));
        for (int failing = 1; failing <= 7; failing++) {
            long from = disk.changes();
            int at = failing;
            disk.trouble((call, file, size) -> call.changes() && disk.changes() - from >= at - 1
                    ? new FakeDisk.Fate.Fails("Input/output error", (int) size / 2)
                    : FakeDisk.DONE);
            long size = 10L + failing;
            try {
                files.append(signed(size));
            } catch (ArchiveException expected) {
                assertThat(expected).hasMessageContaining("Input/output error");
            }
            disk.heal();
            if (!sizes().contains(size)) {
                files.append(signed(size));
            }
            assertThat(sizes()).contains(size).doesNotContain(-1L).doesNotHaveDuplicates();
        }
    }
}
