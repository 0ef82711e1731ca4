package io.carteggio.server.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.JournalScope;
import io.carteggio.archive.gap.Gap;
import io.carteggio.archive.journaling.JournalRules;
import io.carteggio.embedded.reports.QueuedReport.State;
import io.carteggio.embedded.reports.ReportQueue.Destination;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.server.archive.Archive;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of messages whose journaling mailbox is suspended, as the administrator has
/// chosen.
@SuppressWarnings("NullAway.Init") // set before each test
class JournalAgentTest {
    private static final Address MAILBOX = new Address("j@elsewhere.example");
    private static final Address OTHER = new Address("k@elsewhere.example");

    @TempDir
    private Path folder = Path.of("");

    private Archive archive;
    private JournalAgent agent;

    @BeforeEach
    void open() throws Exception {
        archive = Archive.open(folder.resolve("data"), Clock.systemUTC()).orElseThrow();
        agent = new JournalAgent(archive, "mx.firm.example", Clock.systemUTC());
        rule("All", MAILBOX);
    }

    @AfterEach
    void close() throws Exception {
        agent.close();
        assertThat(archive.catalogue().books().sources()).allMatch(Books.Account::balances);
        archive.close();
    }

    private void rule(String name, Address mailbox) throws ArchiveException {
        archive.acts()
                .keep(new Act.JournalRuleSet(
                        archive.acts().now(),
                        "test",
                        name,
                        JournalScope.GLOBAL,
                        Optional.empty(),
                        mailbox,
                        Optional.empty(),
                        false,
                        true));
    }

    private void suspended(String how) throws ArchiveException {
        archive.acts().keep(new Act.AgentSet(archive.acts().now(), "test", Map.of("suspended", how)));
        archive.reports()
                .troubled(new Destination(MAILBOX, false, Instant.now().minusSeconds(200_000), true, "no route"));
    }

    private JournalAgent.Kept journal(String id, boolean pending) throws ArchiveException {
        String mail = "From: anna@firm.example\r\nTo: x@y.example\r\nMessage-ID: <" + id
                + "@firm.example>\r\nSubject: Hello\r\n\r\nsecretword\r\n";
        return agent.journal(
                new Message(
                        Optional.of(new Address("anna@firm.example")),
                        List.of(new Address("x@y.example")),
                        false,
                        false,
                        Content.of(mail.getBytes(StandardCharsets.UTF_8)),
                        Optional.of("Q1")),
                pending);
    }

    private List<Gap> gaps(boolean closed) throws ArchiveException {
        archive.catalogue();
        return archive.gaps().list(closed);
    }

    @Test
    void reportsGoOnQueueingUnlessItIsChosenOtherwise() throws Exception {
        suspended("queue");
        journal("a", false);
        assertThat(archive.reports().counts()).containsExactly(Map.entry(State.WAITING, 1L));
        assertThat(gaps(true)).isEmpty();
        assertThat(agent.gaps()).isZero();
    }

    @Test
    void ofADisabledRuleEachMessageIsAGap() throws Exception {
        rule("Another mailbox", OTHER);
        suspended("disable");
        journal("a", false);
        journal("b", false);
        assertThat(gaps(false)).hasSize(2).allSatisfy(gap -> {
            assertThat(gap.recipient()).contains(MAILBOX.raw());
            assertThat(gap.reportId()).isPresent();
            assertThat(gap.source()).isEqualTo("journaling-agent");
            assertThat(gap.why()).contains("only the header");
        });
        assertThat(agent.gaps()).isEqualTo(2);
        assertThat(agent.reports()).as("for the other mailbox").isEqualTo(2);
        assertThat(archive.reports().counts()).containsExactly(Map.entry(State.WAITING, 2L));
        archive.reports().recovered(MAILBOX, Instant.now());
        journal("c", false);
        assertThat(gaps(false)).as("it takes mail again").hasSize(2);
    }

    @Test
    void whereTheMessageIsRefusedNothingIsMissing() throws Exception {
        suspended("disable");
        JournalAgent.Kept refused = journal("a", true);
        JournalAgent.Kept taken = journal("b", true);
        refused.drop();
        taken.release();
        assertThat(gaps(false)).hasSize(1);
        assertThat(gaps(true))
                .flatExtracting(
                        gap -> gap.closing().map(Gap.Closing::reason).stream().toList())
                .containsExactly("the message was not taken");
    }

    @Test
    void aGapOutlivesTheProcessAndARebuild() throws Exception {
        suspended("disable");
        journal("a", false);
        archive.close();
        io.carteggio.embedded.catalogue.SqliteCatalogue.remove(folder.resolve("data/catalogue.db"));
        archive = Archive.open(folder.resolve("data"), Clock.systemUTC()).orElseThrow();
        assertThat(gaps(false)).hasSize(1);
    }

    private Optional<Unjournaled.Missing> passUnjournaled(String to) {
        return agent.unjournaled(
                new Message(
                        Optional.of(new Address("anna@firm.example")),
                        List.of(new Address(to)),
                        false,
                        false,
                        Content.of("Subject: Hello\r\n\r\nsecretword\r\n".getBytes(StandardCharsets.UTF_8)),
                        Optional.of("Q1")),
                new ArchiveException("no room", true));
    }

    @Test
    void whatGoesOnUnjournaledIsAGapAsSoonAsTheArchiveTakesOne() throws Exception {
        assertThat(passUnjournaled("x@y.example")).isPresent();
        assertThat(agent.withoutRecord()).isEqualTo(1);
        assertThat(gaps(false)).isEmpty();
        agent.start();
        awaitRecords();
        assertThat(gaps(false)).singleElement().satisfies(gap -> {
            assertThat(gap.recipient()).contains(MAILBOX.raw());
            assertThat(gap.reportId()).isPresent();
            assertThat(gap.source()).isEqualTo("journaling-agent");
        });
        assertThat(folder.resolve("data/unjournaled")).isEmptyDirectory();
        assertThat(agent.unjournaled()).isEqualTo(1);
    }

    private void awaitRecords() throws InterruptedException {
        for (int waited = 0; waited < 500 && agent.withoutRecord() > 0; waited++) {
            Thread.sleep(20);
        }
        assertThat(agent.withoutRecord()).isZero();
    }

    @Test
    void theGapOfAnUnjournaledMessageOutlivesTheProcess() throws Exception {
        passUnjournaled("x@y.example");
        agent.close(); // without having had the time
        agent = new JournalAgent(archive, "mx.firm.example", Clock.systemUTC());
        assertThat(agent.withoutRecord()).isEqualTo(1);
        agent.start();
        awaitRecords();
        assertThat(gaps(false)).hasSize(1);
    }

    @Test
    void whereTheMailSystemRefusesAnUnjournaledMessageNothingIsMissing() throws Exception {
        passUnjournaled("x@y.example").orElseThrow().drop();
        assertThat(agent.withoutRecord()).isZero();
        Unjournaled.Missing late = passUnjournaled("x@y.example").orElseThrow();
        agent.start();
        awaitRecords();
        late.drop();
        assertThat(gaps(false)).isEmpty();
        assertThat(gaps(true)).hasSize(1);
    }

    @Test
    void whatNoRuleAsksForIsNoGap() {
        assertThat(passUnjournaled(MAILBOX.raw())).isEmpty();
    }

    @Test
    void anUnknownChoiceIsRefused() {
        JournalRules.Around around =
                new JournalRules.Around(archive.people().directory(), archive.sources(), Instant.now());
        assertThatThrownBy(
                        () -> archive.journalRules().set(archive.acts(), "test", Map.of("suspended", "forget"), around))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("queue or disable");
    }
}
