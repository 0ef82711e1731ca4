package io.carteggio.server.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.entry.JournalScope;
import io.carteggio.archive.journaling.AgentSettings;
import io.carteggio.archive.journaling.JournalRule;
import io.carteggio.archive.journaling.RuleBook;
import io.carteggio.archive.vault.Key;
import io.carteggio.embedded.reports.QueuedReport;
import io.carteggio.embedded.reports.QueuedReport.Draft;
import io.carteggio.embedded.reports.QueuedReport.State;
import io.carteggio.embedded.reports.ReportQueue;
import io.carteggio.embedded.reports.ReportQueue.Destination;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Envelope;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import io.carteggio.mail.report.ReportWriter;
import io.carteggio.mail.report.ReportWriter.Facts;
import io.carteggio.mail.report.ReportWriter.Written;
import io.carteggio.mail.report.Unwrapped;
import io.carteggio.mail.report.Unwrapper;
import io.carteggio.mail.smtp.Reply;
import io.carteggio.server.agent.HandOver.Answer;
import io.carteggio.server.agent.HandOver.Cause;
import io.carteggio.server.watch.Alarm;
import io.carteggio.server.watch.AlarmKind;
import io.carteggio.server.watch.Alarms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Days of delivering, with the clock handed in.
@SuppressWarnings("NullAway.Init") // set before each test
class DelivererTest {
    private static final Instant BEGIN = Instant.parse("2026-11-02T08:00:00Z");
    private static final Address JOURNAL = new Address("journal@archive.example");
    private static final Address ALTERNATE = new Address("ndr@firm.example");

    @TempDir
    private Path folder = Path.of("");

    private final Hands clock = new Hands(BEGIN);
    private final Mailboxes mailboxes = new Mailboxes();
    private final List<Integer> letGo = new ArrayList<>();
    private volatile RuleBook rules = rules(JOURNAL);
    private ReportQueue queue;
    private Alarms alarms;
    private Deliverer deliverer;
    private Undelivered undelivered;

    /// Whatever comes of a mailbox, as a test sets it; what was taken.
    private static final class Mailboxes implements HandOver {
        private final Map<String, Answer> answers = new HashMap<>();
        private final Map<String, List<String>> taken = new HashMap<>();
        private final List<Instant> tries = new ArrayList<>();
        private final Semaphore hold = new Semaphore(1);
        private Clock clock = Clock.systemUTC();
        private volatile boolean broken;
        private final List<Instant> asked = Collections.synchronizedList(new ArrayList<>());
        private final Map<String, Optional<Address>> senders = new ConcurrentHashMap<>(); // of who was asked
        private Runnable meanwhile = () -> {}; // what happens while a report is handed over
        private Optional<String> refused = Optional.empty(); // the mail that the journaling mailbox does not take
        private Answer refusal = later(Cause.UNREACHABLE, "451 not now"); // what is said to it

        @Override
        public Answer give(QueuedReport report, Content mail) {
            hold.acquireUninterruptibly();
            try {
                return answer(report, mail);
            } finally {
                hold.release();
            }
        }

        private synchronized Answer answer(QueuedReport report, Content mail) {
            if (broken) {
                throw new IllegalStateException("as the test asks");
            }
            meanwhile.run();
            tries.add(clock.instant());
            Answer answer = answers.getOrDefault(report.mailbox().raw(), new Answer.Taken());
            if (!report.notice() && refused.isPresent() && refused.get().equals(originals(mail))) {
                answer = refusal;
            }
            if (answer instanceof Answer.Taken) {
                taken.computeIfAbsent(report.mailbox().raw(), k -> new ArrayList<>())
                        .add(originals(mail));
            }
            return answer;
        }

        @Override
        public Answer ask(Address mailbox, Optional<Address> from) {
            asked.add(clock.instant());
            senders.put(mailbox.raw(), from);
            return answers.getOrDefault(mailbox.raw(), new Answer.Taken());
        }

        @Override
        public int atATime(Address mailbox) {
            return 4;
        }

        private static String originals(Content mail) {
            try {
                Unwrapped.Report report = switch (Unwrapper.unwrap(mail)) {
                    case Unwrapped.Report r -> r;
                    case Unwrapped.Ndr ndr -> ndr.report().orElseThrow();
                    case Unwrapped other -> throw new AssertionError(other.toString());
                };
                return new String(report.originals().getFirst().bytes().toByteArray(1 << 20), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        synchronized List<String> at(Address mailbox) {
            return List.copyOf(taken.getOrDefault(mailbox.raw(), List.of()));
        }
    }

    @BeforeEach
    void open() throws Exception {
        mailboxes.clock = clock;
        queue = ReportQueue.open(folder.resolve("reports"), Key.random(), BEGIN);
        alarms = Alarms.open(folder.resolve("watch"), clock);
        deliverer = deliverer(letGo::add);
        undelivered = new Undelivered(queue, alarms, clock);
    }

    private Deliverer deliverer(Delivery.Trace trace) {
        return new Deliverer(queue, mailboxes, "mx.firm.example", () -> rules, alarms, trace, clock);
    }

    private static RuleBook rules(Address mailbox) {
        JournalRule all = new JournalRule(
                "All", JournalScope.GLOBAL, Optional.empty(), mailbox, Optional.of(ALTERNATE), false, true);
        return new RuleBook(List.of(all), Map.of(), AgentSettings.USUAL);
    }

    @AfterEach
    void close() throws Exception {
        alarms.close();
        queue.close();
    }

    private static Answer later(Cause cause, String said) {
        return new Answer.Later(cause, said, Optional.of("mx.archive.example"));
    }

    private void journal(String words, boolean withAlternate) throws Exception {
        journal(JOURNAL, words, withAlternate);
    }

    private void journal(Address mailbox, String words, boolean withAlternate) throws Exception {
        Written written = new ReportWriter(new Address("agent@firm.example"), "mx", UUID::randomUUID, (id, body) -> "m")
                .write(
                        new Facts(
                                new Envelope(
                                        Optional.of(new Address("a@firm.example")),
                                        Optional.empty(),
                                        List.of(new Recipient(Role.TO, new Address("b@firm.example")))),
                                clock.now,
                                List.of("All")),
                        Content.of(words.getBytes(StandardCharsets.UTF_8)));
        queue.put(
                new Draft(
                        false,
                        mailbox,
                        withAlternate ? Optional.of(ALTERNATE) : Optional.empty(),
                        List.of("All"),
                        written.messageId(),
                        written.needs()),
                written.content(),
                clock.now,
                false);
    }

    private void passes(Duration time) throws ArchiveException {
        Instant until = clock.now.plus(time);
        while (clock.now.isBefore(until)) {
            clock.now = clock.now.plus(Duration.ofMinutes(1));
            deliverer.attemptAll();
        }
    }

    private List<String> standing() {
        return alarms.standing().stream()
                .filter(alarm -> alarm.kind() == AlarmKind.JOURNALING)
                .map(Alarm::text)
                .toList();
    }

    @Test
    void fiveDaysWithoutTheJournalingMailbox() throws Exception {
        mailboxes.answers.put(JOURNAL.raw(), later(Cause.UNREACHABLE, "connection refused"));
        for (int hour = 0; hour < 5 * 24; hour++) {
            journal("hour " + hour, true);
            passes(Duration.ofHours(1));
        }
        // the first minutes: every minute, then every five, then every ten
        List<Long> pauses = new ArrayList<>();
        for (int i = 1; i < 14; i++) {
            pauses.add(Duration.between(mailboxes.tries.get(i - 1), mailboxes.tries.get(i))
                    .toMinutes());
        }
        assertThat(pauses).startsWith(1L, 1L, 1L, 1L, 5L, 5L, 5L, 5L, 5L, 5L, 10L);
        assertThat(mailboxes.tries.size())
                .as("one try at a time asks for all that waits")
                .isLessThan(5 * 24 * 60 / 10 + 100 + 3 * 24);
        assertThat(mailboxes.at(JOURNAL)).isEmpty();
        assertThat(mailboxes.at(ALTERNATE))
                .as("those whose two days are over are in the alternate mailbox, in their order")
                .hasSizeBetween(70, 74)
                .startsWith("hour 0", "hour 1", "hour 2");
        assertThat(queue.destinations().values()).singleElement().satisfies(d -> {
            assertThat(d.suspended()).isTrue();
            assertThat(d.refused()).isFalse();
        });
        assertThat(alarms.standing().getFirst().grade())
                .as("whoever knows that it fails is told")
                .isEqualTo(1);
        assertThat(standing())
                .singleElement()
                .asString()
                .startsWith("SUSPENDED")
                .contains("rule resume");

        mailboxes.answers.remove(JOURNAL.raw());
        undelivered.resume(JOURNAL);
        passes(Duration.ofMinutes(2));
        assertThat(standing()).isEmpty();
        assertThat(queue.destinations()).isEmpty();
        TreeSet<String> all = new TreeSet<>(mailboxes.at(ALTERNATE));
        all.addAll(mailboxes.at(JOURNAL));
        assertThat(all).as("every report is in one of the two").hasSize(5 * 24);

        List<Long> returned = queue.list(List.of(State.RETURNED), 0, 1000).stream()
                .map(QueuedReport::id)
                .toList();
        assertThat(returned).hasSize(mailboxes.at(ALTERNATE).size());
        undelivered.again(List.of());
        passes(Duration.ofMinutes(1));
        assertThat(mailboxes.at(JOURNAL)).hasSize(5 * 24 - returned.size());
        undelivered.again(returned.subList(0, 1));
        passes(Duration.ofMinutes(1));
        assertThat(mailboxes.at(JOURNAL)).hasSize(5 * 24 - returned.size() + 1).contains("hour 0");
        undelivered.again(returned.subList(1, returned.size()));
        passes(Duration.ofMinutes(1));
        assertThat(mailboxes.at(JOURNAL)).hasSize(5 * 24).doesNotHaveDuplicates();
        assertThat(queue.counts()).isEmpty();
    }

    /// The probe alone brings the mailbox back, without anybody's hand.
    @Test
    void aSuspendedMailboxRecoversByItself() throws Exception {
        mailboxes.answers.put(JOURNAL.raw(), later(Cause.REFUSED, "550 5.1.1 no such user"));
        journal("first", false);
        passes(Duration.ofDays(1));
        journal("second", false);
        passes(Duration.ofHours(25));
        assertThat(queue.destinations().values()).singleElement().satisfies(trouble -> {
            assertThat(trouble.suspended()).isTrue();
            assertThat(trouble.refused()).isTrue();
        });
        assertThat(standing()).anySatisfy(text -> assertThat(text).contains("whose address is refused"));
        assertThat(queue.counts())
                .as("the first has no alternate mailbox, so it stays")
                .containsEntry(State.DEAD, 1L);
        mailboxes.answers.remove(JOURNAL.raw());
        passes(Duration.ofMinutes(16));
        assertThat(mailboxes.at(JOURNAL)).containsExactly("second");
        undelivered.again(
                List.of(queue.list(List.of(State.DEAD), 0, 1).getFirst().id()));
        passes(Duration.ofMinutes(1));
        assertThat(mailboxes.at(JOURNAL)).containsExactly("second", "first");
        assertThat(standing()).isEmpty();
    }

    @Test
    void whatTheAlternateMailboxDoesNotTakeIsNeverDropped() throws Exception {
        mailboxes.answers.put(JOURNAL.raw(), later(Cause.UNREACHABLE, "down"));
        mailboxes.answers.put(ALTERNATE.raw(), later(Cause.UNREACHABLE, "down too"));
        journal("words", true);
        passes(Duration.ofDays(5));
        assertThat(queue.counts()).containsOnly(Map.entry(State.DEAD, 1L));
        assertThat(standing()).anySatisfy(text -> assertThat(text).contains("1 journal reports reached neither"));
        mailboxes.answers.clear();
        undelivered.again(queue.list(List.of(State.DEAD), 0, 10).stream()
                .map(QueuedReport::id)
                .toList());
        passes(Duration.ofMinutes(1));
        assertThat(mailboxes.at(JOURNAL)).containsExactly("words");
    }

    @Test
    void aReportThatIsRefusedForGoodGoesToTheAlternateMailboxAtOnceAndHoldsUpNobody() throws Exception {
        journal("too large", true);
        mailboxes.answers.put(JOURNAL.raw(), new Answer.Never(new Reply(552, "5.3.4", "too large"), Optional.of("mx")));
        passes(Duration.ofMinutes(1));
        mailboxes.answers.remove(JOURNAL.raw());
        journal("small", true);
        passes(Duration.ofMinutes(1));
        assertThat(mailboxes.at(ALTERNATE)).containsExactly("too large");
        assertThat(mailboxes.at(JOURNAL)).containsExactly("small");
        assertThat(queue.counts()).containsOnly(Map.entry(State.RETURNED, 1L));
        assertThat(queue.destinations()).isEmpty();
    }

    /// A report that came back may be sent again for a time, and is not kept here for ever beside the archive's rules.
    @Test
    void whatTheAlternateMailboxHasIsLetGoAfterAMonth() throws Exception {
        mailboxes.answers.put(JOURNAL.raw(), new Answer.Never(new Reply(554, "5.7.1", "no"), Optional.of("mx")));
        mailboxes.answers.put(ALTERNATE.raw(), later(Cause.UNREACHABLE, "down"));
        journal("words", true);
        journal("nobody else has it", false);
        passes(Duration.ofDays(1));
        mailboxes.answers.remove(ALTERNATE.raw());
        passes(Duration.ofMinutes(20));
        assertThat(mailboxes.at(ALTERNATE)).containsExactly("words");
        clock.now = clock.now.plus(Duration.ofDays(29));
        passes(Duration.ofMinutes(1));
        assertThat(queue.counts()).containsEntry(State.RETURNED, 1L);
        clock.now = clock.now.plus(Duration.ofDays(1));
        passes(Duration.ofMinutes(61));
        assertThat(letGo).containsExactly(1);
        assertThat(queue.counts()).as("dead ones never go").containsOnly(Map.entry(State.DEAD, 1L));
    }

    @Test
    void whatIsSentAgainWhileItIsToBeLetGoIsSent() throws Exception {
        mailboxes.answers.put(JOURNAL.raw(), new Answer.Never(new Reply(554, "5.7.1", "no"), Optional.of("mx")));
        journal("words", true);
        passes(Duration.ofMinutes(2));
        assertThat(mailboxes.at(ALTERNATE)).containsExactly("words");
        long id = queue.list(List.of(State.RETURNED), 0, 1).getFirst().id();
        mailboxes.answers.remove(JOURNAL.raw());
        clock.now = clock.now.plus(Duration.ofDays(31));
        deliverer.close();
        deliverer = deliverer(reports -> undelivered.again(List.of(id)));
        passes(Duration.ofMinutes(2));
        assertThat(mailboxes.at(JOURNAL)).containsExactly("words");
        assertThat(queue.counts()).isEmpty();
    }

    @Test
    void whatCannotBeLetGoGoesWhenItIsLookedTheNextTime() throws Exception {
        mailboxes.answers.put(JOURNAL.raw(), new Answer.Never(new Reply(554, "5.7.1", "no"), Optional.of("mx")));
        journal("words", true);
        passes(Duration.ofMinutes(2));
        clock.now = clock.now.plus(Duration.ofDays(31));
        disk(true);
        assertThatThrownBy(() -> deliverer.attemptAll()).hasMessageContaining("the disk is full");
        disk(false);
        queue.settle();
        assertThat(queue.counts()).isEqualTo(Map.of(State.RETURNED, 1L));
        passes(Duration.ofMinutes(61));
        assertThat(queue.counts()).isEmpty();
    }

    @Test
    void troubleOfOneReportHoldsUpNoOther() throws Exception {
        journal("odd", true);
        mailboxes.answers.put(JOURNAL.raw(), later(Cause.REPORT, "451 not this one"));
        passes(Duration.ofMinutes(1));
        mailboxes.answers.remove(JOURNAL.raw());
        journal("even", true);
        deliverer.attemptAll();
        assertThat(mailboxes.at(JOURNAL)).containsExactly("even");
        passes(Duration.ofMinutes(2));
        assertThat(mailboxes.at(JOURNAL)).containsExactly("even", "odd");
    }

    /// A server may say of one report alone what is said of mailboxes: whatever is said, the others get through.
    @Test
    void oneThatSeemsToBeTheMailboxesTroubleHoldsUpNoOtherForGood() throws Exception {
        mailboxes.refused = Optional.of("odd");
        journal("odd", true);
        journal("even 1", true);
        journal("even 2", true);
        passes(Duration.ofMinutes(3));
        assertThat(mailboxes.at(JOURNAL)).containsExactly("even 1", "even 2");
        journal("even 3", true);
        passes(Duration.ofMinutes(2));
        assertThat(mailboxes.at(JOURNAL)).containsExactly("even 1", "even 2", "even 3");
        passes(Duration.ofHours(49));
        assertThat(mailboxes.at(ALTERNATE)).containsExactly("odd");
    }

    /// What is said of each report alone says of the mailbox that it takes none, when it has taken none for a while.
    @Test
    void aMailboxThatRefusesEachReportForATimeIsInTheWay() throws Exception {
        mailboxes.answers.put(JOURNAL.raw(), later(Cause.REPORT, "451 not now"));
        journal("one", true);
        passes(Duration.ofMinutes(4));
        assertThat(queue.destinations()).as("four replies may be a glitch").isEmpty();
        assertThat(standing()).isEmpty();
        passes(Duration.ofMinutes(1));
        assertThat(queue.destinations().values()).singleElement().satisfies(trouble -> {
            assertThat(trouble.trouble()).isEqualTo("unreachable");
            assertThat(trouble.since()).isEqualTo(BEGIN);
        });
        assertThat(standing())
                .singleElement()
                .asString()
                .startsWith("reports cannot be delivered to " + JOURNAL + ", where nobody takes them, since " + BEGIN)
                .contains("451 not now");
        assertThat(alarms.standing().getFirst().grade()).isZero();

        int tries = mailboxes.tries.size();
        for (int i = 0; i < 10; i++) {
            journal("more " + i, true);
        }
        passes(Duration.ofMinutes(30));
        assertThat(mailboxes.tries.size() - tries).as("one asks for all").isEqualTo(6);
        passes(Duration.ofDays(2));
        assertThat(standing())
                .singleElement()
                .asString()
                .startsWith("SUSPENDED")
                .contains("rule resume");
        assertThat(alarms.standing().getFirst().grade()).isEqualTo(1);

        mailboxes.answers.remove(JOURNAL.raw());
        passes(Duration.ofMinutes(10));
        assertThat(standing()).isEmpty();
        assertThat(queue.destinations()).isEmpty();
        journal("after", true);
        passes(Duration.ofMinutes(1));
        assertThat(mailboxes.at(JOURNAL)).containsExactly("after");
        assertThat(mailboxes.at(ALTERNATE)).hasSize(11);
    }

    @Test
    void oneThatIsRefusedAmongOthersThatAreTakenIsItsOwnTrouble() throws Exception {
        mailboxes.refused = Optional.of("odd");
        mailboxes.refusal = later(Cause.REPORT, "451 not this one");
        journal("odd", true);
        passes(Duration.ofMinutes(1));
        journal("even 1", true);
        passes(Duration.ofHours(3));
        assertThat(mailboxes.at(JOURNAL)).containsExactly("even 1");
        assertThat(queue.destinations()).isEmpty();
        assertThat(alarms.all()).isEmpty();

        startAnew(); // and does not know what was taken before
        Instant start = clock.now;
        passes(Duration.ofMinutes(20));
        assertThat(queue.destinations().values())
                .singleElement()
                .satisfies(trouble -> assertThat(trouble.since()).isEqualTo(start));
        journal("even 2", true);
        passes(Duration.ofMinutes(15));
        assertThat(mailboxes.at(JOURNAL)).as("it is tried before the odd one").containsExactly("even 1", "even 2");
        passes(Duration.ofHours(3));
        assertThat(standing()).isEmpty();
        passes(Duration.ofDays(2));
        assertThat(mailboxes.at(ALTERNATE)).containsExactly("odd");
        assertThat(standing()).isEmpty();
    }

    @Test
    void twoSpellingsOfAMailboxAreOneAlarm() throws Exception {
        Address other = new Address("Journal@Archive.EXAMPLE");
        mailboxes.answers.put(JOURNAL.raw(), later(Cause.UNREACHABLE, "down"));
        mailboxes.answers.put(other.raw(), later(Cause.UNREACHABLE, "down"));
        journal(other, "one", true);
        passes(Duration.ofMinutes(1));
        assertThat(standing()).singleElement().asString().contains(other.raw());
        journal("two", true);
        passes(Duration.ofHours(1));
        assertThat(alarms.standing())
                .singleElement()
                .satisfies(alarm -> assertThat(alarm.subject()).isEqualTo(JOURNAL.key()));
        mailboxes.answers.clear();
        passes(Duration.ofMinutes(11));
        assertThat(queue.counts()).isEmpty();
        assertThat(standing()).isEmpty();
    }

    /// An earlier version had one for each spelling, of which some were never over.
    @Test
    void alarmsOfAnEarlierRunAreTakenUp() throws Exception {
        Address other = new Address("Journal@Archive.EXAMPLE");
        for (String subject : List.of(other.raw(), JOURNAL.raw(), "Gone@archive.example", "dead letters")) {
            alarms.raise(AlarmKind.JOURNALING, subject, "of an earlier run");
        }
        alarms.raise(AlarmKind.DISK, "disk", "little room");
        queue.troubled(new Destination(other, false, BEGIN, false, "down"));
        mailboxes.answers.put(other.raw(), later(Cause.UNREACHABLE, "down"));
        passes(Duration.ofMinutes(1));
        assertThat(standing()).singleElement().asString().contains("reports cannot be delivered to " + other);
        mailboxes.answers.clear();
        passes(Duration.ofMinutes(5));
        assertThat(alarms.standing())
                .singleElement()
                .satisfies(alarm -> assertThat(alarm.kind()).isEqualTo(AlarmKind.DISK));
    }

    @Test
    void deadLettersOfAnEarlierRunAreStillThere() throws Exception {
        journal("words", false);
        queue.ended(queue.list(List.of(State.WAITING), 0, 1).getFirst().id(), State.DEAD, "554 no");
        alarms.raise(AlarmKind.JOURNALING, "dead letters", "1 of an earlier run");
        passes(Duration.ofMinutes(1));
        assertThat(standing()).containsExactly("1 of an earlier run");
    }

    @Test
    void aMailboxIsGivenFewAtATimeAndHoldsUpNoOther() throws Exception {
        Address other = new Address("journal@other.example");
        mailboxes.hold.acquire();
        deliverer.start();
        for (int i = 0; i < 20; i++) {
            journal("mail " + i, true);
        }
        await(() -> mailboxes.hold.getQueueLength() == 4);
        journal(other, "another", true);
        await(() -> mailboxes.hold.getQueueLength() == 5);
        Thread.sleep(500);
        assertThat(mailboxes.hold.getQueueLength()).isEqualTo(5);
        mailboxes.hold.release();
        await(() -> queue.counts().isEmpty());
        assertThat(mailboxes.at(JOURNAL)).hasSize(20);
        assertThat(mailboxes.at(other)).containsExactly("another");
        deliverer.close();
    }

    @Test
    void whoWasAwayForDaysTriesBeforeHeGivesUp() throws Exception {
        mailboxes.answers.put(JOURNAL.raw(), later(Cause.UNREACHABLE, "down"));
        journal("one", true);
        journal("two", true);
        passes(Duration.ofMinutes(5));
        clock.now = clock.now.plus(Duration.ofDays(3)); // the program is off
        startAnew();
        passes(Duration.ofMinutes(29));
        assertThat(queue.counts()).as("the network is not there yet").isEqualTo(Map.of(State.WAITING, 2L));
        mailboxes.answers.remove(JOURNAL.raw());
        passes(Duration.ofMinutes(15));
        assertThat(mailboxes.at(JOURNAL)).containsExactlyInAnyOrder("one", "two");
        assertThat(queue.counts()).isEmpty();
    }

    @Test
    void whoWasAwayForDaysGivesUpWhereItIsInVain() throws Exception {
        mailboxes.answers.put(JOURNAL.raw(), later(Cause.UNREACHABLE, "down"));
        journal("one", true);
        journal("two", true);
        clock.now = clock.now.plus(Duration.ofDays(3));
        startAnew();
        int before = mailboxes.tries.size();
        passes(Duration.ofHours(1));
        assertThat(mailboxes.tries.size()).isGreaterThan(before);
        assertThat(mailboxes.at(ALTERNATE)).containsExactlyInAnyOrder("one", "two");
        assertThat(queue.destinations()).hasSize(1);
    }

    private void startAnew() {
        deliverer.close();
        deliverer = deliverer(letGo::add);
    }

    /// Where rules are disabled nothing new is queued, so nothing else would ever find out.
    @Test
    void aMailboxInTroubleIsAskedAlsoWhereNothingWaits() throws Exception {
        mailboxes.answers.put(JOURNAL.raw(), later(Cause.REFUSED, "550 5.1.1 no such user"));
        journal("words", true);
        passes(Duration.ofDays(3));
        assertThat(queue.counts()).isEqualTo(Map.of(State.RETURNED, 1L));
        assertThat(queue.destinations().values()).allMatch(Destination::suspended);
        mailboxes.asked.clear();
        passes(Duration.ofHours(1));
        assertThat(mailboxes.asked).as("as often as a report would").hasSize(4);
        mailboxes.answers.put(JOURNAL.raw(), new Answer.Never(new Reply(552, "", "full"), Optional.empty()));
        passes(Duration.ofMinutes(15));
        assertThat(standing())
                .singleElement()
                .asString()
                .startsWith("SUSPENDED")
                .contains("552 full");
        mailboxes.answers.remove(JOURNAL.raw());
        passes(Duration.ofMinutes(15));
        assertThat(queue.destinations()).isEmpty();
        assertThat(standing()).isEmpty();
        assertThat(mailboxes.at(JOURNAL)).as("it got nothing").isEmpty();
        mailboxes.asked.clear();
        passes(Duration.ofHours(1));
        assertThat(mailboxes.asked).isEmpty();
    }

    /// A mistyped one: its reports go to the alternate mailbox; then it is nobody's business any more.
    @Test
    void aMailboxThatNoRuleUsesAnyMoreIsForgottenWhenNothingWaitsForIt() throws Exception {
        mailboxes.answers.put(JOURNAL.raw(), later(Cause.REFUSED, "550 5.1.1 no such user"));
        journal("words", true);
        passes(Duration.ofHours(1));
        rules = rules(new Address("right@archive.example"));
        passes(Duration.ofHours(1));
        assertThat(queue.destinations()).as("a report waits for it").hasSize(1);
        assertThat(standing()).hasSize(1);
        passes(Duration.ofDays(2));
        assertThat(mailboxes.at(ALTERNATE)).containsExactly("words");
        assertThat(queue.destinations()).isEmpty();
        assertThat(standing()).isEmpty();
        assertThat(mailboxes.asked).isEmpty();
        undelivered.again(
                List.of(queue.list(List.of(State.RETURNED), 0, 1).getFirst().id()));
        passes(Duration.ofMinutes(1));
        assertThat(queue.destinations()).as("whoever sends to it is told").hasSize(1);
        assertThat(standing()).hasSize(1);
    }

    @Test
    void aMailboxIsAskedWithTheSenderThatItsMailHas() throws Exception {
        Address plain = new Address("plain@archive.example");
        Address common = new Address("common@firm.example");
        JournalRule own = rules.rules().getFirst();
        rules = new RuleBook(
                List.of(
                        own,
                        new JournalRule("Plain", own.scope(), own.recipient(), plain, Optional.empty(), false, true)),
                Map.of(),
                AgentSettings.of(Map.of("alternate", common.raw())));
        for (Address mailbox : List.of(JOURNAL, plain, ALTERNATE, common)) {
            queue.troubled(new Destination(mailbox, false, BEGIN, false, "down"));
        }
        deliverer.attemptAll();
        assertThat(mailboxes.senders)
                .isEqualTo(Map.of(
                        JOURNAL.raw(), Optional.of(ALTERNATE),
                        plain.raw(), Optional.of(common),
                        ALTERNATE.raw(), Optional.empty(),
                        common.raw(), Optional.empty()));
    }

    @Test
    void aMailboxInTroubleIsAskedByItself() throws Exception {
        queue.troubled(new Destination(JOURNAL, false, BEGIN, true, "down"));
        deliverer.start();
        await(() -> queue.destinations().isEmpty());
        deliverer.close();
        assertThat(mailboxes.asked).hasSize(1);
    }

    @Test
    void aReportWhoseFileIsGoneIsSaidToBe() throws Exception {
        journal("gone ".repeat(100_000), true); // a small one has no file
        try (var files = java.nio.file.Files.newDirectoryStream(folder.resolve("reports"), "*.report")) {
            for (Path file : files) {
                java.nio.file.Files.delete(file);
            }
        }
        passes(Duration.ofMinutes(1));
        assertThat(queue.counts()).containsOnly(Map.entry(State.DEAD, 1L));
        assertThat(standing()).hasSize(1);
    }

    /// What SQLite is told on a full disk.
    private void disk(boolean full) throws SQLException {
        for (String what : List.of("UPDATE", "DELETE")) {
            change(
                    full
                            ? "CREATE TRIGGER full_" + what + " BEFORE " + what
                                    + " ON report BEGIN SELECT RAISE(FAIL, 'the disk is full'); END"
                            : "DROP TRIGGER full_" + what);
        }
    }

    private void change(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("reports/queue.db"));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void await(Callable<Boolean> wanted) throws Exception {
        long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!wanted.call() && System.nanoTime() < until) {
            Thread.sleep(20);
        }
        assertThat(wanted.call()).isTrue();
    }

    /// Found among what is due, or handed over when it came.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatWasDeliveredIsNotSentAgainWhileTheQueueCannotBeWritten(boolean startedBefore) throws Exception {
        if (startedBefore) {
            deliverer.start();
        }
        mailboxes.hold.acquire();
        journal("words", true);
        if (!startedBefore) {
            deliverer.start();
        }
        await(() -> mailboxes.hold.hasQueuedThreads());
        disk(true);
        mailboxes.hold.release();
        await(() -> standing().stream().anyMatch(text -> text.contains("the disk is full")));
        Thread.sleep(1500); // the write is tried anew meanwhile
        assertThat(mailboxes.at(JOURNAL)).containsExactly("words");
        assertThat(queue.counts()).as("as the queue has it").isNotEmpty();
        disk(false);
        await(() -> queue.counts().isEmpty());
        await(() -> standing().isEmpty());
        assertThat(mailboxes.at(JOURNAL)).containsExactly("words");
        journal("more", true);
        await(() -> mailboxes.at(JOURNAL).size() == 2);
        deliverer.close();
    }

    @Test
    void whatWasPutOffIsTriedWhenItIsTimeThoughTheQueueCouldNotBeWritten() throws Exception {
        mailboxes.answers.put(JOURNAL.raw(), later(Cause.UNREACHABLE, "down"));
        deliverer.start();
        mailboxes.hold.acquire();
        journal("words", true);
        await(() -> mailboxes.hold.hasQueuedThreads());
        disk(true);
        mailboxes.hold.release();
        await(() -> standing().stream().anyMatch(text -> text.contains("the disk is full")));
        disk(false);
        await(() -> queue.counts().equals(Map.of(State.WAITING, 1L)));
        await(() -> queue.destinations().size() == 1);
        mailboxes.answers.remove(JOURNAL.raw());
        clock.now = clock.now.plus(Duration.ofMinutes(1));
        undelivered.resume(JOURNAL);
        await(() -> queue.counts().isEmpty());
        assertThat(mailboxes.at(JOURNAL)).containsExactly("words");
        deliverer.close();
    }

    /// A mistake of ours costs one report its turn, and nobody the thread.
    @Test
    void aMistakeOfThisProgramIsTheReportsTrouble() throws Exception {
        mailboxes.broken = true;
        deliverer.start();
        journal("words", true);
        await(() -> queue.counts().equals(Map.of(State.WAITING, 1L)));
        QueuedReport report = queue.list(List.of(State.WAITING), 0, 1).getFirst();
        assertThat(report.attempts()).isEqualTo(1);
        assertThat(report.last().orElse("")).contains("as the test asks");
        mailboxes.broken = false;
        journal("more", true);
        await(() -> mailboxes.at(JOURNAL).equals(List.of("more")));
        deliverer.close();
    }

    /// Whatever this program fails on: here, at a status that no notice can have.
    @Test
    void whatThisProgramAlwaysFailsOnHoldsNoRoomAndIsDeadWhenItsTimeIsOver() throws Exception {
        mailboxes.answers.put(JOURNAL.raw(), new Answer.Never(new Reply(554, "5.1234.1", "no"), Optional.empty()));
        deliverer.start();
        journal("words", true);
        await(() -> queue.counts().equals(Map.of(State.WAITING, 1L)));
        QueuedReport report = queue.list(List.of(State.WAITING), 0, 1).getFirst();
        assertThat(report.next()).isAfter(clock.now);
        assertThat(report.last().orElse("")).contains("this program failed").contains("5.1234.1");
        await(() -> standing().isEmpty());
        clock.now = clock.now.plus(Duration.ofDays(3));
        undelivered.resume(JOURNAL);
        await(() -> queue.counts().equals(Map.of(State.DEAD, 1L)));
        await(() -> standing().size() == 1 && standing().getFirst().contains("reached neither"));
        deliverer.close();
    }

    /// The octets of reports cannot be read, or can again.
    private void unreadable(boolean now) {
        try {
            change("ALTER TABLE report RENAME COLUMN " + (now ? "octets TO hidden" : "hidden TO octets"));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aReportThatCannotBeReadForAMomentIsTriedAgain() throws Exception {
        journal("words", true);
        mailboxes.answers.put(JOURNAL.raw(), later(Cause.REPORT, "451 not now"));
        passes(Duration.ofMinutes(1)); // out of memory
        mailboxes.answers.put(JOURNAL.raw(), new Answer.Never(new Reply(554, "5.7.1", "no"), Optional.empty()));
        mailboxes.meanwhile = () -> unreadable(true);
        clock.now = clock.now.plus(Duration.ofMinutes(1));
        assertThatThrownBy(() -> deliverer.attemptAll()).isInstanceOf(ArchiveException.class);
        assertThat(queue.counts()).isEqualTo(Map.of(State.WAITING, 1L));
        mailboxes.meanwhile = () -> {};
        unreadable(false);
        passes(Duration.ofMinutes(2));
        assertThat(mailboxes.at(ALTERNATE)).containsExactly("words");
        assertThat(queue.counts()).isEqualTo(Map.of(State.RETURNED, 1L));
    }

    @Test
    void aReportThatCannotBeReadAnyMoreIsSaidToBe() throws Exception {
        journal("words", true);
        mailboxes.answers.put(
                JOURNAL.raw(), new Answer.Later(Cause.REPORT, "this report cannot be read here", Optional.empty()));
        passes(Duration.ofMinutes(1)); // out of memory
        change("UPDATE report SET octets = substr(octets, 1, length(octets) - 1)"
                + " || CASE substr(octets, -1) WHEN x'00' THEN x'01' ELSE x'00' END");
        passes(Duration.ofHours(49));
        assertThat(queue.list(List.of(State.DEAD), 0, 10))
                .singleElement()
                .satisfies(dead -> assertThat(dead.last().orElse("")).contains("cannot be read here any more"));
        assertThat(standing()).hasSize(1);
    }

    /// With threads of its own, as in a server.
    @Test
    void itDeliversByItself() throws Exception {
        deliverer.start();
        for (int i = 0; i < 50; i++) {
            journal("mail " + i, true);
        }
        long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!queue.counts().isEmpty() && System.nanoTime() < until) {
            Thread.sleep(20);
        }
        deliverer.close();
        assertThat(queue.counts()).isEmpty();
        assertThat(mailboxes.tries).hasSize(50);
    }
}
