package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.server.web.language.Language;
import io.carteggio.server.web.language.Texts;
import io.carteggio.server.web.page.LetterView.Body;
import java.time.Instant;
import java.time.ZoneId;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Tables for the small functions: sizes, names of files, plain text.
class WordsTest {
    private static final Words ENGLISH = new Words(ZoneId.of("UTC"), Texts.in(Language.ENGLISH));

    @Test
    void sizesAreShort() {
        Object[][] table = {
            {0L, "0 B"},
            {1023L, "1023 B"},
            {1024L, "1.0 KB"},
            {4300L, "4.2 KB"},
            {10_240L, "10 KB"},
            {1_048_575L, "1.0 MB"},
            {262_144_000L, "250 MB"},
            {1L << 40, "1.0 TB"},
            {Long.MAX_VALUE, "8192 PB"},
        };
        for (Object[] row : table) {
            assertThat(ENGLISH.size((Long) row[0])).isEqualTo(row[1]);
        }
    }

    @Test
    void instantsAreShownInTheArchivesZone() {
        Words words = new Words(ZoneId.of("Europe/Rome"), Texts.in(Language.ENGLISH));
        assertThat(words.full(Instant.parse("2026-07-01T22:30:00Z")).text())
                .isEqualTo("Thursday, 2 July 2026, 00:30 CEST");
        assertThat(words.day(Instant.parse("2026-11-19T23:30:00Z"))).isEqualTo("20 Nov 2026");
    }

    @Test
    void eachLanguageWritesItsOwnWay() {
        Instant at = Instant.parse("2026-03-01T09:05:07Z");
        String[][] table = {
            {"en", "1 Mar 2026", "Sunday, 1 March 2026, 09:05 UTC", "1,234,567", "4.2 KB"},
            {"it", "1 mar 2026", "domenica 1 marzo 2026, 09:05 UTC", "1.234.567", "4,2 KB"},
            {"de", "1. März 2026", "Sonntag, 1. März 2026, 09:05 UTC", "1.234.567", "4,2 KB"},
        };
        for (String[] row : table) {
            Words words =
                    new Words(ZoneId.of("UTC"), Texts.in(Language.ofWord(row[0]).orElseThrow()));
            assertThat(words.day(at)).isEqualTo(row[1]);
            assertThat(words.full(at).text()).isEqualTo(row[2]);
            assertThat(words.number(1_234_567)).isEqualTo(row[3]);
            assertThat(words.size(4_300)).isEqualTo(row[4]);
        }
    }

    @Test
    void fileNamesAreNamesAndNothingElse() {
        String[][] table = {
            {"report.pdf", "report.pdf"},
            {"../../etc/passwd", "_.._etc_passwd"},
            {"C:\\Windows\\x.exe", "C__Windows_x.exe"},
            {".bashrc", "bashrc"},
            {"a\r\nSet-Cookie: x=y.txt", "aSet-Cookie_ x=y.txt"},
            {"annex\u202Egpj.exe", "annexgpj.exe"},
            {"  ", "unnamed"},
            {"...", "unnamed"},
            {"日本語.docx", "日本語.docx"},
            {"x".repeat(300) + ".tar.gz", "x".repeat(117) + ".gz"},
            {"\uD83D\uDE00.txt", "\uD83D\uDE00.txt"},
        };
        for (String[] row : table) {
            assertThat(FileNames.safe(row[0])).isEqualTo(row[1]);
        }
    }

    @Test
    void aDispositionIsOneHeaderWhateverTheName() {
        String[][] table = {
            {"a.pdf", "attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf"},
            {"a\"b;c.pdf", "attachment; filename=\"a_b;c.pdf\"; filename*=UTF-8''a_b%3Bc.pdf"},
            {"100%.txt", "attachment; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt"},
            {"è\r\n.txt", "attachment; filename=\"_.txt\"; filename*=UTF-8''%C3%A8.txt"},
        };
        for (String[] row : table) {
            assertThat(FileNames.attachment(row[0])).isEqualTo(row[1]);
        }
    }

    @Test
    void plainTextIsCutIntoQuotesAndLinks() {
        PlainText text = PlainText.of("See https://a.example/x?y=1, and\n> quoted\n>> twice\nend (http://b.example).");
        String shown = text.blocks().stream()
                .map(b -> b.depth() + ":"
                        + b.pieces().stream().map(WordsTest::piece).collect(Collectors.joining()))
                .collect(Collectors.joining("|"))
                .replace('\n', '/');
        assertThat(shown)
                .isEqualTo("0:See [https://a.example/x?y=1], and/|1:quoted/|2:twice/|0:end ([http://b.example])./");
    }

    private static String piece(Body.Piece piece) {
        return piece.url().map(url -> "[" + url + "]").orElse(piece.text());
    }

    @Test
    void hostileTextStaysQuick() {
        long before = System.nanoTime();
        assertThat(PlainText.of("https://".repeat(100_000)).blocks()).isNotEmpty();
        assertThat(PlainText.of(">".repeat(300_000)).blocks()).isNotEmpty();
        assertThat(PlainText.of("> x\nx\n".repeat(40_000)).blocks()).isNotEmpty();
        assertThat(PlainText.of("x".repeat(1_000_000)).cut()).isTrue();
        assertThat((System.nanoTime() - before) / 1_000_000_000L).isLessThan(10);
    }
}
