package io.carteggio.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.access.Viewer;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.intake.Arrival;
import io.carteggio.archive.intake.Receipt;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.search.Query;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.mime.Letter;
import io.carteggio.mail.mime.LetterReader;
import io.carteggio.mail.mime.ReadLimits;
import io.carteggio.mail.report.Unwrapped;
import io.carteggio.mail.report.Unwrapper;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.demo.DemoMail.Attachment;
import io.carteggio.server.demo.DemoMail.Disposition;
import io.carteggio.server.demo.DemoMail.Expectation;
import io.carteggio.server.demo.DemoMail.Original;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the demo expects against what the archive's own readers and rules make of it. The two were written apart from
/// each other; where they part, one of them is wrong.
class DemoInArchiveTest {
    private static final Instant NOW = Instant.parse("2026-11-22T16:40:00Z");
    private static final DemoFirm FIRM = DemoFirm.make(1, NOW, 300);

    @Test
    void theArchivesReadersReadWhatWasWritten() throws IOException {
        for (DemoMail mail : FIRM.mails().toList()) {
            switch (Unwrapper.unwrap(Content.of(mail.report()))) {
                case Unwrapped.Report report -> agrees(mail, report);
                case Unwrapped.Ndr ndr
                when ndr.report().isPresent() -> agrees(mail, ndr.report().get());
                case Unwrapped.Ndr ndr -> {
                    assertThat(mail.what()).isEqualTo("ndr-bare");
                    assertThat(ndr.gap()).isPresent(); // it names the report that is missing
                }
                case Unwrapped.Delay _ -> assertThat(mail.what()).isEqualTo("delay");
                case Unwrapped.Plain _ -> assertThat(mail.what()).isEqualTo("plain");
                case Unwrapped.Unreadable _ -> assertThat(mail.what()).isEqualTo("unreadable");
                case Unwrapped.Delivered _ -> throw new AssertionError("nothing says delivered: " + mail);
            }
        }
    }

    private static void agrees(DemoMail mail, Unwrapped.Report report) throws IOException {
        Expectation expected = mail.expectation();
        assertThat(report.warnings()).as("%s", mail).isEmpty();
        assertThat(report.envelope()).as("%s", mail).isEqualTo(expected.envelope());
        assertThat(report.journaled()).as("%s", mail).contains(expected.vouched());
        assertThat(report.subject().orElse(""))
                .as("%s", mail)
                .isEqualTo(expected.originals().getFirst().subject());
        assertThat(report.originals()).hasSameSizeAs(expected.originals());
        for (int i = 0; i < expected.originals().size(); i++) {
            Content bytes = report.originals().get(i).bytes();
            Original original = expected.originals().get(i);
            assertThat(Sha256.of(bytes)).as("%s", mail).isEqualTo(original.sha256());
            agrees(mail, original, LetterReader.read(bytes, ReadLimits.DEFAULT));
        }
    }

    private static void agrees(DemoMail mail, Original expected, Letter letter) {
        assertThat(letter.header().subject().orElse("")).as("%s", mail).isEqualTo(expected.subject());
        assertThat(letter.header().date()).as("%s", mail).contains(expected.said());
        assertThat(letter.header().messageId().map(id -> "<" + id + ">"))
                .as("%s", mail)
                .isEqualTo(expected.messageId());
        List<String> found = new ArrayList<>();
        letter.attachments().stream()
                .filter(a -> !a.inline())
                .forEach(a -> found.add(a.name().orElse("") + " " + a.type() + " " + a.sizeBytes() + " " + a.sha256()));
        List<String> should = expected.attachments().stream()
                .filter(a -> !a.type().equals(Enclosures.EML))
                .map(a -> a.name() + " " + a.type() + " " + a.sizeBytes() + " " + a.sha256())
                .toList();
        assertThat(found).as("%s", mail).isEqualTo(should);
        Set<Sha256> nested = new TreeSet<>();
        letter.nested().forEach(n -> nested.add(n.sha256()));
        assertThat(nested)
                .as("%s", mail)
                .containsAll(expected.attachments().stream()
                        .filter(a -> a.type().equals(Enclosures.EML))
                        .map(Attachment::sha256)
                        .toList());
    }

    @Test
    void theArchiveMakesOfItWhatIsExpectedAndShowsEachOnlyTheirOwn(@TempDir Path path) throws Exception {
        Source source = new Source("demo", Optional.of(new Address("journal@archive.example")), Family.REPORT);
        Provenance provenance = Provenance.ofItem("demo");
        List<DemoMail> mails = FIRM.mails().toList();
        try (Archive archive = Archive.open(path.resolve("data"), Clock.fixed(NOW, ZoneOffset.UTC))
                .orElseThrow()) {
            for (DemoPerson person : FIRM.people()) {
                archive.people()
                        .add(
                                archive.acts(),
                                "test",
                                person.name(),
                                PersonRole.valueOf(person.role().name()),
                                person.addresses().stream()
                                        .map(h -> new Holding(h.address(), h.from(), h.to()))
                                        .toList());
            }
            for (DemoMail mail : mails) {
                Receipt receipt = archive.take(new Arrival(source, Content.of(mail.report()), provenance));
                assertThat(receipt.disposition().name())
                        .as("%s: %s", mail, receipt)
                        .isEqualTo(mail.expectation().disposition().name());
            }
            Books.Account books = archive.catalogue().books().all();
            assertThat(books.received()).isEqualTo(mails.size());
            assertThat(books.originals()).isEqualTo(300);
            assertThat(books.letters()).isEqualTo(count(mails, Disposition.LETTERS));
            assertThat(books.evidence()).isEqualTo(count(mails, Disposition.EVIDENCE));
            assertThat(books.notices()).isEqualTo(count(mails, Disposition.NOTICE));
            assertThat(books.quarantined()).isEqualTo(count(mails, Disposition.QUARANTINED));

            assertThat(archive.indexer().awaitCaughtUp(Duration.ofSeconds(30))).isTrue();
            for (Person person : archive.people().directory().people()) {
                Set<LetterId> seen = new TreeSet<>();
                archive.reading().each(new Viewer.Owner(person), new Query.All(), "", "search", r -> seen.add(r.id()));
                Set<LetterId> own = new TreeSet<>();
                for (DemoMail mail : mails) {
                    if (mail.expectation().owners().contains(person.name())) {
                        mail.expectation()
                                .originals()
                                .forEach(o -> own.add(archive.ids().of(o.sha256())));
                    }
                }
                assertThat(seen).as(person.name()).isEqualTo(own);
            }
        }
    }

    private static long count(List<DemoMail> mails, Disposition disposition) {
        return mails.stream()
                .filter(m -> m.expectation().disposition() == disposition)
                .count();
    }
}
