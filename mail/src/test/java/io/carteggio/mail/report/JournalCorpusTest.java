package io.carteggio.mail.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.structure.CorpusFiles;
import io.carteggio.mail.structure.Part;
import io.carteggio.mail.structure.Structure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// The real reports of Exchange Online, against what two other readers make of them.
class JournalCorpusTest {
    @Test
    void everyRealReportGivesItsEnvelopeAndItsOriginal() throws Exception {
        Map<String, CorpusFiles.Row> envelopes = CorpusFiles.table("expected_journal.tsv");
        Map<String, CorpusFiles.Row> mails = CorpusFiles.table("expected.tsv");
        assertThat(envelopes).hasSize(3);
        for (Map.Entry<String, CorpusFiles.Row> row : envelopes.entrySet()) {
            Content mail = Content.of(CorpusFiles.bytes(row.getKey()));
            assertThat(Unwrapper.unwrap(mail)).isInstanceOf(Unwrapped.Report.class);
            Unwrapped.Report report = (Unwrapped.Report) Unwrapper.unwrap(mail);
            CorpusFiles.Row envelope = row.getValue();
            assertThat(report.dialect()).isEqualTo(Dialect.EXCHANGE_2007);
            assertThat(report.envelope().sender().orElseThrow().raw()).isEqualTo(envelope.json("sender"));
            assertThat(report.subject().orElseThrow()).isEqualTo(envelope.json("subject"));
            assertThat(report.messageId().orElseThrow()).isEqualTo(envelope.json("message_id"));
            assertThat(report.envelope().recipients().stream()
                            .map(JournalCorpusTest::row)
                            .toList())
                    .hasToString(String.valueOf(envelope.json("recipients")));
            assertThat(report.warnings()).isEmpty();
            assertThat(report.reportId().orElseThrow()).endsWith("@journal.report.generator");
            assertThat(report.parentMessageId()).isEqualTo(report.messageId());
            assertThat(report.journaled()).isPresent();

            CorpusFiles.Row expected = Objects.requireNonNull(mails.get(row.getKey()));
            List<String> sums = expected.list("nested_sha256");
            List<String> sizes = expected.list("nested_bytes");
            assertThat(report.originals()).hasSize(1);
            Original original = report.originals().getFirst();
            assertThat(original.kind().word()).isEqualTo("original");
            assertThat(Sha256.of(original.bytes())).hasToString(sums.getFirst());
            assertThat(original.bytes().sizeBytes()).hasToString(sizes.getFirst());
            Original.Span span = original.span().orElseThrow();
            assertThat(Sha256.of(mail.slice(span.offset(), span.sizeBytes()))).hasToString(sums.getFirst());
        }
    }

    /// Encoded messages inside messages are decoded as two other readers decode them.
    @Test
    void encodedMessagesAreDecodedAsOthersDo() throws Exception {
        int messages = 0;
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, CorpusFiles.Row> row :
                CorpusFiles.table("expected.tsv").entrySet()) {
            if (!row.getValue().judged("nested_sha256")) {
                continue;
            }
            Content mail = Content.of(CorpusFiles.bytes(row.getKey()));
            List<String> expected = row.getValue().list("nested_sha256");
            for (Part child : Structure.scan(mail).children()) {
                Warnings warnings = new Warnings();
                if (child.header().contentType().isMessage()) {
                    Original original = Unwrapper.original(mail, child, Original.Kind.ORIGINAL, warnings);
                    if (!warnings.list().isEmpty()) {
                        messages++;
                        if (!expected.contains(Sha256.of(original.bytes()).toString())) {
                            wrong.add(row.getKey() + " " + warnings.list());
                        }
                    }
                }
            }
        }
        System.out.println("encoded messages: " + messages + ", " + wrong);
        assertThat(wrong).isEmpty();
    }

    private static List<String> row(Recipient recipient) {
        return List.of(recipient.role().word(), recipient.address().raw());
    }
}
