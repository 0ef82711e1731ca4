package io.carteggio.embedded.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.attribution.AcceptedDomain;
import io.carteggio.archive.attribution.DomainHistory;
import io.carteggio.archive.attribution.DomainHistory.State;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Change;
import io.carteggio.archive.entry.Change.DomainKind;
import io.carteggio.archive.entry.Change.Member;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.JournalScope;
import io.carteggio.archive.journaling.AgentSettings;
import io.carteggio.archive.journaling.JournalRule;
import io.carteggio.archive.journaling.PastMail;
import io.carteggio.archive.journaling.PastMail.Count;
import io.carteggio.archive.journaling.RuleBook;
import io.carteggio.mail.Address;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What rules would have caught of the letters that are in the archive.
class PastMailTest {
    private static final Instant EVER = Instant.EPOCH;
    private static final PastMail.Watcher NOBODY = (letters, bytes) -> {};

    @TempDir
    Path path;

    private EmbeddedArchive archive;

    @BeforeEach
    void open() throws Exception {
        archive = new EmbeddedArchive(path.resolve("data"));
        archive.acts.keep(new Act.DirectoryChanged(
                archive.acts.now(),
                "test",
                Optional.empty(),
                List.of(new Change.DomainSet("example.com", DomainKind.AUTHORITATIVE, false))));
    }

    @AfterEach
    void close() throws Exception {
        archive.close();
    }

    private static JournalRule rule(String name, JournalScope scope, String... recipient) {
        return new JournalRule(
                name,
                scope,
                recipient.length == 0 ? Optional.empty() : Optional.of(new Member.OfAddress(new Address(recipient[0]))),
                new Address("j@archive.example"),
                Optional.empty(),
                false,
                true);
    }

    private void take(String id, String sender, String... recipients) throws Exception {
        report("r-" + id, id, sender, recipients);
    }

    private void report(String reportId, String id, String sender, String... recipients) throws Exception {
        StringBuilder lines = new StringBuilder();
        for (String recipient : recipients) {
            lines.append("Recipient: ").append(recipient).append("\r\n");
        }
        archive.take(
                Family.REPORT,
                DispositionTest.report(reportId, lines.toString(), DispositionTest.original(id))
                        .replace("Sender: bert@partner.example", "Sender: " + sender));
    }

    private Count count(Instant since, long most, PastMail.Watcher watcher, JournalRule... rules) throws Exception {
        return new PastMail(
                        archive.catalogue,
                        archive.people.directory(),
                        archive.people.domains(),
                        new RuleBook(List.of(rules), Map.of(), AgentSettings.USUAL))
                .count(since, most, watcher);
    }

    private static List<String> caught(Count count) {
        return count.caught().stream()
                .map(one -> one.rule().name() + " " + one.letters())
                .toList();
    }

    @Test
    void eachRuleCountsWhatItWouldHaveCaught() throws Exception {
        take("in", "anna@example.com", "bob@example.com");
        take("out", "anna@example.com", "x@partner.example");
        take("came", "x@partner.example", "bob@example.com");
        take("bounce", "<>", "bob@example.com");
        take("reports", "anna@example.com", "j@archive.example");
        archive.take(Family.AUTO, DispositionTest.original("plain"));
        List<Long> told = new ArrayList<>();
        Count count = count(
                EVER,
                100,
                (letters, bytes) -> told.add(letters),
                rule("all", JournalScope.GLOBAL),
                rule("inside", JournalScope.INTERNAL),
                rule("outside", JournalScope.EXTERNAL),
                rule("bob", JournalScope.GLOBAL, "bob@example.com").withEnabled(false));
        assertThat(caught(count)).containsExactly("all 4", "inside 1", "outside 3", "bob 3");
        assertThat(count.letters()).isEqualTo(6);
        assertThat(count.withoutEnvelope()).as("the plain mail").isEqualTo(1);
        assertThat(count.withoutSender()).as("the bounce").isEqualTo(1);
        assertThat(count.unreadable()).isZero();
        assertThat(count.whole()).isTrue();
        assertThat(told).containsExactly(6L);
        long octets = DispositionTest.original("in").length();
        assertThat(count.caught().get(1).bytes()).isEqualTo(octets);
        assertThat(count.bytes()).isGreaterThan(5 * octets);
    }

    @Test
    void aLetterWithTwoReportsCountsOnceWithTheRecipientsOfBoth() throws Exception {
        report("r1", "a", "anna@example.com", "bob@example.com");
        report("r2", "a", "anna@example.com", "x@partner.example");
        Count count = count(
                EVER,
                100,
                NOBODY,
                rule("all", JournalScope.GLOBAL),
                rule("inside", JournalScope.INTERNAL),
                rule("outside", JournalScope.EXTERNAL));
        assertThat(count.letters()).isEqualTo(1);
        assertThat(caught(count)).containsExactly("all 1", "inside 1", "outside 1");
    }

    @Test
    void theNewestAreLookedAtAndItIsSaidSinceWhen() throws Exception {
        take("a", "anna@example.com", "bob@example.com");
        Thread.sleep(5); // arrivals are dated by the clock of this machine
        Instant between = Instant.now();
        Thread.sleep(5);
        take("b", "anna@example.com", "bob@example.com");
        take("c", "anna@example.com", "bob@example.com");
        JournalRule all = rule("all", JournalScope.GLOBAL);
        assertThat(caught(count(between, 100, NOBODY, all))).containsExactly("all 2");
        assertThat(count(between, 100, NOBODY, all).since()).isEqualTo(between);
        assertThat(count(between, 2, NOBODY, all).whole()).isTrue();
        Count part = count(EVER, 2, NOBODY, all);
        assertThat(part.whole()).isFalse();
        assertThat(part.letters()).isEqualTo(2);
        assertThat(part.since()).isAfter(between);
        assertThat(count(Instant.now().plusSeconds(60), 10, NOBODY, all).letters())
                .isZero();
    }

    @Test
    void manyPagesAreGoneThrough() throws Exception {
        for (int i = 0; i < 520; i++) {
            take("m" + i, "anna@example.com", "bob@example.com");
        }
        List<Long> told = new ArrayList<>();
        Count count = count(EVER, 10_000, (letters, bytes) -> told.add(letters), rule("all", JournalScope.GLOBAL));
        assertThat(caught(count)).containsExactly("all 520");
        assertThat(told).containsExactly(500L, 520L);
    }

    @Test
    void directionIsThatOfTheTime() {
        Instant noon = Instant.parse("2026-11-29T12:00:00Z");
        AcceptedDomain a = new AcceptedDomain("a.example", DomainKind.AUTHORITATIVE, false);
        AcceptedDomain b = new AcceptedDomain("b.example", DomainKind.AUTHORITATIVE, false);
        DomainHistory history =
                new DomainHistory(List.of(new State(noon, List.of(a)), new State(noon.plusSeconds(60), List.of(a, b))));
        assertThat(history.at(EVER)).as("before any was named").containsExactly(a);
        assertThat(history.at(noon)).containsExactly(a);
        assertThat(history.at(noon.plusSeconds(59))).containsExactly(a);
        assertThat(history.at(noon.plusSeconds(60))).containsExactly(a, b);
        assertThat(new DomainHistory(List.of()).at(noon)).isEmpty();
    }

    @Test
    void theHistoryIsToldByActs() throws Exception {
        archive.acts.keep(new Act.DirectoryChanged(
                archive.acts.now(), "test", Optional.empty(), List.of(new Change.DomainRemoved("example.com"))));
        archive.close();
        archive = new EmbeddedArchive(path.resolve("data"));
        assertThat(archive.people.domains().states())
                .extracting(state -> state.domains().size())
                .containsExactly(1, 0);
    }
}
