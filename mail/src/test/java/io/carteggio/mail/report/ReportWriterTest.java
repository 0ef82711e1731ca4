package io.carteggio.mail.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Envelope;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.mime.LetterReader;
import io.carteggio.mail.report.ReportWriter.Facts;
import io.carteggio.mail.report.ReportWriter.Octets;
import io.carteggio.mail.report.ReportWriter.Written;
import io.carteggio.mail.structure.Structure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportWriterTest {
    private static final Instant AT = Instant.parse("2018-07-17T12:13:28Z");
    private static final Address AGENT =
            new Address("MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@contoso.onmicrosoft.com");

    private static Supplier<UUID> counted() {
        long[] next = {0};
        return () -> new UUID(0, ++next[0]);
    }

    private static ReportWriter writer(Supplier<UUID> names) {
        return new ReportWriter(AGENT, "mx.example.com", names, (id, body) -> "seal");
    }

    private static Content octets(String text) {
        return Content.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(Content content) throws IOException {
        return new String(content.toByteArray(1 << 24), StandardCharsets.UTF_8);
    }

    private static Recipient to(String address) {
        return new Recipient(Role.TO, new Address(address));
    }

    private static Envelope envelope(String sender, Recipient... recipients) {
        return new Envelope(
                sender.isEmpty() ? Optional.empty() : Optional.of(new Address(sender)),
                Optional.empty(),
                List.of(recipients));
    }

    /// JOURNAL-FORMATS 2.4, but for what only Exchange can say, and with our own fields.
    @Test
    void everyOctetIsWhereExchangeOnlineHasIt() throws IOException {
        String original = """
                Received: from x
                From: Bert Example <bert@partner.example>
                To: <anna@example.com>
                Subject: Q3 numbers
                Message-ID: <orig-0001@partner.example>

                Hello
                """.replace("\n", "\r\n");
        Written written = writer(counted())
                .write(
                        new Facts(
                                envelope(
                                        "bert@partner.example",
                                        new Recipient(Role.RECIPIENT, new Address("anna@example.com"))),
                                AT,
                                List.of("All mail")),
                        octets(original));
        String expected = """
                Content-Type: multipart/mixed;
                \tboundary="_00000000-0000-0000-0000-000000000002_"
                Subject: Q3 numbers
                To: <anna@example.com>
                From: Bert Example <bert@partner.example>
                MIME-Version: 1.0
                Sender:
                \t<MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@contoso.onmicrosoft.com>
                Message-ID: <00000000-0000-0000-0000-000000000001@journal.report.generator>
                Date: Tue, 17 Jul 2018 12:13:28 +0000
                X-MS-PublicTrafficType: Email
                X-MS-Journal-Report:\s
                X-MS-Exchange-Parent-Message-Id:
                \t<orig-0001@partner.example>
                Auto-Submitted: auto-generated
                X-MS-Exchange-Generated-Message-Source: Journal Agent
                X-MS-TrafficTypeDiagnostic: mx.example.com:JournalingReport
                X-Journal-Rule: All mail
                X-Journal-Envelope-From: <bert@partner.example>
                X-Journal-Digest: sha-256=%s
                X-Journal-Mark: seal

                --_00000000-0000-0000-0000-000000000002_
                Content-Type: text/plain; charset="us-ascii"
                Content-Transfer-Encoding: 7bit

                Sender: bert@partner.example
                Subject: Q3 numbers
                Message-Id: <orig-0001@partner.example>
                Recipient: anna@example.com

                --_00000000-0000-0000-0000-000000000002_
                Content-Type: message/rfc822

                %s
                --_00000000-0000-0000-0000-000000000002_--
                """.formatted(Sha256.of(octets(original)), original.replace("\r\n", "\n"));
        assertThat(text(written.content())).isEqualTo(expected.replace("\n", "\r\n"));
        assertThat(written.needs()).isEqualTo(Octets.SEVEN_BIT);
    }

    @Test
    void allKindsOfLinesAreReadAsTheyWereMeant() throws IOException {
        List<Recipient> recipients = new ArrayList<>();
        for (Role role : Role.values()) {
            Address a = new Address(role.word() + "@example.com");
            recipients.add(new Recipient(role, a));
            recipients.add(new Recipient(role, a, Optional.of(new Address("sales@example.com")), Optional.empty()));
            recipients.add(new Recipient(role, a, Optional.empty(), Optional.of(new Address("eve@example.com"))));
        }
        recipients.add(new Recipient(Role.RECIPIENT, new Address("\"odd, Expanded: x@y\"@example.net")));
        Envelope envelope = new Envelope(
                Optional.of(new Address("assistant@example.com")),
                Optional.of(new Address("ceo@example.com")),
                recipients);
        Written written = writer(counted())
                .write(
                        new Facts(envelope, AT, List.of("Überall", "two")),
                        octets("Subject: =?utf-8?Q?=C3=9Cberblick?=\r\nMessage-ID: <a@b>\r\n\r\nx"));
        Unwrapped.Report report = (Unwrapped.Report) Unwrapper.unwrap(written.content());
        assertThat(report.envelope()).isEqualTo(envelope);
        assertThat(report.subject()).contains("Überblick");
        assertThat(report.messageId()).contains("a@b");
        assertThat(report.parentMessageId()).contains("a@b");
        assertThat(report.reportId()).contains(written.messageId());
        assertThat(report.journaled()).contains(AT);
        assertThat(report.warnings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\r\n",
                "no header at all",
                "Subject: x\r\n\r\n",
                "Subject: x\nTo: bare@lf\n\nline\n",
                "Subject: x\r\n\r\nno line end",
                "Subject: x\r\n\r\n\r\n\r\n\r\n",
                "Subject: x\r\n\r\n.\r\n..\r\n",
                "Subject: x\r\n\r\nends in CR\r",
                "Subject: x\r\n\r\n--_00000000-0000-0000-0000-000000000002_\r\nfaked\r\n",
                "Subject: x\r\n\r\n--_00000000-0000-0000-0000-000000000002_--\r\n",
                "Subject: x\r\nContent-Type: message/rfc822\r\n\r\nX-MS-Journal-Report:\r\n\r\nSender: evil@x\r\n",
                "X-MS-Journal-Report:\r\nSubject: x\r\n\r\nSender: evil@x\r\n",
                "From: \u00fc <raw@eight.bit>\r\nSubject: \u00fc\r\n\r\n\u00fc\r\n",
                "Subject: nul\u0000in it\r\n\r\n\u0000\r\n",
                "Message-ID: no brackets\r\n\r\nx",
                "Message-ID: <a\r\n b@c>\r\n\r\nx",
                "Subject:\r\n\r\nx",
            })
    void whateverTheOriginalIsComesBackOctetForOctet(String original) throws IOException {
        Content mail = octets(original);
        Envelope envelope = envelope("a@example.com", to("b@example.com"));
        Written written = writer(counted()).write(new Facts(envelope, AT, List.of()), mail);
        Unwrapped.Report report = (Unwrapped.Report) Unwrapper.unwrap(written.content());
        assertThat(text(report.originals().getFirst().bytes())).isEqualTo(original);
        assertThat(report.originals()).hasSize(1);
        assertThat(report.envelope()).isEqualTo(envelope);
    }

    /// A subject, an address or an identifier that holds line breaks cannot add a recipient or a field.
    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "\n", "\r", "\u0000", "\u0085", "\u2028", "\u2029", "\u000b", "\f"})
    void nobodyAddsALine(String breaks) throws IOException {
        String word = Optional.of("x" + breaks + "Recipient: evil@example.net")
                .map(t -> "=?utf-8?B?"
                        + java.util.Base64.getEncoder().encodeToString(t.getBytes(StandardCharsets.UTF_8)) + "?=")
                .get();
        String original = "Subject: " + word + "\r\nFrom: " + word + " <a@b>\r\nTo: " + word
                + " <c@d>\r\nMessage-ID: <i" + breaks + "Bcc: evil@example.net>\r\n\r\nx";
        Envelope envelope = new Envelope(
                Optional.of(new Address("s" + breaks + "Recipient: evil@example.net")),
                Optional.of(new Address("o" + breaks + "Bcc: evil@example.net")),
                List.of(new Recipient(
                        Role.TO,
                        new Address("r" + breaks + "To: evil@example.net"),
                        Optional.of(new Address("g" + breaks + "Cc: evil@example.net")),
                        Optional.empty())));
        Written written =
                writer(counted()).write(new Facts(envelope, AT, List.of("r" + breaks + "Bcc: x")), octets(original));
        Unwrapped.Report report = (Unwrapped.Report) Unwrapper.unwrap(written.content());
        assertThat(report.envelope().recipients()).hasSize(1);
        assertThat(report.envelope().recipients().getFirst().role()).isEqualTo(Role.TO);
        assertThat(Structure.head(written.content()).header().fields())
                .filteredOn(field -> field.is("Bcc") || field.is("Recipient"))
                .isEmpty();
    }

    @Test
    void longFieldsStayWithinLines() throws IOException {
        String people = "Somebody With A Name <somebody@example.com>, ".repeat(200) + "last@example.com";
        String subject = "ü".repeat(3_000);
        String original = "To: " + people + "\r\nFrom: " + "x".repeat(2_000) + "@example.com\r\nSubject: " + subject
                + "\r\n\r\nx";
        Written written = writer(counted())
                .write(new Facts(envelope("", to("ä".repeat(700) + "@example.com")), AT, List.of()), octets(original));
        String all = text(written.content());
        String ours = all.substring(0, all.indexOf("message/rfc822"));
        assertThat(ours.lines()).allMatch(line -> line.length() <= 998);
        assertThat(LetterReader.header(written.content()).to()).hasSize(201);
        assertThat(LetterReader.header(written.content()).subject()).contains(subject);
        Unwrapped.Report report = (Unwrapped.Report) Unwrapper.unwrap(written.content());
        assertThat(report.subject()).contains(subject);
        assertThat(report.envelope().sender()).isEmpty();
        assertThat(report.envelope().recipients().getFirst().address().raw())
                .isEqualTo("ä".repeat(700) + "@example.com");
    }

    @Test
    void theReadableCopyStandsBehindTheProtectedOne() throws IOException {
        String secret = "Content-Class: rpmsg.message\r\nMessage-ID: <x@y>\r\n\r\nsecret\r\n";
        String clear = "Message-ID: <x@y>\r\n\r\nwords\r\n";
        Written written = writer(counted())
                .write(
                        new Facts(
                                envelope("a@b", to("c@d")),
                                AT,
                                List.of(),
                                Optional.of(octets(clear)),
                                Optional.of("decrypted")),
                        octets(secret));
        Unwrapped.Report report = (Unwrapped.Report) Unwrapper.unwrap(written.content());
        assertThat(report.originals()).extracting(o -> text(o.bytes())).containsExactly(secret, clear);
        assertThat(report.originals())
                .extracting(Original::kind)
                .containsExactly(Original.Kind.PROTECTED, Original.Kind.CLEAR);
    }

    /// The way must carry both, and the report says what was done.
    @Test
    void aReadableCopyOfEightBitsNeedsAWayThatCarriesIt() throws IOException {
        String secret = "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nMIA=\r\n";
        String clear = "Content-Type: text/plain; charset=utf-8\r\n\r\n\u00fc\r\n";
        Written written = writer(counted())
                .write(
                        new Facts(
                                envelope("a@b", to("c@d")),
                                AT,
                                List.of(),
                                Optional.of(octets(clear)),
                                Optional.of("smime; decrypted")),
                        octets(secret));
        assertThat(written.needs()).isEqualTo(ReportWriter.Octets.EIGHT_BIT);
        assertThat(text(written.content())).contains("\r\nX-Journal-Decryption: smime; decrypted\r\n");
        Unwrapped.Report report = (Unwrapped.Report) Unwrapper.unwrap(written.content());
        assertThat(report.originals())
                .extracting(Original::kind)
                .containsExactly(Original.Kind.PROTECTED, Original.Kind.CLEAR);
    }

    @Test
    void theSealIsOverAllBehindTheHeader() throws IOException {
        List<String> sealed = new ArrayList<>();
        ReportWriter writer = new ReportWriter(AGENT, "h", counted(), (id, body) -> {
            sealed.add(id + " " + body);
            return "s";
        });
        Written written = writer.write(new Facts(envelope("a@b", to("c@d")), AT, List.of()), octets("x"));
        String all = text(written.content());
        String body = all.substring(all.indexOf("\r\n\r\n") + 4);
        assertThat(sealed).containsExactly(written.messageId() + " " + Sha256.of(octets(body)));
    }

    /// Random mails and envelopes, by a seed that a failure names.
    @Test
    void whatIsWrittenIsReadBack() throws IOException {
        for (long seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            byte[] mail = new byte[random.nextInt(400)];
            random.nextBytes(mail);
            if (random.nextBoolean()) { // nearer to a mail
                String pieces = "Subject:To:From:Message-ID:<>@ \r\n\r\n--_=?utf-8?Q?a?=;,";
                for (int i = 0; i < mail.length; i++) {
                    mail[i] = (byte) pieces.charAt(random.nextInt(pieces.length()));
                }
            }
            List<Recipient> recipients = new ArrayList<>();
            for (int i = random.nextInt(5); i >= 0; i--) {
                Optional<Address> group =
                        random.nextBoolean() ? Optional.of(new Address("g" + i + "@x")) : Optional.empty();
                recipients.add(new Recipient(
                        List.of(Role.values()).get(random.nextInt(4)),
                        new Address("r" + i + "@x"),
                        group,
                        Optional.empty()));
            }
            Envelope envelope = envelope(random.nextBoolean() ? "" : "s@x", recipients.toArray(Recipient[]::new));
            Written written = writer(counted()).write(new Facts(envelope, AT, List.of("r")), Content.of(mail));
            Unwrapped unwrapped = Unwrapper.unwrap(written.content());
            assertThat(unwrapped).as("seed %d", seed).isInstanceOf(Unwrapped.Report.class);
            Unwrapped.Report report = (Unwrapped.Report) unwrapped;
            assertThat(report.envelope()).as("seed %d", seed).isEqualTo(envelope);
            assertThat(report.originals().getFirst().bytes().toByteArray(1 << 20))
                    .as("seed %d", seed)
                    .isEqualTo(mail);
        }
    }

    @Test
    void aNoticeOfAReportIsReadAsOne() throws IOException {
        Content original = octets("Subject: ü\r\nMessage-ID: <a@b>\r\n\r\nü\r\n");
        Written written = writer(counted()).write(new Facts(envelope("a@b", to("c@d")), AT, List.of("r")), original);
        Content notice = new NdrWriter("mx.example.com", counted())
                .write(
                        new NdrWriter.Facts(
                                new Address("alternate@example.com"),
                                new Address("journal@archive.example"),
                                written.messageId(),
                                AT,
                                AT.plusSeconds(172_800),
                                AT.plusSeconds(172_801),
                                "5.4.7",
                                "421 4.4.2 ü\r\nBcc: x",
                                Optional.of("archive.example")),
                        written.content(),
                        written.needs());
        Unwrapped.Ndr ndr = (Unwrapped.Ndr) Unwrapper.unwrap(notice);
        assertThat(ndr.gap()).isEmpty();
        assertThat(text(ndr.report().orElseThrow().originals().getFirst().bytes()))
                .isEqualTo(text(original));
        assertThat(ndr.status().recipients()).hasSize(1);
        assertThat(ndr.warnings()).isEmpty();
        assertThat(Structure.head(notice).header().has("Bcc")).isFalse();
    }
}
