package io.carteggio.mail.tnef;

import static io.carteggio.mail.tnef.TnefText.ascii;
import static io.carteggio.mail.tnef.TnefText.binary;
import static io.carteggio.mail.tnef.TnefText.int4;
import static io.carteggio.mail.tnef.TnefText.join;
import static io.carteggio.mail.tnef.TnefText.named;
import static io.carteggio.mail.tnef.TnefText.number;
import static io.carteggio.mail.tnef.TnefText.properties;
import static io.carteggio.mail.tnef.TnefText.string;
import static io.carteggio.mail.tnef.TnefText.time;
import static io.carteggio.mail.tnef.TnefText.unicode;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.Soon;
import io.carteggio.mail.mime.Attachment;
import io.carteggio.mail.mime.Letter;
import io.carteggio.mail.mime.LetterReader;
import io.carteggio.mail.mime.ReadLimits;
import io.carteggio.mail.structure.CorpusFiles;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// TNEF streams: well made, by others, and made to break their reader.
@Tag("slow")
class TnefTest {
    private static final int MUTANTS = Integer.getInteger("mutants", 20_000);

    private static TnefText usual() {
        return new TnefText()
                .message(
                        named("Keywords", ascii("stepped over")),
                        unicode(0x0037, "Übersicht"),
                        string(0x5D01, "bert@partner.example"),
                        string(0x0C1A, "Bert Example"),
                        string(0x1035, "<m1@partner.example>"),
                        time(0x0039, 131_763_032_080_000_000L),
                        unicode(0x1000, "Hello\r\nAnna"))
                .recipients(List.of("1 Anna anna@example.com", "2 Carl carl@example.com", "3 Dora dora@example.com"))
                .file("figures.txt", ascii("1,2,3"))
                .messageInside(
                        "Forwarded",
                        new TnefText().message(unicode(0x0037, "Inner")).octets());
    }

    private static Tnef read(byte[] octets) throws IOException {
        return Tnef.read(Content.of(octets)).orElseThrow();
    }

    @Test
    void aMessageIsReadWithPeopleTextAndEnclosures() throws IOException {
        byte[] octets = usual().octets();
        Tnef tnef = read(octets);
        assertThat(tnef.sound()).isTrue();
        assertThat(tnef.subject()).contains("Übersicht");
        assertThat(tnef.text()).contains("Hello\r\nAnna");
        assertThat(tnef.sent()).contains(Instant.parse("2018-07-17T12:13:28Z"));
        assertThat(tnef.enclosures())
                .extracting(e -> e.name().orElse("?") + " " + e.message())
                .containsExactly("figures.txt false", "Forwarded true");
        Content stream = Content.of(octets);
        assertThat(new String(tnef.enclosures().getFirst().in(stream).toByteArray(100), US_ASCII))
                .isEqualTo("1,2,3");
        assertThat(Tnef.read(tnef.enclosures().get(1).in(stream)).orElseThrow().subject())
                .contains("Inner");
        assertThat(new String(tnef.header().toByteArray(10_000), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("""
                        From: "Bert Example" <bert@partner.example>
                        To: "Anna" <anna@example.com>
                        Cc: "Carl" <carl@example.com>
                        Bcc: "Dora" <dora@example.com>
                        Subject: Übersicht
                        Date: Tue, 17 Jul 2018 12:13:28 +0000
                        Message-ID: <m1@partner.example>

                        """.replace("\n", "\r\n"));
    }

    @Test
    void theHeaderThatTheMessageCameWithIsPreferred() throws IOException {
        Tnef tnef = read(new TnefText()
                .message(unicode(0x007D, "Received: x\r\nSubject: True\r\n\r\nno header"), unicode(0x0037, "Other"))
                .octets());
        assertThat(new String(tnef.header().toByteArray(1000), US_ASCII))
                .isEqualTo("Received: x\r\nSubject: True\r\n\r\n");
    }

    /// A line break in a property must not make a field of the header.
    @Test
    void aPropertySmugglesNoField() throws IOException {
        Tnef tnef = read(new TnefText()
                .message(unicode(0x0037, "a\r\nBcc: eve@evil.example"))
                .octets());
        assertThat(LetterReader.header(tnef.header()).bcc()).isEmpty();
        assertThat(LetterReader.header(tnef.header()).subject()).contains("a  Bcc: eve@evil.example");
    }

    @Test
    void aLetterShowsTheFilesInItsWinmailDat() throws IOException {
        String mail = "From: bert@partner.example\r\nSubject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed;"
                + " boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsee below\r\n--b\r\nContent-Type:"
                + " application/ms-tnef; name=\"winmail.dat\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + Base64.getMimeEncoder().encodeToString(usual().octets()) + "\r\n--b--\r\n";
        Content content = Content.of(mail.getBytes(US_ASCII));
        Letter letter = LetterReader.read(content, ReadLimits.DEFAULT);
        assertThat(letter.attachments()).extracting(a -> a.name().orElse("")).containsExactly("winmail.dat");
        assertThat(letter.files())
                .extracting(a -> a.name().orElse(""))
                .containsExactly("winmail.dat", "figures.txt", "Forwarded");
        Attachment file = letter.enclosed().getFirst();
        try (InputStream in = LetterReader.openAttachment(content, file.index())) {
            assertThat(in.readAllBytes()).isEqualTo(ascii("1,2,3"));
        }
        assertThat(LetterReader.attachment(content, file.index())).contains(file);
        assertThat(LetterReader.attachment(content, 99)).isEmpty();
        assertThat(letter.text()).contains("see below");
        assertThat(letter.searchText()).contains("see below", "Hello", "Anna");
        assertThat(letter.notes()).isEmpty();
    }

    @Test
    void aLetterThatIsTnefItselfIsRead() throws IOException {
        Content content = Content.of(usual().octets());
        Letter letter = LetterReader.read(content, ReadLimits.DEFAULT);
        assertThat(letter.header().subject()).contains("Übersicht");
        assertThat(letter.header().to()).extracting(m -> m.address().raw()).containsExactly("anna@example.com");
        assertThat(letter.text()).contains("Hello\r\nAnna");
        assertThat(letter.files()).hasSize(2);
        try (InputStream in = LetterReader.openAttachment(content, 0)) {
            assertThat(in.readAllBytes()).isEqualTo(ascii("1,2,3"));
        }
    }

    @Test
    void theStreamsOfTheCorpusGiveTheFilesThatOthersFindInThem() throws IOException {
        for (Map.Entry<String, CorpusFiles.Row> row :
                CorpusFiles.table("expected_tnef.tsv").entrySet()) {
            Content stream = Content.of(CorpusFiles.bytes(row.getKey()));
            Tnef tnef = Tnef.read(stream).orElseThrow();
            List<String> sizes = new ArrayList<>();
            List<String> sums = new ArrayList<>();
            List<String> names = new ArrayList<>();
            for (Tnef.Enclosure e : tnef.enclosures()) {
                sizes.add(Long.toString(e.sizeBytes()));
                sums.add(Sha256.of(e.in(stream)).toString());
                names.add(e.name().orElse("null"));
            }
            assertThat(Integer.toString(sizes.size()))
                    .as(row.getKey())
                    .isEqualTo(Objects.toString(row.getValue().json("att_count")));
            assertThat(sizes)
                    .as(row.getKey())
                    .containsExactlyInAnyOrderElementsOf(row.getValue().list("att_sizes"));
            assertThat(sums)
                    .as(row.getKey())
                    .containsExactlyInAnyOrderElementsOf(row.getValue().list("att_sha256"));
            if (row.getValue().judged("att_names")) {
                assertThat(names).as(row.getKey()).isEqualTo(row.getValue().list("att_names"));
            }
        }
    }

    /// Damaged ones are among them: each is an answer.
    @Test
    void everyFileOfTheCorpusIsAnAnswer() throws IOException {
        for (String path : CorpusFiles.files("tnef")) {
            Content content = Content.of(CorpusFiles.bytes(path));
            LetterReader.read(content, ReadLimits.DEFAULT);
            if (path.endsWith(".tnef")) {
                Tnef tnef = Tnef.read(content).orElseThrow();
                System.out.println(path + ": " + tnef.sound() + " " + tnef.subject() + " "
                        + tnef.enclosures().stream()
                                .map(e -> e.name().orElse("?"))
                                .toList());
            }
        }
    }

    record Attack(String name, Content content) {
        Attack(String name, byte[] octets) {
            this(name, Content.of(octets));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Attack> attacks() {
        byte[] signature = {0x78, (byte) 0x9f, 0x3e, 0x22, 1, 0};
        byte[] many = new byte[1 << 20];
        Arrays.fill(many, (byte) 0xff);
        byte[] zeros = new byte[1 << 20];
        List<Attack> attacks = new ArrayList<>();
        attacks.add(new Attack("nothing but the signature", Arrays.copyOf(signature, 4)));
        attacks.add(new Attack("a cut attribute", join(signature, new byte[] {1, 4})));
        attacks.add(new Attack("all ones", join(signature, many)));
        attacks.add(new Attack("all zeros", join(signature, zeros)));
        attacks.add(new Attack(
                "a length of four gigabytes",
                join(signature, new byte[] {1}, number(0x0002800CL, 4), number(0xffffffffL, 4), many)));
        attacks.add(new Attack(
                "four thousand million properties",
                new TnefText().attribute(1, 0x69003, many).octets()));
        attacks.add(new Attack(
                "four thousand million empty strings",
                new TnefText()
                        .message(join(number(0x001E, 2), number(0x0037, 2), number(0xffffffffL, 4), zeros))
                        .octets()));
        attacks.add(new Attack(
                "four thousand million numbers",
                new TnefText()
                        .message(join(number(0x1003, 2), number(0x0C15, 2), number(0xffffffffL, 4), zeros))
                        .octets()));
        attacks.add(new Attack(
                "a string of four gigabytes",
                new TnefText()
                        .message(join(number(0x001F, 2), number(0x1000, 2), number(1, 4), number(0xffffffffL, 4)))
                        .octets()));
        attacks.add(new Attack(
                "a named property with a name of four gigabytes",
                new TnefText()
                        .message(join(number(0x001F, 2), number(0x8000, 2), new byte[16], number(1, 4), many))
                        .octets()));
        attacks.add(new Attack(
                "four thousand million recipients",
                new TnefText()
                        .attribute(1, 0x69004, join(number(0xffffffffL, 4), zeros))
                        .octets()));
        attacks.add(new Attack(
                "a type that nobody knows",
                new TnefText()
                        .message(join(number(0x0999, 2), number(0x0037, 2), zeros))
                        .octets()));
        attacks.add(new Attack(
                "an object that is too short",
                new TnefText()
                        .attribute(2, 0x69005, properties(TnefText.value(0x3701, 0x000D, new byte[3])))
                        .octets()));
        attacks.add(new Attack(
                "dates that are none",
                new TnefText()
                        .attribute(1, 0x38005, Arrays.copyOf(many, 14))
                        .message(time(0x0039, -1), time(0x0039, Long.MAX_VALUE))
                        .octets()));
        attacks.add(new Attack(
                "a code page that nobody has",
                new TnefText()
                        .attribute(1, 0x69007, many)
                        .message(string(0x0037, "s"))
                        .octets()));
        TnefText files = new TnefText();
        for (int i = 0; i < 50_000; i++) {
            files.attribute(2, 0x69002, new byte[0]).attribute(2, 0x6800F, new byte[0]);
        }
        attacks.add(new Attack("fifty thousand files", files.octets()));
        byte[] deep = new TnefText().octets();
        for (int i = 0; i < 200; i++) {
            deep = new TnefText().messageInside("m", deep).octets();
        }
        attacks.add(new Attack("two hundred messages in each other", deep));
        return attacks.stream();
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void everyAttackIsAnsweredSoon(Attack attack) {
        Soon.within(
                Duration.ofSeconds(3),
                () -> {
                    Content content = attack.content();
                    Tnef tnef = Tnef.read(content).orElseThrow();
                    assertThat(tnef.enclosures()).hasSizeLessThanOrEqualTo(Tnef.MOST_ENCLOSURES);
                    LetterReader.read(content, ReadLimits.DEFAULT);
                },
                attack.toString());
    }

    @Test
    void mutantsAreRead() throws IOException {
        long seed = System.nanoTime();
        System.out.println("tnef mutants: seed " + seed);
        Random random = new Random(seed);
        byte[] usual = usual().octets();
        byte[] binary = new TnefText()
                .message(binary(0x1013, ascii("<p>x</p>")), binary(0x1009, ascii("rtf")), int4(0x3FDE, 65001))
                .file("a.eml", ascii("Subject: x\r\n\r\ny"))
                .octets();
        for (int round = 0; round < MUTANTS; round++) {
            byte[] mutant = (random.nextBoolean() ? usual : binary).clone();
            for (int change = 1 + random.nextInt(6); change > 0; change--) {
                mutant[6 + random.nextInt(mutant.length - 6)] = switch (random.nextInt(4)) {
                    case 0 -> 0;
                    case 1 -> (byte) 0xff;
                    case 2 -> (byte) (1 << random.nextInt(8));
                    default -> (byte) random.nextInt();
                };
            }
            byte[] octets = random.nextInt(4) == 0 ? Arrays.copyOf(mutant, random.nextInt(mutant.length)) : mutant;
            try {
                TnefFuzz.read(octets);
            } catch (AssertionError | RuntimeException | IOException broken) {
                throw new AssertionError(
                        "seed " + seed + ", round " + round + ": "
                                + Base64.getEncoder().encodeToString(octets),
                        broken);
            }
        }
    }
}
