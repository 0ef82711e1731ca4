package io.carteggio.extract;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.embedded.extraction.ReaderLimits;
import io.carteggio.embedded.extraction.ReaderPool;
import io.carteggio.embedded.extraction.ReaderProgram;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.extract.Extracted;
import io.carteggio.mail.extract.Shortfall;
import io.carteggio.mail.mime.UnreadParts.UnreadPart;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The program as the archive starts it, in a process of its own.
@Tag("slow")
class RealReaderTest {
    @TempDir
    Path folder = Path.of("");

    private static ReaderProgram program() {
        return new ReaderProgram(System.getProperty("java.class.path"), "io.carteggio.extract.Main", List.of());
    }

    private static UnreadPart part(String name, byte[] octets) {
        return new UnreadPart(
                Optional.of(name),
                "application/octet-stream",
                octets.length,
                Sha256.of(octets),
                () -> new ByteArrayInputStream(octets));
    }

    @Test
    void oneProcessReadsManyAndOutlivesBombs() throws Exception {
        byte[] pdf = Samples.pdf("the word quixozephyr stands here");
        try (ReaderPool pool = new ReaderPool(program(), folder, 1, ReaderLimits.DEFAULT)) {
            for (int i = 0; i < 3; i++) {
                assertThat(pool.read(part("a.pdf", pdf), 1_000_000).text()).contains("quixozephyr");
                assertThat(pool.read(part("a.docx", Samples.docx("zyzzogeton")), 1_000_000)
                                .text())
                        .contains("zyzzogeton");
                Extracted bomb = pool.read(part("bomb.zip", Samples.bomb("a.txt", 600)), 1_000_000);
                assertThat(bomb.shortfalls()).containsExactly(Shortfall.CUT);
                assertThat(bomb.text()).hasSizeLessThanOrEqualTo(1_000_000);
            }
            assertThat(pool.condition().started()).as("the same process").isOne();
            assertThat(pool.condition().residentBytes()).isBetween(20L << 20, 600L << 20);
        }
    }

    /// A program that has less memory than an attachment takes ends itself, is replaced, and reads the next.
    @Test
    void whatTakesMoreMemoryThanThereIsEndsTheReaderOnly() throws Exception {
        ReaderLimits little = new ReaderLimits(
                64 << 20, Duration.ofSeconds(60), Duration.ofMinutes(2), 24, 100, 100, Duration.ofMinutes(1));
        try (ReaderPool pool = new ReaderPool(program(), folder, 1, little)) {
            byte[] pages = manyPages();
            Extracted heavy = pool.read(part("heavy.pdf", pages), 1_000_000);
            assertThat(heavy.shortfalls()).containsExactly(Shortfall.CRASHED);
            assertThat(pool.read(part("a.txt", "zyzzogeton".getBytes(StandardCharsets.US_ASCII)), 1_000)
                            .text())
                    .contains("zyzzogeton");
        }
    }

    private static byte[] manyPages() throws Exception {
        try (PDDocument document = new PDDocument()) {
            for (int i = 0; i < 40_000; i++) {
                document.addPage(new PDPage());
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            document.save(out);
            return out.toByteArray();
        }
    }
}
