package io.carteggio.embedded.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.entry.Disposition;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.intake.Arrival;
import io.carteggio.archive.intake.Receipt;
import io.carteggio.archive.intake.Source;
import io.carteggio.mail.Content;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Arrivals that nobody waits for until they stand in the catalogue, as the SMTP listener takes them.
class RushTest {
    private static final Source SOURCE = new Source("journal", Optional.empty(), Family.REPORT);

    @TempDir
    Path path;

    /// Each of 60 letters comes eight times at once, half of them in equal reports: one makes it a letter, the others
    /// vouch for it, and what is equal is seen to be, though nothing may stand in the catalogue yet (P3, P4).
    @Test
    void aLetterIsKnownBeforeItStandsInTheCatalogue() throws Exception {
        try (EmbeddedArchive archive = new EmbeddedArchive(path.resolve("data"));
                ExecutorService senders = Executors.newFixedThreadPool(8)) {
            List<Future<Receipt>> sent = new ArrayList<>();
            for (int letter = 0; letter < 60; letter++) {
                for (int time = 0; time < 8; time++) {
                    String report = DispositionTest.report(
                            "r",
                            "Recipient: p" + time / 2 + "@example.com\r\n",
                            DispositionTest.original("m" + letter));
                    sent.add(senders.submit(() -> archive.intake.accept(new Arrival(
                            SOURCE,
                            Content.of(report.getBytes(StandardCharsets.ISO_8859_1)),
                            Provenance.ofItem("test")))));
                }
            }
            int letters = 0;
            for (Future<Receipt> one : sent) {
                letters += one.get().disposition() == Disposition.LETTERS ? 1 : 0;
            }
            assertThat(letters).isEqualTo(60);
            archive.projection.awaitAll();
            Books.Account all = archive.catalogue.books().all();
            assertThat(all.received()).isEqualTo(480);
            assertThat(all.letters()).isEqualTo(60);
            assertThat(all.evidence()).isEqualTo(420);
            assertThat(archive.catalogue.letters()).isEqualTo(60);
            for (Future<Receipt> one : sent) {
                var letter =
                        archive.catalogue.letter(one.get().letters().getFirst()).orElseThrow();
                assertThat(archive.catalogue.testimonies(letter.number()))
                        .filteredOn(t -> t.entry().redelivery())
                        .hasSize(4);
            }
        }
    }
}
