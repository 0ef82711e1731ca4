package io.carteggio.embedded.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Act.ErasedFrame;
import io.carteggio.archive.entry.EntryCodec;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.erasure.Erasure;
import io.carteggio.archive.erasure.Finishing;
import io.carteggio.archive.vault.Place;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is destroyed is told by acts in the vault, never by the catalogue, whatever somebody has
/// written into it.
class FinishingTest {
    @TempDir
    Path folder = Path.of("");

    private final List<Long> purged = new ArrayList<>();
    private Place one = new Place(1, 1);
    private Place two = new Place(1, 1);

    private EmbeddedArchive open() throws ArchiveException {
        return new EmbeddedArchive(folder.resolve("data"));
    }

    /// Two letters in frames 1 and 2, an act that erases nothing in frame 3.
    @BeforeEach
    void fill() throws Exception {
        try (EmbeddedArchive archive = open()) {
            one = place(
                    archive, archive.take(Family.AUTO, mail("One")).letters().getFirst());
            two = place(
                    archive, archive.take(Family.AUTO, mail("Two")).letters().getFirst());
            archive.acts.keep(new Act.RetentionSet(
                    archive.acts.now(), "test", Optional.empty(), Optional.empty(), Optional.empty()));
            archive.projection.awaitAll();
        }
    }

    private static Place place(EmbeddedArchive archive, LetterId letter) throws ArchiveException {
        archive.projection.awaitAll();
        return archive.catalogue.letter(letter).orElseThrow().places().getFirst();
    }

    private static String mail(String subject) {
        return "From: anna@example.com\r\nTo: bob@example.org\r\nSubject: " + subject + "\r\n\r\nIts words.\r\n";
    }

    private static Act.Erased erasing(Place place) {
        return new Act.Erased(
                Instant.EPOCH,
                "nobody",
                "none",
                List.of(new ErasedFrame(place.frame(), List.of(place.record()), Optional.empty())),
                List.of());
    }

    private void write(String sql, Object... values) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("data/catalogue.db"));
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            assertThat(statement.executeUpdate()).isPositive();
        }
    }

    private Finishing finished(EmbeddedArchive archive, long registered) throws ArchiveException {
        Finishing finishing = new Finishing(archive.vault, archive.catalogue);
        finishing.resume(purged::addAll, registered);
        return finishing;
    }

    private static void isThere(EmbeddedArchive archive, Place place) throws ArchiveException {
        assertThat(archive.vault.isErased(place)).isFalse();
        assertThat(archive.vault.read(place).sizeBytes()).isPositive();
    }

    private static void isGone(EmbeddedArchive archive, Place place) throws ArchiveException {
        assertThat(archive.vault.isErased(place)).isTrue();
        assertThatThrownBy(() -> archive.vault.read(place)).hasMessageContaining("erased");
    }

    @Test
    void aRowWithoutItsActDestroysNothing() throws Exception {
        byte[] row = EntryCodec.encode(erasing(one));
        write("INSERT INTO erasure VALUES (?, ?)", 1, row);
        write("INSERT INTO erasure VALUES (?, ?)", 3, row);
        write("INSERT INTO erasure VALUES (?, ?)", 1_000_000, row);
        write("INSERT INTO erasure VALUES (?, ?)", 1_000_001, new byte[] {1});
        for (int i = 0; i < 2; i++) {
            try (EmbeddedArchive archive = open()) {
                assertThat(finished(archive, archive.vault.end().frames()).unfinished())
                        .satisfiesExactly(
                                said -> assertThat(said).contains("in frame 1,", "is an arrival"),
                                said -> assertThat(said).contains("in frame 3,", "is another act"),
                                said -> assertThat(said).contains("in frame 1000000,", "no such frame"),
                                said -> assertThat(said).contains("in frame 1000001,", "no such frame"));
                assertThat(archive.vault.erasedThrough()).isZero();
                assertThat(archive.directory.keyring().erasedThrough()).isZero();
                isThere(archive, one);
            }
        }
        try (EmbeddedArchive archive = open()) {
            Erasure erasure = ErasureResumedTest.erasure(archive, archive.vault, purged);
            LetterId first = archive.catalogue.letterAt(one).orElseThrow().id();
            assertThat(erasure.erase("test", first, "asked", false))
                    .isInstanceOfSatisfying(
                            Erasure.Answer.Done.class,
                            done -> assertThat(archive.vault.erasedThrough()).isEqualTo(done.act()));
            isGone(archive, one);
            isThere(archive, two);
            assertThat(erasure.unfinished()).hasSize(4);
        }
    }

    /// The act decides, and the row is said to be another one.
    @Test
    void theActCountsAndNotItsRow() throws Exception {
        long act;
        try (EmbeddedArchive archive = open()) {
            act = archive.acts.keep(erasing(one));
        }
        write("UPDATE erasure SET manifest = ? WHERE number = ?", EntryCodec.encode(erasing(two)), act);
        try (EmbeddedArchive archive = open()) {
            assertThat(finished(archive, archive.vault.end().frames()).unfinished())
                    .singleElement()
                    .asString()
                    .contains("something else of the erasure in frame " + act);
            isGone(archive, one);
            isThere(archive, two);
            assertThat(archive.vault.erasedThrough()).isEqualTo(act);
        }
    }

    /// Somebody hides what is to be erased: a catalogue that is made anew brings it back, also where a
    /// later erasure was carried out meanwhile.
    @Test
    void whatAMissingRowHidesIsCarriedOutOnceTheCatalogueIsMadeAnew() throws Exception {
        long hidden;
        try (EmbeddedArchive archive = open()) {
            hidden = archive.acts.keep(erasing(one));
        }
        write("DELETE FROM erasure");
        long later;
        try (EmbeddedArchive archive = open()) {
            later = archive.acts.keep(erasing(two));
            assertThat(finished(archive, archive.vault.end().frames()).unfinished())
                    .isEmpty();
            isThere(archive, one);
            isGone(archive, two);
            assertThat(archive.vault.erasedThrough()).isEqualTo(later).isGreaterThan(hidden);
        }
        Files.delete(folder.resolve("data/catalogue.db"));
        try (EmbeddedArchive archive = open()) {
            assertThat(finished(archive, 0).unfinished()).isEmpty();
            isGone(archive, one);
            assertThat(archive.vault.erasedThrough()).isEqualTo(later);
        }
    }

    /// What the keyring says counts as long as it can be so; a review puts it right.
    @Test
    void aKeyringThatIsAheadHidesNothing() throws Exception {
        try (EmbeddedArchive archive = open()) {
            archive.directory.keyring().erasedThrough(1_000);
            long act = archive.acts.keep(erasing(one));
            finished(archive, archive.vault.end().frames());
            isGone(archive, one);
            assertThat(archive.directory.keyring().erasedThrough()).isEqualTo(act);
        }
        try (EmbeddedArchive archive = open()) {
            archive.acts.keep(new Act.RetentionSet(
                    archive.acts.now(), "test", Optional.empty(), Optional.empty(), Optional.empty()));
            long act = archive.acts.keep(erasing(two));
            archive.acts.keep(new Act.RetentionSet(
                    archive.acts.now(), "test", Optional.empty(), Optional.empty(), Optional.empty()));
            archive.directory.keyring().erasedThrough(archive.vault.end().frames());
            Finishing finishing = finished(archive, archive.vault.end().frames());
            isThere(archive, two);
            finishing.review();
            isGone(archive, two);
            assertThat(archive.directory.keyring().erasedThrough()).isEqualTo(act);
        }
    }

    /// While an act cannot be read, later ones are carried out, and it is not passed over.
    @Test
    void anActThatCannotBeReadIsNotPassedOver() throws Exception {
        long act;
        try (EmbeddedArchive archive = open()) {
            act = archive.acts.keep(erasing(one));
            archive.acts.keep(erasing(two));
        }
        Path segment = folder.resolve("data/vault/0000000001.seg");
        byte[] whole = Files.readAllBytes(segment);
        byte[] broken = whole.clone();
        int at = frameAt(whole, act) + 64 + 48 + 4 + 3; // in its only record
        broken[at] ^= 1;
        Files.write(segment, broken);
        try (EmbeddedArchive archive = open()) {
            assertThat(finished(archive, archive.vault.end().frames()).unfinished())
                    .singleElement()
                    .asString()
                    .contains("is decided in frame " + act + " and cannot be carried out");
            isThere(archive, one);
            isGone(archive, two);
            assertThat(archive.vault.erasedThrough()).isZero();
        }
        byte[] now = Files.readAllBytes(segment);
        now[at] ^= 1;
        Files.write(segment, now);
        try (EmbeddedArchive archive = open()) {
            assertThat(finished(archive, archive.vault.end().frames()).unfinished())
                    .isEmpty();
            isGone(archive, one);
            assertThat(archive.vault.erasedThrough()).isEqualTo(act + 1);
        }
    }

    private static int frameAt(byte[] segment, long number) {
        ByteBuffer octets = ByteBuffer.wrap(segment);
        for (int at = 104 + octets.getInt(88); ; at += (int) octets.getLong(at + 16)) {
            if (octets.getLong(at + 8) == number) {
                return at;
            }
        }
    }
}
