package io.carteggio.embedded.vault;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.entry.Addressee;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.Disposition;
import io.carteggio.archive.entry.EntryCodec;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.LetterRef;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.vault.Dictionary;
import io.carteggio.archive.vault.Frame;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Position;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.disk.RealDisk;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.keys.MasterKey;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class DictionaryKeeperTest {
    private static final Disk DISK = new RealDisk();
    private static final MasterKey MASTER = new MasterKey.Digits("00".repeat(32));
    private static final Dictionary STARTER =
            new Dictionary("Subject: Message-ID: From: To: MIME-Version: 1.0".getBytes(StandardCharsets.US_ASCII));
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private SegmentFileVault open(Optional<Dictionary> first) throws ArchiveException, IOException {
        Keyring keyring = Keyring.exists(DISK, directory)
                ? Keyring.open(DISK, directory, MASTER)
                : Keyring.create(DISK, directory, MASTER);
        return SegmentFileVault.open(
                DISK, directory, keyring, Position.START, SegmentFileVault.Loss.REFUSED, first, Clock.systemUTC());
    }

    /// A letter of one of thirty firms, with much in common with all others.
    private static byte[] letter(int number) {
        Random random = new Random(number);
        StringBuilder text =
                new StringBuilder("Received: from mx.firm" + number % 30 + ".example by mail.example with ESMTP\r\n"
                        + "Subject: offer " + random.nextInt() + "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain;"
                        + " charset=\"iso-8859-1\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
                        + "We thank you for your inquiry and are pleased to send you this offer:\r\n");
        for (int i = 0; i < 40; i++) {
            text.append(Integer.toString(random.nextInt(1_000_000), 36)).append(' ');
            if (i % 7 == 0) {
                text.append("as agreed upon in our general terms of delivery item no. " + random.nextInt(40) + "\r\n");
            }
        }
        for (int clause = 0; clause < 40; clause++) {
            Random words = new Random(clause);
            text.append("Clause ").append(clause);
            for (int i = 0; i < 12; i++) {
                text.append(' ').append(Integer.toString(words.nextInt(60_000_000), 36));
            }
            text.append(random.nextInt(3) == 0 ? " or nothing.\r\n" : ".\r\n");
        }
        return text.append("\r\nWith kind regards, and looking forward to hearing from you\r\n")
                .toString()
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static Frame frame(int number) {
        byte[] letter = letter(number);
        Address sender = new Address("p" + number + "@firm" + number % 30 + ".example");
        ArrivalEntry entry = new ArrivalEntry(
                "journal",
                Family.REPORT,
                Provenance.NOTHING,
                Instant.ofEpochMilli(1_720_000_000_000L + number),
                Optional.empty(),
                Disposition.LETTERS,
                Optional.empty(),
                Optional.of("exchange-2007"),
                Optional.empty(),
                letter.length,
                Optional.empty(),
                false,
                Optional.of(sender),
                Optional.empty(),
                List.of(new Addressee(
                        new Recipient(Role.TO, new Address("anna@firm.example"), Optional.empty(), Optional.empty()),
                        Role.TO)),
                List.of(new LetterRef(
                        Sha256.of(letter),
                        letter.length,
                        "original",
                        true,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of())),
                List.of(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty());
        byte[] manifest = EntryCodec.encode(entry);
        return new Frame(
                Frame.Kind.ARRIVAL,
                List.of(
                        new FrameRecord(FrameRecord.Type.MANIFEST, Sha256.of(manifest), Content.of(manifest)),
                        new FrameRecord(FrameRecord.Type.LETTER, Sha256.of(letter), Content.of(letter))));
    }

    private static void fill(SegmentFileVault vault, int from, int to) throws ArchiveException {
        for (int i = from; i < to; i++) {
            vault.append(frame(i));
        }
    }

    @Test
    void aDictionaryThatWinsIsTakenAndOutlivesARestart() throws Exception {
        Dictionary trained;
        try (SegmentFileVault vault = open(Optional.of(STARTER))) {
            assertThat(vault.dictionary()).contains(STARTER);
            fill(vault, 0, 300);
            try (DictionaryKeeper keeper = DictionaryKeeper.start(vault, 300, 1)) {
                trained = nextDictionary(vault, 300, STARTER);
                assertThat(keeper.trouble()).isEmpty();
            }
            assertThat(vault.dictionarySince())
                    .hasValueSatisfying(since -> assertThat(since).isGreaterThan(300));
            fill(vault, 400, 420);
            vault.roll();
        }
        try (SegmentFileVault vault = open(Optional.of(STARTER))) {
            assertThat(vault.dictionary()).as("not the starter again").contains(trained);
            fill(vault, 420, 430);
            assertThat(vault.dictionary()).contains(trained);
            for (int i : new int[] {0, 299, 405, 425}) {
                long number = i < 400 ? i + 1 : vault.end().frames() - (429 - i);
                assertThat(vault.read(new Place(number, 1)).toByteArray(1 << 20))
                        .isEqualTo(letter(i));
            }
        }
    }

    /// One frame of a sample that is damaged is one sample less.
    @Test
    void aDamagedFrameKeepsNobodyFromTraining() throws Exception {
        try (SegmentFileVault vault = open(Optional.of(STARTER))) {
            fill(vault, 0, 300);
            vault.roll();
        }
        Path segment = SegmentFiles.segment(directory, 1);
        byte[] octets = Files.readAllBytes(segment);
        octets[octets.length / 2] ^= 1;
        Files.write(segment, octets);
        try (SegmentFileVault vault = open(Optional.of(STARTER));
                DictionaryKeeper keeper = DictionaryKeeper.start(vault, 300, 1)) {
            assertThat(nextDictionary(vault, 300, STARTER)).isNotEqualTo(STARTER);
            assertThat(keeper.trouble()).isEmpty();
        }
    }

    /// Appends until there is another dictionary; the letters have the numbers from 300 on, up to 400.
    private static Dictionary nextDictionary(SegmentFileVault vault, int from, Dictionary before) throws Exception {
        long until = System.nanoTime() + PATIENCE.toNanos();
        int number = from;
        while (vault.dictionary().equals(Optional.of(before))) {
            assertThat(System.nanoTime()).as("no dictionary came").isLessThan(until);
            Thread.sleep(100);
            vault.append(frame(number++ % 400));
        }
        return vault.dictionary().orElseThrow();
    }

    /// Whoever closes an archive while it trains shall neither wait long nor read of trouble.
    @Test
    void closingInTheMidstIsQuiet() throws Exception {
        Random random = new Random(7);
        try (SegmentFileVault vault = open(Optional.empty())) {
            fill(vault, 0, 400);
            int inTheMidst = 0;
            for (int round = 0; round < 40; round++) {
                DictionaryKeeper keeper = DictionaryKeeper.start(vault, 400, 1);
                long until = System.nanoTime() + PATIENCE.toNanos();
                while (!keeper.isTraining()) {
                    assertThat(System.nanoTime()).as("it never began").isLessThan(until);
                    Thread.onSpinWait();
                }
                Thread.sleep(random.nextInt(60));
                inTheMidst += keeper.isTraining() ? 1 : 0;
                keeper.close();
                assertThat(keeper.isTraining()).isFalse();
                assertThat(keeper.trouble()).isEmpty();
            }
            assertThat(inTheMidst).as("rounds that were closed in the midst").isGreaterThan(10);
            vault.append(frame(400));
            assertThat(vault.read(new Place(401, 1)).toByteArray(1 << 20)).isEqualTo(letter(400));
        }
    }

    @Test
    void anArchiveThatHasADictionaryWaitsUntilItHasGrown() throws Exception {
        try (SegmentFileVault vault = open(Optional.of(STARTER))) {
            fill(vault, 0, 30);
            try (DictionaryKeeper keeper = DictionaryKeeper.start(vault, 40, 1)) {
                Thread.sleep(100);
                assertThat(keeper.isTraining()).isFalse();
                assertThat(vault.dictionary()).contains(STARTER);
            }
        }
    }
}
