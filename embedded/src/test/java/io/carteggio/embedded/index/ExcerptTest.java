package io.carteggio.embedded.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.search.Query;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExcerptTest {
    private static Query query(String text) {
        if (!(Query.parse(text) instanceof Query.Parsed.Good(Query good))) {
            throw new AssertionError(text);
        }
        return good;
    }

    @Test
    void itIsWhatStandsAroundTheWords() {
        String text = "lorem ipsum\r\n".repeat(3_000) + "the needle  is\n here " + "dolor sit ".repeat(3_000);
        assertThat(Excerpt.of(query("needle"), text, 60))
                .hasValueSatisfying(e -> assertThat(e)
                        .startsWith("… ")
                        .contains("the needle is here dolor")
                        .endsWith(" …")
                        .hasSizeLessThan(66));
        assertThat(Excerpt.of(query("needle"), "A needle.", 60)).contains("A needle.");
        assertThat(Excerpt.of(query("absent"), text, 60)).isEmpty();
        assertThat(Excerpt.of(query("-needle"), text, 60)).isEmpty();
        assertThat(Excerpt.of(query("needle"), "", 60)).isEmpty();
    }

    @Test
    void wordsThatStandTogetherAreShownRatherThanOneAlone() {
        String text = "budget " + "x ".repeat(300) + "the budget of the meeting " + "y ".repeat(300);
        assertThat(Excerpt.of(query("budget meeting"), text, 80))
                .hasValueSatisfying(e -> assertThat(e).contains("budget of the meeting"));
    }

    @Test
    void aPhraseAcrossTwoStretchesIsFound() {
        String text = "a ".repeat(4_093) + "quarter numbers";
        assertThat(Excerpt.of(query("\"quarter numbers\""), text, 40))
                .hasValueSatisfying(e -> assertThat(e).contains("quarter numbers"));
    }

    @Test
    void noTextTakesLongOrBreaksACharacter() {
        Random random = new Random(11);
        String alphabet = "ab \n\u0000\uD83D\uDE00\uD83Dé東京needle ";
        for (int i = 0; i < 300; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(2_000); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            text.append(" needle ").append("z".repeat(random.nextInt(300)));
            String one = Excerpt.of(query("needle"), text.toString(), 40).orElseThrow();
            assertThat(one).contains("needle").hasSizeLessThan(46);
        }
        String huge = "word ".repeat(2_000_000) + "needle";
        assertThat(Excerpt.of(query("needle"), huge, 40)).as("too far behind").isEmpty();
    }
}
