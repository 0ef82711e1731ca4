package io.carteggio.embedded.index;

import static io.carteggio.embedded.index.Samples.NOON;
import static io.carteggio.embedded.index.Samples.letter;
import static io.carteggio.embedded.index.Samples.own;
import static io.carteggio.embedded.index.Samples.testimony;
import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.access.Scope;
import io.carteggio.archive.search.Answering;
import io.carteggio.archive.search.Hit;
import io.carteggio.archive.search.LetterDocument;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.SearchIndex.Found;
import io.carteggio.archive.search.SearchIndex.Link;
import io.carteggio.archive.search.Start;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Letters in the order of how well they match, pages of them, and letters that answer others.
class RelevanceTest {
    private static final Scope ALL = new Scope.Everything();

    @TempDir
    Path folder;

    private static Query query(String text) {
        if (!(Query.parse(text) instanceof Query.Parsed.Good(Query good))) {
            throw new AssertionError(text);
        }
        return good;
    }

    private static LetterDocument mail(long number, String subject, String text) {
        return letter(
                number,
                "From: anna@firm.it\nTo: bob@firm.it\nSubject: " + subject + "\n\n" + text + "\n",
                testimony(NOON.plusSeconds(number), "anna@firm.it", "to:bob@firm.it"));
    }

    private static List<Long> letters(List<Hit> hits) {
        return hits.stream().map(Hit::letter).toList();
    }

    private static List<Long> best(LuceneIndex index, String text, Scope scope) throws ArchiveException {
        return letters(index.find(query(text), scope, Start.best(), 50).hits());
    }

    @Test
    void whatSaysMoreOfItComesFirst() throws ArchiveException {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.put(List.of(
                    mail(1, "The boiler", "boiler boiler boiler"),
                    mail(
                            2,
                            "Minutes",
                            "The boiler was talked about, and so were many other things. " + "word ".repeat(900)),
                    mail(3, "Minutes", "The boiler was talked about."),
                    mail(4, "Minutes", "Nothing of it."),
                    mail(5, "Minutes", "The boiler was talked about.")));
            index.show();
            assertThat(best(index, "boiler", ALL)).containsExactly(1L, 5L, 3L, 2L);
            assertThat(best(index, "minutes or boiler", ALL))
                    .as("both words weigh more than one")
                    .startsWith(5L, 3L)
                    .hasSize(5);
            assertThat(best(index, "has:attachment or -nothing", ALL))
                    .as("nothing ranks: the newest first")
                    .containsExactly(5L, 3L, 2L, 1L);
            assertThat(index.find(query("boiler"), ALL, Start.best(), 2).total())
                    .isEqualTo(4);
        }
    }

    /// A letter with a text and an attachment that is text.
    private static LetterDocument carrying(long number, String text, String attached) {
        return letter(
                number,
                "From: anna@firm.it\nTo: bob@firm.it\nSubject: x\nMIME-Version: 1.0\n"
                        + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n" + text
                        + "\n--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\n"
                        + attached + "\n--b--\n",
                testimony(NOON.plusSeconds(number), "anna@firm.it", "to:bob@firm.it"));
    }

    /// Twice in an attachment is once in a text of the same length: such letters come newest first, as equals do.
    @Test
    void wordsOfAttachmentsWeighByHalf() throws ArchiveException {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.put(List.of(
                    carrying(1, "boiler kettle", "kettle kettle"),
                    carrying(2, "kettle kettle", "boiler boiler"),
                    carrying(3, "boiler kettle", "kettle kettle"),
                    carrying(4, "kettle kettle", "boiler kettle"),
                    carrying(5, "kettle kettle", "boiler boiler boiler"),
                    carrying(6, "kettle kettle", "boiler boiler")));
            index.show();
            assertThat(best(index, "boiler", ALL)).containsExactly(5L, 6L, 3L, 2L, 1L, 4L);
            assertThat(best(index, "attachment:boiler", ALL)).containsExactly(5L, 6L, 2L, 4L);
        }
    }

    /// P5: others' letters move nothing.
    @Test
    void aWordIsRareByOnesOwnLetters() throws ArchiveException {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            List<LetterDocument> letters = new ArrayList<>();
            for (int i = 1; i <= 6; i++) {
                letters.add(mail(i, "x", i == 1 ? "rare" : "usual"));
            }
            index.put(letters);
            index.show();
            List<Long> before = best(index, "rare or usual", own("bob@firm.it"));
            List<LetterDocument> others = new ArrayList<>();
            for (int i = 7; i <= 60; i++) {
                others.add(letter(
                        i,
                        "From: eva@firm.it\nTo: max@firm.it\nSubject: x\n\nrare rare\n",
                        testimony(NOON, "eva@firm.it", "to:max@firm.it", "bcc:eve@firm.it")));
            }
            index.put(others);
            index.show();
            assertThat(before).first().isEqualTo(1L);
            assertThat(best(index, "rare or usual", own("bob@firm.it"))).isEqualTo(before);
        }
    }

    @Test
    void pagesGoOnWhereOneEndedWhateverComesMeanwhile() throws ArchiveException {
        Random random = new Random(5);
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            List<LetterDocument> letters = new ArrayList<>();
            for (int i = 1; i <= 60; i++) {
                letters.add(
                        mail(i, random.nextInt(3) == 0 ? "plan" : "x", "plan ".repeat(random.nextInt(6)) + "offer"));
            }
            index.put(letters);
            index.show();
            for (String text : List.of("plan", "plan or offer", "plan -x", "offer", "pla*", "\"plan offer\"")) {
                List<Long> whole =
                        letters(index.find(query(text), ALL, Start.best(), 200).hits());
                List<Long> pages = new ArrayList<>();
                Start start = Start.best();
                for (int page = 0; page < 100; page++) {
                    Found found = index.find(query(text), ALL, start, 7);
                    pages.addAll(letters(found.hits()));
                    if (found.hits().size() < 7) {
                        break;
                    }
                    start = Start.parse(found.after().getLast().text()).orElseThrow();
                    long number = index.size() + 1;
                    index.put(List.of(mail(number, "plan", "plan offer plan")));
                    index.show();
                }
                assertThat(pages).as(text).doesNotHaveDuplicates();
                assertThat(pages.stream().limit(200).toList()).as(text).isEqualTo(whole);
            }
        }
    }

    @Test
    void someOfThemAreToldInTheirOrder() throws ArchiveException {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.put(List.of(
                    mail(1, "plan plan", "x"), mail(2, "x", "plan"), mail(3, "x", "none"), mail(4, "x", "plan")));
            index.show();
            Found found = index.find(query("plan"), ALL, Start.best(), 1);
            Start start = found.after().getFirst();
            assertThat(letters(index.among(query("plan"), ALL, start, List.of(2L, 1L, 3L, 9L))))
                    .containsExactly(1L, 2L);
            assertThat(letters(index.among(query("plan"), ALL, Start.newest(), List.of(1L, 2L, 3L))))
                    .containsExactly(2L, 1L);
            assertThat(index.among(query("plan"), own("eva@firm.it"), Start.newest(), List.of(1L, 2L)))
                    .isEmpty();
        }
    }

    @Test
    void lettersAreFoundByWhatTheyAnswer() throws ArchiveException {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.put(List.of(
                    letter(
                            1,
                            "Message-ID: <a@x>\nSubject: Offer\n\nx\n",
                            testimony(NOON, "anna@firm.it", "to:bob@firm.it")),
                    letter(
                            2,
                            "Message-ID: <b@x>\nReferences: <a@x>\n\nx\n",
                            testimony(NOON, "anna@firm.it", "to:bob@firm.it")),
                    letter(
                            3,
                            "Message-ID: <c@x>\nIn-Reply-To: <a@x>\n\nx\n",
                            testimony(NOON, "anna@firm.it", "to:eva@firm.it")),
                    letter(
                            4,
                            "Message-ID: <a@x>\nSubject: AW: Offer\n\nx\n",
                            testimony(NOON, "anna@firm.it", "to:bob@firm.it")),
                    letter(5, "Subject: Offer\n\nx\n", testimony(NOON, "anna@firm.it", "to:bob@firm.it"))));
            index.show();
            Set<Long> a = Set.of(Answering.keyOfMessage("a@x"));
            assertThat(letters(index.linked(Link.OWN, a, ALL, 10))).containsExactly(4L, 1L);
            assertThat(letters(index.linked(Link.TO, a, ALL, 10))).containsExactly(3L, 2L);
            assertThat(letters(index.linked(Link.TO, a, own("bob@firm.it"), 10)))
                    .containsExactly(2L);
            assertThat(letters(index.linked(Link.TO, a, ALL, 1))).containsExactly(3L);
            assertThat(letters(index.linked(Link.SUBJECT, Set.of(Answering.keyOfSubject("offer")), ALL, 10)))
                    .containsExactly(4L);
            assertThat(index.linked(Link.OWN, Set.of(Answering.keyOfMessage("no@x")), ALL, 10))
                    .isEmpty();
            Hit fifth = index.find(query("*"), ALL, 1, Long.MAX_VALUE).hits().getFirst();
            assertThat(letters(index.linked(Link.OWN, Set.of(fifth.answering().own()), ALL, 10)))
                    .as("a letter without an id is one of its own")
                    .containsExactly(5L);
            Set<Long> many = new HashSet<>();
            for (int i = 0; i < 5_000; i++) {
                many.add(Answering.keyOfMessage(i + "@y"));
            }
            many.addAll(a);
            assertThat(letters(index.linked(Link.OWN, many, ALL, 10))).containsExactly(4L, 1L);
        }
    }
}
