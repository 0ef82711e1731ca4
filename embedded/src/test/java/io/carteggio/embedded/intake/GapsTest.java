package io.carteggio.embedded.intake;

import static io.carteggio.embedded.intake.DispositionTest.attached;
import static io.carteggio.embedded.intake.DispositionTest.ndr;
import static io.carteggio.embedded.intake.DispositionTest.original;
import static io.carteggio.embedded.intake.DispositionTest.report;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.authenticity.Expected;
import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.entry.Disposition;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.gap.Gap;
import io.carteggio.archive.gap.Gaps;
import io.carteggio.archive.intake.Arrival;
import io.carteggio.archive.intake.Receipt;
import io.carteggio.archive.intake.Source;
import io.carteggio.embedded.catalogue.SqliteCatalogue;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.report.HeaderOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Reports that came back (JOURNAL-FORMATS 7): what was lost stays known until it arrives or somebody answers for it.
class GapsTest {
    private static final String ANNA = "Recipient: anna@example.com\r\n";

    @TempDir
    Path path;

    private EmbeddedArchive archive;
    private Gaps gaps;

    @BeforeEach
    void open() throws Exception {
        archive = new EmbeddedArchive(path.resolve("data"));
        gaps = new Gaps(archive.vault, archive.catalogue, archive.acts);
        archive.sources.add(archive.acts, "test", "exchange", Optional.of(new Address("j@a.example")), Family.REPORT);
    }

    /// P6: gaps, their closing and the rhythm of sources come out of the vault alone.
    @AfterEach
    void theVaultTellsTheSameAgain() throws Exception {
        assertThat(archive.catalogue.books().sources()).allMatch(Books.Account::balances);
        Map<String, Sha256> before = archive.catalogue.digest();
        archive.close();
        SqliteCatalogue.remove(path.resolve("data/catalogue.db"));
        try (EmbeddedArchive again = new EmbeddedArchive(path.resolve("data"))) {
            assertThat(again.catalogue.digest()).isEqualTo(before);
        }
    }

    static String headerOnly(String mail) {
        return "--n\r\nContent-Type: text/rfc822-headers\r\n\r\n" + mail.substring(0, mail.indexOf("\r\n\r\n") + 2)
                + "\r\n";
    }

    private static String withParent(String report, String parent) {
        return report.replace(
                "X-MS-Journal-Report:\r\n",
                "X-MS-Journal-Report:\r\nX-MS-Exchange-Parent-Message-Id: <" + parent + ">\r\n");
    }

    /// With that source's policies, not those of the mailbox that it came back to.
    @Test
    void aReturnedReportFollowsTheRulesOfTheSourceThatItWasFor() throws Exception {
        Source alternate =
                new Source("alternate", Optional.empty(), Family.NDR, HeaderOrder.DEFAULT, Expected.NOTHING, true);
        Arrival returned = new Arrival(
                alternate,
                Content.of(ndr("failed", attached(report("r1", ANNA, original("a"))))
                        .getBytes(UTF_8)),
                Provenance.ofItem("test"));
        assertThat(archive.intake.take(returned).disposition())
                .as("nobody in it is known; exchange keeps such mail, and the mailbox it came to does not")
                .isEqualTo(Disposition.LETTERS);

        archive.sources.set(archive.acts, "test", "exchange", Map.of("unknown", "discard"));
        Receipt receipt = archive.take(Family.NDR, ndr("failed", attached(report("r2", ANNA, original("b")))));
        assertThat(receipt.disposition()).isEqualTo(Disposition.DISCARDED);
        assertThat(receipt.reason()).contains("nobody in it is known here");
        archive.people.add(
                archive.acts,
                "test",
                "Anna",
                PersonRole.USER,
                List.of(new Holding(new Address("anna@example.com"), Optional.empty(), Optional.empty())));
        assertThat(archive.take(Family.NDR, ndr("failed", attached(report("r3", ANNA, original("c")))))
                        .disposition())
                .isEqualTo(Disposition.LETTERS);
        assertThat(archive.catalogue.books().sources())
                .extracting(Books.Account::source, Books.Account::letters, Books.Account::discarded)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("exchange", 2L, 1L));
    }

    /// A notice comes by another way; what it carries must not say that it is somebody else's.
    @Test
    void aReturnedReportMustNotNameAnotherOrganisation() throws Exception {
        archive.sources.set(archive.acts, "test", "exchange", Map.of("originator-org", "contoso.example"));
        Receipt unnamed = archive.take(Family.NDR, ndr("failed", attached(report("r1", ANNA, original("a")))));
        assertThat(unnamed.disposition()).isEqualTo(Disposition.LETTERS);
        String field = "X-OriginatorOrg: ";
        assertThat(archive.take(
                                Family.NDR,
                                ndr(
                                        "failed",
                                        attached(field + "contoso.example\r\n" + report("r2", ANNA, original("b")))))
                        .disposition())
                .isEqualTo(Disposition.LETTERS);
        for (Family family : List.of(Family.NDR, Family.REPORT)) {
            Receipt other = archive.take(
                    family,
                    ndr("failed", attached(field + "evil.example\r\n" + report("r3", ANNA, original("c" + family)))));
            assertThat(other.disposition()).isEqualTo(Disposition.QUARANTINED);
            assertThat(other.reason().orElseThrow())
                    .contains("expected X-OriginatorOrg contoso.example, came 'evil.example'");
        }
    }

    /// JOURNAL-FORMATS 7.1: some notices have no third part, and not all say what they answer.
    @Test
    void aNoticeThatNamesAJournalingAddressAndCarriesNothingIsAGap() throws Exception {
        Receipt notice = archive.take(Family.NDR, ndr("failed", ""));
        assertThat(notice.disposition()).isEqualTo(Disposition.NOTICE);
        gaps.follow(0);
        assertThat(gaps.list(false)).singleElement().satisfies(gap -> {
            assertThat(gap.arrival()).isEqualTo(notice.number());
            assertThat(gap.recipient()).contains("j@a.example");
            assertThat(gap.reportId()).isEmpty();
            assertThat(gap.why()).isEqualTo("the notice names a journaling address, and carries nothing of the report");
        });
        archive.take(Family.NDR, ndr("failed", "").replace("j@a.example", "somebody@b.example"));
        archive.take(Family.NDR, ndr("delayed", ""));
        gaps.follow(0);
        assertThat(gaps.list(false)).hasSize(1);
        gaps.close("Ada", notice.number(), "the sender gave us a copy");
        assertThat(gaps.list(false)).isEmpty();
    }

    @Test
    void aReturnedReportIsBookedUnderTheSourceThatItWasFor() throws Exception {
        Receipt receipt = archive.take(Family.NDR, ndr("failed", attached(report("r1", ANNA, original("a")))));
        assertThat(receipt.disposition()).isEqualTo(Disposition.LETTERS);
        assertThat(archive.catalogue.books().sources())
                .extracting(Books.Account::source, Books.Account::letters)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("exchange", 1L));
        assertThat(archive.catalogue.lastReport("exchange"))
                .as("that mail comes back is no sign of life of the main way")
                .isEmpty();
    }

    @Test
    void aReportForAnAddressThatIsNotOursStaysWithTheSourceThatBroughtIt() throws Exception {
        archive.take(
                Family.NDR,
                ndr("failed", attached(report("r1", ANNA, original("a")))).replace("j@a.example", "k@b.example"));
        assertThat(archive.catalogue.books().sources())
                .extracting(Books.Account::source)
                .containsExactly("ndr");
    }

    @Test
    void aGapStaysOpenUntilItsReportArrives() throws Exception {
        String lost = withParent(report("r1", ANNA, original("a")), "a");
        Receipt notice = archive.take(Family.NDR, ndr("failed", headerOnly(lost)));
        assertThat(notice.disposition()).isEqualTo(Disposition.NOTICE);
        long done = gaps.follow(0);
        assertThat(gaps.list(false)).singleElement().satisfies(gap -> {
            assertThat(gap.arrival()).isEqualTo(notice.number());
            assertThat(gap.source()).isEqualTo("exchange");
            assertThat(gap.reportId()).contains("r1@journal.report.generator");
            assertThat(gap.messageId()).contains("a");
            assertThat(gap.recipient()).contains("j@a.example");
            assertThat(gap.journaled()).isPresent();
        });

        archive.take(Family.REPORT, withParent(report("r2", "Recipient: bert@example.com\r\n", original("a")), "a"));
        done = gaps.follow(done);
        assertThat(gaps.list(false))
                .as("another report of the same mail names other recipients")
                .hasSize(1);

        Receipt found = archive.take(Family.REPORT, lost);
        gaps.follow(done);
        assertThat(gaps.list(false)).isEmpty();
        assertThat(gaps.list(true)).singleElement().satisfies(gap -> {
            Gap.Closing closing = gap.closing().orElseThrow();
            assertThat(closing.found()).contains(found.number());
            assertThat(closing.by()).isEqualTo("watch");
        });
    }

    @Test
    void theReportMayComeBackWholeOrHaveComeBefore() throws Exception {
        String first = report("r1", ANNA, original("a"));
        String second = report("r2", ANNA, original("b"));
        Receipt before = archive.take(Family.REPORT, first);
        archive.take(Family.NDR, ndr("failed", headerOnly(first)));
        archive.take(Family.NDR, ndr("failed", headerOnly(second)));
        long done = gaps.follow(0);
        assertThat(gaps.list(false))
                .extracting(Gap::reportId)
                .containsExactly(Optional.of("r2@journal.report.generator"));
        assertThat(gaps.list(true).getFirst().closing().orElseThrow().found()).contains(before.number());

        archive.take(Family.NDR, ndr("failed", attached(second)));
        gaps.follow(done);
        assertThat(gaps.list(false)).isEmpty();
    }

    /// A new process that stopped in between goes on where the old one was.
    @Test
    void nothingIsMissedAcrossARestart() throws Exception {
        String lost = report("r1", ANNA, original("a"));
        archive.take(Family.NDR, ndr("failed", headerOnly(lost)));
        long done = gaps.follow(0);
        archive.take(Family.REPORT, lost);
        new Gaps(archive.vault, archive.catalogue, archive.acts).follow(done);
        assertThat(gaps.list(false)).isEmpty();
    }

    /// With tens of thousands of characters of recipients the evidence is a record of its own.
    @Test
    void aReportWithManyRecipientsFillsItsGap() throws Exception {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            many.append("Recipient: person").append(i).append("@example.com\r\n");
        }
        String lost = report("r1", many.toString(), original("a"));
        archive.take(Family.NDR, ndr("failed", headerOnly(lost)));
        archive.take(Family.REPORT, lost);
        gaps.follow(0);
        assertThat(gaps.list(false)).isEmpty();
    }

    /// The mail's Message-ID is known to outsiders; it counts only where the notice has no other name.
    @Test
    void whereTheReportHasNoNameTheMailsNameMustDo() throws Exception {
        String lost = withParent(report("r1", ANNA, original("a")), "a")
                .replaceFirst("Message-ID: <r1@journal.report.generator>\r\n", "");
        archive.take(Family.NDR, ndr("failed", headerOnly(lost)));
        archive.take(
                Family.REPORT,
                report("r7", ANNA, original("x")).replace("Subject: Q3\r\nMessage-Id", "Subject: <a> a\r\nMessage-Id"));
        long done = gaps.follow(0);
        assertThat(gaps.list(false)).as("a subject proves nothing").hasSize(1);
        archive.take(Family.REPORT, withParent(report("r9", ANNA, original("a")), "a"));
        gaps.follow(done);
        assertThat(gaps.list(false)).isEmpty();
    }

    @Test
    void somebodyAnswersForAReportThatWillNotCome() throws Exception {
        Receipt notice = archive.take(Family.NDR, ndr("failed", headerOnly(report("r1", ANNA, original("a")))));
        long number = notice.number();
        assertThatThrownBy(() -> gaps.close("Ada", number, " ")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> gaps.close("Ada", number + 1, "lost")).isInstanceOf(IllegalArgumentException.class);
        gaps.close("Ada", number, "the sender gave us a copy");
        assertThat(gaps.list(false)).isEmpty();
        assertThat(gaps.list(true).getFirst().closing().orElseThrow().reason()).isEqualTo("the sender gave us a copy");
        assertThatThrownBy(() -> gaps.close("Ada", number, "again")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theRhythmCountsReportsByTheHour() throws Exception {
        archive.take(Family.REPORT, report("r1", ANNA, original("a")));
        archive.take(Family.REPORT, report("r1", ANNA, original("a")));
        archive.take(Family.REPORT, "no report at all");
        archive.take(Family.NDR, ndr("delayed", ""));
        List<io.carteggio.archive.catalogue.Catalogue.Hour> hours = archive.catalogue.rhythm("report", 0);
        assertThat(hours.stream().mapToLong(h -> h.reports()).sum()).isEqualTo(2);
        assertThat(archive.catalogue.lastReport("report")).isPresent();
        assertThat(archive.catalogue.lastReport("ndr")).isEmpty();
        assertThat(archive.catalogue.rhythm("report", hours.getLast().hour() + 1))
                .isEmpty();
    }
}
