package io.carteggio.mail.report;

import io.carteggio.mail.Address;
import io.carteggio.mail.Concatenation;
import io.carteggio.mail.Content;
import io.carteggio.mail.mime.HeaderText;
import io.carteggio.mail.smtp.Reply;
import io.carteggio.mail.structure.Structure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/// Writes the notice that a report could not be delivered (NDR; RFC 3464 in RFC 6522), with the report in it, whole
/// and octet for octet. Safe for many threads if the source of random names is.
public final class NdrWriter {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM uuuu HH:mm:ss xx", Locale.ENGLISH);

    private final String host;
    private final Supplier<UUID> names;

    public NdrWriter(String host, Supplier<UUID> names) {
        this.host = HeaderText.oneLine(host);
        this.names = names;
    }

    /// What a notice tells.
    ///
    /// @param to the alternate journaling mailbox
    /// @param failed the journaling mailbox that the report did not reach
    /// @param reportId of the report, without angle brackets
    /// @param queued since when it was tried
    /// @param status enhanced status code (RFC 3463)
    /// @param diagnostic what the last try was told
    /// @param remote who told it
    public record Facts(
            Address to,
            Address failed,
            String reportId,
            Instant queued,
            Instant lastTried,
            Instant at,
            String status,
            String diagnostic,
            Optional<String> remote) {
        public Facts {
            if (!status.matches("5\\.\\d{1,3}\\.\\d{1,3}")) {
                throw new IllegalArgumentException("a report that failed for good has a status of class 5: " + status);
            }
        }
    }

    /// The status of a failure: what the server said where it was for good, else that the time was over.
    public static String status(Optional<Reply> last) {
        return last.filter(reply -> reply.code() / 100 == 5)
                .map(reply -> reply.status().isEmpty() ? "5.0.0" : reply.status())
                .filter(status -> status.startsWith("5."))
                .orElse("5.4.7");
    }

    /// Writes one.
    public Content write(Facts facts, Content report, ReportWriter.Octets needs) {
        return write(
                facts,
                List.of(
                        "The journal report in this notice could not be delivered to " + said(facts.failed()) + ".",
                        "",
                        "It was tried from " + facts.queued() + " until " + facts.lastTried()
                                + ". The last answer was:",
                        HeaderText.oneLine(facts.diagnostic()),
                        "",
                        "An archive that fetches this mailbox takes the report out of the notice by itself. It can be"
                                + " sent again, too: `rule again`.",
                        ""),
                "message/rfc822"
                        + switch (needs) {
                            case SEVEN_BIT -> "";
                            case EIGHT_BIT -> "\r\nContent-Transfer-Encoding: 8bit";
                            case BINARY -> "\r\nContent-Transfer-Encoding: binary";
                        },
                report);
    }

    /// Writes one of a report that nobody has: with its header alone.
    ///
    /// @throws IOException where the report cannot be read
    public Content writeLost(Facts facts, Content report) throws IOException {
        return write(
                facts,
                List.of(
                        "A journal report for " + said(facts.failed())
                                + " was not kept: it could not be delivered there" + " since " + facts.queued()
                                + ", and its rule does not queue any more.",
                        "",
                        "The last answer was:",
                        HeaderText.oneLine(facts.diagnostic()),
                        ""),
                "text/rfc822-headers",
                report.slice(0, Structure.head(report).bodyOffset()));
    }

    /// Writes one of a report that was never made: with a header that has its identifier alone.
    ///
    /// @param about what is known of the message, a line each
    public Content writeUnmade(Facts facts, List<String> about) {
        List<String> text = new ArrayList<>(List.of(
                "A message went on without a journal report for " + said(facts.failed())
                        + ", since none could be kept:",
                HeaderText.oneLine(facts.diagnostic()),
                ""));
        about.stream().map(HeaderText::oneLine).forEach(text::add);
        text.add("");
        return write(
                facts,
                text,
                "text/rfc822-headers",
                octets(String.join(
                        "\r\n",
                        "X-MS-Journal-Report:",
                        "Message-ID: <" + facts.reportId() + ">",
                        "Date: " + date(facts.at()),
                        "To: <" + said(facts.failed()) + ">",
                        "")));
    }

    private Content write(Facts facts, List<String> text, String type, Content returned) {
        String boundary = "_" + names.get() + "_"; // the report has one of its own kind, and not this one
        String lines = String.join(
                "\r\n",
                "From: <postmaster@" + host + ">",
                "To: <" + HeaderText.oneLine(facts.to().raw()) + ">",
                "Date: " + date(facts.at()),
                "Content-Type: multipart/report; report-type=delivery-status;",
                "\tboundary=\"" + boundary + "\"",
                "MIME-Version: 1.0",
                "X-MS-Exchange-Message-Is-Ndr:",
                "Message-ID: <" + names.get() + "@" + host + ">",
                "In-Reply-To: <" + facts.reportId() + ">",
                "References: <" + facts.reportId() + ">",
                "Subject: Undeliverable: journal report",
                "Auto-Submitted: auto-replied",
                "",
                "--" + boundary,
                "Content-Type: text/plain; charset=\"utf-8\"",
                "Content-Transfer-Encoding: quoted-printable",
                "",
                ReportWriter.quotedPrintable(String.join("\r\n", text)),
                "",
                "--" + boundary,
                "Content-Type: message/delivery-status",
                "",
                "Reporting-MTA: dns;" + host,
                "Arrival-Date: " + date(facts.queued()),
                "",
                "Final-Recipient: rfc822;" + said(facts.failed()),
                "Action: failed",
                "Status: " + facts.status(),
                "Diagnostic-Code: smtp;" + ascii(facts.diagnostic()),
                facts.remote()
                                .map(remote -> "Remote-MTA: dns;" + ascii(remote) + "\r\n")
                                .orElse("") + "Last-Attempt-Date: " + date(facts.lastTried()),
                "",
                "--" + boundary,
                "Content-Type: " + type,
                "",
                "");
        return new Concatenation(List.of(octets(lines), returned, octets("\r\n--" + boundary + "--\r\n")));
    }

    private static String said(Address address) {
        return HeaderText.oneLine(address.raw());
    }

    /// A line of a delivery status is ASCII and short (RFC 3464, 2.1.1).
    private static String ascii(String text) {
        String plain = HeaderText.oneLine(text).replaceAll("[^ -~]", "?");
        return plain.length() <= 900 ? plain : plain.substring(0, 900);
    }

    private static String date(Instant at) {
        return DATE.format(at.atOffset(ZoneOffset.UTC));
    }

    private static Content octets(String text) {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        return Content.owning(octets, octets.length);
    }
}
