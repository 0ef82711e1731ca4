package io.carteggio.server.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.JournalScope;
import io.carteggio.embedded.reports.QueuedReport;
import io.carteggio.embedded.reports.QueuedReport.State;
import io.carteggio.embedded.reports.ReportQueue;
import io.carteggio.embedded.reports.ReportQueue.Destination;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.watch.Alarm;
import io.carteggio.server.watch.AlarmKind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Five days without a journaling mailbox, with the clock handed in: from the message to the archive in which its
/// report ends, whichever way that takes.
@SuppressWarnings("NullAway.Init") // set before each test
class FiveDaysTest {
    private static final Address MAILBOX = new Address("j@archive.example");
    private static final Address ALTERNATE = new Address("returned@other.example");

    @TempDir
    private Path folder = Path.of("");

    private final Hands clock = new Hands(Instant.parse("2026-11-02T08:00:00Z"));
    private final Set<Address> down = new HashSet<>();
    private Archive firm;
    private Archive far;
    private JournalAgent agent;
    private Deliverer deliverer;
    private Undelivered undelivered;

    /// The mailboxes of the archive far away, where they are not down.
    private final class Far implements HandOver {
        @Override
        public Answer give(QueuedReport report, Content mail) {
            if (!down.contains(report.mailbox())) {
                try {
                    assertThat(JournalAgent.take(far, report.mailbox(), Optional.empty(), mail, Optional.empty()))
                            .isTrue();
                    return new Answer.Taken();
                } catch (ArchiveException e) {
                    throw new IllegalStateException(e);
                }
            }
            return ask(report.mailbox(), Optional.empty());
        }

        @Override
        public Answer ask(Address mailbox, Optional<Address> from) {
            return down.contains(mailbox)
                    ? new Answer.Later(Cause.UNREACHABLE, "connection refused", Optional.of("mx.archive.example"))
                    : new Answer.Taken();
        }

        @Override
        public int atATime(Address mailbox) {
            return 4;
        }
    }

    @BeforeEach
    void open() throws Exception {
        far = Archive.open(folder.resolve("far"), clock).orElseThrow();
        far.sources().add(far.acts(), "test", "journal", Optional.of(MAILBOX), Family.REPORT);
        far.sources().add(far.acts(), "test", "returned", Optional.of(ALTERNATE), Family.NDR);
        firm = Archive.open(folder.resolve("firm"), clock).orElseThrow();
        firm.acts()
                .keep(new Act.JournalRuleSet(
                        firm.acts().now(),
                        "test",
                        "All",
                        JournalScope.GLOBAL,
                        Optional.empty(),
                        MAILBOX,
                        Optional.empty(),
                        false,
                        true));
        set(Map.of("alternate", ALTERNATE.raw()));
        agent = new JournalAgent(firm, "mx.firm.example", clock);
        deliverer = new Deliverer(
                queue(),
                new Far(),
                "mx.firm.example",
                firm.journalRules()::book,
                firm.watch().alarms(),
                reports -> {},
                clock);
        undelivered = new Undelivered(queue(), firm.watch().alarms(), clock);
    }

    @AfterEach
    void close() throws Exception {
        deliverer.close();
        agent.close();
        firm.close();
        far.close();
    }

    private ReportQueue queue() {
        return firm.reports();
    }

    private void set(Map<String, String> settings) throws ArchiveException {
        firm.acts().keep(new Act.AgentSet(firm.acts().now(), "test", settings));
    }

    private void message(String id) throws ArchiveException {
        String mail = "From: anna@firm.example\r\nTo: x@y.example\r\nMessage-ID: <" + id + "@firm.example>\r\nSubject: "
                + id + "\r\n\r\nThis is " + id + ".\r\n";
        agent.journal(
                new Message(
                        Optional.of(new Address("anna@firm.example")),
                        List.of(new Address("x@y.example")),
                        false,
                        false,
                        Content.of(mail.getBytes(StandardCharsets.UTF_8)),
                        Optional.empty()),
                false);
    }

    private void passes(Duration time) throws ArchiveException {
        Instant until = clock.now.plus(time);
        while (clock.now.isBefore(until)) {
            clock.now = clock.now.plus(Duration.ofMinutes(1));
            deliverer.attemptAll();
        }
    }

    private void hours(int from, int to) throws ArchiveException {
        for (int hour = from; hour < to; hour++) {
            message("hour-" + hour);
            passes(Duration.ofHours(1));
        }
    }

    private List<Long> ids(State state) throws ArchiveException {
        return queue().list(List.of(state), 0, 1000).stream()
                .map(QueuedReport::id)
                .toList();
    }

    private List<String> alarms() {
        return firm.watch().alarms().standing().stream()
                .filter(alarm -> alarm.kind() == AlarmKind.JOURNALING)
                .map(Alarm::text)
                .toList();
    }

    private Books.Account account() throws ArchiveException {
        return far.catalogue().books().sources().stream()
                .filter(one -> one.source().equals("journal"))
                .findFirst()
                .orElseGet(() -> Books.Account.nothing("journal"));
    }

    @Test
    void everyReportEndsInTheArchive() throws Exception {
        down.add(MAILBOX);
        hours(0, 60);
        assertThat(queue().destinations().values()).allMatch(Destination::suspended);
        assertThat(account().letters())
                .as("by notices, of those whose two days are over")
                .isBetween(10L, 12L);

        down.add(ALTERNATE);
        hours(60, 72);
        set(Map.of("alternate", ALTERNATE.raw(), "suspended", "disable"));
        hours(72, 120);
        assertThat(ids(State.DEAD)).as("neither has taken these for two days").hasSizeBetween(8, 13);
        assertThat(alarms())
                .anyMatch(text -> text.startsWith("SUSPENDED") && text.contains("RULES FOR IT ARE DISABLED"))
                .anyMatch(text -> text.contains("reached neither"));
        firm.catalogue();
        assertThat(firm.gaps().list(false))
                .as("of each message since the rule is disabled")
                .hasSize(48)
                .allMatch(gap -> gap.recipient().equals(Optional.of(MAILBOX.raw())));
        assertThat(queue().backlogs())
                .filteredOn(one -> one.mailbox().equals(MAILBOX))
                .singleElement()
                .as("nothing is left that could ask for the mailbox")
                .satisfies(one -> assertThat(one.waiting()).isZero());

        down.clear();
        passes(Duration.ofMinutes(20));
        assertThat(queue().destinations()).as("both have been found to be well").isEmpty();
        message("after");
        passes(Duration.ofMinutes(1));
        assertThat(firm.gaps().list(false)).as("the rule works again").hasSize(48);
        List<Long> returned = ids(State.RETURNED);
        List<Long> dead = ids(State.DEAD);
        assertThat(returned.size() + dead.size()).isEqualTo(72);
        assertThat(account().letters()).isEqualTo(returned.size() + 1L);
        assertThat(account().evidence()).isZero();

        undelivered.again(dead);
        passes(Duration.ofMinutes(1));
        assertThat(account().letters()).isEqualTo(73);
        assertThat(alarms()).isEmpty();

        undelivered.again(returned);
        passes(Duration.ofMinutes(1));
        assertThat(queue().counts()).isEmpty();
        assertThat(account().letters()).as("each letter once").isEqualTo(73);
        assertThat(account().redeliveries())
                .as("what had come by a notice, and comes once more")
                .isEqualTo(returned.size());
        assertThat(far.catalogue().books().sources())
                .allMatch(Books.Account::balances)
                .allMatch(one -> one.quarantined() == 0 && one.notices() == 0 && one.discarded() == 0);
    }
}
