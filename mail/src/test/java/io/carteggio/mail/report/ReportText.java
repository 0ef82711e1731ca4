package io.carteggio.mail.report;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.carteggio.mail.Content;
import io.carteggio.mail.Recipient;
import java.util.ArrayList;
import java.util.List;

/// Reports as Exchange Online lays them out (JOURNAL-FORMATS 2.4), and what was read as a few lines of text.
record ReportText(
        String marker,
        String envelopeHeader,
        String envelope,
        String originalHeader,
        List<String> originals,
        String end) {
    static final String BOUNDARY = "_11111111-2222-3333-4444-555555555555_";
    static final String PLAIN_HEADER =
            "Content-Type: text/plain; charset=\"us-ascii\"\nContent-Transfer-Encoding: 7bit\n";
    static final String ENVELOPE = """
            Sender: bert@partner.example
            Subject: Q3 numbers
            Message-Id: <orig-0001@partner.example>
            Recipient: anna@example.com
            """;
    static final String ORIGINAL = """
            Received: from somewhere
            From: Bert Example <bert@partner.example>
            To: <anna@example.com>
            Subject: Q3 numbers
            Message-ID: <orig-0001@partner.example>

            Hello
            """;

    static ReportText usual() {
        return new ReportText(
                "X-MS-Journal-Report:\n",
                PLAIN_HEADER,
                ENVELOPE,
                "Content-Type: message/rfc822\n",
                List.of(crlf(ORIGINAL)),
                "--" + BOUNDARY + "--\n");
    }

    ReportText withMarker(String lines) {
        return new ReportText(lines, envelopeHeader, envelope, originalHeader, originals, end);
    }

    /// An envelope whose characters are octets.
    ReportText withEnvelope(String header, String octets) {
        return new ReportText(marker, header, octets, originalHeader, originals, end);
    }

    ReportText withEnvelope(String octets) {
        return withEnvelope(envelopeHeader, octets);
    }

    ReportText withOriginalHeader(String header) {
        return new ReportText(marker, envelopeHeader, envelope, header, originals, end);
    }

    /// Originals exactly as given; each character is an octet.
    ReportText withOriginals(String... octets) {
        return new ReportText(marker, envelopeHeader, envelope, originalHeader, List.of(octets), end);
    }

    ReportText withEnd(String lines) {
        return new ReportText(marker, envelopeHeader, envelope, originalHeader, originals, lines);
    }

    static String crlf(String text) {
        return text.replace("\n", "\r\n");
    }

    static String utf8(String text) {
        return new String(text.getBytes(UTF_8), ISO_8859_1);
    }

    /// The report with CRLF as line break everywhere but in the originals.
    String octets() {
        StringBuilder text = new StringBuilder();
        text.append(crlf("Content-Type: multipart/mixed;\n\tboundary=\"" + BOUNDARY + "\"\n"
                + "Subject: Q3 numbers\nTo: <anna@example.com>\nFrom: Bert Example <bert@partner.example>\n"
                + "MIME-Version: 1.0\nSender:\n\t<MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@contoso.example>\n"
                + "Message-ID: <aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee@journal.report.generator>\n"
                + "Date: Tue, 17 Jul 2018 12:13:28 +0000\n" + marker
                + "X-MS-Exchange-Parent-Message-Id:\n\t<orig-0001@partner.example>\n"
                + "Auto-Submitted: auto-generated\n\n--" + BOUNDARY + "\n" + envelopeHeader + "\n" + envelope));
        for (String original : originals) {
            text.append(crlf("\n--" + BOUNDARY + "\n" + originalHeader + "\n")).append(original);
        }
        return text.append(crlf("\n" + end)).toString();
    }

    Content content() {
        return content(octets());
    }

    static Content content(String octets) {
        return Content.of(octets.getBytes(ISO_8859_1));
    }

    /// What was read, a line for each fact.
    static String describe(Unwrapped unwrapped) {
        return switch (unwrapped) {
            case Unwrapped.Report report -> describe(report);
            case Unwrapped.Ndr ndr ->
                "ndr" + describe(ndr.status())
                        + ndr.returned()
                                .map(o -> "\nreturned " + o.bytes().sizeBytes() + (ndr.headersOnly() ? " headers" : ""))
                                .orElse("")
                        + ndr.gap()
                                .map(g -> "\ngap " + g.reportId().orElse("-") + " "
                                        + g.parentMessageId().orElse("-") + ": " + g.why())
                                .orElse("")
                        + ndr.report().map(r -> "\n" + describe(r)).orElse("");
            case Unwrapped.Delay(DeliveryStatus status) -> "delay" + describe(status);
            case Unwrapped.Delivered(DeliveryStatus status) -> "delivered" + describe(status);
            case Unwrapped.Plain() -> "plain";
            case Unwrapped.Unreadable(String why, List<Warning> warnings) -> "unreadable: " + why;
        };
    }

    private static String describe(DeliveryStatus status) {
        StringBuilder text = new StringBuilder();
        status.reportingMta().ifPresent(mta -> text.append("\nby ").append(mta));
        status.arrivalDate().ifPresent(date -> text.append("\narrived ").append(date));
        for (DeliveryStatus.PerRecipient r : status.recipients()) {
            text.append("\n")
                    .append(r.finalRecipient().orElse("?"))
                    .append(" ")
                    .append(r.action().word())
                    .append(r.status().map(s -> " " + s).orElse(""))
                    .append(r.diagnostic().map(s -> " " + s).orElse(""));
        }
        return text.toString();
    }

    private static String describe(Unwrapped.Report report) {
        List<String> lines = new ArrayList<>();
        lines.add("report " + report.dialect().word());
        report.envelope().sender().ifPresent(a -> lines.add("sender " + a));
        report.envelope().onBehalfOf().ifPresent(a -> lines.add("for " + a));
        report.subject().ifPresent(s -> lines.add("subject " + s));
        report.messageId().ifPresent(s -> lines.add("id " + s));
        report.label().ifPresent(s -> lines.add("label " + s));
        report.mailbox().ifPresent(s -> lines.add("mailbox " + s));
        report.sentUtc().ifPresent(s -> lines.add("sent " + s));
        report.receivedUtc().ifPresent(s -> lines.add("received " + s));
        for (Recipient r : report.envelope().recipients()) {
            lines.add(r.role().word() + " " + r.address()
                    + r.expanded().map(a -> " expanded " + a).orElse("")
                    + r.forwarded().map(a -> " forwarded " + a).orElse(""));
        }
        for (Original original : report.originals()) {
            lines.add(original.kind().word() + " " + original.bytes().sizeBytes()
                    + (original.span().isPresent() ? "" : " decoded"));
        }
        for (Warning warning : report.warnings()) {
            lines.add("warning " + warning.code());
        }
        return String.join("\n", lines);
    }
}
