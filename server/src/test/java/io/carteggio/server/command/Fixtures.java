package io.carteggio.server.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.carteggio.archive.entry.Family;
import java.io.ByteArrayOutputStream;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// The mails of the list of fixtures (JOURNAL-FORMATS, appendix A), made here. Every text is a string of octets:
/// one character each, CRLF where a line ends.
final class Fixtures {
    static final String JOURNAL = "journal@archive.example";

    /// @param people name and addresses, parted by blanks
    /// @param originals what must come out, in the order of the mails; empty where the mails are no reports
    record Fixture(String name, Family family, List<String> people, List<String> mails, List<String> originals) {
        @Override
        public String toString() {
            return name;
        }
    }

    private Fixtures() {}

    private static final String BOUNDARY = "_11111111-2222-3333-4444-555555555555_";
    private static final String PLAIN =
            "Content-Type: text/plain; charset=\"us-ascii\"\nContent-Transfer-Encoding: 7bit\n";
    private static final String MARKER = "X-MS-Journal-Report:\n";
    private static final String ENVELOPE = """
            Sender: bert@partner.example
            Subject: Q3 numbers
            Message-Id: <orig-0001@partner.example>
            Recipient: anna@example.com
            """;

    private static String crlf(String text) {
        return text.replace("\n", "\r\n");
    }

    private static String utf8(String text) {
        return new String(text.getBytes(UTF_8), ISO_8859_1);
    }

    private static String original(String id) {
        return original(id, "Hello");
    }

    private static String original(String id, String text) {
        return crlf("""
                Received: from mail.partner.example by mx.example.com; Tue, 17 Jul 2018 12:13:20 +0000
                From: Bert Example <bert@partner.example>
                To: <anna@example.com>
                Subject: Q3 numbers
                Date: Tue, 17 Jul 2018 12:13:00 +0000
                Message-ID: <%s@partner.example>
                MIME-Version: 1.0
                Content-Type: text/plain; charset="us-ascii"

                %s
                """.formatted(id, text));
    }

    private static final String ORIGINAL = original("orig-0001");

    /// A report in the layout of Exchange Online.
    private record Report(
            String id, String marker, String parent, String header, String envelope, String partHeader, String end) {
        static Report usual(String id) {
            return new Report(
                    id,
                    MARKER,
                    "<orig-0001@partner.example>",
                    PLAIN,
                    ENVELOPE,
                    "Content-Type: message/rfc822\n",
                    "--" + BOUNDARY + "--\n");
        }

        Report marked(String lines) {
            return new Report(id, lines, parent, header, envelope, partHeader, end);
        }

        Report about(String messageId) {
            return new Report(
                    id,
                    marker,
                    "<" + messageId + "@partner.example>",
                    header,
                    envelope.replace("orig-0001", messageId),
                    partHeader,
                    end);
        }

        Report says(String lines) {
            return new Report(id, marker, parent, header, lines, partHeader, end);
        }

        Report says(String partHeaderOfText, String lines) {
            return new Report(id, marker, parent, partHeaderOfText, lines, partHeader, end);
        }

        Report carries(String header) {
            return new Report(id, marker, parent, this.header, envelope, header, end);
        }

        Report ends(String lines) {
            return new Report(id, marker, parent, header, envelope, partHeader, lines);
        }

        String outer() {
            return crlf("Subject: Q3 numbers\nTo: <anna@example.com>\nFrom: Bert Example <bert@partner.example>\n"
                    + "MIME-Version: 1.0\nSender:\n\t<MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@contoso.example>\n"
                    + "Message-ID: <" + id + "@journal.report.generator>\nDate: Tue, 17 Jul 2018 12:13:28 +0000\n"
                    + marker + "X-MS-Exchange-Parent-Message-Id:\n\t" + parent + "\n"
                    + "Auto-Submitted: auto-generated\nX-MS-Exchange-Generated-Message-Source: Journal Agent\n");
        }

        String with(String... originals) {
            StringBuilder text = new StringBuilder();
            text.append(crlf("Content-Type: multipart/mixed;\n\tboundary=\"" + BOUNDARY + "\"\n"))
                    .append(outer())
                    .append(crlf("\n--" + BOUNDARY + "\n" + header + "\n" + envelope));
            for (String o : originals) {
                text.append(crlf("\n--" + BOUNDARY + "\n" + partHeader + "\n")).append(o);
            }
            return text.append(crlf("\n" + end)).toString();
        }
    }

    private static Report report(String id) {
        return Report.usual(id);
    }

    private static final String LINES = """
            Sender: bert@partner.example
            Subject: Q3 numbers
            Message-Id: <orig-0001@partner.example>
            """;

    static List<Fixture> all() {
        List<Fixture> all = new ArrayList<>();
        reports(all);
        originals(all);
        large(all);
        repeats(all);
        dialects(all);
        notices(all);
        security(all);
        return all;
    }

    private static Fixture reports(String name, List<String> mails, List<String> originals) {
        return new Fixture(name, Family.REPORT, List.of("Anna anna@example.com"), mails, originals);
    }

    private static void reports(List<Fixture> all) {
        all.add(reports("01-exchange-online", List.of(report("r1").with(ORIGINAL)), List.of(ORIGINAL)));
        all.add(reports(
                "02-blind-copy",
                List.of(report("r1")
                        .says(ENVELOPE + "Recipient: dora@example.com\n")
                        .with(ORIGINAL)),
                List.of(ORIGINAL)));
        StringBuilder twelve = new StringBuilder(LINES);
        for (String role : List.of("To", "Cc", "Bcc", "Recipient")) {
            for (String way : List.of("", ", Expanded: list@example.com", ", Forwarded: eve@example.com")) {
                twelve.append(role)
                        .append(": ")
                        .append(role.toLowerCase(java.util.Locale.ROOT))
                        .append(way.isEmpty() ? "1" : way.contains("list") ? "2" : "3")
                        .append("@example.com")
                        .append(way)
                        .append('\n');
            }
        }
        all.add(reports(
                "03-twelve-forms", List.of(report("r1").says(twelve.toString()).with(ORIGINAL)), List.of(ORIGINAL)));
        all.add(reports("04-on-behalf-of", List.of(report("r1").says("""
                        sender: assistant@example.com
                        ON-BEHALF-OF: ceo@example.com
                        message-ID: <orig-0001@partner.example>
                        SUBJECT: Q3 numbers
                        to: anna@example.com
                        """).with(ORIGINAL)), List.of(ORIGINAL)));
        all.add(reports(
                "05-managed-folder", List.of(report("r1").says(LINES + """
                        Label: Keep 10 years
                        Mailbox: anna@example.com
                        SentUtc: 7/17/2018 12:13:28 PM
                        ReceivedUtc: 7/17/2018 12:13:29 PM
                        To: anna@example.com
                        """).with(ORIGINAL)), List.of(ORIGINAL)));
        String subject = ENVELOPE.replace("Q3 numbers", "Überblick März");
        String base64 = Base64.getMimeEncoder()
                        .encodeToString(crlf(subject).getBytes(UTF_8))
                        .replace("\r", "") + "\n";
        all.add(reports(
                "06-subjects-not-in-ascii",
                List.of(
                        report("r1")
                                .says(
                                        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n",
                                        utf8(subject))
                                .with(ORIGINAL),
                        report("r2")
                                .says(
                                        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n",
                                        subject.replace("Ü", "=C3=9C").replace("ä", "=C3=A4"))
                                .with(ORIGINAL),
                        report("r3")
                                .says(
                                        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n",
                                        base64)
                                .with(ORIGINAL),
                        report("r4")
                                .says(
                                        "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n",
                                        subject)
                                .with(ORIGINAL),
                        report("r5")
                                .says("Content-Type: text/plain\n", utf8(subject))
                                .with(ORIGINAL)),
                List.of(ORIGINAL, ORIGINAL, ORIGINAL, ORIGINAL, ORIGINAL)));
        all.add(reports("07-smuggled-recipient", List.of(report("r1").says("""
                        Sender: bert@partner.example
                        Subject: Q3 numbers
                        To: eve@evil.example
                        Message-Id: <orig-0001@partner.example>
                        Recipient: anna@example.com
                        """).with(ORIGINAL)), List.of(ORIGINAL)));
        String anna = "Recipient: anna@example.com\n";
        all.add(reports(
                "08-nothing-there",
                List.of(
                        report("r1")
                                .about("a")
                                .says("Sender: bert@partner.example\nMessage-Id: <a@partner.example>\n" + anna)
                                .with(original("a")),
                        report("r2")
                                .about("b")
                                .says("Sender: bert@partner.example\nSubject:\nMessage-Id: <b@partner.example>\n"
                                        + anna)
                                .with(original("b")),
                        report("r3")
                                .about("c")
                                .says("Sender: bert@partner.example\nSubject: Q3 numbers\n" + anna)
                                .with(original("c")),
                        report("r4")
                                .about("d")
                                .says("Sender: <>\nSubject: Q3 numbers\nMessage-Id: <d@partner.example>\n" + anna)
                                .with(original("d"))),
                List.of(original("a"), original("b"), original("c"), original("d"))));
        all.add(reports(
                "09-odd-addresses",
                List.of(report("r1")
                        .says(
                                "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n",
                                utf8(LINES + """
                                Recipient: "odd, name"@example.net
                                Recipient: "a, Expanded: b"@example.net, Expanded: list@example.net
                                Recipient: IMCEAEX-_O=ORG_OU=SITE_CN=RECIPIENTS_CN=ANNA@example.com
                                Recipient: 東@例え.jp
                                Recipient: anna@bücher.example
                                """))
                        .with(ORIGINAL)),
                List.of(ORIGINAL)));
        all.add(reports(
                "10-markers",
                List.of(
                        report("r1")
                                .about("a")
                                .marked("X-MS-Journal-Report: \n")
                                .with(original("a")),
                        report("r2").about("b").marked("").with(original("b")),
                        report("r3")
                                .about("c")
                                .marked("X-MS-Exchange-Organization-Journal-Report:\n")
                                .with(original("c")),
                        report("r4")
                                .about("d")
                                .marked("X-MS-Gcc-Journal-Report:\n")
                                .with(original("d"))),
                List.of(original("a"), original("b"), original("c"), original("d"))));
    }

    private static void originals(List<Fixture> all) {
        String odd = "Subject: odd\nX: \0\rY: z\n\r\nline one\nline\rtwo\r\n\0\u00ff\n.\r\n..\r\n";
        all.add(reports(
                "11-binary",
                List.of(report("r1")
                        .carries("Content-Type: message/rfc822\nContent-Transfer-Encoding: binary\n")
                        .with(odd)),
                List.of(odd)));
        String hidden = protectedOf("x1");
        all.add(reports(
                "12-protected-and-clear",
                List.of(
                        report("r1").about("x1").with(hidden, original("x1")),
                        report("r2").about("x2").with(original("x2"), protectedOf("x2"))),
                List.of(hidden, original("x1"), original("x2"), protectedOf("x2"))));
        all.add(reports("13-protected-only", List.of(report("r1").about("x1").with(hidden)), List.of(hidden)));
        byte[] inner = new Tnef()
                .text(0x0037, "Q3 numbers")
                .text(0x1035, "<orig-0001@partner.example>")
                .text(0x5D01, "bert@partner.example")
                .text(0x0E04, "anna@example.com")
                .text(0x1000, "Hello in MAPI")
                .octets();
        byte[] whole = new Tnef()
                .text(0x1000, crlf(ENVELOPE))
                .message("Q3 numbers", inner)
                .octets();
        String asBody =
                "Content-Type: application/ms-tnef; name=\"winmail.dat\"\r\nContent-Transfer-Encoding: base64\r\n"
                        + report("r1").outer() + "\r\n"
                        + Base64.getMimeEncoder().encodeToString(whole) + "\r\n";
        String eml = original("orig-0002");
        byte[] withFile =
                new Tnef().file("Q3 numbers.eml", eml.getBytes(ISO_8859_1)).octets();
        String beside = report("r2")
                .about("orig-0002")
                .carries("Content-Type: application/ms-tnef; name=\"winmail.dat\"\nContent-Transfer-Encoding: binary\n")
                .with(new String(withFile, ISO_8859_1));
        String mail = crlf("""
                From: Bert Example <bert@partner.example>
                To: <anna@example.com>
                Subject: Q3 numbers
                Message-ID: <orig-0003@partner.example>
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary="w"

                --w
                Content-Type: text/plain

                The figures are attached.
                --w
                Content-Type: application/ms-tnef; name="winmail.dat"
                Content-Transfer-Encoding: base64

                """)
                + Base64.getMimeEncoder()
                        .encodeToString(new Tnef()
                                .file("figures.txt", "one two three".getBytes(ISO_8859_1))
                                .octets())
                + "\r\n--w--\r\n";
        all.add(reports(
                "14-tnef",
                List.of(asBody, beside, report("r3").about("orig-0003").with(mail)),
                List.of(new String(inner, ISO_8859_1), eml, mail)));
    }

    private static String protectedOf(String id) {
        return crlf("""
                From: Bert Example <bert@partner.example>
                To: <anna@example.com>
                Subject: Q3 numbers
                Message-ID: <%s@partner.example>
                Content-Class: rpmsg.message
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary="i"

                --i
                Content-Type: text/plain

                This message is protected.
                --i
                Content-Type: application/x-microsoft-rpmsg-message; name="message.rpmsg"
                Content-Transfer-Encoding: base64

                dg==
                --i--
                """.formatted(id));
    }

    private static void large(List<Fixture> all) {
        String field = "X-Long: " + "x".repeat(64 * 1024) + "\r\n" + original("a");
        StringBuilder block = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            block.append("X-Field-")
                    .append(i)
                    .append(": ")
                    .append("y".repeat(510))
                    .append("\r\n");
        }
        String header = block + original("b");
        String line = original("c") + "z".repeat(100_000) + "\r\n";
        all.add(reports(
                "15-large-header",
                List.of(
                        report("r1").about("a").with(field),
                        report("r2").about("b").with(header),
                        report("r3").about("c").with(line)),
                List.of(field, header, line)));
        StringBuilder many = new StringBuilder(LINES);
        for (int i = 0; i < 5_000; i++) {
            many.append("Recipient: person").append(i).append("@example.com, Expanded: all@example.com\n");
        }
        all.add(reports(
                "16-five-thousand-recipients",
                List.of(report("r1").says(many.toString()).with(ORIGINAL)),
                List.of(ORIGINAL)));
    }

    private static void repeats(List<Fixture> all) {
        String one = "Received: from edge1\r\nX-MS-Exchange-Organization-Network-Message-Id: 1\r\n" + ORIGINAL;
        String two = "Received: from edge2\r\nX-MS-Exchange-Organization-Network-Message-Id: 2\r\n" + ORIGINAL;
        all.add(new Fixture(
                "17-fork",
                Family.REPORT,
                List.of("Anna anna@example.com", "Carl carl@example.com"),
                List.of(
                        report("r1").says(LINES + "To: anna@example.com\n").with(one),
                        report("r2").says(LINES + "Bcc: carl@example.com\n").with(two),
                        report("r3")
                                .says(LINES + "To: anna@example.com\n")
                                .with(original("orig-0001", "Another text"))),
                List.of(one, two, original("orig-0001", "Another text"))));
        String again = report("r1").with(ORIGINAL);
        all.add(reports("18-redelivery", List.of(again, again), List.of(ORIGINAL, ORIGINAL)));
    }

    private static void dialects(List<Fixture> all) {
        String list = """
                Sender: "Bert Example" <bert@partner.example>
                Message-ID: <orig-0001@partner.example>
                Recipients:
                "Anna Example" <anna@example.com>
                "Dora Example" <dora@example.com>
                """;
        String shape = """
                From: "System Administrator" <postmaster@example.com>
                To: journal@archive.example
                Subject: Q3 numbers
                Date: Tue, 17 Jul 2018 12:13:28 +0000
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary="o"

                --o
                """;
        String alternative = "Content-Type: multipart/alternative; boundary=\"i\"\n\n--i\n" + PLAIN + "\n" + list
                + "\n--i\nContent-Type: text/html\n\n<html>the same</html>\n--i--\n\n--o\nContent-Type: message/rfc822\n\n";
        String spelt = crlf("Content-Identifier: ExJournalReport\ncontent-class: urn:content-classes:message\n" + shape
                        + alternative)
                + ORIGINAL + "\r\n--o--\r\n";
        String misspelt =
                crlf("content-identifer: exjournalreport\n" + shape + alternative) + ORIGINAL + "\r\n--o--\r\n";
        String citadel = crlf("Content-Identifer: ExJournalReport\n" + shape + PLAIN + "\n" + """
                        Sender: Bert Example <bert@partner.example>
                        Message-ID: <orig-0001@partner.example>
                        Recipients:
                        anna@example.com
                        dora@example.com
                        """
                        + "\n--o\nContent-Type: message/rfc822\n\n")
                + ORIGINAL + "\r\n--o--\r\n";
        all.add(reports("19-exchange-2003", List.of(spelt, misspelt, citadel), List.of(ORIGINAL, ORIGINAL, ORIGINAL)));
        String workmail =
                report("r1").about("a").marked("X-WM-Journal-Report: journal\n").with(original("a"));
        String smarsh = report("r2")
                .about("b")
                .says("Sender: bert@partner.example\nSubject: Q3 numbers\nTo: anna@example.com\n")
                .carries("Content-Type: message/rfc822\nContent-Disposition: attachment\n")
                .with(original("b"));
        String export = report("r3")
                .about("c")
                .says("""
                        Sender: bert@partner.example
                        Subject: Q3 numbers
                        Message-Id: <c@partner.example>
                        Recipients: anna@example.com (To); dora@example.com (Cc)
                        """)
                .carries(
                        "Content-Type: application/octet-stream; name=\"Q3 numbers.eml\"\nContent-Disposition: attachment; filename=\"Q3 numbers.eml\"\n")
                .with(original("c"));
        all.add(reports(
                "20-others", List.of(workmail, smarsh, export), List.of(original("a"), original("b"), original("c"))));
    }

    private static String ndr(String subject, String action, String status, String third) {
        return crlf("""
                From: <postmaster@contoso.example>
                To: <journal.ndr@contoso.example>
                Date: Tue, 19 Jun 2018 07:32:05 +0000
                Content-Type: multipart/report; report-type=delivery-status; boundary="n"
                X-MS-Exchange-Message-Is-Ndr:
                In-Reply-To: <r1@journal.report.generator>
                Subject: %s
                Auto-Submitted: auto-replied

                --n
                Content-Type: text/plain

                It could not be delivered.
                --n
                Content-Type: message/delivery-status

                Reporting-MTA: dns;SERVER.mail.protection.example
                Arrival-Date: Sun, 17 Jun 2018 07:31:37 +0000

                Final-Recipient: rfc822;journal@archive.example
                Action: %s
                Status: %s
                Diagnostic-Code: smtp;550 %s Message expired

                """.formatted(subject, action, status, status)) + third + "--n--\r\n";
    }

    private static String returned(String mail) {
        return "--n\r\nContent-Type: message/rfc822\r\n\r\n" + mail + "\r\n";
    }

    private static void notices(List<Fixture> all) {
        String report = report("r1").with(ORIGINAL);
        String header = report.substring(0, report.indexOf("\r\n\r\n") + 4);
        all.add(new Fixture(
                "21-returned",
                Family.NDR,
                List.of("Anna anna@example.com"),
                List.of(
                        ndr("Undeliverable: Q3 numbers", "failed", "5.4.316", returned(report)),
                        ndr("Undeliverable: Q3 numbers", "failed", "5.4.316", returned(header)),
                        ndr("Undeliverable: Q3 numbers", "failed", "5.4.316", ""),
                        ndr("Non recapitabile: Q3 numbers", "failed", "5.1.10", returned(report)),
                        ndr("Delayed: Q3 numbers", "delayed", "4.4.7", "")),
                List.of()));
        all.add(new Fixture(
                "22-returned-and-known",
                Family.NDR,
                List.of("Anna anna@example.com"),
                List.of(report, ndr("Undeliverable: Q3 numbers", "failed", "5.4.316", returned(report))),
                List.of()));
    }

    private static void security(List<Fixture> all) {
        String forged = report("forged")
                .says(LINES + "To: eve@evil.example\n")
                .with(original("forged"))
                .replace(BOUNDARY, "_forged_");
        all.add(reports("23-report-in-a-report", List.of(report("r1").with(forged)), List.of(forged)));
        all.add(new Fixture(
                "24-marker-in-a-multidrop-mailbox",
                Family.MULTIDROP,
                List.of("Anna anna@example.com", "Eve eve@evil.example"),
                List.of(forged),
                List.of()));
        String mail = original("plain");
        all.add(new Fixture(
                "25-header-dialects",
                Family.MULTIDROP,
                List.of("Anna anna@example.com", "Carl carl@example.com", "Dora dora@example.com"),
                List.of(
                        "X-Envelope-From: <bert@partner.example>\r\nX-Envelope-To: <carl@example.com>\r\n"
                                + original("zimbra"),
                        "X-Original-To: carl@example.com\r\nDelivered-To: " + JOURNAL + "\r\n" + original("postfix"),
                        "Envelope-to: carl@example.com, dora@example.com\r\n" + original("exim"),
                        "Delivered-To: mbox-example-com-carl@example.com\r\n" + original("qmail"),
                        "X-RCPT-TO: <dora@example.com>\r\n" + original("provider"),
                        "Received: from a by b for <dora@example.com>; Tue, 17 Jul 2018 12:13:21 +0000\r\n"
                                + original("received"),
                        "Delivered-To: u4711@hosting.example\r\n" + mail),
                List.of()));
        String inner = crlf("""
                Subject: inner
                Content-Type: multipart/mixed; boundary="%sinner"

                --%sinner
                Content-Type: text/plain

                text
                --%sinner--
                """.formatted(BOUNDARY, BOUNDARY, BOUNDARY));
        String open = report("r2").about("b").ends("").with(original("b"));
        String whole = report("r3").about("c").with(original("c") + "x".repeat(5_000));
        all.add(reports(
                "26-cut-and-alike",
                List.of(report("r1").about("a").with(inner), open, whole.substring(0, whole.length() - 3_000)),
                List.of(inner)));
        String deep = original("deep");
        for (int i = 0; i < 100; i++) {
            deep = "Subject: level " + i + "\r\nContent-Type: multipart/mixed; boundary=\"b" + i + "\"\r\n\r\n--b" + i
                    + "\r\nContent-Type: message/rfc822\r\n\r\n" + deep + "\r\n--b" + i + "--\r\n";
        }
        String bomb = crlf(
                        "Subject: zip\nContent-Type: application/zip; name=\"bomb.zip\"\nContent-Transfer-Encoding: base64\n\n")
                + Base64.getMimeEncoder().encodeToString(zipped(32 << 20)) + "\r\n";
        all.add(reports(
                "27-deep-and-dense",
                List.of(
                        report("r1").about("a").with(deep),
                        report("r2").about("b").with(bomb)),
                List.of(deep, bomb)));
    }

    private static byte[] zipped(int zeros) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            ZipEntry entry = new ZipEntry("zeros");
            entry.setTimeLocal(LocalDateTime.of(2018, 7, 17, 12, 13));
            zip.putNextEntry(entry);
            zip.write(new byte[zeros]);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /// A TNEF stream ([MS-OXTNEF]): properties of the message first, then what is attached.
    private static final class Tnef {
        private final ByteArrayOutputStream properties = new ByteArrayOutputStream();
        private final ByteArrayOutputStream attached = new ByteArrayOutputStream();
        private int count;

        Tnef text(int id, String text) {
            properties.writeBytes(property(id, 0x001F, (text + "\0").getBytes(UTF_16LE)));
            count++;
            return this;
        }

        Tnef file(String name, byte[] data) {
            attached.writeBytes(attribute(2, 0x00069002, new byte[14]));
            attached.writeBytes(attribute(2, 0x00018010, (name + "\0").getBytes(ISO_8859_1)));
            attached.writeBytes(attribute(2, 0x0006800F, data));
            return this;
        }

        Tnef message(String name, byte[] tnef) {
            byte[] iid = {7, 3, 2, 0, 0, 0, 0, 0, (byte) 0xc0, 0, 0, 0, 0, 0, 0, 0x46};
            attached.writeBytes(attribute(2, 0x00069002, new byte[14]));
            attached.writeBytes(attribute(
                    2,
                    0x00069005,
                    joined(
                            number(2, 4),
                            property(0x3001, 0x001F, (name + "\0").getBytes(UTF_16LE)),
                            property(0x3701, 0x000D, joined(iid, tnef)))));
            return this;
        }

        byte[] octets() {
            byte[] signature = {0x78, (byte) 0x9f, 0x3e, 0x22, 1, 0};
            return joined(
                    signature,
                    attribute(1, 0x00069003, joined(number(count, 4), properties.toByteArray())),
                    attached.toByteArray());
        }

        private static byte[] property(int id, int type, byte[] data) {
            return joined(
                    number(type, 2),
                    number(id, 2),
                    number(1, 4),
                    number(data.length, 4),
                    Arrays.copyOf(data, (data.length + 3) / 4 * 4));
        }

        private static byte[] attribute(int level, long tag, byte[] data) {
            int sum = 0;
            for (byte b : data) {
                sum += b & 0xff;
            }
            return joined(number(level, 1), number(tag, 4), number(data.length, 4), data, number(sum & 0xffff, 2));
        }

        private static byte[] number(long value, int octets) {
            byte[] bytes = new byte[octets];
            for (int i = 0; i < octets; i++) {
                bytes[i] = (byte) (value >>> (8 * i));
            }
            return bytes;
        }

        private static byte[] joined(byte[]... pieces) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (byte[] piece : pieces) {
                all.writeBytes(piece);
            }
            return all.toByteArray();
        }
    }
}
