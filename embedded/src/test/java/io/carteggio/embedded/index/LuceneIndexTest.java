package io.carteggio.embedded.index;

import static io.carteggio.embedded.index.Samples.NOON;
import static io.carteggio.embedded.index.Samples.between;
import static io.carteggio.embedded.index.Samples.letter;
import static io.carteggio.embedded.index.Samples.own;
import static io.carteggio.embedded.index.Samples.testimony;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.access.Scope;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.search.Hit;
import io.carteggio.archive.search.LetterDocument;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.Query.Parsed;
import io.carteggio.archive.search.SearchIndex.Found;
import io.carteggio.mail.Content;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.Lock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("slow")
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
            index.show();
            assertThat(found(index, query, ALL)).as(query).isEqualTo(numbers(letters));
        }
    }

    @Test
    void peopleByAddressLocalPartDomainAndName() throws ArchiveException {
        String[][] table = {
            {"from:j.mueller@bücher.example", "1"},
            {"from:j.mueller@xn--bcher-kva.example", "1"},
            {"from:J.MUELLER@bücher.EXAMPLE", "1"},
            {"from:mueller@bücher.example", ""},
            {"from:j.mueller", "1"},
            {"from:mueller", "1"},
            {"from:müller", "1"},
            {"from:\"Jürgen Müller\"", "1"},
            {"from:\"Müller Jürgen\"", ""},
            {"from:jur*", "1"},
            {"from:j.mue*", "1"},
            {"to:anna.rossi@sa*", "1"},
            {"to:rossi@sa*", ""},
            {"from:@bücher.example", "1"},
            {"from:bücher.example", "1"},
            {"from:@example", ""},
            {"to:@sales.firm.it", "1"},
            {"to:@firm.it", "1 2 3 4"},
            {"to:rossi", "1"},
            {"to:o'brien", "1"}, // whoever got it
            {"cc:obrien", ""},
            {"cc:\"O’Brien\"", "1"},
            {"cc:rossi", ""},
            {"cc:pat@partner.example", "1"},
            {"from:(tanaka or giorgos)", "3 4"},
            {"from:田中", "4"},
            {"bücher.example", "1"},
            {"from:anna@firm.it -from:luca", "1 3 4"}, // the envelope's sender of all four
        };
        withLanguages(table);
    }

    @Test
    void datesAreInUtcAndSizesInOctets() throws ArchiveException {
        String[][] table = {
            {"on:2024-05-06", "1 2"},
            {"on:2024-05-07", "3"},
            {"on:2024-05", "1 2 3"},
            {"on:2024-01", "4"}, // midnight of 1 February in Tokyo
            {"on:2024", "1 2 3 4"},
            {"after:2024-05-07", "3"},
            {"before:2024-05-07", "1 2 4"},
            {"after:2024-02 before:2024-05-07", "1 2"},
            {"after:2025", ""},
            {"larger:1", "1 2 3 4"},
            {"smaller:1M", "1 2 3 4"},
            {"larger:1M", ""},
        };
        withLanguages(table);
        long size = LANGUAGES.getFirst().letter().sizeBytes();
        withLanguages(new String[][] {
            {"from:mueller larger:" + size, ""},
            {"from:mueller larger:" + (size - 1), "1"},
            {"from:mueller smaller:" + size, ""},
            {"from:mueller smaller:" + (size + 1), "1"},
        });
    }

    @Test
    void everyConditionJoinsWithEveryOther() throws ArchiveException {
        String id = LANGUAGES.get(1).letter().id().text();
        String[][] table = {
            {"", "1 2 3 4"},
            {"*", "1 2 3 4"},
            {"müller or 東京", "1 4"},
            {"-müller", "2 3 4"},
            {"-(müller or 東京)", "2 3"},
            {"not from:luca and to:anna after:2024-05", "1 3"},
            {"müller 東京", ""},
            {"käse & & -&", "1"},
            {"id:" + id, "2"},
            {"id:" + id.toUpperCase(java.util.Locale.ROOT), "2"},
            {"id:abc.1@mail.example", "1"},
            {"id:<abc.1@mail.example>", "1"},
            {"id:<ABC.1@mail.example>", ""},
            {"id:nothing", ""},
            {"subject:straße", "1"},
            {"subject:käse", ""},
            {"has:attachment", ""},
            {"is:unsearched", ""},
        };
        withLanguages(table);
    }

    private void withLanguages(String[][] table) throws ArchiveException {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.put(LANGUAGES);
            index.show();
            for (String[] row : table) {
                assertThat(found(index, row[0], ALL)).as(row[0]).isEqualTo(numbers(row[1]));
            }
        }
    }

    @Test
    void attachmentsAndLettersInside() throws ArchiveException {
        LetterDocument letter = letter(7, """
                From: anna@firm.it
                To: bob@firm.it
                Subject: papers
                Date: Mon, 6 May 2024 10:00:00 +0000
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary=b

                --b
                Content-Type: text/plain

                > quoted line before

                See below,
                  all   of you.
                --b
                Content-Type: application/pdf; name="Offerta_finale-2024.pdf"
                Content-Disposition: attachment; filename="Offerta_finale-2024.pdf"
                Content-Transfer-Encoding: base64

                JVBERi0=
                --b
                Content-Type: text/csv; name=numbers.csv
                Content-Disposition: attachment; filename=numbers.csv

                ultravermil;12
                --b
                Content-Type: message/rfc822

                From: carl@other.example
                To: dora@other.example
                Bcc: ghost@other.example
                Subject: inner subject

                innermost words
                --b--
                """, PLAIN);
        LetterDocument bare = letter(8, "From: anna@firm.it\nSubject: bare\n\nnothing\n", PLAIN);
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.put(List.of(letter, bare));
            index.show();
            String[][] table = {
                {"has:attachment", "7"},
                {"-has:attachment", "8"},
                {"filename:pdf", "7"},
                {"filename:offerta", "7"},
                {"filename:\"offerta finale\"", "7"},
                {"filename:offerta_finale-2024.pdf", "7"},
                {"filename:offerta_fin*", "7"},
                {"filename:docx", ""},
                {"offerta", "7"},
                {"type:pdf", "7"},
                {"type:text/csv", "7"},
                {"ultravermil", "7"},
                {"innermost", "7"},
                {"\"inner subject\"", "7"},
                {"subject:inner", ""},
                {"dora", "7"},
                {"to:dora", ""},
                {"ghost", ""},
            };
            for (String[] row : table) {
                assertThat(found(index, row[0], ALL)).as(row[0]).isEqualTo(numbers(row[1]));
            }
            Hit hit = index.find(query("papers"), ALL, 1, Long.MAX_VALUE).hits().getFirst();
            assertThat(hit.from()).contains("anna@firm.it");
            assertThat(hit.fromName()).isEmpty();
            assertThat(hit.to()).containsExactly("bob@firm.it");
            assertThat(hit.subject()).contains("papers");
            assertThat(hit.date()).isEqualTo("2024-05-06T10:00:00Z");
            assertThat(hit.sizeBytes()).isEqualTo(letter.letter().sizeBytes());
            assertThat(hit.snippet()).contains("See below, all of you.");
            assertThat(hit.attachments())
                    .extracting(Hit.FoundAttachment::name, Hit.FoundAttachment::type, Hit.FoundAttachment::sizeBytes)
                    .containsExactly(
                            tuple("Offerta_finale-2024.pdf", "application/pdf", 5L),
                            tuple("numbers.csv", "text/csv", 14L));
        }
    }

    /// P5: how Bob sorts his mail is nobody else's business, not even of those who have the same letter.
    @Test
    void aLabelFindsTheLettersOfWhoseMailboxItIs() throws ArchiveException {
        LetterDocument letter = letter(
                1,
                "From: anna@firm.it\nTo: bob@firm.it, max@firm.it\nSubject: news\n\ntext\n",
                Samples.labelled(NOON, "bob@firm.it", "Archivé/Zürich & Söhne", "a@b"),
                Samples.labelled(NOON, "max@firm.it", "Useless"));
        LetterDocument other = letter(
                2,
                "From: anna@firm.it\nTo: bob@firm.it\nSubject: news\n\nUseless\n",
                testimony(NOON, "anna@firm.it", "to:bob@firm.it"));
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.put(List.of(letter, other));
            index.show();
            Scope bob = own("bob@firm.it");
            Scope max = own("max@firm.it");
            for (String found : List.of("label:archive", "label:\"archivé/zürich\"", "label:sohn*", "label:a@b")) {
                assertThat(found(index, found, bob)).as(found).isEqualTo(numbers("1"));
                assertThat(found(index, found, ALL)).as(found).isEqualTo(numbers("1"));
                assertThat(found(index, found, max)).as(found).isEmpty();
                assertThat(found(index, found, own("anna@firm.it"))).as(found).isEmpty();
                assertThat(found(index, "-(" + found + ")", max)).as(found).isEqualTo(numbers("1"));
            }
            assertThat(found(index, "label:useless", ALL)).isEqualTo(numbers("1"));
            assertThat(found(index, "label:useless", max)).isEqualTo(numbers("1"));
            assertThat(found(index, "label:useless", bob)).isEmpty();
            assertThat(found(index, "-label:useless", bob)).isEqualTo(found(index, "", bob));
            assertThat(found(index, "useless", max)).as("a label is no text").isEmpty();
            assertThat(found(index, "label:archive", Samples.between("bob@firm.it", "2025-01-01", "")))
                    .as("the address was another's then")
                    .isEmpty();
        }
    }

    /// P5: "a recipient sees To, Cc and his own line; only the sender and an auditor see all blind copies."
    @Test
    void aBlindCopyIsNotFoundOutBySearching() throws ArchiveException {
        Testimony report = testimony(
                NOON,
                "anna@firm.it",
                "to:bob@firm.it",
                "bcc:eva@firm.it",
                "bcc:max@firm.it<board@firm.it",
                "cc:carl@firm.it<sales@firm.it");
        LetterDocument letter = letter(1, """
                From: anna@firm.it
                To: bob@firm.it
                Bcc: Eva Luna <eva@firm.it>, Zoe <zoe@other.example>
                Subject: news

                text
                """, report);
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.put(List.of(letter));
            index.show();
            String[] secrets = {
                "bcc:eva",
                "to:eva@firm.it",
                "eva",
                "luna",
                "e*",
                "bcc:@firm.it",
                "to:max",
                "list:board",
                "board",
                "zoe",
                "bcc:zoe",
                "to:@other.example",
                "bcc:(eva or max)"
            };
            for (String secret : secrets) {
                assertThat(found(index, secret, own("bob@firm.it"))).as(secret).isEmpty();
                assertThat(found(index, "-" + secret, own("bob@firm.it")))
                        .as(secret)
                        .hasSize(1);
                assertThat(found(index, secret, own("anna@firm.it"))).as(secret).hasSize(1);
                assertThat(found(index, secret, ALL)).as(secret).hasSize(1);
                assertThat(found(index, secret, own("stranger@firm.it")))
                        .as(secret)
                        .isEmpty();
            }
            String[][] evas = {
                {"bcc:eva", "1"}, {"to:eva@firm.it", "1"}, {"bcc:luna", "1"}, {"bcc:max", ""}, {"list:board", ""},
                {"zoe", ""}, {"to:bob", "1"}, {"list:sales", "1"}, {"to:carl", "1"}, {"cc:carl", "1"}
            };
            for (String[] row : evas) {
                assertThat(found(index, row[0], own("eva@firm.it"))).as(row[0]).isEqualTo(numbers(row[1]));
            }
            assertThat(found(index, "list:board", own("max@firm.it"))).hasSize(1);
            assertThat(found(index, "list:sales", own("bob@firm.it"))).hasSize(1);
        }
    }

    /// P5: "so a re-used address opens nothing old".
    @Test
    void aReusedAddressOpensNothingOld() throws ArchiveException {
        Instant early = Instant.parse("2020-03-01T00:00:00Z");
        Instant late = Instant.parse("2023-03-01T00:00:00Z");
        List<LetterDocument> letters = List.of(
                letter(1, "Subject: a\n\nx\n", testimony(early, "anna@firm.it", "to:info@firm.it")),
                letter(2, "Subject: b\n\nx\n", testimony(late, "anna@firm.it", "to:info@firm.it")),
                // known by two reports: the early one names info, the late one does not
                letter(
                        3,
                        "Subject: c\n\nx\n",
                        testimony(early, "anna@firm.it", "to:info@firm.it"),
                        testimony(late, "anna@firm.it", "to:other@firm.it")));
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.put(letters);
            index.show();
            assertThat(found(index, "", between("info@firm.it", "", "2021-01-01")))
                    .containsExactly(1L, 3L);
            assertThat(found(index, "", between("info@firm.it", "2021-01-01", "")))
                    .containsExactly(2L);
            assertThat(found(index, "", between("info@firm.it", "2020-03-01", "2023-03-01")))
                    .containsExactly(1L, 3L);
            assertThat(found(index, "", between("info@firm.it", "2020-03-02", "2023-03-01")))
                    .isEmpty();
            assertThat(found(index, "", own("info@firm.it"))).containsExactly(1L, 2L, 3L);
            assertThat(found(index, "to:other", between("info@firm.it", "", "2021-01-01")))
                    .isEmpty();
            assertThat(found(index, "to:other", own("other@firm.it"))).containsExactly(3L);
        }
    }

    @Test
    void pagesJoinWithoutGapOrRepetition() throws ArchiveException {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            List<LetterDocument> letters = new ArrayList<>();
            for (long number = 1; number <= 57; number++) {
                letters.add(letter(number, "Subject: n" + number % 2 + "\n\nx\n", PLAIN));
                if (number % 10 == 0) {
                    index.put(letters);
                    index.show();
                    letters.clear();
                }
            }
            index.put(letters);
            index.show();
            List<Long> walked = new ArrayList<>();
            long before = Long.MAX_VALUE;
            for (int page = 0; page < 6; page++) {
                Found found = index.find(query("n1"), own("bob@firm.it"), 5, before);
                assertThat(found.total()).isEqualTo(29);
                found.hits().forEach(h -> walked.add(h.letter()));
                before = found.hits().getLast().letter();
            }
            assertThat(walked).hasSize(29).isSortedAccordingTo(java.util.Comparator.reverseOrder());
            assertThat(index.find(query("n1"), own("bob@firm.it"), 5, 1).hits()).isEmpty();
        }
    }

    @Test
    void whatCouldNotBeSearchedIsCountedWithinTheScope() throws ArchiveException {
        LetterDocument encrypted = letter(2, """
                From: anna@firm.it
                Subject: secret
                Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m
                Content-Transfer-Encoding: base64

                MIAGCSqGSIb3DQEHA6CAMIACAQA=
                """, testimony(NOON, "anna@firm.it", "to:eva@firm.it"));
        LetterDocument lost = letter(3, Samples.unreadable(500), PLAIN);
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.put(List.of(letter(1, "Subject: open\n\nx\n", PLAIN), encrypted, lost));
            index.show();
            assertThat(found(index, "is:unsearched", ALL)).containsExactly(2L, 3L);
            assertThat(found(index, "is:unsearched", own("bob@firm.it"))).containsExactly(3L);
            assertThat(unsearched(index, ALL)).isEqualTo(2);
            assertThat(unsearched(index, own("bob@firm.it"))).isEqualTo(1);
            assertThat(unsearched(index, own("stranger@firm.it"))).isZero();
            assertThat(found(index, "from:anna to:bob", ALL))
                    .containsExactly(1L, 3L); // its people are known all the same
        }
    }

    private static long unsearched(LuceneIndex index, Scope scope) throws ArchiveException {
        return index.find(new Query.All(), scope, 1, Long.MAX_VALUE).notFullySearched();
    }

    @Test
    void aLaterPutReplacesTheLetter() throws ArchiveException {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.put(List.of(letter(1, "Subject: x\n\nx\n", PLAIN)));
            index.show();
            assertThat(found(index, "", own("new@firm.it"))).isEmpty();
            Testimony second = testimony(NOON, "anna@firm.it", "to:new@firm.it");
            index.put(List.of(letter(1, "Subject: x\n\nx\n", PLAIN, second)));
            index.show();
            assertThat(index.size()).isEqualTo(1);
            assertThat(found(index, "", own("new@firm.it"))).containsExactly(1L);
            assertThat(found(index, "", own("bob@firm.it"))).containsExactly(1L);
            assertThat(found(index, "to:new", own("bob@firm.it"))).isEmpty();
        }
    }

    @Test
    void whatWasForcedIsThereAfterReopening() throws ArchiveException {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.put(LANGUAGES.subList(0, 2));
            index.show();
            index.commit();
            index.put(LANGUAGES.subList(2, 4));
            index.show();
            assertThat(index.size()).isEqualTo(4);
        }
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            assertThat(index.size()).isEqualTo(2);
            assertThat(found(index, "", ALL)).containsExactly(1L, 2L);
            assertThat(index.storedBytes()).isPositive();
            index.clear();
            assertThat(index.size()).isZero();
            assertThat(found(index, "", ALL)).isEmpty();
        }
    }

    /// STYLE 9: what failed is not trusted; the index goes back to what was forced and works again when the
    /// disk does.
    @Test
    void aFullDiskCostsOnlyWhatWasNotForced() throws Exception {
        FullDisk disk = new FullDisk(FSDirectory.open(folder));
        try (LuceneIndex index = new LuceneIndex(folder, disk, io.carteggio.archive.vault.Key.random())) {
            index.put(LANGUAGES.subList(0, 1));
            index.show();
            index.commit();
            index.put(LANGUAGES.subList(1, 2));
            index.show();
            disk.full = true;
            index.put(LANGUAGES.subList(2, 3)); // in memory
            assertThatThrownBy(index::show)
                    .isInstanceOfSatisfying(
                            ArchiveException.class,
                            e -> assertThat(e.laterHelps()).isTrue());
            assertThatThrownBy(index::commit).isInstanceOf(ArchiveException.class);
            disk.full = false;
            try {
                index.put(LANGUAGES.subList(1, 3));
                index.show();
            } catch (ArchiveException theFirstTryOpensItAgain) {
                index.put(LANGUAGES.subList(1, 3));
                index.show();
            }
            index.commit();
            assertThat(found(index, "", ALL)).containsExactly(1L, 2L, 3L);
        }
    }

    /// Where writing failed and cannot even begin again, what was found before is found on.
    @Test
    void searchesGoOnWhileNothingCanBeWritten() throws Exception {
        FullDisk disk = new FullDisk(FSDirectory.open(folder));
        try (LuceneIndex index = new LuceneIndex(folder, disk, io.carteggio.archive.vault.Key.random())) {
            index.put(LANGUAGES.subList(0, 2));
            index.show();
            index.commit();
            disk.full = true;
            disk.locked = true;
            index.put(LANGUAGES.subList(2, 3));
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(index::commit).isInstanceOf(ArchiveException.class);
                assertThat(found(index, "", ALL)).containsExactly(1L, 2L);
                assertThat(index.size()).isEqualTo(2);
                assertThat(index.coverage("any").notFullySearched()).isZero();
            }
            disk.full = false;
            disk.locked = false;
            assertThatThrownBy(index::commit).as("the try that opens it again").isInstanceOf(ArchiveException.class);
            index.put(LANGUAGES.subList(2, 3));
            index.show();
            assertThat(found(index, "", ALL)).containsExactly(1L, 2L, 3L);
        }
    }

    private static final class FullDisk extends FilterDirectory {
        private boolean full;
        private boolean locked;

        FullDisk(Directory in) {
            super(in);
        }

        @Override
        public IndexOutput createOutput(String name, IOContext context) throws IOException {
            if (full) {
                throw new IOException("No space left on device");
            }
            return super.createOutput(name, context);
        }

        @Override
        public Lock obtainLock(String name) throws IOException {
            if (locked) {
                throw new IOException("Permission denied");
            }
            return super.obtainLock(name);
        }
    }

    @Test
    void aSecondProcessIsRefused() throws ArchiveException {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            assertThat(index.size()).isZero();
            assertThatThrownBy(() -> LuceneIndex.open(folder))
                    .isInstanceOf(ArchiveException.class)
                    .hasMessageContaining("open elsewhere");
        }
    }

    /// An index that cannot be used never keeps a server from starting: it is emptied, and filled by who sees
    /// that.
    @ParameterizedTest
    @CsvSource({"segments_*,cut", "segments_*,garbage", "*.cf?,gone", "*.cf?,cut", "*.si,gone", "*.si,cut", "all,cut"})
    void aDamagedIndexIsMadeAnew(String which, String how) throws Exception {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.put(LANGUAGES);
            index.show();
            index.commit();
        }
        int damaged = 0;
        try (var files = Files.newDirectoryStream(folder, which.equals("all") ? "*" : which)) {
            for (Path file : files) {
                if (file.endsWith("write.lock")) {
                    continue;
                }
                damaged++;
                switch (how) {
                    case "gone" -> Files.delete(file);
                    case "cut" -> Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 20));
                    default -> Files.writeString(file, "this is no index");
                }
            }
        }
        assertThat(damaged).isPositive();
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            assertThat(index.size()).isZero();
            index.put(LANGUAGES);
            index.show();
            index.commit();
            assertThat(found(index, "müller", ALL)).containsExactly(1L);
        }
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            assertThat(index.size()).isEqualTo(4);
        }
    }

    @Test
    void anIndexOfAnotherSchemaIsMadeAnew() throws Exception {
        try (FSDirectory directory = FSDirectory.open(folder);
                IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig())) {
            writer.addDocument(new Document());
            writer.setLiveCommitData(Map.of("carteggio.schema", "0").entrySet());
            writer.commit();
        }
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            assertThat(index.size()).isZero();
        }
    }

    /// P9, "Bounded": every mail is taken, whatever is in it; words that are none are cut.
    @Test
    void strangeLettersAreTaken() throws ArchiveException {
        String longWord = "w".repeat(100_000);
        String longAddress = "l".repeat(50_000) + "@" + "d.".repeat(20_000) + "example";
        LetterDocument letter = letter(
                1,
                "From: <" + longAddress + ">\nTo: \u0000\ud800@\ud83d, =?utf-8?q?=00?= <@>, <a@b..c>\nSubject: "
                        + longWord
                        + "\nMessage-ID: <" + longWord + ">\nDate: Mon, 1 Jan 999999999 00:00:00 +0000\n\n" + longWord
                        + " \u0300\u0301 end\n",
                testimony(NOON, longAddress, "to:" + longAddress, "bcc:\u0000"),
                testimony(Instant.MAX, "", "bcc:@"),
                testimony(Instant.MIN, "@@"));
        LetterDocument nothing = letter(2, Content.of(new byte[0]));
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.put(List.of(letter, nothing));
            index.show();
            assertThat(found(index, "", ALL)).containsExactly(1L, 2L);
            assertThat(found(index, "", own(longAddress))).containsExactly(1L);
            assertThat(found(index, "end", ALL)).containsExactly(1L);
            assertThat(found(index, "w".repeat(3_000), ALL)).containsExactly(1L);
        }
    }

    @Test
    void aHundredThousandRecipientsAreTaken() throws ArchiveException {
        String[] lines = new String[100_000];
        for (int i = 0; i < lines.length; i++) {
            lines[i] = (i % 2 == 0 ? "to:" : "bcc:") + "person" + i + "@firm.it";
        }
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.put(List.of(letter(1, "Subject: all hands\n\nx\n", testimony(NOON, "anna@firm.it", lines))));
            index.show();
            assertThat(found(index, "to:person4", own("person99998@firm.it"))).containsExactly(1L);
            assertThat(found(index, "to:person5", own("person99998@firm.it"))).isEmpty();
            assertThat(found(index, "to:person5", own("person5@firm.it"))).containsExactly(1L);
            assertThat(found(index, "to:person5", ALL)).containsExactly(1L);
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
