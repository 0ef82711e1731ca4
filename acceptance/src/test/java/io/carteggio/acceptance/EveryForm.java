package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.entry.StarterDictionary;
import io.carteggio.archive.intake.Arrival;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.vault.Dictionary;
import io.carteggio.archive.vault.DictionaryTraining;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.SegmentFormat.Row;
import io.carteggio.archive.vault.Vault;
import io.carteggio.mail.Content;
import io.carteggio.server.archive.Archive;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/// An archive in which a record has every form that `segment.md` knows, of letters that are made here.
final class EveryForm {
    /// How a record of one chunk ends, and one of several begins.
    private static final int CHUNK_BYTES = 64 * 1024;

    private static final int SENDERS = 24;
    private static final int TRAINED_ON = 120;

    private EveryForm() {}

    /// What was found in records that are not erased.
    ///
    /// @param codings as the tables of the frames have them
    /// @param inChunks whether a record has more octets than go under one seal
    record Found(Set<Integer> codings, Set<FrameRecord.Type> types, boolean inChunks, int segments) {
        void assertEvery() {
            assertThat(codings.stream().map(coding -> coding & 0x0f)).contains(0, 1, 2, 3, 4, 5);
            assertThat(codings).anyMatch(coding -> (coding & 0x10) != 0);
            assertThat(types)
                    .contains(
                            FrameRecord.Type.MANIFEST,
                            FrameRecord.Type.LETTER,
                            FrameRecord.Type.EVIDENCE,
                            FrameRecord.Type.WHOLE,
                            FrameRecord.Type.PART);
            assertThat(inChunks).isTrue();
            assertThat(segments).isGreaterThan(1);
        }
    }

    /// Makes it; the letter that is to be erased has a subject with the word `pelican`.
    static void make(Path data) throws Exception {
        try (Archive archive = Archive.open(data, Clock.systemUTC()).orElseThrow()) {
            some(archive, "before");
            DictionaryTraining training = new DictionaryTraining(StarterDictionary.octets());
            for (int i = 0; i < TRAINED_ON; i++) {
                byte[] letter = offer(i);
                take(archive, Family.AUTO, letter);
                training.sample(letter, i, "p" + i + "@" + firm(i));
            }
            Dictionary trained = training.train().orElseThrow();
            archive.vault().use(trained);
            for (int i = TRAINED_ON; i < TRAINED_ON + 20; i++) {
                take(archive, Family.AUTO, offer(i));
            }
            some(archive, "after");
            assertThat(archive.vault().dictionary()).isEqualTo(Optional.of(trained));
            assertThat(archive.indexer().awaitCaughtUp(Duration.ofSeconds(60))).isTrue();
        }
    }

    /// A fork, parts that are shared, large, or compress well, base64 that lies with the letter, evidence and whole
    /// mails.
    private static void some(Archive archive, String when) throws ArchiveException {
        String body = "\r\n\r\n" + words(5, 900) + "\r\n";
        take(archive, Family.AUTO, "Received: from " + when + "\r\nFrom: a@x.example\r\nSubject: fork" + body);
        take(archive, Family.AUTO, "Received: by " + when + "\r\nFrom: a@x.example\r\nSubject: fork" + body);
        String pelican = "pelican " + when;
        take(archive, Family.AUTO, enclosing(pelican, octets(when.length(), 90_000), octets(1, 100_000)));
        take(archive, Family.AUTO, enclosing("shares " + when, octets(1, 100_000)));
        take(archive, Family.AUTO, enclosing("large " + when, octets(2, 1_300_000)));
        take(archive, Family.AUTO, enclosing("text " + when, words(6, 4_000).getBytes(StandardCharsets.US_ASCII)));
        take(archive, Family.AUTO, enclosing("little " + when, octets(3, 2_000)));
        List<String> recipients = new ArrayList<>();
        for (int i = 0; i < 900; i++) {
            recipients.add("To: person" + i + "@firm.example");
        }
        Post report = Post.plain(
                "r" + when,
                "anna@firm.example",
                "all@firm.example",
                "To all " + when,
                "Hear, hear.",
                recipients.toArray(String[]::new));
        archive.take(new Arrival(source(Family.REPORT), report.report(), Provenance.ofItem("test")));
        take(archive, Family.REPORT, "From: a@x.example\r\nSubject: no report " + when + "\r\n\r\n" + words(7, 300));
    }

    private static void take(Archive archive, Family family, String mail) throws ArchiveException {
        take(archive, family, mail.getBytes(StandardCharsets.US_ASCII));
    }

    private static void take(Archive archive, Family family, byte[] mail) throws ArchiveException {
        archive.take(new Arrival(source(family), Content.of(mail), Provenance.ofItem("test")));
    }

    private static Source source(Family family) {
        return new Source(family.word(), Optional.empty(), family);
    }

    private static byte[] octets(int seed, int length) {
        byte[] octets = new byte[length];
        new Random(seed).nextBytes(octets);
        return octets;
    }

    private static String words(int seed, int many) {
        Random random = new Random(seed);
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < many; i++) {
            words.append(Integer.toString(random.nextInt(60_000_000), 36)).append(i % 9 == 8 ? "\r\n" : " ");
        }
        return words.toString();
    }

    private static String firm(int number) {
        return "firm" + number % SENDERS + ".example";
    }

    /// A letter that has much in common with those of all other firms.
    private static byte[] offer(int number) {
        StringBuilder text = new StringBuilder("From: p" + number + "@" + firm(number)
                + "\r\nTo: bruno@firm.example\r\nSubject: offer " + number + "\r\n\r\n" + words(number, 30));
        for (int clause = 0; clause < 30; clause++) {
            text.append("Clause ").append(clause).append(' ').append(words(1_000 + clause, 10));
            text.append((number * clause) % 3 == 0 ? " or nothing.\r\n" : ".\r\n");
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static String enclosing(String subject, byte[]... enclosures) {
        StringBuilder mail = new StringBuilder("From: a@x.example\r\nTo: b@firm.example\r\nSubject: " + subject
                + "\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee "
                + subject);
        for (byte[] enclosure : enclosures) {
            mail.append(
                            "\r\n--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n")
                    .append(Base64.getMimeEncoder(76, new byte[] {'\r', '\n'}).encodeToString(enclosure));
        }
        return mail.append("\r\n--b--\r\n").toString();
    }

    /// Looks at every record that is not erased.
    static Found in(Path data) throws ArchiveException {
        Set<Integer> codings = new TreeSet<>();
        Set<FrameRecord.Type> types = new TreeSet<>();
        Set<Long> segments = new TreeSet<>();
        List<Row> inChunks = new ArrayList<>();
        try (Archive archive = Archive.open(data, Clock.systemUTC()).orElseThrow()) {
            archive.vault().walk(Position.START, new Vault.Walker() {
                @Override
                public void frame(Kept kept) {
                    segments.add(kept.end().segment());
                    for (int i = 0; i < kept.head().rows().size(); i++) {
                        boolean there = i == 0
                                ? kept.erased().isEmpty()
                                : kept.record(new Place(kept.number(), i)).isPresent();
                        Row row = kept.head().rows().get(i);
                        if (there) {
                            codings.add(row.coding());
                            types.add(row.type());
                            if (row.sealedBytes() > CHUNK_BYTES) {
                                inChunks.add(row);
                            }
                        }
                    }
                }

                @Override
                public void damaged(Vault.Damage damage) {
                    throw new AssertionError(damage);
                }
            });
        }
        return new Found(codings, types, !inChunks.isEmpty(), segments.size());
    }
}
