package io.carteggio.embedded.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.catalogue.Projection;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.EntryCodec;
import io.carteggio.archive.vault.Frame;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.embedded.catalogue.SqliteCatalogue;
import io.carteggio.embedded.home.DataDirectory;
import io.carteggio.embedded.vault.SegmentFileVault;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An error while the catalogue follows: nobody waits for ever, it is said, and the next start has everything.
@Timeout(60)
class RegisteringFailsTest {
    @TempDir
    Path folder;

    @Test
    void anErrorIsTroubleAndNothingIsLeftOut() throws Exception {
        AtomicBoolean failing = new AtomicBoolean();
        List<Act> told = new ArrayList<>();
        for (int start = 0; start < 2; start++) {
            failing.set(false);
            told.clear();
            try (DataDirectory directory =
                    DataDirectory.open(folder.resolve("data")).orElseThrow()) {
                LetterId.Maker ids = directory.ids();
                try (SqliteCatalogue catalogue = SqliteCatalogue.open(directory.catalogue(), ids);
                        SegmentFileVault vault = directory.openVault(catalogue.position(), Clock.systemUTC());
                        Projection projection = Projection.start(vault, catalogue, act -> {
                            if (failing.get()) {
                                throw new StackOverflowError("played");
                            }
                            told.add(act);
                        })) {
                    if (start == 0) {
                        append(vault, "one");
                        projection.awaitAll();
                        assertThat(projection.trouble()).isEmpty();
                        failing.set(true);
                        long second = append(vault, "two");
                        projection.await(second); // comes back
                        assertThat(projection.trouble()).isPresent();
                    } else {
                        assertThat(projection.trouble()).isEmpty();
                        assertThat(projection.isRegistered(2)).isTrue();
                        assertThat(told).hasSize(2);
                        append(vault, "three");
                        projection.awaitAll();
                        assertThat(projection.trouble()).isEmpty();
                        assertThat(told).hasSize(3);
                    }
                }
            }
        }
    }

    private static long append(SegmentFileVault vault, String reason) throws Exception {
        byte[] manifest = EntryCodec.encode(new Act.HoldReleased(Instant.EPOCH, "test", reason, reason));
        return vault.append(new Frame(
                        Frame.Kind.ACT,
                        List.of(new FrameRecord(FrameRecord.Type.MANIFEST, Sha256.of(manifest), Content.of(manifest)))))
                .number();
    }
}
