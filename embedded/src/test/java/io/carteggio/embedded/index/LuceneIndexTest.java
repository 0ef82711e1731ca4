package io.carteggio.embedded.index;

import static io.carteggio.embedded.index.Samples.NOON;
import static io.carteggio.embedded.index.Samples.letter;
import static io.carteggio.embedded.index.Samples.testimony;
import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.access.Scope;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.search.Hit;
import io.carteggio.archive.search.LetterDocument;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.Query.Parsed;
import io.carteggio.archive.search.SearchIndex.Found;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LuceneIndexTest {
    private static final Scope ALL = new Scope.Everything();
    private static final Testimony PLAIN = testimony(NOON, "anna@firm.it", "to:bob@firm.it");

    @TempDir
    Path folder;

    static final List<LetterDocument> LANGUAGES =
            List.of(letter(1, """
                    From: =?utf-8?q?J=C3=BCrgen_M=C3=BCller?= <j.mueller@bücher.example>
                    To: Anna Rossi <anna.rossi@sales.firm.it>
                    Cc: "O'Brien, Pat" <pat@partner.example>
                    Subject: Rechnung Straße 12
                    Message-ID: <abc.1@mail.example>
                    Date: Mon, 6 May 2024 10:00:00 +0200
                    Content-Type: text/plain; charset=utf-8

                    Die Zahlungsbedingungen für die Größe 38 sind unverändert. Übermorgen kommt der Käse.
                    """, PLAIN), letter(2, """
                    From: luca@firm.it
                    To: anna@firm.it
                    Subject: L'università e la città
                    Date: Mon, 6 May 2024 23:59:59 +0000
                    Content-Type: text/plain; charset=utf-8

                    Perché dell'acqua? È già l'ora, com'è noto: l’école française, le cœur, garçon.
                    Importo 1.250,00 EUR entro il 12.03.2024, vedi www.example.com/offerta_finale
                    """, PLAIN), letter(3, """
                    From: Γιώργος <giorgos@firm.gr>
                    To: anna@firm.it
                    Subject: Τιμολόγιο
                    Date: Tue, 7 May 2024 00:00:00 +0000
                    Content-Type: text/plain; charset=utf-8

                    Ο ΛΟΓΟΣ του λόγου· Ελλάς και θάλασσα.
                    """, PLAIN), letter(4, """
                    From: =?utf-8?b?55Sw5Lit?= <tanaka@firm.jp>
                    To: anna@firm.it
                    Subject: =?utf-8?b?5p2x5Lqs6YO944Gu5Ye65by15aCx5ZGK?=
                    Date: Thu, 1 Feb 2024 00:00:00 +0900
                    Content-Type: text/plain; charset=utf-8

                    来週、東京都庁へ行きます。ﾌﾟﾛｼﾞｪｸﾄの予算は関東支社が決めます。ＡＢＣ社
                    """, PLAIN));

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                "müller # 1",
                "muller # 1",
                "MÜLLER # 1",
                "strasse # 1",
                "straße # 1",
                "grosse # 1",
                "kase # 1",
                "zahlungs* # 1",
                "zahlungs # ~~",
                "\"größe 38\" # 1",
                "\"38 größe\" # ~~",
                "citta # 2",
                "università # 2",
                "acqua # 2",
                "dell'acqua # 2",
                "\"l'universita e la citta\" # 2",
                "école # 2",
                "l'ecole # 2",
                "ecole* garcon # 2",
                "1.250,00 # 2",
                "12.03.2024 # 2",
                "example.com # 2",
                "offerta # 2",
                "λογος # 3",
                "ΛΌΓΟΣ # 3",
                "ελλάς # 3",
                "ΤΙΜΟΛΌΓΙΟ # 3",
                "東京 # 4",
                "東京都 # 4",
                "京 # 4",
                "庁 # 4",
                "出張 # 4",
                "関東 # 4",
                "プロジェクト # 4",
                "abc # 4",
                "田中 # 4",
                "from:田中 # 4",
            })
    void wordsOfAllLanguages(String query, String letters) throws ArchiveException {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.put(LANGUAGES);
            assertThat(found(index, query, ALL)).as(query).isEqualTo(numbers(letters));
        }
    }

    private static Query query(String text) {
        return switch (Query.parse(text)) {
            case Parsed.Good(Query query) -> query;
            case Parsed.Bad bad -> throw new AssertionError(text + ": " + bad);
        };
    }

    static List<Long> found(LuceneIndex index, String text, Scope scope) throws ArchiveException {
        Found found = index.find(query(text), scope, 200, Long.MAX_VALUE);
        List<Long> letters = found.hits().stream().map(Hit::letter).toList();
        assertThat(found.total()).isEqualTo(letters.size());
        return letters.reversed();
    }

    private static List<Long> numbers(String letters) {
        return letters.isEmpty()
                ? List.of()
                : Stream.of(letters.split(" ", -1)).map(Long::valueOf).toList();
    }
}
