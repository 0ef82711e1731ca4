package io.carteggio.embedded.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.entry.Family;
import io.carteggio.archive.vault.Compression;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.SegmentFormat.Row;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A letter is compressed together with its manifest only where the manifest tells of no other: an erasure
/// takes the manifest of every arrival that vouches for a letter, and would else take a letter that stays.
class OneLetterTest {
    private static final String ANNA = "Recipient: anna@example.com\r\n";
    private static final String FIRST = DispositionTest.original("one@example.com");
    private static final String SECOND = DispositionTest.original("two@example.com");

    @TempDir
    Path path;

    private EmbeddedArchive archive;

    @BeforeEach
    void open() throws Exception {
        archive = new EmbeddedArchive(path.resolve("data"));
    }

    @AfterEach
    void close() throws Exception {
        archive.close();
    }

    private Kept take(String... originals) throws Exception {
        String report = DispositionTest.report("r" + archive.vault.end().frames(), ANNA, originals);
        return archive.vault.frame(archive.take(Family.REPORT, report).number()).orElseThrow();
    }

    private static List<Integer> compressions(Kept kept) {
        return kept.head().rows().stream()
                .map(Row::coding)
                .map(coding -> coding & Compression.MASK)
                .toList();
    }

    private String letter(Kept kept, int record) throws Exception {
        byte[] octets = archive.vault.read(new Place(kept.number(), record)).toByteArray(1 << 20);
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    @Test
    void aReportOfOneLetter() throws Exception {
        Kept kept = take(FIRST);
        assertThat(compressions(kept)).containsExactly(Compression.BEGUN, Compression.CONTINUED);
        assertThat(letter(kept, 1)).isEqualTo(FIRST);
    }

    @Test
    void aReportOfTwo() throws Exception {
        Kept kept = take(FIRST, SECOND);
        assertThat(compressions(kept)).hasSize(3).doesNotContain(Compression.BEGUN, Compression.CONTINUED);
        assertThat(letter(kept, 1)).isEqualTo(FIRST);
        assertThat(letter(kept, 2)).isEqualTo(SECOND);
    }

    @Test
    void aReportOfOneThatIsKnownAndOneThatIsNot() throws Exception {
        take(FIRST);
        Kept kept = take(FIRST, SECOND);
        assertThat(compressions(kept)).hasSize(2).doesNotContain(Compression.BEGUN, Compression.CONTINUED);
        assertThat(letter(kept, 1)).isEqualTo(SECOND);
    }

    @Test
    void aReportOfOneThatIsKnown() throws Exception {
        take(FIRST);
        assertThat(compressions(take(FIRST))).hasSize(1).doesNotContain(Compression.BEGUN);
    }
}
