package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SmallThingsTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 1.0 KiB",
        "1023, 1.0 KiB",
        "10240, 10 KiB",
        "1048576, 1.0 MiB",
        "250000000, 238 MiB",
        "9223372036854775807, 8.0 EiB"
    })
    void sizesForPeople(long bytes, String said) {
        assertThat(Sizes.of(bytes)).isEqualTo(said);
    }

    @Test
    void nothingOfAMailSteersATerminal() {
        Map<String, String> shown = Map.of(
                "Grüße aus Köln 日本 😀", "Grüße aus Köln 日本 😀",
                "\033[31mred", "\uFFFD[31mred",
                "a\rb\nc", "a\uFFFDb\uFFFDc",
                "a\tb", "a b",
                "gpj.\u202eexe", "gpj.\uFFFDexe",
                "c1\u009bm", "c1\uFFFDm",
                "half\uD83D", "half\uFFFD");
        shown.forEach((text, expected) -> assertThat(Console.printable(text)).isEqualTo(expected));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0, 0, 1000, '0 mails  0 B  0/s'",
        "10, 500, 1000, 0, 2000, '[############            ]  50 %  10 mails  500 B  5/s  0:02 left'",
        "10, 2000, 1000, 0, 2000, '[########################] 100 %  10 mails  2.0 KiB  5/s'",
        "1, 1, 3601, 0, 1000, '[                        ]   0 %  1 mails  1 B  1/s  60:00 left'",
        "10, 500, 0, 40, 2000, '[######                  ]  25 %  10 mails  500 B  5/s  0:06 left'",
    })
    void aLineTellsHowFarItIs(long items, long bytes, long total, long totalItems, long millis, String line) {
        assertThat(ProgressLine.line(items, bytes, total, totalItems, millis * 1_000_000, "mails"))
                .isEqualTo(line);
    }

    @ParameterizedTest
    @CsvSource({
        "2024-03-01T12:34:56Z, 2024-03-01T123456-abc.eml",
        "+12024-03-01T12:34:56Z, undated-abc.eml",
        "-0001-03-01T12:34:56Z, undated-abc.eml",
    })
    void aFileIsNamedByDateAndId(String date, String name) {
        assertThat(new Exported("abc", "", 0, Instant.parse(date), Optional.empty(), Optional.empty()).fileName())
                .isEqualTo(name);
    }
}
