package io.carteggio.embedded.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.SearchIndex.Mark;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Words that were looked for, in texts that are shown: between brackets here.
class MarksTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                "müller # Für Muller und MÜLLER. # Für [Muller] und [MÜLLER].",
                "invoice* # Invoices and an invoice # [Invoices] and an [invoice]",
                "\"q3 numbers\" # The Q3 numbers, not numbers of Q3 # The [Q3 numbers], not numbers of Q3",
                "a or plan # A plan # [A plan]",
                "subject:plan -draft # plan draft # [plan] draft",
                "from:anna # Anna Rossi # [Anna] Rossi",
                "from:anna@firm.it # Mail anna@firm.it now # Mail [anna@firm.it] now",
                "from:@firm.it # anna@firm.it # anna@[firm.it]",
                "ecole # L'école # L'[école]",
                "strasse # Straße # [Straße]",
                "東京 # 東京都庁 # [東京]都庁",
                "on:2024 larger:5 # 2024 5 # 2024 5",
                "* # anything # anything",
                "plan # no such word # no such word",
                "\uD83D\uDE00 # a \uD83D\uDE00 b # a \uD83D\uDE00 b",
            })
    void whatWasLookedForIsMarked(String query, String text, String marked) {
        if (!(Query.parse(query) instanceof Query.Parsed.Good(Query good))) {
            throw new AssertionError(query);
        }
        StringBuilder out = new StringBuilder(text);
        for (Mark mark : Marks.of(good, text).reversed()) {
            out.insert(mark.end(), ']').insert(mark.start(), '[');
        }
        String got = out.toString();
        if (query.startsWith("\uD83D")) { // whether that is a word is for Unicode to say
            assertThat(got.replace("[", "").replace("]", "")).isEqualTo(marked);
        } else {
            // neighbours are one mark, or two
            assertThat(got.replace("] [", " ")).isEqualTo(marked.replace("] [", " "));
        }
    }
}
