package io.carteggio.embedded.intake;

import static io.carteggio.embedded.intake.DispositionTest.attached;
import static io.carteggio.embedded.intake.DispositionTest.ndr;
import static io.carteggio.embedded.intake.DispositionTest.original;
import static io.carteggio.embedded.intake.DispositionTest.report;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.Disposition;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.entry.Revision;
import io.carteggio.archive.erasure.ErasedMarks;
import io.carteggio.archive.erasure.Finishing;
import io.carteggio.archive.intake.Arrival;
import io.carteggio.archive.intake.Receipt;
import io.carteggio.archive.quarantine.Quarantine;
import io.carteggio.archive.quarantine.Quarantine.Answer;
import io.carteggio.archive.quarantine.Quarantined;
import io.carteggio.embedded.catalogue.SqliteCatalogue;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// P3: "Every arrival has exactly one current disposition … a change of disposition is recorded." The ways out of
/// quarantine, through vault and catalogue.
class QuarantineTest {
    private static final String ANNA = "Recipient: anna@example.com\r\n";

    @TempDir
    Path path;

    private EmbeddedArchive archive;
    private Quarantine quarantine;
    private int indexed;

    @BeforeEach
    void open() throws Exception {
        open(path.resolve("data"));
    }

    private void open(Path data) throws Exception {
        archive = new EmbeddedArchive(data);
        quarantine = quarantine(archive);
    }

    private Quarantine quarantine(EmbeddedArchive of) throws Exception {
        return new Quarantine(
                of.vault,
                of.catalogue,
                of.projection,
                of.intake,
                of.sources,
                of.acts,
                ErasureResumedTest.erasure(of, of.vault, new ArrayList<>()),
                () -> indexed++);
    }

    /// After each test the books balance, and a catalogue made anew from the vault says the same (P6).
    @AfterEach
    void theBooksBalanceAndTheVaultTellsTheSameAgain() throws Exception {
        assertThat(archive.catalogue.books().sources()).allMatch(Books.Account::balances);
        Map<String, Sha256> before = archive.catalogue.digest();
        Path data = archive.directory.path();
        archive.close();
        SqliteCatalogue.remove(data.resolve("catalogue.db"));
        try (EmbeddedArchive again = new EmbeddedArchive(data)) {
            assertThat(again.catalogue.digest()).isEqualTo(before);
        }
    }

    private void source(String name, Family family, Map<String, String> settings) throws Exception {
        archive.sources.add(
                archive.acts,
                "op",
                name,
                Optional.of(new Address(name + "@archive.example")),
                family,
                io.carteggio.mail.report.HeaderOrder.DEFAULT,
                settings);
    }

    /// A fetched source: its family may be set to another.
    private void mailbox(String name, Family family) throws Exception {
        archive.acts.keep(new Act.MailboxSet(archive.acts.now(), "op", name, family, "imap", Map.of()));
    }

    private long take(String source, String mail, Disposition expected) throws Exception {
        Receipt receipt = archive.intake.take(new Arrival(
                archive.sources.named(source).orElseThrow(),
                Content.of(mail.getBytes(StandardCharsets.ISO_8859_1)),
                new Provenance(
                        Optional.of("192.0.2.7"),
                        Optional.of("mx.example"),
                        Optional.empty(),
                        Optional.of(new Address("ndr@firm.example")),
                        List.of(new Address(source + "@archive.example")),
                        Optional.empty())));
        assertThat(receipt.disposition()).as("%s", receipt.reason()).isEqualTo(expected);
        return receipt.number();
    }

    private Books.Account books(String source) throws Exception {
        archive.projection.awaitAll();
        return archive.catalogue.books().sources().stream()
                .filter(a -> a.source().equals(source))
                .findFirst()
                .orElse(Books.Account.nothing(source));
    }

    private List<Testimony> testimonies(String letter) throws Exception {
        CataloguedLetter known = archive.catalogue
                .letter(Sha256.of(letter.getBytes(StandardCharsets.ISO_8859_1)))
                .orElseThrow();
        assertThat(archive.vault.read(known.places().getFirst()).toByteArray(1 << 20))
                .as("P2")
                .isEqualTo(letter.getBytes(StandardCharsets.ISO_8859_1));
        return archive.catalogue.testimonies(known.number());
    }

    private List<Act.Audited> trail() throws Exception {
        archive.projection.awaitAll();
        return archive.catalogue.audit(100);
    }

    @Test
    void whatMakesALetterTodayIsArchivedOnce() throws Exception {
        mailbox("box", Family.REPORT);
        String mail = original("a");
        long number = take("box", mail, Disposition.QUARANTINED);
        ArrivalEntry came = quarantine.show(number).orElseThrow().entry().orElseThrow();
        long before = archive.vault.end().frames();
        assertThat(quarantine.today(number)).contains("not a journal report");
        assertThat(quarantine.retry("op", number)).isEqualTo(new Answer.Still("not a journal report"));
        assertThat(archive.vault.end().frames()).as("nothing was changed").isEqualTo(before);

        mailbox("box", Family.MULTIDROP);
        assertThat(quarantine.today(number)).isEmpty();
        Answer answer = quarantine.retry("op", number);
        assertThat(answer).isInstanceOfSatisfying(Answer.Out.class, out -> {
            assertThat(out.now().disposition()).isEqualTo(Disposition.LETTERS);
            assertThat(out.now().fresh()).isEqualTo(1);
        });
        assertThat(indexed).isEqualTo(1);
        Books.Account books = books("box");
        assertThat(List.of(books.received(), books.letters(), books.quarantined(), books.originals()))
                .containsExactly(1L, 1L, 0L, 1L);
        assertThat(books.rawBytes()).isEqualTo(mail.length());
        Testimony said = testimonies(mail).getFirst();
        assertThat(said.entry().arrived()).as("when it came, not now").isEqualTo(came.arrived());
        assertThat(said.entry().provenance()).isEqualTo(came.provenance());
        assertThat(said.entry().warnings()).contains("OUT_OF_QUARANTINE: not a journal report");
        assertThat(said.entry().revision().map(Revision::by)).contains("op");
        assertThat(trail().getFirst())
                .returns("retry", Act.Audited::what)
                .returns("quarantined mail " + number, Act.Audited::object);

        long end = archive.vault.end().frames();
        assertThat(quarantine.retry("op", number)).isEqualTo(new Answer.Already(Disposition.LETTERS, said.number()));
        assertThat(quarantine.release("op", number, "once more")).isInstanceOf(Answer.Already.class);
        assertThat(quarantine.discard("op", number, "once more")).isInstanceOf(Answer.Already.class);
        assertThat(archive.vault.end().frames()).as("nothing twice").isEqualTo(end);
        assertThat(quarantine.list(0, 10, false)).isEmpty();
        Quarantined left = quarantine.list(0, 10, true).getFirst();
        assertThat(left.now()).isEqualTo(Disposition.LETTERS);
        assertThat(left.left().orElseThrow().number()).isEqualTo(said.number());
        assertThat(archive.catalogue.keptWhole(0, 10))
                .as("retention is the letter's")
                .isEmpty();
    }

    @Test
    void aLetterThatCameAnotherWayMeanwhileMakesItEvidence() throws Exception {
        mailbox("box", Family.REPORT);
        mailbox("copies", Family.MULTIDROP);
        long number = take("box", original("a"), Disposition.QUARANTINED);
        take("copies", original("a"), Disposition.LETTERS);
        mailbox("box", Family.MULTIDROP);
        assertThat(quarantine.retry("op", number))
                .isInstanceOfSatisfying(
                        Answer.Out.class,
                        out -> assertThat(out.now().disposition()).isEqualTo(Disposition.EVIDENCE));
        assertThat(books("box").evidence()).isEqualTo(1);
        assertThat(testimonies(original("a"))).hasSize(2);
    }

    @Test
    void whatFailedAuthenticityIsReleasedByAPerson() throws Exception {
        source("m365", Family.REPORT, Map.of("networks", "198.51.100.0/24"));
        String mail = report("r1", ANNA, original("a"));
        long number = take("m365", mail, Disposition.QUARANTINED);
        assertThat(quarantine.retry("op", number))
                .isInstanceOfSatisfying(
                        Answer.Still.class, still -> assertThat(still.why()).startsWith("not authentic: "));
        assertThatThrownBy(() -> quarantine.release("op", number, " ")).isInstanceOf(IllegalArgumentException.class);
        assertThat(quarantine.open("op", number).orElseThrow().toByteArray(1 << 20))
                .asString(StandardCharsets.ISO_8859_1)
                .isEqualTo(mail);
        assertThat(trail().getFirst()).returns("open", Act.Audited::what);
        assertThat(quarantine.release("op", number, "from the new host")).isInstanceOf(Answer.Out.class);
        ArrivalEntry entry = testimonies(original("a")).getFirst().entry();
        assertThat(entry.revision().orElseThrow())
                .returns(number, Revision::arrival)
                .returns(Disposition.QUARANTINED, Revision::was)
                .returns(Optional.of("from the new host"), Revision::why);
        assertThat(entry.warnings().toString())
                .contains("OUT_OF_QUARANTINE: not authentic: expected a host in 198.51.100.0/24, came 192.0.2.7");
        assertThat(trail().getFirst())
                .returns("release", Act.Audited::what)
                .returns(Optional.of("from the new host"), Act.Audited::reason);
        assertThat(books("m365").letters()).isEqualTo(1);
    }

    /// Somebody wrote to the journaling address: no source of reports takes that for a letter, a person may.
    @Test
    void aPlainMailIsALetterWherePersonSaysSo() throws Exception {
        source("m365", Family.REPORT, Map.of("networks", "198.51.100.0/24"));
        String mail = original("a");
        long number = take("m365", mail, Disposition.QUARANTINED);
        assertThat(quarantine.release("op", number, "looked")).isEqualTo(new Answer.Still("not a journal report"));
        assertThatThrownBy(() -> quarantine.releaseAsLetter("op", number, " "))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(quarantine.releaseAsLetter("op", number, "Bruna wrote there"))
                .isInstanceOfSatisfying(
                        Answer.Out.class,
                        out -> assertThat(out.now().disposition()).isEqualTo(Disposition.LETTERS));
        ArrivalEntry entry = testimonies(mail).getFirst().entry();
        assertThat(entry.dialect()).as("what its header says, no envelope").isEmpty();
        assertThat(entry.revision().flatMap(Revision::why)).contains("Bruna wrote there");
        assertThat(books("m365").letters()).isEqualTo(1);
        long report = take("m365", report("r1", ANNA, original("b")), Disposition.QUARANTINED);
        assertThat(quarantine.releaseAsLetter("op", report, "looked")).isInstanceOf(Answer.Out.class);
        assertThat(testimonies(original("b")).getFirst().entry().dialect())
                .as("what is a report is read as one")
                .isPresent();
    }

    @Test
    void aCorrectedListOfNetworksLetsARetryIn() throws Exception {
        source("m365", Family.REPORT, Map.of("networks", "198.51.100.0/24"));
        long number = take("m365", report("r1", ANNA, original("a")), Disposition.QUARANTINED);
        archive.sources.set(archive.acts, "op", "m365", Map.of("networks", "192.0.2.0/24"));
        assertThat(quarantine.retry("op", number)).isInstanceOf(Answer.Out.class);
    }

    /// A source that is removed expects nothing any more; a forgery must not come in by that.
    @Test
    void noRetryLetsInWhatWasNotAuthenticOnceItsSourceIsGone() throws Exception {
        source("m365", Family.REPORT, Map.of("networks", "198.51.100.0/24"));
        long number = take("m365", report("r1", ANNA, original("a")), Disposition.QUARANTINED);
        archive.sources.remove(archive.acts, "op", "m365");
        assertThat(quarantine.today(number).orElseThrow()).contains("was removed");
        assertThat(quarantine.retry("op", number)).isInstanceOf(Answer.Still.class);
        assertThat(quarantine.release("op", number, "looked at it")).isInstanceOf(Answer.Out.class);
    }

    @Test
    void aReturnedReportIsBookedUnderTheSourceItWasFor() throws Exception {
        source("main", Family.REPORT, Map.of());
        source("alternate", Family.NDR, Map.of("networks", "198.51.100.0/24"));
        String mail = ndr("failed", attached(report("r1", ANNA, original("a"))))
                .replace("j@a.example", "main@archive.example");
        long number = take("alternate", mail, Disposition.QUARANTINED);
        assertThat(books("alternate").received()).isEqualTo(1);
        assertThat(quarantine.release("op", number, "looked at it")).isInstanceOf(Answer.Out.class);
        assertThat(books("alternate")).isEqualTo(Books.Account.nothing("alternate"));
        assertThat(books("main").received()).isEqualTo(1);
        assertThat(books("main").letters()).isEqualTo(1);
        assertThat(testimonies(original("a")).getFirst().entry().via()).contains("ndr");
    }

    @Test
    void whatIsDiscardedIsKeptAndMayComeBack() throws Exception {
        mailbox("box", Family.REPORT);
        long number = take("box", original("a"), Disposition.QUARANTINED);
        assertThatThrownBy(() -> quarantine.discard("op", number, "")).isInstanceOf(IllegalArgumentException.class);
        assertThat(quarantine.discard("op", number, "an advertisement")).isInstanceOf(Answer.Discarded.class);
        assertThat(books("box").discarded()).isEqualTo(1);
        assertThat(books("box").quarantined()).isZero();
        assertThat(quarantine.list(0, 10, false)).isEmpty();
        assertThat(archive.catalogue.quarantine(10, Long.MAX_VALUE)).isEmpty();
        assertThat(archive.catalogue.keptWhole(0, 10))
                .as("retention reaches it")
                .containsExactly(number);
        assertThat(quarantine.discard("op", number, "again")).isInstanceOf(Answer.Already.class);
        assertThat(trail().getFirst()).returns("discard", Act.Audited::what);

        assertThat(quarantine.retry("op", number)).isEqualTo(new Answer.Still("not a journal report"));
        mailbox("box", Family.MULTIDROP);
        assertThat(quarantine.retry("op", number)).isInstanceOf(Answer.Out.class);
        assertThat(books("box").received()).isEqualTo(1);
        assertThat(books("box").letters()).isEqualTo(1);
        assertThat(books("box").discarded()).isZero();
        assertThat(testimonies(original("a")).getFirst().entry().revision().map(Revision::was))
                .contains(Disposition.DISCARDED);
    }

    @Test
    void whatNeverWasHereIsUnknown() throws Exception {
        mailbox("box", Family.MULTIDROP);
        long letter = take("box", original("a"), Disposition.LETTERS);
        for (long number : List.of(letter, 1L, 4711L, 0L, -1L)) {
            assertThat(quarantine.retry("op", number)).isEqualTo(new Answer.Unknown());
            assertThat(quarantine.discard("op", number, "x")).isEqualTo(new Answer.Unknown());
            assertThat(quarantine.show(number)).isEmpty();
            assertThat(quarantine.open("op", number)).isEmpty();
        }
    }

    /// A crash between the frame that lets it out and the erasure of the rest: the next word about it erases that.
    @Test
    void whatACrashLeftOfAnErasedLetterGoesWhenItIsAskedAgain() throws Exception {
        String wrapped = "Content-Class: rpmsg.message\r\n" + original("a");
        source("m365", Family.REPORT, Map.of("networks", "198.51.100.0/24"));
        String mail = report("r1", ANNA, wrapped, original("b"));
        long both = take("m365", mail, Disposition.QUARANTINED);
        eraseElsewhere(original("b"));
        ArrivalEntry entry = quarantine.show(both).orElseThrow().entry().orElseThrow();
        archive.intake.again(
                new Arrival(
                        archive.sources.named("m365").orElseThrow().trusting(),
                        Content.of(mail.getBytes(StandardCharsets.ISO_8859_1)),
                        entry.provenance()),
                entry.arrived(),
                new Revision(both, "m365", Disposition.QUARANTINED, archive.acts.now(), "op", Optional.of("looked")),
                "x");
        archive.projection.awaitAll();
        assertThat(quarantine.show(both)).as("the crash").isPresent();

        assertThat(quarantine.retry("op", both)).isInstanceOf(Answer.Already.class);
        assertThat(quarantine.show(both)).as("its octets are gone").isEmpty();
        assertThat(testimonies(wrapped)).hasSize(1);
    }

    private void eraseElsewhere(String letter) throws Exception {
        ErasedMarks marks = new ErasedMarks(archive.directory.keyring().markKey(), archive.catalogue);
        archive.acts.keep(new Act.Erased(
                archive.acts.now(),
                "op",
                "erased elsewhere",
                List.of(),
                List.of(marks.of(Sha256.of(letter.getBytes(StandardCharsets.ISO_8859_1))))));
        new Finishing(archive.vault, archive.catalogue).resume(letters -> {}, 0);
        Path data = archive.directory.path();
        archive.close();
        open(data);
    }

    /// P8: what was erased does not come back this way either, and what holds it goes.
    @Test
    void whatWasErasedDoesNotComeBack() throws Exception {
        mailbox("box", Family.REPORT);
        String wrapped = "Content-Class: rpmsg.message\r\n" + original("a");
        long alone = take("box", "X-MS-Journal-Report:\r\n" + original("a"), Disposition.QUARANTINED);
        source("m365", Family.REPORT, Map.of("networks", "198.51.100.0/24"));
        long both = take("m365", report("r1", ANNA, wrapped, original("b")), Disposition.QUARANTINED);
        long one = take("m365", report("r2", ANNA, original("b")), Disposition.QUARANTINED);
        eraseElsewhere(original("b"));

        assertThat(quarantine.retry("op", alone)).isInstanceOf(Answer.Still.class);
        assertThat(quarantine.release("op", one, "looked"))
                .isInstanceOfSatisfying(
                        Answer.Out.class,
                        out -> assertThat(out.now().disposition()).isEqualTo(Disposition.DISCARDED));
        assertThat(quarantine.show(one)).as("its octets are gone").isEmpty();
        assertThat(quarantine.release("op", both, "looked"))
                .isInstanceOfSatisfying(
                        Answer.Out.class,
                        out -> assertThat(out.now().disposition()).isEqualTo(Disposition.LETTERS));
        assertThat(quarantine.show(both)).isEmpty();
        assertThat(testimonies(wrapped)).hasSize(1);
        assertThat(books("m365").received()).isEqualTo(2);
        assertThat(books("m365").discarded()).isEqualTo(1);
    }

    /// A kill between any two octets of the frame: the mail is in quarantine still, or a letter; never neither, never
    /// both; and what is asked again brings it to the same end.
    @Test
    void aKillInTheMiddleLosesNothingAndMakesNothingTwice() throws Exception {
        mailbox("box", Family.REPORT);
        long number = take("box", original("a"), Disposition.QUARANTINED);
        mailbox("box", Family.MULTIDROP);
        archive.projection.awaitAll();
        Path before = path.resolve("before");
        copy(archive.directory.path(), before);
        int from = (int) archive.vault.end().offset();
        assertThat(quarantine.retry("op", number)).isInstanceOf(Answer.Out.class);
        Path segment = Path.of("vault", "0000000001.seg");
        byte[] after = Files.readAllBytes(archive.directory.path().resolve(segment));
        int end = (int) archive.vault.end().offset();
        assertThat(end).isGreaterThan(from);

        List<Integer> cuts = new ArrayList<>();
        for (int cut = from; cut < end; cut += Math.max(1, (end - from) / 12)) {
            cuts.add(cut);
        }
        cuts.add(end);
        List<Boolean> left = new ArrayList<>();
        for (int cut : cuts) {
            Path killed = path.resolve("killed-" + cut);
            copy(before, killed);
            Files.write(killed.resolve(segment), Arrays.copyOf(after, cut));
            try (EmbeddedArchive again = new EmbeddedArchive(killed)) {
                Quarantine here = quarantine(again);
                boolean out =
                        again.catalogue.quarantined(number).orElseThrow().left().isPresent();
                left.add(out);
                balanced(again, out ? 1 : 0);
                assertThat(here.retry("op", number)).isInstanceOf(out ? Answer.Already.class : Answer.Out.class);
                again.projection.awaitAll();
                balanced(again, 1);
                assertThat(again.catalogue.letters()).isEqualTo(1);
            }
        }
        assertThat(left.getFirst()).as("killed before").isFalse();
        assertThat(left.getLast()).as("killed after").isTrue();
    }

    private static void balanced(EmbeddedArchive archive, long letters) throws Exception {
        Books.Account books = archive.catalogue.books().all();
        assertThat(List.of(books.received(), books.letters(), books.quarantined()))
                .containsExactly(1L, letters, 1 - letters);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }
}
