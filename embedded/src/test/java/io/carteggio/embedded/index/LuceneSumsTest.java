package io.carteggio.embedded.index;

import static io.carteggio.embedded.index.Samples.NOON;
import static io.carteggio.embedded.index.Samples.letter;
import static io.carteggio.embedded.index.Samples.testimony;
import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.search.IndexSums;
import io.carteggio.archive.search.IndexSums.Stretch;
import io.carteggio.archive.search.LetterDocument;
import io.carteggio.mail.Content;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is found letter by letter comes to the same as what is found term by term.
@Tag("slow")
class LuceneSumsTest {
    @TempDir
    Path folder;

    private static final String[] WORDS = {
        "anna",
        "Größe",
        "über",
        "12.50",
        "田中さん",
        "l'école",
        "x",
        "ΛΟΓΟΣ",
        "report_final.pdf",
        "\uD83D\uDE00",
        "a\uD800b"
    };

    /// Letters with all that a document can have: several testimonies, blind copies, groups, attachments, other
    /// scripts, repeated words, nothing at all.
    private static LetterDocument random(long number, Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(200); i > 0; i--) {
            text.append(WORDS[random.nextInt(WORDS.length)]).append(random.nextInt(4) == 0 ? "\r\n" : " ");
        }
        String mail = switch (random.nextInt(5)) {
            case 0 -> "";
            case 1 -> "Subject: " + WORDS[random.nextInt(WORDS.length)] + "\r\nBcc: eva@x.example\r\n\r\n" + text;
            case 2 ->
                "From: A <a@x.example>\r\nTo: b@x.example, b@x.example\r\nMessage-ID: <" + number
                        + "@x>\r\nList-Id: L <l.x.example>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                        + "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text
                        + "\r\n--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a_b.pdf\r\n"
                        + "\r\nhello\r\n--b--\r\n";
            case 3 -> "From: A <a@x.example>\r\nDate: Mon, 6 May 2024 10:00:00 +0200\r\n\r\n" + text;
            default -> "Content-Type: application/pkcs7-mime\r\n\r\n" + text;
        };
        var first = testimony(NOON.plusMillis(number), "a@x.example", "to:b@x.example<g@x.example", "bcc:c@x.example");
        var again = testimony(NOON.plusSeconds(random.nextInt(2)), "", "to:b@x.example", "cc:d@x.example~e@x.example");
        return random.nextBoolean() ? letter(number, mail, first) : letter(number, mail, first, again);
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 150, 100_000})
    void bothWaysComeToTheSame(int lettersAtOnce) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Map<Long, LetterDocument> letters = new TreeMap<>();
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            for (int round = 0; round < 6; round++) { // several segments, later ones with older letters anew
                for (int i = 0; i < 60; i++) {
                    long number = 1L + random.nextInt(300);
                    LetterDocument one = random(number, random);
                    letters.put(number, one);
                    index.put(List.of(one));
                }
                index.commit();
            }
            List<Long> gone = letters.keySet().stream().limit(3).toList();
            index.purge(gone.subList(0, 1));
            letters.remove(gone.getFirst());
            try (IndexSums sums = index.sums(new Random(seed), number -> true, lettersAtOnce)) {
                Map<Long, Long> found = all(sums);
                assertThat(sums.faults()).as("seed %d", seed).isEmpty();
                assertThat(found.keySet()).as("seed %d", seed).isEqualTo(letters.keySet());
                letters.forEach((number, one) -> assertThat(found.get(number))
                        .as("seed %d, letter %d", seed, number)
                        .isEqualTo(sums.sum(one)));
            }
            List<Long> held = new ArrayList<>();
            index.letters(held::add);
            assertThat(held).containsExactlyInAnyOrderElementsOf(letters.keySet());
            LongPredicate some = number -> number % 7 == 0;
            try (IndexSums sums = index.sums(new Random(seed), some, lettersAtOnce)) {
                assertThat(all(sums).keySet())
                        .isEqualTo(new TreeMap<>(letters)
                                .keySet().stream().filter(some::test).collect(java.util.stream.Collectors.toSet()));
            }
        }
    }

    /// Real and malformed mail by others.
    @Test
    void alsoWithTheCorpus() throws Exception {
        List<LetterDocument> letters = new ArrayList<>();
        List<Path> mails = CorpusTest.mails();
        for (Path mail : mails) {
            Content bytes = Content.of(Files.readAllBytes(mail));
            letters.add(letter(letters.size() + 1L, bytes, testimony(NOON, "a@x.example", "to:b@x.example")));
        }
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.put(letters);
            try (IndexSums sums = index.sums(new Random(1), number -> true)) {
                Map<Long, Long> found = all(sums);
                assertThat(sums.faults()).isEmpty();
                assertThat(found).hasSize(letters.size());
                for (LetterDocument one : letters) {
                    assertThat(found.get(one.letter().number()))
                            .as("%s", mails.get((int) one.letter().number() - 1))
                            .isEqualTo(sums.sum(one));
                }
            }
        }
    }

    @Test
    void anEmptyIndexHasOneStretch() throws Exception {
        try (LuceneIndex index = LuceneIndex.open(folder);
                IndexSums sums = index.sums(new Random(1), number -> true)) {
            assertThat(sums.next()).hasValueSatisfying(s -> assertThat(s.upTo()).isEqualTo(Long.MAX_VALUE));
            assertThat(sums.next()).isEmpty();
            assertThat(sums.faults()).isEmpty();
        }
    }

    /// Each in one way only: none of it may be without weight.
    @Test
    void whateverDiffersShows() throws Exception {
        var plain = testimony(NOON, "a@x.example", "to:b@x.example");
        String text = "From: a@x.example\r\nSubject: one two\r\n\r\nthree four\r\n";
        List<LetterDocument> different = List.of(
                letter(1, text, plain),
                letter(1, text.replace("one two", "two one"), plain),
                letter(1, text.replace("one two", "one two two"), plain),
                letter(1, text.replace("three four", "four three"), plain),
                letter(1, text.replace("three", "thrice"), plain),
                letter(1, text, plain, testimony(NOON.plusMillis(1), "a@x.example", "to:b@x.example")),
                letter(1, text, testimony(NOON.plusMillis(1), "a@x.example", "to:b@x.example")),
                letter(1, text, testimony(NOON, "a@x.example", "cc:b@x.example")),
                letter(1, text, testimony(NOON, "a@x.example", "bcc:b@x.example")),
                letter(1, text, testimony(NOON, "a@x.example", "to:b@x.example<g@x.example")),
                letter(1, text, testimony(NOON, "c@x.example", "to:b@x.example")),
                letter(1, "Message-ID: <a@x>\r\n" + text, plain),
                letter(1, "Date: Mon, 6 May 2024 10:00:00 +0200\r\n" + text, plain),
                letter(1, "Bcc: c@x.example\r\n" + text, plain),
                letter(1, text + " \r\n", plain));
        KeyedSum keyed = new KeyedSum(new Random(5));
        assertThat(different.stream().map(l -> keyed.of(DocumentMaker.of(l, Optional.empty()))))
                .doesNotHaveDuplicates();
        assertThat(keyed.of(DocumentMaker.of(different.getFirst(), Optional.empty())))
                .isEqualTo(keyed.of(DocumentMaker.of(different.getFirst(), Optional.empty())))
                .isNotEqualTo(new KeyedSum(new Random(6)).of(DocumentMaker.of(different.getFirst(), Optional.empty())));
    }

    private static Map<Long, Long> all(IndexSums sums) throws Exception {
        Map<Long, Long> found = new TreeMap<>();
        long reached = Long.MIN_VALUE;
        for (Optional<Stretch> next = sums.next(); next.isPresent(); next = sums.next()) {
            for (int i = 0; i < next.get().size(); i++) {
                long number = next.get().number(i);
                assertThat(number)
                        .isGreaterThan(reached)
                        .isLessThanOrEqualTo(next.get().upTo());
                assertThat(found.put(number, next.get().sum(i))).isNull();
            }
            reached = next.get().upTo();
        }
        assertThat(reached).isEqualTo(Long.MAX_VALUE);
        return found;
    }
}
