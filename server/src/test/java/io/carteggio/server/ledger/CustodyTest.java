package io.carteggio.server.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.ledger.Leaf;
import io.carteggio.archive.ledger.SignerKey;
import io.carteggio.archive.ledger.TreeHash;
import io.carteggio.embedded.disk.RealDisk;
import io.carteggio.embedded.ledger.FileLedger;
import io.carteggio.embedded.ledger.Lodging;
import io.carteggio.embedded.ledger.TimestampFiles;
import io.carteggio.server.ledger.Custody.Settings;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CustodyTest {
    private static final SignerKey KEY = SignerKey.ofArchive(new byte[16], new byte[32]);

    @TempDir
    Path directory;

    @TempDir
    Path place;

    private volatile Instant now = Instant.parse("2026-11-22T10:00:00Z");
    private final Clock clock = ((InstantSource) () -> now).withZone(ZoneOffset.UTC);
    private volatile Settings settings = new Settings(Optional.empty(), Optional.empty());

    private FileLedger ledger() throws ArchiveException {
        FileLedger ledger = FileLedger.open(new RealDisk(), directory, KEY, clock);
        ledger.start(0);
        return ledger;
    }

    private Custody custody(FileLedger ledger) {
        return new Custody(ledger, stamps(), () -> settings, clock);
    }

    private TimestampFiles stamps() {
        return new TimestampFiles(new RealDisk(), directory);
    }

    private static void add(FileLedger ledger, long frame) {
        ledger.add(frame, new Leaf(1, frame, List.of(new Leaf.Entry(1, TreeHash.EMPTY))).data());
    }

    private long lodged() throws ArchiveException {
        return new Lodging(place, KEY.verifier().name()).last().orElseThrow().size();
    }

    @Test
    void checkpointsAreLodgedDailyAndAtTheEnd() throws Exception {
        FileLedger ledger = ledger();
        Custody custody = custody(ledger);
        add(ledger, 1);
        custody.attend();
        assertThat(place).as("no place is set").isEmptyDirectory();
        settings = new Settings(Optional.empty(), Optional.of(place));
        custody.attend();
        assertThat(lodged()).isEqualTo(1);
        add(ledger, 2);
        now = now.plus(Custody.INTERVAL).minusSeconds(1);
        custody.attend();
        assertThat(lodged()).isEqualTo(1);
        now = now.plusSeconds(1);
        custody.attend();
        assertThat(lodged()).isEqualTo(2);
        Path file = place.resolve("carteggio-0000000000000000.checkpoints");
        long size = Files.size(file);
        now = now.plus(Custody.INTERVAL);
        custody.attend();
        assertThat(Files.size(file)).as("nothing came in").isEqualTo(size);
        Files.writeString(file, "carteggio/00000", StandardOpenOption.APPEND); // a crash while writing there
        add(ledger, 3);
        custody.close();
        assertThat(lodged()).isEqualTo(3);
        ledger.close();
    }

    @Test
    void aPlaceThatIsNotThereIsTroubleAndNotMade() throws Exception {
        try (FileLedger ledger = ledger()) {
            Path missing = place.resolve("not-mounted");
            settings = new Settings(Optional.empty(), Optional.of(missing));
            Custody custody = custody(ledger);
            add(ledger, 1);
            custody.attend();
            assertThat(custody.trouble()).singleElement().asString().contains("not-mounted is not there");
            assertThat(missing).doesNotExist();
            Files.createDirectory(missing);
            now = now.plus(Custody.RETRY);
            custody.attend();
            assertThat(custody.trouble()).isEmpty();
            assertThat(missing).isNotEmptyDirectory();
        }
    }

    @Tag("peers")
    @Test
    void checkpointsAreStampedDaily(@TempDir Path authority) throws Exception {
        try (FileLedger ledger = ledger();
                OpensslAuthority openssl = new OpensslAuthority(authority, "critical,timeStamping")) {
            settings =
                    new Settings(Optional.of(new TimestampAuthority(openssl.url(), openssl.root())), Optional.empty());
            Custody custody = custody(ledger);
            custody.attend();
            assertThat(stamps().sizes()).as("nothing to stamp yet").isEmpty();
            now = now.plus(Custody.INTERVAL);
            add(ledger, 1);
            add(ledger, 2);
            custody.attend();
            assertThat(stamps().sizes()).containsExactly(2L);
            add(ledger, 3);
            now = now.plus(Duration.ofHours(23));
            custody.attend();
            assertThat(stamps().sizes()).containsExactly(2L);
            openssl.status = 500;
            now = now.plus(Duration.ofHours(1));
            custody.attend();
            assertThat(custody.trouble()).singleElement().asString().contains("HTTP status 500");
            openssl.status = 200;
            now = now.plus(Custody.RETRY);
            custody.attend();
            assertThat(custody.trouble()).isEmpty();
            assertThat(stamps().sizes()).containsExactly(2L, 3L);
            custody.close();
        }
    }

    @Test
    void whoAsksForAStampHearsWhyThereIsNone() throws Exception {
        try (FileLedger ledger = ledger()) {
            settings = new Settings(
                    Optional.of(new TimestampAuthority(URI.create("http://127.0.0.1:1/"), List.of())),
                    Optional.empty());
            Custody custody = custody(ledger);
            add(ledger, 1);
            assertThatThrownBy(custody::stamp).isInstanceOf(ArchiveException.class);
            assertThat(custody.trouble()).hasSize(1);
        }
    }
}
