package io.carteggio.mail.mbox;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.report.HeaderPeople;
import io.carteggio.mail.structure.CorpusFiles;
import io.carteggio.mail.structure.Structure;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MboxTest {
    private static final Instant DATE = Instant.parse("2026-11-02T08:05:09Z");

    private record Mail(Optional<String> fromLine, String octets) {}

    private static List<Mail> read(byte[] mailbox, Quoting quoting) throws IOException {
        List<Mail> mails = new ArrayList<>();
        long count = MboxReader.read(
                new ByteArrayInputStream(mailbox),
                quoting,
                (from, message) -> mails.add(new Mail(from, new String(message.readAllBytes(), ISO_8859_1))));
        assertThat(count).isEqualTo(mails.size());
        return mails;
    }

    private static List<Mail> read(String mailbox) throws IOException {
        return read(mailbox.getBytes(ISO_8859_1), Quoting.MBOXRD);
    }

    @Test
    void aFromLineHasSenderAndTheDateOfAsctime() {
        assertThat(MboxWriter.fromLine(Optional.of(new Address("anna@example.com")), DATE))
                .isEqualTo("From anna@example.com Mon Nov  2 08:05:09 2026\n");
        assertThat(MboxWriter.fromLine(Optional.of(new Address("\"a\n b\"@ü")), DATE))
                .isEqualTo("From \"a__b\"@_ Mon Nov  2 08:05:09 2026\n");
        assertThat(MboxWriter.fromLine(Optional.empty(), Instant.MAX))
                .isEqualTo("From MAILER-DAEMON Fri Dec 31 23:59:59 9999\n");
    }

    /// In the table `.` is a line break and `F` a good `From ` line.
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', ignoreLeadingAndTrailingWhitespace = false, textBlock = """
            F.a..F.b..|a.,b.
            F.a..F.b.|a.,b.
            F.a..F.b|a.,b
            F..F..|,
            F..|~~
            F.|~~
            F...F.b..|.,b.
            ..F.a..|a.
            F.a.F.b..|a.F.b.
            F.a.F.B: b..c.|a.,B: b..c.
            F.a.F|a.F
            F.a.F.|a.F.
            F.a..From here on.b..|a..From here on.b.
            F.a...F.b...|a..,b..
            F.>From x.>>From x.>Fromx..|From x.>From x.>Fromx.
            a..F.b..|a.,b.
            """)
    void messagesBeginAtFromLines(String mailbox, String expected) throws IOException {
        String from = "From a@b Mon Nov  2 08:05:09 2026";
        for (String lineBreak : List.of("\n", "\r\n")) {
            String octets = mailbox.replace(".", lineBreak).replace("F" + lineBreak, from + lineBreak);
            octets = octets.endsWith("F") ? octets.substring(0, octets.length() - 1) + from : octets;
            String read = String.join(
                    ",",
                    read(octets).stream()
                            .map(m -> m.octets().replace(from, "F").replace(lineBreak, "."))
                            .toList());
            assertThat(read).isEqualTo(expected);
        }
    }

    @Test
    void quotingIsUndoneOnlyWhereItCanBe() throws IOException {
        byte[] mailbox = "From a@b Mon Nov  2 08:05:09 2026\n>From x\n>>From y\n\n".getBytes(ISO_8859_1);
        assertThat(read(mailbox, Quoting.MBOXRD).getFirst().octets()).isEqualTo("From x\n>From y\n");
        assertThat(read(mailbox, Quoting.MBOXO).getFirst().octets()).isEqualTo(">From x\n>>From y\n");
        assertThat(read(mailbox, Quoting.NONE).getFirst().octets()).isEqualTo(">From x\n>>From y\n");
    }

    @Test
    void fromLinesOfManyProgramsAreKnown() {
        assertThat(List.of(
                        "From user@domain  Fri Feb 22 23:00:00 2008 +0200",
                        "From MAILER-DAEMON Thu Oct  5 10:35:22 2006",
                        "From fc88cba7f1f37b9cf3b296eace2422dd0e173502 Mon Sep 17 00:00:00 2001",
                        "From a b c Fri Jul 10 18:04 MET DST 1998",
                        "From x@y Wed Jul  1 06:01:51 CDT 1998",
                        "From ???@??? Sat Jun 27 20:55:18 1998",
                        "From - Sat Jun 27 20:55:18 1998"))
                .allMatch(MboxReader::isFromLine);
        assertThat(List.of("From here on", "From: a@b", "From 2001 we", "from a 10:00 2001", "From 10:00 on", ">From "))
                .noneMatch(MboxReader::isFromLine);
        assertThat(MboxReader.looksLikeMbox("\r\nFrom - Sat Jun 27 20:55:18 1998\r\nA: b".getBytes(ISO_8859_1)))
                .isTrue();
        assertThat(MboxReader.looksLikeMbox("From: a@b\n".getBytes(ISO_8859_1))).isFalse();
        assertThat(MboxReader.looksLikeMbox(new byte[0])).isFalse();
    }

    private static void assertRoundTrip(List<String> messages) throws IOException {
        ByteArrayOutputStream mailbox = new ByteArrayOutputStream();
        MboxWriter writer = new MboxWriter(mailbox);
        List<MboxManifest.Entry> manifest = new ArrayList<>();
        for (String message : messages) {
            manifest.add(writer.write(Optional.empty(), DATE, Content.of(message.getBytes(ISO_8859_1))));
        }
        List<Mail> read = read(mailbox.toByteArray(), Quoting.MBOXRD);
        assertThat(read).hasSameSizeAs(messages);
        for (int i = 0; i < messages.size(); i++) {
            Content content = Content.of(read.get(i).octets().getBytes(ISO_8859_1));
            Content restored = manifest.get(i).restore(content).orElseThrow();
            assertThat(new String(restored.toByteArray(10_000_000), ISO_8859_1)).isEqualTo(messages.get(i));
            if (messages.get(i).isEmpty() || messages.get(i).endsWith("\n")) {
                assertThat(read.get(i).octets()).isEqualTo(messages.get(i)); // needs no manifest
            }
        }
    }

    @Test
    void whatIsWrittenComesBackByteForByte() throws IOException {
        String from = "From a@b Mon Nov  2 08:05:09 2026\n";
        assertRoundTrip(List.of(
                "A: b\n\ntext\n",
                "A: b\r\n\r\ntext\r\n",
                "A: b\n\nno final line break",
                "A: b\r\n\r\nlone CR at the end\r",
                "",
                "\n",
                "\r\n",
                "\n\n\n",
                "\n\n\nx",
                "From ",
                "From \n",
                ">From \n",
                ">>From x\n>>>Fro\n>>\n>",
                "From x\n\n" + from + "A: b\n\n" + from + "\n",
                from,
                "\n" + from,
                "nul \0 \u00ff\n",
                "\0",
                ">",
                "Fro",
                "x\n>>>>From",
                "x".repeat(200_000) + "\nFrom " + "y".repeat(100_000),
                ">".repeat(100_000) + "From x\n",
                "\rFrom x\rFrom y\n"));
        assertRoundTrip(List.of());
        assertRoundTrip(List.of("", "", ""));
    }

    @Test
    void anyMessagesComeBackByteForByte() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String[] pieces = {
            "From ", ">", "\n", "\r\n", "\r", "a", "From a@b Mon Nov  2 08:05:09 2026\n", "\0", "Fro", " "
        };
        for (int round = 0; round < 300; round++) {
            List<String> messages = new ArrayList<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                StringBuilder message = new StringBuilder();
                for (int k = random.nextInt(12); k > 0; k--) {
                    message.append(pieces[random.nextInt(pieces.length)]);
                }
                messages.add(message.toString());
            }
            try {
                assertRoundTrip(messages);
            } catch (AssertionError | RuntimeException failed) {
                throw new AssertionError("seed " + seed + " " + messages, failed);
            }
        }
    }

    /// Lines fall anywhere across the blocks in which a message is read.
    @Test
    void exactlyTheLinesThatMustBeAreQuoted() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String[] lines = {
            "From x\n", ">From y\n", ">>From \n", "F\n", "\n", ">\n", "plain text\r\n", "Fromage\n", "x\rFrom z\n"
        };
        for (int round = 0; round < 40; round++) {
            StringBuilder message = new StringBuilder("s".repeat(random.nextInt(40))).append('\n');
            while (message.length() < 50_000) {
                message.append(lines[random.nextInt(lines.length)]);
            }
            Content content = Content.of(message.toString().getBytes(ISO_8859_1));
            ByteArrayOutputStream mailbox = new ByteArrayOutputStream();
            ByteArrayOutputStream known = new ByteArrayOutputStream();
            MboxManifest.Entry entry = new MboxWriter(mailbox).write(Optional.empty(), DATE, content);
            new MboxWriter(known).writeKnown(Optional.empty(), DATE, content);
            assertThat(entry).isEqualTo(new MboxManifest.Entry(content.sizeBytes(), Sha256.of(content)));
            String expected = MboxWriter.fromLine(Optional.empty(), DATE)
                    + message.toString().replaceAll("(?<=^|\n)(>*From )", ">$1") + "\n";
            assertThat(mailbox.toString(ISO_8859_1)).as("seed %s", seed).isEqualTo(expected);
            assertThat(known.toString(ISO_8859_1)).isEqualTo(expected);
        }
    }

    @Test
    void aChangedMailboxIsNotRestored() throws IOException {
        MboxManifest.Entry entry = new MboxManifest.Entry(3, Sha256.of("abc".getBytes(ISO_8859_1)));
        assertThat(entry.restore(Content.of("abc\n".getBytes(ISO_8859_1)))).isPresent();
        assertThat(entry.restore(Content.of("abd\n".getBytes(ISO_8859_1)))).isEmpty();
        assertThat(entry.restore(Content.of("abcd".getBytes(ISO_8859_1)))).isEmpty();
        assertThat(entry.restore(Content.of("abc\n\n".getBytes(ISO_8859_1)))).isEmpty();
    }

    private static byte[] mailbox(String path) throws IOException {
        byte[] octets = CorpusFiles.bytes(path);
        try (InputStream in = path.endsWith(".gz")
                ? new GZIPInputStream(new ByteArrayInputStream(octets))
                : new ByteArrayInputStream(octets)) {
            return in.readAllBytes();
        }
    }

    @Test
    void theMailboxesOfTheCorpusAreCutAsOthersCutThem() throws IOException {
        Map<String, CorpusFiles.Row> table = CorpusFiles.table("expected_mbox.tsv");
        assertThat(table).hasSize(17);
        for (Map.Entry<String, CorpusFiles.Row> row : table.entrySet()) {
            List<String> ids = new ArrayList<>();
            for (Mail mail : read(mailbox(row.getKey()), Quoting.MBOXRD)) {
                ids.add(Structure.head(Content.of(mail.octets().getBytes(ISO_8859_1)))
                        .header()
                        .text("Message-ID")
                        .map(id -> id.replaceAll("^<|>$", ""))
                        .orElse("null"));
            }
            assertThat(ids).as(row.getKey()).isEqualTo(row.getValue().list("message_ids"));
        }
    }

    /// Import, export, import: the same messages by their sums. Files packed with bzip2 are left out: Java
    /// cannot read them, and the one there is holds the same mailbox as the one packed with gzip.
    @Test
    void theMailboxesOfTheCorpusRoundTrip() throws IOException {
        int messages = 0;
        for (String path : CorpusFiles.files("mbox")) {
            if (path.endsWith(".bz2")) {
                continue;
            }
            ByteArrayOutputStream exported = new ByteArrayOutputStream();
            MboxWriter writer = new MboxWriter(exported);
            List<MboxManifest.Entry> manifest = new ArrayList<>();
            MboxReader.read(new ByteArrayInputStream(mailbox(path)), (fromLine, in) -> {
                Content message = Content.of(in.readAllBytes());
                Optional<Address> sender = HeaderPeople.of(message).envelope().sender();
                MboxManifest.Entry entry = writer.write(sender, DATE, message);
                assertThat(entry.sum()).isEqualTo(Sha256.of(message));
                manifest.add(entry);
            });
            assertThat(manifest).as(path).isNotEmpty();
            List<MboxManifest.Entry> again = new ArrayList<>();
            MboxReader.read(new ByteArrayInputStream(exported.toByteArray()), (fromLine, in) -> {
                MboxManifest.Entry entry = manifest.get(again.size());
                Content message =
                        entry.restore(Content.of(in.readAllBytes())).orElseThrow(() -> new AssertionError(path));
                again.add(new MboxManifest.Entry(message.sizeBytes(), Sha256.of(message)));
            });
            assertThat(again).as(path).isEqualTo(manifest);
            messages += again.size();
        }
        System.out.println("mbox: " + messages + " messages went round");
        assertThat(messages).isEqualTo(274);
    }
}
