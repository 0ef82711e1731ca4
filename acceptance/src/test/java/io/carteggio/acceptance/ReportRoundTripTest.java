package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.acceptance.ReportReaders.Reading;
import io.carteggio.mail.Address;
import io.carteggio.mail.Concatenation;
import io.carteggio.mail.Content;
import io.carteggio.mail.Envelope;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.report.ReportWriter;
import io.carteggio.mail.report.ReportWriter.Facts;
import io.carteggio.mail.report.Unwrapped;
import io.carteggio.mail.report.Unwrapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A report of any mail, as it came from the world, is read back equal: by our own reader and by two that are not ours.
@Tag("peers")
class ReportRoundTripTest {
    private static final Envelope ENVELOPE = new Envelope(
            Optional.of(new Address("sender@outside.example")),
            Optional.empty(),
            List.of(
                    new Recipient(Role.TO, new Address("anna@firm.example")),
                    new Recipient(
                            Role.CC,
                            new Address("bruno@firm.example"),
                            Optional.of(new Address("sales@firm.example")),
                            Optional.empty()),
                    new Recipient(
                            Role.BCC,
                            new Address("mobile@carrier.example"),
                            Optional.empty(),
                            Optional.of(new Address("eva@firm.example"))),
                    new Recipient(Role.RECIPIENT, new Address("j\u00fcrgen@firm.example"))));

    private static final List<String> LINES = List.of(
            "To: anna@firm.example",
            "Cc: bruno@firm.example, Expanded: sales@firm.example",
            "Bcc: mobile@carrier.example, Forwarded: eva@firm.example",
            "Recipient: j\u00fcrgen@firm.example");

    /// Email::MIME leaves the line break to an attached mail that belongs to the delimiter (RFC 2046, 5.1.1), where a
    /// CR stands before it.
    private static final Content CRLF = Content.of(new byte[] {'\r', '\n'});

    @BeforeAll
    static void needs() {
        ReportReaders.need();
    }

    @Test
    void everyMailOfTheCorpusIsReadBackFromItsReport() throws Exception {
        Path corpus = Corpus.root();
        Path reports = Program.freshDirectory("round-trip");
        ReportWriter writer = new ReportWriter(
                new Address("journal-agent@firm.example"), "mx.firm.example", UUID::randomUUID, (id, body) -> "seal");
        Map<String, Sha256> sums = new TreeMap<>();
        Map<String, Sha256> forPerl = new TreeMap<>();
        Map<String, Unwrapped.Report> ours = new TreeMap<>();
        List<String> paths = Corpus.files(".eml");
        for (String path : paths) {
            Content original = Content.of(Files.readAllBytes(corpus.resolve(path)));
            Content report = writer.write(
                            new Facts(ENVELOPE, Instant.parse("2026-11-29T12:00:00Z"), List.of("All mail")), original)
                    .content();
            String name = path.replace('/', ':');
            Files.write(reports.resolve(name), report.toByteArray(Integer.MAX_VALUE));
            sums.put(name, Sha256.of(original));
            if (endsInCr(original)) {
                forPerl.put(name, Sha256.of(new Concatenation(List.of(original, CRLF))));
            }
            assertThat(Unwrapper.unwrap(report)).as(path).isInstanceOf(Unwrapped.Report.class);
            ours.put(name, (Unwrapped.Report) Unwrapper.unwrap(report));
        }
        assertThat(paths).isNotEmpty();
        Map<String, Reading> python = ReportReaders.python(reports);
        Map<String, Reading> perl = ReportReaders.perl(reports);
        List<String> differing = new ArrayList<>();
        for (Map.Entry<String, Sha256> one : sums.entrySet()) {
            String name = one.getKey();
            Unwrapped.Report own = Objects.requireNonNull(ours.get(name));
            boolean equal = own.envelope().equals(ENVELOPE)
                    && own.originals().size() == 1
                    && Sha256.of(own.originals().getFirst().bytes()).equals(one.getValue());
            if (!equal) {
                differing.add("our own reader: " + name);
            }
            if (!isRead(Optional.ofNullable(python.get(name)), own, one.getValue())) {
                differing.add("Python: " + name + " " + python.get(name));
            }
            if (!isRead(Optional.ofNullable(perl.get(name)), own, forPerl.getOrDefault(name, one.getValue()))) {
                differing.add("Perl: " + name + " " + perl.get(name));
            }
        }
        assertThat(differing).isEmpty();
    }

    private static boolean endsInCr(Content mail) throws IOException {
        long size = mail.sizeBytes();
        return size > 0 && mail.slice(size - 1, 1).toByteArray(1)[0] == '\r';
    }

    /// Whether another reader finds the same envelope and the same octets.
    private static boolean isRead(Optional<Reading> found, Unwrapped.Report own, Sha256 original) {
        return found.filter(reading -> isRead(reading, own, original)).isPresent();
    }

    private static boolean isRead(Reading reading, Unwrapped.Report own, Sha256 original) {
        return reading.defects().isEmpty()
                && reading.parts().equals(List.of("text/plain", "message/rfc822"))
                && reading.value("Sender").equals("sender@outside.example")
                && reading.value("Subject").equals(own.subject().orElse(""))
                && reading.value("Message-Id")
                        .equals(own.messageId().map(id -> "<" + id + ">").orElse(""))
                && reading.recipients().equals(LINES)
                && reading.original().equals(original);
    }
}
