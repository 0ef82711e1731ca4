package io.carteggio.embedded.extraction;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.access.Scope;
import io.carteggio.archive.attribution.People;
import io.carteggio.archive.authenticity.NetworkLists;
import io.carteggio.archive.catalogue.Projection;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.erasure.ErasedMarks;
import io.carteggio.archive.extraction.Extractor;
import io.carteggio.archive.extraction.TextFollower;
import io.carteggio.archive.intake.Arrival;
import io.carteggio.archive.intake.Intake;
import io.carteggio.archive.intake.Marks;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.intake.Sources;
import io.carteggio.archive.search.AttachedTexts;
import io.carteggio.archive.search.IndexCheck;
import io.carteggio.archive.search.Indexer;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.Query.Parsed;
import io.carteggio.archive.search.SearchIndex.Coverage;
import io.carteggio.embedded.catalogue.SqliteCatalogue;
import io.carteggio.embedded.home.DataDirectory;
import io.carteggio.embedded.index.LuceneIndex;
import io.carteggio.embedded.vault.SegmentFileVault;
import io.carteggio.mail.Content;
import io.carteggio.mail.extract.Extracted;
import io.carteggio.mail.extract.Shortfall;
import io.carteggio.mail.mime.UnreadParts.UnreadPart;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The way of an attachment's words into the index, over the real vault, catalogue and index, with a reader
/// for tests.
class TextFollowerTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final TextFollower.Pace PACE = new TextFollower.Pace(
            Duration.ofMillis(50), Duration.ofMillis(200), Duration.ofSeconds(5), Duration.ofMillis(100));

    @TempDir
    Path folder = Path.of("");

    private final Words words = new Words();

    /// Reads what attachments say, and does what they say.
    private static final class Words implements Extractor {
        private final List<String> read = new ArrayList<>();
        private String version = "reader-1";
        private Optional<String> trouble = Optional.empty();
        private Optional<CountDownLatch> held = Optional.empty();
        private int forgotten;

        @Override
        public Extracted read(UnreadPart part, int textChars) throws ArchiveException, InterruptedException {
            String text;
            try (InputStream in = part.open()) {
                text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            Optional<CountDownLatch> wait;
            synchronized (this) {
                read.add(text);
                if (trouble.isPresent()) {
                    throw new ArchiveException(trouble.get(), true);
                }
                wait = held;
            }
            if (wait.isPresent()) {
                wait.get().await();
            }
            if (text.startsWith("long ")) {
                return new Extracted("x".repeat(textChars), Set.of());
            }
            Optional<Shortfall> why = Shortfall.ofWord(text.split(" ", -1)[0]);
            return new Extracted(version + " " + text, why.map(Set::of).orElse(Set.of()));
        }

        synchronized List<String> taken() {
            List<String> all = List.copyOf(read);
            read.clear();
            return all;
        }

        synchronized void trouble(Optional<String> why) {
            trouble = why;
        }

        synchronized CountDownLatch hold() {
            CountDownLatch latch = new CountDownLatch(1);
            held = Optional.of(latch);
            return latch;
        }

        @Override
        public synchronized String reader() {
            return version;
        }

        synchronized void become(String other) {
            version = other;
        }

        @Override
        public int width() {
            return 2;
        }

        @Override
        public void rest() {
            // costs nothing
        }

        @Override
        public synchronized void forget() {
            forgotten++;
        }

        @Override
        public Condition condition() {
            return new Condition(0, 0, 0, 0, Optional.empty());
        }

        @Override
        public void close() {
            // nothing is held
        }
    }

    private static String mail(String subject, String... attachments) {
        StringBuilder mail = new StringBuilder("From: anna@firm.it\r\nTo: bob@firm.it\r\nSubject: " + subject
                + "\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nbody of " + subject + "\r\n");
        for (String attachment : attachments) {
            mail.append("--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"")
                    .append(subject)
                    .append(".pdf\"\r\n\r\n")
                    .append(attachment)
                    .append("\r\n");
        }
        return mail.append("--b--\r\n").toString();
    }

    @Test
    void aWordInAnAttachmentFindsTheLetter() throws Exception {
        try (Node node = new Node()) {
            node.take(mail("one", "quixozephyr inside"));
            node.take(mail("two", "another", "quixozephyr too"));
            node.take(mail("three"));
            assertThat(node.indexer.awaitCaughtUp(PATIENCE)).isTrue();
            assertThat(node.found("body"))
                    .as("found before anybody has read attachments")
                    .hasSize(3);
            node.follow();
            assertThat(node.found("quixozephyr")).hasSize(2);
            assertThat(node.found("attachment:quixozephyr")).hasSize(2);
            assertThat(node.found("attachment:body")).isEmpty();
            assertThat(node.found("\"quixozephyr too\"")).hasSize(1);
            assertThat(node.found("is:unsearched")).isEmpty();
            assertThat(node.coverage().notFullySearched()).isZero();
            assertThat(words.taken()).hasSize(3);
            node.check();
        }
    }

    @Test
    void whatCouldNotBeSearchedIsCountedAndFound() throws Exception {
        try (Node node = new Node()) {
            for (Shortfall why : Shortfall.values()) {
                if (why != Shortfall.WAITING) {
                    node.take(mail("n" + why.word(), why.word() + " words all the same"));
                }
            }
            node.take(mail("good", "good"));
            assertThat(node.indexer.awaitCaughtUp(PATIENCE)).isTrue();
            assertThat(node.coverage().of(Shortfall.WAITING)).isEqualTo(Shortfall.values().length);
            assertThat(node.found("unsearched:waiting")).hasSize(Shortfall.values().length);
            node.follow();
            Coverage coverage = node.coverage();
            for (Shortfall why : Shortfall.values()) {
                boolean waits = why == Shortfall.WAITING;
                assertThat(coverage.of(why)).as(why.word()).isEqualTo(waits ? 0 : 1);
                assertThat(node.found("unsearched:" + why.word()))
                        .as(why.word())
                        .hasSize(waits ? 0 : 1);
            }
            assertThat(coverage.notFullySearched()).isEqualTo(Shortfall.values().length - 1L);
            assertThat(node.found("is:unsearched")).hasSize(Shortfall.values().length - 1);
            assertThat(node.found("same")).as("what was read is found").hasSize(Shortfall.values().length - 1);
            long damaged = node.found("unsearched:damaged").getFirst();
            assertThat(node.index.attached(damaged).orElseThrow().lacks())
                    .containsExactly(new AttachedTexts.Lack("ndamaged.pdf", Shortfall.DAMAGED));
            node.check();
        }
    }

    @Test
    void theSameAttachmentIsReadOnce() throws Exception {
        try (Node node = new Node()) {
            for (int i = 0; i < 10; i++) {
                node.take(mail("n" + i, "shared contract"));
            }
            assertThat(node.indexer.awaitCaughtUp(PATIENCE)).isTrue();
            node.follow();
            assertThat(node.found("contract")).hasSize(10);
            assertThat(words.taken()).as("two readers may begin with the same").hasSizeBetween(1, 2);
            assertThat(node.texts().standing().known()).isGreaterThanOrEqualTo(8);
        }
    }

    /// "Resumable after a restart": what was read stays read, what was not is read.
    @Test
    void itGoesOnWhereItWas() throws Exception {
        try (Node node = new Node()) {
            for (int i = 0; i < 5; i++) {
                node.take(mail("n" + i, "first words" + i));
            }
            assertThat(node.indexer.awaitCaughtUp(PATIENCE)).isTrue();
            node.follow();
        }
        assertThat(words.taken()).hasSize(5);
        CountDownLatch latch;
        try (Node node = new Node()) {
            latch = words.hold();
            for (int i = 0; i < 6; i++) { // more than are read at a time: some are waiting for their turn
                node.take(mail("late" + i, "second words" + i));
            }
            assertThat(node.indexer.awaitCaughtUp(PATIENCE)).isTrue();
            assertThat(node.found("unsearched:waiting")).hasSize(6);
            node.start();
            while (words.read.isEmpty()) {
                Thread.sleep(10);
            }
        } // closed in the midst of it
        latch.countDown();
        words.taken();
        try (Node node = new Node()) {
            assertThat(node.found("words*"))
                    .as("what was read before is there at once")
                    .hasSize(5);
            node.follow();
            assertThat(words.taken()).hasSize(6).allMatch(text -> text.startsWith("second words"));
            assertThat(node.found("words*")).hasSize(11);
            node.check();
        }
    }

    @Test
    void anotherReaderReadsAllAgain() throws Exception {
        try (Node node = new Node()) {
            node.take(mail("one", "some words"));
            assertThat(node.indexer.awaitCaughtUp(PATIENCE)).isTrue();
            node.follow();
            assertThat(node.found("\"reader 1 some\"")).hasSize(1);
        }
        words.become("reader-2");
        try (Node node = new Node()) {
            assertThat(node.coverage().outdated()).isOne();
            assertThat(node.found("some"))
                    .as("meanwhile it is found by what the older one read")
                    .hasSize(1);
            node.follow();
            assertThat(node.coverage().outdated()).isZero();
            assertThat(node.found("\"reader 2 some\"")).hasSize(1);
            assertThat(node.found("\"reader 1 some\"")).isEmpty();
        }
    }

    @Test
    void newEvidenceKeepsWhatWasRead() throws Exception {
        try (Node node = new Node()) {
            String letter = mail("one", "costly words");
            node.take(letter);
            assertThat(node.indexer.awaitCaughtUp(PATIENCE)).isTrue();
            node.follow();
            words.taken();
            node.take(letter);
            assertThat(node.indexer.awaitCaughtUp(PATIENCE)).isTrue();
            assertThat(node.found("costly")).hasSize(1);
            assertThat(words.taken()).as("nobody had to read it again").isEmpty();
            node.check();
        }
    }

    @Test
    void readOnceMoreWhereSomebodyWantsIt() throws Exception {
        try (Node node = new Node()) {
            node.take(mail("one", "crashed at first"));
            node.take(mail("two", "scan of a page"));
            assertThat(node.indexer.awaitCaughtUp(PATIENCE)).isTrue();
            node.follow();
            words.taken();
            assertThat(node.texts().again(Set.of(Shortfall.CRASHED, Shortfall.SLOW)))
                    .isOne();
            node.follow();
            assertThat(words.taken()).containsExactly("crashed at first");
        }
    }

    @Test
    void whileNobodyCanReadLettersWait() throws Exception {
        words.trouble(Optional.of("no reader starts"));
        try (Node node = new Node()) {
            node.take(mail("one", "some words"));
            assertThat(node.indexer.awaitCaughtUp(PATIENCE)).isTrue();
            node.start();
            while (node.texts().standing().trouble().isEmpty()) {
                Thread.sleep(10);
            }
            assertThat(node.texts().standing().trouble()).contains("no reader starts");
            Thread.sleep(1_000); // ten tries: that is no fault of the letter's
            words.trouble(Optional.empty());
            node.follow();
            assertThat(node.found("some")).hasSize(1);
            assertThat(node.texts().standing().trouble()).isEmpty();
        }
    }

    @Test
    void moreThanALetterMayHaveIsCut() throws Exception {
        try (Node node = new Node()) {
            node.take(mail("big", "long 1", "long 2", "long 3", "long 4", "long 5"));
            assertThat(node.indexer.awaitCaughtUp(PATIENCE)).isTrue();
            node.follow();
            assertThat(node.found("unsearched:cut")).hasSize(1);
            AttachedTexts texts =
                    node.index.attached(node.found("*").getFirst()).orElseThrow();
            assertThat(texts.text()).hasSizeBetween(AttachedTexts.LETTER_CHARS - 10, AttachedTexts.LETTER_CHARS);
            assertThat(words.taken()).as("the fifth was not even read").hasSize(4);
            node.check();
        }
    }

    /// P8: of what is erased no word stays, nor what was read of it.
    @Test
    void purgedLettersLeaveNoWordOfTheirAttachments() throws Exception {
        try (Node node = new Node()) {
            node.take(mail("gone", "xylographer quixozephyr"));
            node.take(mail("stays", "other words"));
            assertThat(node.indexer.awaitCaughtUp(PATIENCE)).isTrue();
            node.follow();
            long gone = node.found("xylographer").getFirst();
            node.indexer.purge(List.of(gone));
            node.texts().forget();
            assertThat(words.forgotten).isOne();
            assertThat(node.index.attached(gone)).isEmpty();
        }
        try (Stream<Path> files = Files.walk(folder.resolve("index"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String octets = Files.readString(file, StandardCharsets.ISO_8859_1);
                assertThat(octets)
                        .as(file.toString())
                        .doesNotContain("xylographer")
                        .doesNotContain("quixozephyr");
            }
        }
    }

    /// All of one node that letters pass through.
    private final class Node implements AutoCloseable {
        private final DataDirectory directory;
        private final SqliteCatalogue catalogue;
        private final SegmentFileVault vault;
        private final Projection projection;
        private final LuceneIndex index;
        private final Indexer indexer;
        private final Intake intake;
        private Optional<TextFollower> texts = Optional.empty();

        Node() throws Exception {
            Clock clock = Clock.systemUTC();
            directory = DataDirectory.open(folder).orElseThrow();
            LetterId.Maker ids = directory.ids();
            catalogue = SqliteCatalogue.open(directory.catalogue(), ids);
            vault = directory.openVault(catalogue.position(), clock);
            People people = new People();
            Sources sources = new Sources();
            projection = Projection.start(vault, catalogue, act -> {
                people.apply(act);
                sources.apply(act);
            });
            index = LuceneIndex.open(directory.index(), directory.textKey());
            indexer = Indexer.start(vault, catalogue, index);
            intake = new Intake(
                    vault,
                    catalogue,
                    projection,
                    ids,
                    new Marks(directory.keyring().partKey()),
                    new ErasedMarks(directory.keyring().markKey(), catalogue),
                    people::directory,
                    sources::at,
                    () -> NetworkLists.SHIPPED,
                    clock);
        }

        void take(String mail) throws Exception {
            Source source = new Source("auto", Optional.empty(), Family.AUTO);
            Content bytes = Content.of(mail.getBytes(StandardCharsets.US_ASCII));
            intake.take(new Arrival(source, bytes, Provenance.ofItem("test")));
            indexer.signal();
        }

        TextFollower start() {
            if (texts.isEmpty()) {
                texts = Optional.of(TextFollower.start(vault, catalogue, index, indexer, words, PACE));
            }
            return texts();
        }

        TextFollower texts() {
            return texts.orElseThrow();
        }

        /// Until nothing is left to read.
        void follow() throws Exception {
            assertThat(start().awaitCaughtUp(PATIENCE)).isTrue();
        }

        Coverage coverage() throws Exception {
            return index.coverage(words.reader());
        }

        List<Long> found(String text) throws Exception {
            Query query = ((Parsed.Good) Query.parse(text)).query();
            List<Long> letters = new ArrayList<>();
            index.each(query, new Scope.Everything(), (letter, date) -> letters.add(letter));
            return letters;
        }

        /// The index holds of every letter what it ought to.
        void check() throws Exception {
            List<String> wrong = new ArrayList<>();
            IndexCheck.Result result = IndexCheck.run(
                    vault,
                    catalogue,
                    index,
                    () -> {
                        try {
                            return indexer.awaitCaughtUp(PATIENCE);
                        } catch (InterruptedException e) {
                            throw new ArchiveException("interrupted", true, e);
                        }
                    },
                    new Random(1),
                    new IndexCheck.Findings() {
                        @Override
                        public void wrong(
                                long number,
                                Optional<io.carteggio.archive.catalogue.CataloguedLetter> letter,
                                IndexCheck.Fault fault) {
                            wrong.add(number + " " + fault);
                        }

                        @Override
                        public void wrong(String what) {
                            wrong.add(what);
                        }

                        @Override
                        public void compared(long letters) {
                            // nobody watches
                        }
                    });
            assertThat(wrong).isEmpty();
            assertThat(result.undecided()).isZero();
        }

        @Override
        public void close() throws ArchiveException {
            texts.ifPresent(TextFollower::close);
            indexer.close();
            index.close();
            vault.close();
            projection.close();
            catalogue.close();
            directory.close();
        }
    }
}
