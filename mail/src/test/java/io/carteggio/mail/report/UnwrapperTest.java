package io.carteggio.mail.report;

import static io.carteggio.mail.report.ReportText.ENVELOPE;
import static io.carteggio.mail.report.ReportText.ORIGINAL;
import static io.carteggio.mail.report.ReportText.content;
import static io.carteggio.mail.report.ReportText.crlf;
import static io.carteggio.mail.report.ReportText.describe;
import static io.carteggio.mail.report.ReportText.usual;
import static io.carteggio.mail.report.ReportText.utf8;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.tnef.TnefText;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The fixtures of JOURNAL-FORMATS, Appendix A; numbers in names are its numbers.
class UnwrapperTest {
    private static final int ORIGINAL_BYTES = crlf(ORIGINAL).length();
    private static final String USUAL_ENVELOPE = """
            report exchange-2007
            sender bert@partner.example
            subject Q3 numbers
            id orig-0001@partner.example
            recipient anna@example.com
            """;
    private static final String USUAL = USUAL_ENVELOPE + "original " + ORIGINAL_BYTES;

    private static void assertReads(ReportText report, String expected) throws IOException {
        assertReads(report.octets(), expected);
    }

    private static void assertReads(String octets, String expected) throws IOException {
        Unwrapped unwrapped = Unwrapper.unwrap(content(octets));
        assertThat(describe(unwrapped)).isEqualTo(expected.strip());
        Unwrapped.Report report = switch (unwrapped) {
            case Unwrapped.Report r -> r;
            case Unwrapped.Ndr ndr when ndr.report().isPresent() -> ndr.report().get();
            default -> null;
        };
        if (report != null) {
            assertSpans(octets, report);
        }
    }

    private static void assertSpans(String octets, Unwrapped.Report report) throws IOException {
        for (Original original : report.originals()) {
            if (original.span().isPresent()) {
                Original.Span span = original.span().get();
                assertThat(new String(original.bytes().toByteArray(100_000_000), ISO_8859_1))
                        .isEqualTo(octets.substring((int) span.offset(), (int) span.end()));
            }
        }
    }

    private static Unwrapped.Report report(ReportText text) throws IOException {
        return (Unwrapped.Report) Unwrapper.unwrap(text.content());
    }

    @Test
    void f01_theUsualReport() throws IOException {
        assertReads(usual(), USUAL);
        Unwrapped.Report report = report(usual());
        assertThat(report.journaled()).contains(Instant.parse("2018-07-17T12:13:28Z"));
        assertThat(report.reportId()).contains("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee@journal.report.generator");
        assertThat(report.parentMessageId()).contains("orig-0001@partner.example");
        assertThat(new String(report.envelopePart().toByteArray(10_000), ISO_8859_1))
                .isEqualTo(crlf(ENVELOPE));
        HeaderPeople people = HeaderPeople.of(report.originals().getFirst().bytes());
        assertThat(people.withRoles(report.envelope().recipients()).getFirst().role())
                .isEqualTo(Role.TO);
        assertReads(usual().octets().replace("\r\n", "\n"), USUAL.replace("" + ORIGINAL_BYTES, "" + ORIGINAL.length()));
    }

    @Test
    void f02_aRecipientWhoIsNotInTheHeaderWasABlindCopy() throws IOException {
        Unwrapped.Report report = report(usual().withEnvelope(ENVELOPE + "Recipient: dora@example.com\n"));
        HeaderPeople people = HeaderPeople.of(report.originals().getFirst().bytes());
        assertThat(people.withRoles(report.envelope().recipients()).stream().map(Recipient::role))
                .containsExactly(Role.TO, Role.BCC);
    }

    @Test
    void f03_allTwelveFormsOfARecipient() throws IOException {
        StringBuilder lines = new StringBuilder("Sender: a@x\nSubject: s\nMessage-Id: <orig-0001@partner.example>\n");
        StringBuilder expected = new StringBuilder("report exchange-2007\nsender a@x\nsubject s\n")
                .append("id orig-0001@partner.example\n");
        for (String role : List.of("To", "Cc", "Bcc", "Recipient")) {
            for (String redirection : List.of("", ", Expanded: list@x", ", Forwarded: eve@x")) {
                lines.append(role).append(": b@x").append(redirection).append('\n');
                expected.append(role.toLowerCase(Locale.ROOT))
                        .append(" b@x")
                        .append(redirection.replace(",", "").replace(":", "").toLowerCase(Locale.ROOT))
                        .append('\n');
            }
        }
        assertReads(usual().withEnvelope(lines.toString()), expected + "original " + ORIGINAL_BYTES);
    }

    @Test
    void f04_onBehalfOfAndOtherOrderAndCase() throws IOException {
        assertReads(usual().withEnvelope("""
                sender: assistant@x
                ON-BEHALF-OF: ceo@x
                message-ID: <orig-0001@partner.example>
                SUBJECT: s
                to: b@x
                """), """
                report exchange-2007
                sender assistant@x
                for ceo@x
                subject s
                id orig-0001@partner.example
                to b@x
                original %d""".formatted(ORIGINAL_BYTES));
    }

    @Test
    void f05_managedFolders() throws IOException {
        assertReads(usual().withEnvelope("""
                Sender: a@x
                Subject: s
                Message-Id: <orig-0001@partner.example>
                Label: Keep 10 years
                Mailbox: anna@x
                SentUtc: 7/17/2018 12:13:28 PM
                ReceivedUtc: 7/17/2018 12:13:29 PM
                """), """
                report exchange-2007
                sender a@x
                subject s
                id orig-0001@partner.example
                label Keep 10 years
                mailbox anna@x
                sent 7/17/2018 12:13:28 PM
                received 7/17/2018 12:13:29 PM
                original %d
                warning NO_RECIPIENTS""".formatted(ORIGINAL_BYTES));
    }

    @ParameterizedTest
    @ValueSource(strings = {"8bit", "quoted-printable", "base64", "latin1", "no charset", "unknown", "1252", "utf-16"})
    void f06_aSubjectInAnyCharsetAndEncoding(String form) throws IOException {
        String envelope = ENVELOPE.replace("Q3 numbers", "Überblick März – für alle");
        String latin1 = envelope.replace("–", "-");
        String type = "Content-Type: text/plain; charset=";
        ReportText report = switch (form) {
            case "8bit" -> usual().withEnvelope(type + "utf-8\n", utf8(envelope));
            case "quoted-printable" ->
                usual().withEnvelope(
                                type + "UTF-8\nContent-Transfer-Encoding: Quoted-Printable\n",
                                utf8(envelope).replace("\u00c3\u0153", "=C3=9C").replace("\u00c3", "=\n=C3"));
            case "base64" ->
                usual().withEnvelope(
                                type + "utf-8\nContent-Transfer-Encoding: base64\n",
                                Base64.getMimeEncoder()
                                        .encodeToString(crlf(envelope).getBytes(UTF_8)));
            case "latin1" -> usual().withEnvelope(type + "\"ISO-8859-1\"\n", latin1);
            case "no charset" -> usual().withEnvelope("", utf8(envelope));
            case "unknown" -> usual().withEnvelope(type + "x-nobody-knows\n", utf8(envelope));
            case "1252" -> usual().withEnvelope("", latin1);
            default ->
                usual().withEnvelope(
                                type + "utf-16\nContent-Transfer-Encoding: base64\n",
                                Base64.getMimeEncoder()
                                        .encodeToString(crlf(envelope).getBytes(UTF_16)));
        };
        boolean dash = !form.equals("latin1") && !form.equals("1252");
        assertThat(report(report).subject()).contains("Überblick März " + (dash ? "–" : "-") + " für alle");
        assertThat(report(report).warnings()).isEmpty();
    }

    @Test
    void f07_aSmuggledLineIsSuspect() throws IOException {
        assertReads(usual().withEnvelope("""
                Sender: a@x
                Subject: hello
                To: nobody@x
                Message-Id: <orig-0001@partner.example>
                Recipient: anna@example.com
                """), """
                report exchange-2007
                sender a@x
                subject hello
                id orig-0001@partner.example
                to nobody@x
                recipient anna@example.com
                original %d
                warning SUSPECT_ENVELOPE""".formatted(ORIGINAL_BYTES));
        // The whole rest of an envelope smuggled in; the report's header knows which Message-Id is true.
        assertReads(usual().withEnvelope("""
                Sender: a@x
                Subject: hello
                Message-Id: <forged@x>
                To: nobody@x

                Message-Id: <orig-0001@partner.example>
                Recipient: anna@example.com
                """), """
                report exchange-2007
                sender a@x
                subject hello
                id orig-0001@partner.example
                to nobody@x
                recipient anna@example.com
                original %d
                warning SUSPECT_ENVELOPE
                warning SUSPECT_ENVELOPE""".formatted(ORIGINAL_BYTES));
        for (String again : List.of("Sender: c@x\n", "Subject: other\n", "Message-Id: <other@x>\n")) {
            assertThat(report(usual().withEnvelope(ENVELOPE + again)).warnings().stream()
                            .map(Warning::code))
                    .contains(Warning.Code.SUSPECT_ENVELOPE);
        }
        assertThat(report(usual().withEnvelope(ENVELOPE.replace("orig-0001", "other"))).warnings().stream()
                        .map(Warning::code))
                .containsExactly(Warning.Code.SUSPECT_ENVELOPE, Warning.Code.MESSAGE_ID_MISMATCH);
        assertThat(
                        report(usual().withEnvelope(ENVELOPE.replace("numbers", "numbers\rTo: nobody@x")))
                                .warnings()
                                .stream()
                                .map(Warning::code))
                .containsExactly(Warning.Code.SUSPECT_ENVELOPE);
        assertReads(usual().withEnvelope(ENVELOPE.replace("numbers", "numbers\nNote: more\n  and more")), """
                report exchange-2007
                sender bert@partner.example
                subject Q3 numbers Note: more  and more
                id orig-0001@partner.example
                recipient anna@example.com
                original %d
                warning FOLDED_LINE
                warning FOLDED_LINE""".formatted(
                        ORIGINAL_BYTES));
    }

    @Test
    void f08_nothingButTheRecipientMustBeThere() throws IOException {
        String rest = "recipient anna@example.com\noriginal " + ORIGINAL_BYTES;
        assertReads(usual().withEnvelope("Sender: <>\nRecipient: anna@example.com\n"), "report exchange-2007\n" + rest);
        assertReads(
                usual().withEnvelope("Sender: \nSubject:\nMessage-Id: \nRecipient: anna@example.com\n"),
                "report exchange-2007\n" + rest + "\nwarning SUSPECT_ENVELOPE");
        assertReads(
                usual().withEnvelope("Recipient: anna@example.com\n"),
                "report exchange-2007\n" + rest + "\nwarning NO_SENDER");
        assertReads(
                usual().withEnvelope("Sender:a@x\nSubject: \nRecipient:anna@example.com\n"),
                "report exchange-2007\nsender a@x\n" + rest);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            "odd, name"@x                                   | "odd, name"@x
            "odd, Expanded: no@x"@x, Expanded: g@x          | "odd, Expanded: no@x"@x expanded g@x
            "odd \\", Expanded: no@x"@x                     | "odd \\", Expanded: no@x"@x
            IMCEAEX-_O=ORG_OU=SITE_CN=RECIPIENTS_CN=ANNA@x  | IMCEAEX-_O=ORG_OU=SITE_CN=RECIPIENTS_CN=ANNA@x
            jörg@büro.example                               | jörg@büro.example
            Anna Example <anna@x>                           | anna@x
            <anna@x>, expanded:   <list@x>                  | anna@x expanded list@x
            a@x, Expanded: g@x, Forwarded: u@x              | a@x expanded g@x forwarded u@x
            a@x,Forwarded: u@x                              | a@x forwarded u@x
            O"Brien@x, Expanded: g@x                        | O"Brien@x expanded g@x
            a, b@x                                          | a, b@x
            """)
    void f09_addressesOfAllKinds(String written, String read) throws IOException {
        assertReads(
                usual().withEnvelope(
                                "Content-Type: text/plain; charset=utf-8\n", utf8(ENVELOPE + "To: " + written + "\n")),
                USUAL_ENVELOPE + "to " + read + "\noriginal " + ORIGINAL_BYTES);
    }

    @Test
    void f09_addressesThatAreNone() throws IOException {
        String expected = USUAL_ENVELOPE + "%soriginal " + ORIGINAL_BYTES + "\nwarning %s";
        assertReads(usual().withEnvelope(ENVELOPE + "To: \n"), expected.formatted("", "ODD_ADDRESS"));
        assertReads(usual().withEnvelope(ENVELOPE + "To: <>\n"), expected.formatted("", "ODD_ADDRESS"));
        assertReads(usual().withEnvelope(ENVELOPE + "To: anna\n"), expected.formatted("to anna\n", "ODD_ADDRESS"));
        assertReads(
                usual().withEnvelope(ENVELOPE + "To: a@x, Expanded: g@x, Expanded: h@x\n"),
                expected.formatted("to a@x expanded g@x\nto a@x expanded h@x\n", "CHAINED_REDIRECTION"));
        assertReads(
                usual().withEnvelope(ENVELOPE + "To: a@x,\n\tExpanded: g@x\n"),
                expected.formatted("to a@x expanded g@x\n", "FOLDED_LINE"));
        assertReads(
                usual().withEnvelope(ENVELOPE + "\nThis mail was scanned.\n"), expected.formatted("", "UNKNOWN_LINE"));
    }

    @Test
    void f10_markers() throws IOException {
        for (String marker : List.of(
                "X-MS-Journal-Report: \n",
                "x-ms-journal-report:\n",
                "X-MS-Exchange-Organization-Journal-Report: x\n",
                "X-MS-Gcc-Journal-Report:\n")) {
            assertReads(usual().withMarker(marker), USUAL);
        }
        assertReads(usual().withMarker("X-WM-Journal-Report: journal\n"), USUAL.replace("exchange-2007", "workmail"));
        assertReads(usual().withMarker(""), USUAL + "\nwarning MARKER_STRIPPED");
        String reportId = "Message-ID: <aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee@journal.report.generator>\r\n";
        String stripped = usual().withMarker("").octets();
        assertReads(stripped.replace(reportId, ""), USUAL + "\nwarning MARKER_STRIPPED");
        String nothing = stripped.replace(reportId, "").replace("MicrosoftExchange329e", "x");
        assertReads(nothing, "plain");
        assertReads(
                nothing.replace(
                        "MIME-Version", "X-MS-Exchange-Generated-Message-Source: Journal Agent\r\nMIME-Version"),
                USUAL + "\nwarning MARKER_STRIPPED");
        assertReads(usual().withMarker("").withEnvelope("Hello, see the attached mail.\n"), "plain");
    }

    @Test
    void f11_originalsKeepEveryOctet() throws IOException {
        String original =
                "A: 1\r\nMessage-ID: <orig-0001@partner.example>\n\nbare LF\n\rlone CR\r nul \0 \u00e4\u00ff\n--\n\r";
        assertReads(
                usual().withOriginals(original)
                        .withOriginalHeader("Content-Type: message/rfc822\nContent-Transfer-Encoding: binary\n"),
                USUAL_ENVELOPE + "original " + original.length());
        byte[] all = new byte[256 * 256 * 2];
        for (int i = 0; i < all.length / 2; i++) {
            all[2 * i] = (byte) (i >> 8);
            all[2 * i + 1] = (byte) i;
        }
        String every = "Message-ID: <orig-0001@partner.example>\n\n" + new String(all, ISO_8859_1);
        assertReads(usual().withOriginals(every), USUAL_ENVELOPE + "original " + every.length());
    }

    @Test
    void f11_anEncodedOriginalIsDecodedAndAFalseClaimIsNot() throws IOException {
        String original = crlf(ORIGINAL + "Gr\u00fc\u00dfe = \0");
        String base64 = Base64.getMimeEncoder().encodeToString(original.getBytes(ISO_8859_1));
        ReportText encoded = usual().withOriginals(base64)
                .withOriginalHeader("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n");
        assertReads(encoded, USUAL_ENVELOPE + "original " + original.length() + " decoded\nwarning ENCODED_ORIGINAL");
        Content bytes = report(encoded).originals().getFirst().bytes();
        assertThat(new String(bytes.toByteArray(10_000), ISO_8859_1)).isEqualTo(original);
        assertThat(new String(bytes.slice(10, 20).toByteArray(20), ISO_8859_1)).isEqualTo(original.substring(10, 30));

        String quoted = crlf(ORIGINAL + "x =3D y=\n z");
        assertReads(
                usual().withOriginals(quoted)
                        .withOriginalHeader(
                                "Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n"),
                USUAL_ENVELOPE + "original " + (quoted.length() - 5) + " decoded\nwarning ENCODED_ORIGINAL");

        for (String encoding : List.of("base64", "quoted-printable")) {
            String claimed = crlf(ORIGINAL) + "boundary=\"x\"\r\n";
            assertReads(
                    usual().withOriginals(claimed)
                            .withOriginalHeader(
                                    "Content-Type: message/rfc822\nContent-Transfer-Encoding: " + encoding + "\n"),
                    USUAL_ENVELOPE + "original " + claimed.length() + "\nwarning FALSE_ENCODING");
        }
    }

    @Test
    void f12_f13_protectedAndClear() throws IOException {
        String locked = ORIGINAL.replace("\n\n", "\nContent-Class: rpmsg.message\n\n");
        String wrapped = ORIGINAL.replace("\n\nHello", """

                Content-Type: multipart/mixed; boundary=i

                --i
                Content-Type: text/plain

                see the attachment
                --i
                Content-Type: application/x-microsoft-rpmsg-message; name="message.rpmsg"

                x
                --i--
                """);
        for (String secret : List.of(locked, wrapped)) {
            assertReads(
                    usual().withOriginals(secret, ORIGINAL),
                    USUAL_ENVELOPE + "protected " + secret.length() + "\nclear " + ORIGINAL.length());
            assertReads(
                    usual().withOriginals(ORIGINAL, secret),
                    USUAL_ENVELOPE + "clear " + ORIGINAL.length() + "\nprotected " + secret.length());
            assertReads(
                    usual().withOriginals(secret),
                    USUAL_ENVELOPE + "protected " + secret.length() + "\nwarning ENCRYPTED");
        }
        assertReads(
                usual().withOriginals(ORIGINAL, ORIGINAL),
                USUAL_ENVELOPE + "original " + ORIGINAL.length() + "\noriginal " + ORIGINAL.length()
                        + "\nwarning SEVERAL_ORIGINALS");
    }

    @Test
    void f14_aReportAsTnef() throws IOException {
        byte[] inner = new TnefText()
                .message(
                        TnefText.unicode(0x0037, "Q3 numbers"), TnefText.unicode(0x1035, "<orig-0001@partner.example>"))
                .octets();
        byte[] whole = new TnefText()
                .message(TnefText.unicode(0x1000, crlf(ENVELOPE)))
                .messageInside("Q3 numbers", inner)
                .octets();
        String outer = usual().octets().replaceFirst("(?s)Content-Type: multipart.*?_\"\r\n", "");
        outer = outer.substring(0, outer.indexOf("\r\n\r\n") + 2);
        String expected = USUAL_ENVELOPE + "original " + inner.length;
        assertReads(
                outer + "Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                        + Base64.getMimeEncoder().encodeToString(whole),
                expected + " decoded\nwarning TNEF");
        assertReads(
                outer + "Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: binary\r\n\r\n"
                        + new String(whole, ISO_8859_1),
                expected + "\nwarning TNEF");
        String mail = new String(
                new TnefText()
                        .file("x.EML", crlf(ORIGINAL).getBytes(ISO_8859_1))
                        .octets(),
                ISO_8859_1);
        assertReads(
                usual().withOriginalHeader("Content-Type: application/vnd.ms-tnef; name=winmail.dat\n")
                        .withOriginals(mail),
                USUAL + "\nwarning TNEF");
    }

    @Test
    void f14_tnefWithoutAnOriginalIsKeptForABetterReader() throws IOException {
        ReportText report = usual().withOriginalHeader("Content-Type: application/ms-tnef; name=winmail.dat\n");
        assertReads(report, "unreadable: there is no original in the report");
        assertReads(
                report.withOriginals(new String(new TnefText().octets(), ISO_8859_1)),
                "unreadable: the report came as TNEF, and there is no original in it");
    }

    /// What is read of a mail is explained, whatever it is.
    @Test
    void everythingIsExplained() throws IOException {
        assertThat(Unwrapper.explain(usual().content()).why())
                .contains("it has the marker X-MS-Journal-Report: dialect exchange-2007")
                .anyMatch(why -> why.contains("an original of " + ORIGINAL_BYTES + " octets"));
        assertThat(Unwrapper.explain(content(ORIGINAL)).why()).hasSize(3);
        assertThat(Unwrapper.explain(usual().withMarker("").content()).why())
                .anyMatch(why -> why.contains("the marker was stripped"));
        assertThat(Unwrapper.explain(
                                usual().withMarker("").withEnvelope("Hello\n").content())
                        .why())
                .anyMatch(why -> why.contains("somebody's mail"));
    }

    /// JOURNAL-FORMATS 5.4: the marker of Exchange comes before those of others, wherever it stands.
    @Test
    void theFirstDialectOfTheOrderCounts() throws IOException {
        assertReads(usual().withMarker("Content-Identifier: ExJournalReport\nX-MS-Journal-Report:\n"), USUAL);
    }

    @Test
    void f15_largeFieldsHeadersAndLines() throws IOException {
        String large = "X-MS-Exchange-Forest-IndexAgent-0: " + "a".repeat(900) + "\r\n";
        String folded = "X-Folded: " + "b".repeat(64 * 1024) + "\r\n " + "b".repeat(64 * 1024) + "\r\n";
        String original = folded + large.repeat(1100) + crlf(ORIGINAL) + "c".repeat(100_000) + "\r\n";
        assertThat(original.length()).isGreaterThan(1024 * 1024);
        assertReads(usual().withOriginals(original), USUAL_ENVELOPE + "original " + original.length());
        assertReads(
                usual().withMarker("X-MS-Journal-Report:\n" + large.repeat(1100).replace("\r", "")), USUAL);
        String subject = "s".repeat(100_000);
        assertThat(report(usual().withEnvelope(ENVELOPE.replace("Q3 numbers", subject)))
                        .subject())
                .contains(subject);
    }

    @Test
    void f16_manyRecipients() throws IOException {
        for (int count : new int[] {5_000, EnvelopePart.MOST_RECIPIENTS}) {
            StringBuilder lines = new StringBuilder("Sender: a@x\nMessage-Id: <orig-0001@partner.example>\n");
            for (int i = 0; i < count; i++) {
                lines.append("Recipient: user").append(i).append("@example.com, Expanded: all@example.com\n");
            }
            long start = System.nanoTime();
            Unwrapped.Report report = report(usual().withEnvelope(lines.toString()));
            System.out.println(count + " recipients: " + (System.nanoTime() - start) / 1000 + " us");
            assertThat(report.envelope().recipients()).hasSize(count);
            assertThat(report.envelope().recipients().getLast().address().raw())
                    .isEqualTo("user" + (count - 1) + "@example.com");
            assertThat(report.warnings()).isEmpty();
            if (count == EnvelopePart.MOST_RECIPIENTS) {
                lines.append("Recipient: one@too.many\n");
                assertReads(
                        usual().withEnvelope(lines.toString()),
                        "unreadable: the report names more than 100000 recipients");
            }
        }
    }

    @Test
    void f18_aReportThatComesTwiceHasTheSameParts() throws IOException {
        Unwrapped.Report first = report(usual());
        String again = "Received: from elsewhere\r\n" + usual().octets();
        Unwrapped.Report second = (Unwrapped.Report) Unwrapper.unwrap(content(again));
        assertThat(Sha256.of(second.envelopePart())).isEqualTo(Sha256.of(first.envelopePart()));
        assertThat(Sha256.of(second.originals().getFirst().bytes()))
                .isEqualTo(Sha256.of(first.originals().getFirst().bytes()));
        assertThat(second.envelope()).isEqualTo(first.envelope());
    }

    @Test
    void f19_theDialectOfExchange2003() throws IOException {
        for (String marker : List.of("Content-Identifier: ExJournalReport\n", "content-identifer: exjournalreport\n")) {
            assertReads(
                    usual().withMarker(marker).withEnvelope("Content-Type: multipart/alternative; boundary=i\n", """
                            --i
                            Content-Type: text/plain; charset="utf-8"

                            Sender: "Bert Example" <bert@partner.example>
                            Message-ID: <orig-0001@partner.example>
                            Recipients:
                            "Carl, Example" <carl@example.com>
                            dora@example.com (Cc); <eve@example.com>

                            --i
                            Content-Type: text/html

                            <p>Sender: nobody@x</p>
                            --i--
                            """),
                    """
                    report exchange-2003
                    sender bert@partner.example
                    id orig-0001@partner.example
                    recipient carl@example.com
                    cc dora@example.com
                    recipient eve@example.com
                    original %d""".formatted(ORIGINAL_BYTES));
        }
        assertReads(usual().withMarker("Content-Identifier: x\n"), USUAL + "\nwarning MARKER_STRIPPED");
    }

    @Test
    void f20_otherWriters() throws IOException {
        assertReads(
                usual().withOriginalHeader(
                                "Content-Type: application/octet-stream; name=x\nContent-Disposition: attachment; filename=\"Q3.EML\"\n"),
                USUAL);
        assertReads(usual().withOriginalHeader("Content-Type: message/global\n"), USUAL);
        assertReads(
                usual().withEnvelope(
                                "Content-Type: text/html\n",
                                "<html>Sender: a&amp;b@x<br>Subject: s<p>\nMessage-Id: "
                                        + "&lt;orig-0001@partner.example&gt;</p><div>To: &#97;nna@x</div></html>\n"),
                """
                report exchange-2007
                sender a&b@x
                subject s
                id orig-0001@partner.example
                to anna@x
                original %d
                warning HTML_ENVELOPE""".formatted(ORIGINAL_BYTES));
    }

    @Test
    void reportsThatCannotBeRead() throws IOException {
        assertReads(
                "X-MS-Journal-Report:\r\n\r\nhello", "unreadable: a report must be a multipart with an original in it");
        assertReads("X-MS-Journal-Report:", "unreadable: a report must be a multipart with an original in it");
        assertReads(usual().withOriginals(), "unreadable: there is no original in the report");
        assertReads(
                usual().withEnvelope("Content-Type: image/png\n", "x"),
                "unreadable: there is no text that could hold the envelope");
        assertReads(usual().withEnvelope("Dear all\n"), "unreadable: the text part holds no envelope");
        assertReads("", "plain");
        assertReads("\r\n", "plain");
    }

    @Test
    void f23_aForgedReportInsideAReportStaysAnOriginal() throws IOException {
        String inner = usual().withEnvelope(ENVELOPE.replace("anna", "mallory")).octets();
        String original = inner.replace(
                        "Message-ID: <aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee@journal.report.generator>",
                        "Message-ID: <orig-0001@partner.example>")
                .replace("_1111", "_2222");
        assertReads(usual().withOriginals(original), USUAL_ENVELOPE + "original " + original.length());
        String sameBoundary =
                original.replace("_2222", "_1111"); // cannot be told apart, but must not be believed in silence
        Unwrapped.Report report = report(usual().withOriginals(sameBoundary));
        assertThat(report.envelope().recipients()).hasSize(1);
        assertThat(report.envelope().recipients().getFirst().address().raw()).isEqualTo("anna@example.com");
        assertThat(report.warnings()).isNotEmpty();
    }

    @Test
    void f26_boundariesThatBeginAlikeAndEndsThatAreMissing() throws IOException {
        String inner = crlf(ORIGINAL.replace(
                "\n\nHello",
                "\nContent-Type: multipart/mixed; boundary=\"" + ReportText.BOUNDARY + "1\"\n\n--" + ReportText.BOUNDARY
                        + "1\n\nHello\n--" + ReportText.BOUNDARY + "1--\n"));
        assertReads(usual().withOriginals(inner), USUAL_ENVELOPE + "original " + inner.length());
        assertReads(usual().withEnd(""), USUAL_ENVELOPE + "original " + (ORIGINAL_BYTES + 2) + "\nwarning NOT_CLOSED");
        String whole = usual().octets();
        int start = whole.indexOf("Received: from");
        for (int cut = start + 1; cut < whole.length() - 10; cut++) {
            Unwrapped.Report report = (Unwrapped.Report) Unwrapper.unwrap(content(whole.substring(0, cut)));
            Original.Span span = report.originals().getFirst().span().orElseThrow();
            assertThat(span.offset()).isEqualTo(start);
            assertThat(span.end()).isBetween((long) start, (long) cut);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 1_000, 20_000})
    void f27_deepNesting(int levels) throws IOException {
        StringBuilder original =
                new StringBuilder(crlf(ORIGINAL.replace("\n\n", "\nContent-Type: message/rfc822\n\n")));
        StringBuilder parts =
                new StringBuilder(crlf(ORIGINAL.replace("\n\n", "\nContent-Type: multipart/mixed; boundary=b0\n\n")));
        for (int i = 0; i < levels; i++) {
            original.append("Content-Type: message/rfc822\r\n\r\n");
            parts.append("--b")
                    .append(i)
                    .append("\r\nContent-Type: multipart/mixed; boundary=b")
                    .append(i + 1)
                    .append("\r\n\r\n");
        }
        for (String deep : List.of(original.toString(), parts.toString())) {
            assertReads(usual().withOriginals(deep), USUAL_ENVELOPE + "original " + deep.length());
        }
        // The envelope itself hidden deep down is not looked for.
        StringBuilder hidden = new StringBuilder();
        for (int i = 0; i < levels; i++) {
            hidden.append("--b")
                    .append(i)
                    .append("\nContent-Type: multipart/mixed; boundary=b")
                    .append(i + 1)
                    .append("\n\n");
        }
        assertReads(
                usual().withEnvelope("Content-Type: multipart/mixed; boundary=b0\n", hidden + ENVELOPE),
                "unreadable: there is no text that could hold the envelope");
    }

    // ---- notices -------------------------------------------------------------------------------------------------

    private static final String STATUS = """
            Reporting-MTA: dns;SERVER.mail.protection.outlook.com
            Arrival-Date: Sun, 17 Jun 2018 07:31:37 +0000

            Final-Recipient: rfc822;journal@archive.example.org
            Action: failed
            Status: 5.4.316
            Diagnostic-Code: smtp;550 5.4.316 Message expired,
                connection refused
            """;
    private static final String STATUS_READ = """
            by SERVER.mail.protection.outlook.com
            arrived 2018-06-17T07:31:37Z
            journal@archive.example.org failed 5.4.316 550 5.4.316 Message expired,    connection refused
            """;

    private static String ndr(String top, String status, String third) {
        return crlf("From: <postmaster@contoso.example>\nTo: <journal.ndr@contoso.example>\n" + top
                        + "Subject: Non recapitabile: Q3\nAuto-Submitted: auto-replied\n"
                        + "In-Reply-To: <aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee@journal.report.generator>\n\n"
                        + "--n\nContent-Type: multipart/alternative; boundary=a\n\n--a\n\nIt failed.\n--a--\n\n"
                        + "--n\n" + status)
                + third
                + "\r\n--n--\r\n";
    }

    private static final String REPORT_TYPE =
            "Content-Type: multipart/report; report-type=delivery-status;\n\tboundary=\"n\"\n";
    private static final String MS_NDR = REPORT_TYPE + "X-MS-Exchange-Message-Is-Ndr:\n";
    private static final String DSN = "Content-Type: message/delivery-status\n\n";
    private static final String THIRD = "\r\n--n\r\nContent-Type: message/rfc822\r\n\r\n";

    @Test
    void f21_aNoticeWithTheWholeReport() throws IOException {
        String report = usual().octets();
        assertReads(
                ndr(MS_NDR, DSN + STATUS, THIRD + report),
                "ndr\n" + STATUS_READ + "returned " + report.length() + "\n" + USUAL);
        assertReads(
                ndr(REPORT_TYPE, DSN + STATUS, THIRD + report),
                "ndr\n" + STATUS_READ + "returned " + report.length() + "\n" + USUAL);
        assertReads(
                ndr(MS_NDR, DSN + STATUS, THIRD + crlf(ORIGINAL)),
                "ndr\n" + STATUS_READ + "returned " + ORIGINAL_BYTES);
    }

    @Test
    void f21_aNoticeWithoutTheOriginalLeavesAGap() throws IOException {
        String report = usual().octets();
        String header = report.substring(0, report.indexOf("\r\n\r\n") + 4);
        String gap = "\ngap aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee@journal.report.generator %s: %s";
        String why = "the notice carries only the header of the report";
        for (String type : List.of("message/rfc822", "text/rfc822-headers", "message/rfc822-headers")) {
            assertReads(
                    ndr(MS_NDR, DSN + STATUS, THIRD.replace("message/rfc822", type) + header),
                    "ndr\n" + STATUS_READ + "returned " + header.length() + " headers"
                            + gap.formatted("orig-0001@partner.example", why));
        }
        assertReads(
                ndr(MS_NDR, DSN + STATUS, ""),
                "ndr\n" + STATUS_READ.strip() + gap.formatted("-", "the notice carries nothing of the report"));
        String broken = report.replace("message/rfc822", "image/png");
        assertReads(
                ndr(MS_NDR, DSN + STATUS, THIRD + broken),
                "ndr\n" + STATUS_READ + "returned " + broken.length()
                        + gap.formatted("orig-0001@partner.example", "there is no original in the report"));
    }

    @Test
    void f21_noticesThatNothingFailed() throws IOException {
        assertReads(
                ndr(
                        MS_NDR,
                        DSN + STATUS.replace("failed", "delayed").replace("5.4.316", "4.4.316"),
                        THIRD + usual().octets()),
                "delay\n" + STATUS_READ.replace("failed", "delayed").replace("5.4.316", "4.4.316"));
        assertReads(
                ndr(REPORT_TYPE, DSN + STATUS.replace("failed", "relayed (to gateway)"), ""),
                "delivered\n" + STATUS_READ.replace("failed", "relayed"));
        String two = STATUS + "\n\n\nOriginal-Recipient: rfc822;x@y\nFinal-Recipient: rfc822; <b@x>\nAction: delayed\n";
        assertThat(Unwrapper.unwrap(content(ndr(MS_NDR, DSN + two, "")))).isInstanceOf(Unwrapped.Ndr.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Type: message/delivery-status\nX-Foreign: 1\n\n",
                "Content-Type: message/delivery-status\n",
                "Content-Type: message/delivery-status\n\n\n\n",
                "Content-Type: message/global-delivery-status\n\nX-Foreign: 2\n"
            })
    void f21_theStatusPartMayBeMalformed(String header) throws IOException {
        assertReads(
                ndr(MS_NDR, header + STATUS, THIRD + crlf(ORIGINAL)),
                "ndr\n" + STATUS_READ + "returned " + ORIGINAL_BYTES);
    }

    @Test
    void f21_whatIsNoNotice() throws IOException {
        assertReads(
                ndr(
                        REPORT_TYPE.replace("delivery-status", "disposition-notification"),
                        "Content-Type: message/disposition-notification\n\nx: y\n",
                        ""),
                "plain");
        assertReads(ndr("X-MS-Exchange-Message-Is-Ndr:\n", "", ""), "plain");
        assertReads("X-MS-Exchange-Message-Is-Ndr:\r\nSubject: pay\r\n\r\nhidden?", "plain");
    }

    @Test
    void f21_aReportInANoticeInANoticeIsNotLookedFor() throws IOException {
        String inner = ndr(MS_NDR, DSN + STATUS, THIRD + usual().octets())
                .replace("--n", "--m")
                .replace("boundary=\"n\"", "boundary=\"m\"");
        assertReads(ndr(MS_NDR, DSN + STATUS, THIRD + inner), "ndr\n" + STATUS_READ + "returned " + inner.length());
    }

    @Test
    void f21_anEncodedReturnedReportIsDecoded() throws IOException {
        String base64 = Base64.getMimeEncoder().encodeToString(usual().octets().getBytes(ISO_8859_1));
        assertReads(
                ndr(
                        MS_NDR,
                        DSN + STATUS,
                        THIRD.replace("rfc822\r\n", "rfc822\r\nContent-Transfer-Encoding: base64\r\n") + base64),
                "ndr\n" + STATUS_READ + "returned " + usual().octets().length() + "\n" + USUAL_ENVELOPE + "original "
                        + ORIGINAL_BYTES + " decoded");
    }

    @Test
    void warningsCanBeShown() {
        Warning warning = new Warning(Warning.Code.UNKNOWN_LINE, "\u001b[31mred\u009b\r\n" + "x".repeat(300));
        assertThat(warning.detail()).startsWith(" [31mred   xxx").hasSize(201);
    }

    @Test
    void speed() throws IOException {
        byte[] octets = usual().withOriginals(crlf(ORIGINAL) + ("x".repeat(76) + "\r\n").repeat(190))
                .octets()
                .getBytes(ISO_8859_1);
        Content mail = Content.of(octets);
        for (int i = 0; i < 5_000; i++) {
            Unwrapper.unwrap(mail);
        }
        long[] times = new long[2_000];
        for (int i = 0; i < times.length; i++) {
            long start = System.nanoTime();
            Unwrapper.unwrap(mail);
            times[i] = System.nanoTime() - start;
        }
        Arrays.sort(times);
        System.out.println("a report of " + octets.length + " octets: median " + times[1_000] / 1000 + " us");
        assertThat(times[1_000]).isLessThan(5_000_000); // a note, not a promise: 0.1 ms is what it should be
    }
}
