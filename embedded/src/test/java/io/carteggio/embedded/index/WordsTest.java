package io.carteggio.embedded.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                "Müller Straße # [[muller], [strasse]]",
                "l'école l’école # [[l], [ecole], [l], [ecole]]",
                "www.example.com a.b # [[www], [example], [com], [a], [b]]",
                "1.250,00 12.03.2024 10:30 # [[1.250,00], [12.03.2024], [10], [30]]",
                "report_final-v2.pdf # [[report], [final], [v2], [pdf]]",
                "ΛΌΓΟΣ λόγος # [[λογοσ], [λογοσ]]",
                "東京都 # [[東, 東京], [京, 京都], [都]]",
                "ﾌﾟﾛ ＡＢＣ１ # [[フ, フロ], [ロ], [abc1]]",
                "ﬁne Ⅳ # [[fine], [iv]]",
                "co\u00adoperate # [[cooperate]]",
                "... -- ' # []",
            })
    void wordsAreTheSameForAllLanguages(String text, String slots) {
        assertThat(Words.slots(text).toString()).isEqualTo(slots);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                "Straße # strasse@0",
                "a-b c # a@0 b@1 c@2",
                "東京 # 東京@0",
                "東京都 # 東京@0 京都@1",
                "京 # 京@0",
                "東京、大阪 # 東京@0 京@1 大阪@2", // where the index has them, over the comma
                "x 東京 y # x@0 東京@1 京@2 y@3",
            })
    void whatIsLookedFor(String text, String tokens) {
        assertThat(Words.wanted(text).stream().map(t -> t.word() + "@" + t.position()))
                .containsExactly(tokens.split(" ", -1));
    }

    @Test
    void theFastWayIsTheSameAsTheSlowOne() {
        long seed = new Random().nextLong();
        System.out.println("WordsTest seed " + seed);
        Random random = new Random(seed);
        String letters = "abcXYZ019..,;:-_+'\"@()/ \t\n!~$%&*=?^`{|}\\<>#[]";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(12); n > 0; n--) {
                text.append(
                        random.nextInt(20) == 0
                                ? (char) random.nextInt(0x80)
                                : letters.charAt(random.nextInt(letters.length())));
            }
            String typed = text.toString();
            Words.simple(typed)
                    .ifPresent(simple -> assertThat(simple).as("'%s'", typed).isEqualTo(Words.anySlots(typed)));
            assertThat(Words.spans(typed)).as("'%s'", typed).isEqualTo(Words.anySpans(typed));
        }
        assertThat(Words.simple("x".repeat(100))).contains(Words.anySlots("x".repeat(100)));
        assertThat(Words.spans("x".repeat(100) + " y")).isEqualTo(Words.anySpans("x".repeat(100) + " y"));
    }

    /// Word breaks do not depend on where the text is cut into blocks.
    @Test
    void breaksAreTheSameAtEveryBlockEdge() throws IOException {
        String unit = "l'a.b 1.2:3 x_y’z ";
        String text = unit.repeat(2_000);
        String expected = "l a b 1.2 3 x y z ".repeat(2_000);
        for (int step : new int[] {1, 2, 7, 4095, 4096, 100_000}) {
            StringBuilder read = new StringBuilder();
            try (WordBreaks breaks = new WordBreaks(new StringReader(text))) {
                char[] into = new char[step];
                for (int n = breaks.read(into, 0, step); n >= 0; n = breaks.read(into, 0, step)) {
                    read.append(into, 0, n);
                }
            }
            assertThat(read.toString()).isEqualTo(expected);
        }
    }
}
