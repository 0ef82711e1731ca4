package io.carteggio.archive.vault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// DESIGN 4, "Sealing": dictionaries are trained only on strings found in at least 20 letters of at least
/// 10 unrelated senders. Counted here anew, without the trainer's own code.
@Tag("slow")
class DictionaryTrainingTest {
    /// No stretch of a secret so long may stand in a dictionary. Shorter ones may: two letters or digits, or
    /// four, stand in everything. The trainer looks for nothing shorter itself.
    private static final int TELLING_OCTETS = 6;

    private static final int FEW_LETTERS = 19;
    private static final int FEW_SENDERS = 9;
    private static final int ENOUGH_SENDERS = 10;
    private static final int ENOUGH_LETTERS = 20;

    /// One letter as the trainer gets it: its records, and who sent it.
    private record Sent(List<Octets> records, String sender, String house) {}

    /// A corpus in the making: letters of many senders with much in common, and secrets in them.
    private static final class Corpus {
        private static final int HOUSES = 50;
        private static final int LETTERS = 400;

        private final Random random;
        private final List<StringBuilder> manifests = new ArrayList<>();
        private final List<StringBuilder> texts = new ArrayList<>();
        private final List<String> senders = new ArrayList<>();
        private final List<String> houses = new ArrayList<>();
        private final List<String> secrets = new ArrayList<>();

        Corpus(long seed) {
            random = new Random(seed);
            List<String> words = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                words.add(letters(2 + random.nextInt(8)));
            }
            for (int i = 0; i < LETTERS; i++) {
                String house = "house" + i % HOUSES + ".example";
                senders.add("p" + random.nextInt(5) + "@" + house);
                houses.add(house);
                manifests.add(new StringBuilder("\u00a6sourcegjournalfsender" + senders.getLast()));
                StringBuilder text = new StringBuilder("Received: from mx." + house
                        + " by mail.firm.example with ESMTP id "
                        + Integer.toHexString(random.nextInt()) + "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain;"
                        + " charset=\"iso-8859-1\"\r\nContent-Transfer-Encoding: quoted-printable\r\nFrom: "
                        + senders.getLast() + "\r\n\r\n");
                for (int k = 20 + random.nextInt(200); k > 0; k--) {
                    text.append(words.get(random.nextInt(words.size()))).append(random.nextInt(9) == 0 ? "\r\n" : " ");
                }
                texts.add(text.append("\r\nThis message is for the person it is addressed to.\r\n"));
            }
        }

        private String letters(int count) {
            StringBuilder word = new StringBuilder();
            for (int i = 0; i < count; i++) {
                word.append((char) ('a' + random.nextInt(26)));
            }
            return word.toString();
        }

        /// A name, an account number, an address, or a sentence, in capitals and digits, which nothing else here is
        /// written in: so what is found of it has not come about by chance.
        String secret() {
            String secret = switch (random.nextInt(4)) {
                case 0 -> capitals(7) + " " + capitals(9);
                case 1 -> "IT" + digits(2) + " " + digits(4) + " " + digits(4) + " " + digits(12);
                case 2 -> capitals(9) + "." + capitals(9) + "@" + capitals(8) + ".TEST";
                default -> {
                    StringBuilder sentence = new StringBuilder(capitals(8));
                    for (int i = 0; i < 10; i++) {
                        sentence.append(random.nextInt(4) == 0 ? ",\r\n" : " ").append(capitals(6 + random.nextInt(5)));
                    }
                    yield sentence.append('.').toString();
                }
            };
            secrets.add(secret);
            return secret;
        }

        private String capitals(int count) {
            return letters(count).toUpperCase(Locale.ROOT);
        }

        private String digits(int count) {
            StringBuilder digits = new StringBuilder();
            for (int i = 0; i < count; i++) {
                digits.append(random.nextInt(10));
            }
            return digits.toString();
        }

        /// Puts a secret into a letter, at any place: between lines, within one, within a word, behind what
        /// everybody writes.
        void plant(String secret, int letter) {
            StringBuilder text = texts.get(letter);
            switch (random.nextInt(3)) {
                case 0 -> text.insert(random.nextInt(text.length() + 1), secret);
                case 1 ->
                    text.insert(
                            text.indexOf("\r\n\r\n") + 4, "Dear Sirs, our reference is " + secret + " and so on.\r\n");
                default -> text.append("\r\n").append(secret);
            }
        }

        /// Somebody sends one letter more: with the boilerplate of a letter that is there.
        int more(String sender, String house) {
            int like = random.nextInt(LETTERS);
            senders.add(sender);
            houses.add(house);
            manifests.add(new StringBuilder(manifests.get(like)));
            texts.add(new StringBuilder(texts.get(like)));
            return texts.size() - 1;
        }

        List<Sent> letters() {
            List<Sent> sent = new ArrayList<>();
            for (int i = 0; i < texts.size(); i++) {
                sent.add(new Sent(
                        List.of(octets(manifests.get(i)), octets(texts.get(i))), senders.get(i), houses.get(i)));
            }
            return sent;
        }
    }

    private static Octets octets(CharSequence text) {
        return Octets.of(text.toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    private static DictionaryTraining training(List<Sent> letters) {
        DictionaryTraining training = new DictionaryTraining(new byte[0]);
        for (int i = 0; i < letters.size(); i++) {
            for (Octets record : letters.get(i).records()) {
                training.sample(record.toBytes(), i, letters.get(i).sender());
            }
        }
        return training;
    }

    private static String dictionary(List<Sent> letters) {
        return new String(training(letters).train().orElseThrow().toBytes(), StandardCharsets.ISO_8859_1);
    }

    private static void assertTellsNothing(String dictionary, Corpus corpus, String how) {
        for (String secret : corpus.secrets) {
            for (int at = 0; at + TELLING_OCTETS <= secret.length(); at++) {
                assertThat(dictionary)
                        .as("%s: the secret '%s'", how, secret)
                        .doesNotContain(secret.substring(at, at + TELLING_OCTETS));
            }
        }
        assertThat(dictionary)
                .as("%s: what everybody writes", how)
                .contains("\r\nContent-Transfer-Encoding: quoted-printable\r\n")
                .contains("This message is for the person");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatFewLettersSayIsNotInTheDictionary(long seed) {
        Corpus corpus = new Corpus(seed);
        for (int letters = 1; letters <= FEW_LETTERS; letters++) {
            for (int k = 0; k < 3; k++) {
                String secret = corpus.secret();
                int first = corpus.random.nextInt(Corpus.LETTERS);
                for (int i = 0; i < letters; i++) { // each of another house
                    corpus.plant(secret, (first + i) % Corpus.LETTERS);
                }
            }
        }
        assertTellsNothing(dictionary(corpus.letters()), corpus, "seed " + seed);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18})
    void whatFewSendersSayIsNotInTheDictionary(long seed) {
        Corpus corpus = new Corpus(seed);
        for (int houses = 1; houses <= FEW_SENDERS; houses++) {
            String secret = corpus.secret();
            for (int i = 0; i < 60; i++) {
                int house = i % houses;
                corpus.plant(secret, corpus.more(i + "@few" + house + ".example", "few" + house));
            }
        }
        assertTellsNothing(dictionary(corpus.letters()), corpus, "seed " + seed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "p%d@firm.example",
                "bounce-%d-anna=firm.test@list.example",
                "same@mx%d.firm.example",
                "same@mx%d.firm.co.example",
                "same@deep%d.a.b.c.firm.example",
                "same@mx%d.firm.co.uk",
                "SAME+%d@FIRM.Example",
                "s@mx%d.Firm.EXAMPLE.",
                "%d@10.0.0.7",
                "local%d",
                "local%d@host",
                "a@b%d@firm.example"
            })
    void sendersWhoAreRelatedAreOne(String form) {
        Corpus corpus = new Corpus(form.hashCode());
        String secret = corpus.secret();
        for (int i = 0; i < 80; i++) {
            corpus.plant(secret, corpus.more(String.format(Locale.ROOT, form, i), "related"));
        }
        assertTellsNothing(dictionary(corpus.letters()), corpus, form);
    }

    /// A report tells the subject and the people of the letter in it: that is one letter, not two.
    @Test
    void aLetterAndItsManifestAreOneLetter() {
        Corpus corpus = new Corpus(21);
        for (int k = 0; k < 40; k++) {
            String secret = corpus.secret();
            for (int i = 0; i < FEW_LETTERS; i++) {
                corpus.manifests.get(i).append(secret);
                corpus.plant(secret, i);
            }
        }
        assertTellsNothing(dictionary(corpus.letters()), corpus, "in manifest and letter");
    }

    /// The other side of the limits: else the tests above would hold for a trainer that finds nothing.
    @Test
    void whatEnoughLettersOfEnoughSendersSayIs() {
        Corpus corpus = new Corpus(31);
        String secret = "Xqzwvkjh Yqzwvkjhg 7352";
        for (int i = 0; i < 100; i++) { // fewer would do for the rule, but hardly be worth the place
            corpus.texts.get(i).append("\r\n").append(secret).append("\r\n");
            corpus.houses.set(i, "enough" + i % ENOUGH_SENDERS + ".example");
            corpus.senders.set(i, "p@enough" + i % ENOUGH_SENDERS + ".example");
        }
        // in one string or cut in two
        assertThat(dictionary(corpus.letters())).contains("Xqzwvkjh", "Yqzwvkjhg");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "anna@firm.example, firm.example",
                "anna@mx1.firm.example, firm.example",
                "anna@firm.co.uk, firm.co.uk",
                "anna@mail.firm.co.uk, firm.co.uk",
                "anna@co.uk, co.uk",
                "anna@firm.com, firm.com",
                "anna@a.com.com, com.com",
                "anna@Firm.EXAMPLE., firm.example",
                "anna@host, ''",
                "anna, ''",
                "'', ''",
                "@, ''",
                "@..., ''"
            })
    void houses(String sender, String house) {
        assertThat(DictionaryTraining.house(sender)).isEqualTo(house);
    }

    @ParameterizedTest
    @ValueSource(longs = {41, 42, 43})
    void everyStringIsCommonEnough(long seed) {
        Corpus corpus = new Corpus(seed);
        for (int k = 0; k < 200; k++) { // near the limits, from both sides
            String secret = corpus.secret();
            int letters = 15 + corpus.random.nextInt(10);
            int houses = 7 + corpus.random.nextInt(6);
            for (int i = 0; i < letters; i++) {
                corpus.plant(secret, i % houses + Corpus.HOUSES * corpus.random.nextInt(8));
            }
        }
        assertAllCommon(corpus.letters());
    }

    /// The last two labels, or three as in `firm.co.uk`.
    private static final String HOUSE = ".*?([^.@]+\\.(?:(?:ac|co|com|edu|gov|net|or|org)\\.[a-z]{2}|[^.@]+))\\.?$";

    /// The same with mail by others.
    @Test
    void everyStringOfRealMailIsCommonEnough() throws IOException {
        List<Sent> letters = new ArrayList<>();
        try (Stream<Path> files = Files.walk(realMail())) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".eml")).sorted().toList()) {
                String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                String from = text.lines()
                        .filter(l -> l.toLowerCase(Locale.ROOT).startsWith("from:") && l.contains("@"))
                        .findFirst()
                        .orElse("");
                String sender = from.replaceAll(".*[\\s<\"]([^\\s<>\"]*@[\\w.-]*).*", "$1");
                String house = sender.toLowerCase(Locale.ROOT).replaceAll(HOUSE, "$1");
                letters.add(new Sent(
                        List.of(octets(text.substring(0, Math.min(text.length(), DictionaryTraining.SAMPLE_BYTES)))),
                        sender,
                        house));
            }
        }
        Assumptions.assumeTrue(letters.size() > 100, "only " + letters.size() + " mails");
        assertAllCommon(letters);
    }

    private static Path realMail() {
        Path corpus = Optional.ofNullable(System.getenv("CARTEGGIO_SHARED"))
                .map(Path::of)
                .orElseGet(() -> Path.of(System.getProperty("carteggio.root", "."), "..", "shared"))
                .resolve("corpus");
        Assumptions.assumeTrue(Files.isDirectory(corpus), "no corpus at " + corpus);
        return corpus;
    }

    /// Counts by reading every letter for every string.
    private static void assertAllCommon(List<Sent> letters) {
        DictionaryTraining training = training(letters);
        List<String> strings = training.chosen(() -> false);
        String made = new String(training.train().orElseThrow().toBytes(), StandardCharsets.ISO_8859_1);
        assertThat(made)
                .as("nothing but these, with a line end behind each")
                .endsWith(String.join("\n", strings) + "\n");
        assertThat(made.length() - String.join("\n", strings).length())
                .as("tables of frequencies, which are small")
                .isLessThan(1024);
        List<List<String>> texts = letters.stream()
                .map(l -> l.records().stream()
                        .map(r -> new String(r.toBytes(), StandardCharsets.ISO_8859_1))
                        .toList())
                .toList();
        assertThat(strings).hasSizeGreaterThan(10);
        for (String string : strings) {
            int in = 0;
            Set<String> houses = new HashSet<>();
            for (int i = 0; i < texts.size() && (in < ENOUGH_LETTERS || houses.size() < ENOUGH_SENDERS); i++) {
                if (texts.get(i).stream().anyMatch(t -> t.contains(string))) {
                    in++;
                    houses.add(letters.get(i).house());
                }
            }
            assertThat(in).as("letters with '%s'", string).isGreaterThanOrEqualTo(ENOUGH_LETTERS);
            assertThat(houses).as("senders of '%s'", string).hasSizeGreaterThanOrEqualTo(ENOUGH_SENDERS);
        }
    }

    @Test
    void lettersWithNothingInCommonGiveNone() {
        Random random = new Random(51);
        DictionaryTraining training = new DictionaryTraining(new byte[0]);
        for (int i = 0; i < 300; i++) {
            byte[] octets = new byte[1000];
            random.nextBytes(octets);
            training.sample(octets, i, "p@house" + i + ".example");
        }
        assertThat(training.train()).isEmpty();
        assertThat(new DictionaryTraining(new byte[0]).train()).isEmpty();
    }

    @Test
    void aTrainingThatIsCancelledGivesNone() {
        DictionaryTraining training = training(new Corpus(61).letters());
        int[] asked = {0};
        assertThat(training.train(() -> ++asked[0] > 100)).isEmpty();
        assertThat(asked[0]).as("how often it asks in all").isBetween(101, 140);
        assertThat(training.train(() -> true)).isEmpty();
    }

    @Test
    void aDictionaryServesForWhatItWasTrainedOn() throws IOException {
        List<Sent> letters = new Corpus(71).letters();
        Dictionary dictionary = training(letters).train().orElseThrow();
        for (Sent letter : letters) {
            byte[] octets = letter.records().getLast().toBytes();
            byte[] with = Compression.compress(octets, octets.length, Optional.of(dictionary))
                    .orElseThrow();
            byte[] without = Compression.compress(octets, octets.length, Optional.empty())
                    .orElseThrow();
            assertThat(with).hasSizeLessThan(without.length - 100);
            assertThat(Compression.decompress(with, 0, Optional.of(dictionary), octets.length))
                    .isEqualTo(octets);
        }
    }
}
