package io.carteggio.server.agent;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.journaling.RuleBook;
import io.carteggio.embedded.reports.QueuedReport;
import io.carteggio.embedded.reports.QueuedReport.Draft;
import io.carteggio.embedded.reports.QueuedReport.State;
import io.carteggio.embedded.reports.ReportQueue;
import io.carteggio.embedded.reports.ReportQueue.Destination;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.report.NdrWriter;
import io.carteggio.server.agent.HandOver.Answer;
import io.carteggio.server.agent.HandOver.Cause;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is done with one report: its mailbox is asked, and what came of that is written to the queue. The two are
/// apart, for a report that was taken must not be given again because the queue could not be written. Safe for many
/// threads, where each report is in the hands of one.
final class Delivery {
    private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);

    /// After so long a mailbox is suspended.
    static final Duration SUSPENDED_AFTER = Duration.ofDays(2);

    /// For so long after the start nothing is given back because its time is over: whoever was away for days, and comes
    /// back before his network does, is to try first.
    static final Duration GRACE = Duration.ofMinutes(30);

    /// A report that was tried so often in vain, the tries a minute apart, is no glitch of one reply any more.
    static final int GLITCH = 4;

    private static final Duration BETWEEN_LOOKS = Duration.ofHours(1);

    /// Who notes that reports are let go.
    @FunctionalInterface
    interface Trace {
        void letGo(int reports) throws ArchiveException;
    }

    /// What came of a report, to be written. May be done again where it failed.
    @FunctionalInterface
    interface Outcome {
        void write() throws ArchiveException;
    }

    private static final Outcome NOTHING = () -> {};
    private static final long NO_REPORT = 0;

    private final ReportQueue queue;
    private final HandOver handOver;
    private final NdrWriter notices;
    private final Supplier<RuleBook> rules;
    private final Undelivered undelivered;
    private final Trace trace;
    private final Clock clock;
    private final Instant started;
    private final Map<String, Instant> failed = new ConcurrentHashMap<>(); // by mailbox: when it was asked in vain
    private final Map<String, Instant> asks = new ConcurrentHashMap<>(); // by mailbox: when it is asked next
    private final Map<String, Instant> took = new ConcurrentHashMap<>(); // by mailbox: when it last took a report
    private final Set<String> takingNone = ConcurrentHashMap.newKeySet(); // mailboxes that refuse each report by itself
    private volatile Instant look = Instant.EPOCH; // when it is looked next for what need not be kept

    Delivery(
            ReportQueue queue,
            HandOver handOver,
            String host,
            Supplier<RuleBook> rules,
            Undelivered undelivered,
            Trace trace,
            Clock clock) {
        this.queue = queue;
        this.handOver = handOver;
        this.notices = new NdrWriter(host, UUID::randomUUID);
        this.rules = rules;
        this.undelivered = undelivered;
        this.trace = trace;
        this.clock = clock;
        this.started = clock.instant();
    }

    /// Tries a report that was looked up a moment ago, and may have been delivered or put off since.
    ///
    /// @throws ArchiveException where it was not tried, since the queue cannot be read
    Outcome tryIfDue(QueuedReport known) throws ArchiveException {
        Optional<QueuedReport> now = queue.named(known.id())
                .filter(r -> r.state() == State.WAITING && !r.next().isAfter(clock.instant()));
        return now.isPresent() ? tryNow(now.get()) : NOTHING;
    }

    /// Tries a report.
    ///
    /// @throws ArchiveException where the queue cannot be read: it was not tried, or not taken, and is to be tried
    ///     again
    Outcome tryNow(QueuedReport report) throws ArchiveException {
        Optional<Destination> trouble =
                Optional.ofNullable(queue.destinations().get(report.mailbox().key()));
        Instant now = clock.instant();
        boolean over = !report.queued().isAfter(over(now));
        if (!queue.isThere(report)) {
            return queue.named(report.id()).isEmpty()
                    ? NOTHING // it has been delivered meanwhile
                    : died(report, "its file is gone: nobody has this report any more");
        }
        if (over && trouble.isPresent() && wasAskedInVain(report)) {
            return gaveBack(report, "5.4.7", trouble.get().last(), report.remote());
        }
        return switch (give(report)) {
            case Answer.Taken() -> {
                took.put(report.mailbox().key(), clock.instant());
                takingNone.remove(report.mailbox().key());
                yield () -> {
                    if (report.notice()) {
                        queue.arrivedInNotice(report.reportId(), now.plus(ReportQueue.KEPT_RETURNED));
                    }
                    queue.delivered(report.id());
                    if (trouble.isPresent()) {
                        undelivered.resume(report.mailbox());
                    }
                };
            }
            case Answer.Later(Cause told, String said, Optional<String> remote) -> {
                // what nobody there said, such as that we cannot read a report, is not the mailbox's
                boolean none = told == Cause.REPORT && remote.isPresent() && takesNone(report, trouble);
                Cause cause = none ? Cause.UNREACHABLE : told;
                Instant since = trouble.map(Destination::since).orElseGet(() -> none ? inVainSince(report) : now);
                Instant next = cause == Cause.REPORT
                        ? now.plus(pause(report.attempts()))
                        : inVain(report.mailbox(), cause, since);
                Outcome own = over
                        ? gaveBack(report, "5.4.7", said, remote)
                        : () -> queue.deferred(report.id(), next, said, remote);
                if (cause == Cause.REPORT) {
                    yield own;
                }
                Destination way =
                        troubled(trouble.map(Destination::address).orElse(report.mailbox()), cause, said, since);
                yield () -> {
                    isInTheWay(way, report.id(), next);
                    own.write();
                };
            }
            case Answer.Never(var reply, Optional<String> remote) ->
                gaveBack(report, NdrWriter.status(Optional.of(reply)), reply.toString(), remote);
        };
    }

    private Answer give(QueuedReport report) {
        try {
            return handOver.give(report, queue.mail(report));
        } catch (RuntimeException e) {
            LOG.error("report {} cannot be handed over", report.id(), e);
            return new Answer.Later(Cause.REPORT, said(e), Optional.empty());
        }
    }

    /// Whether the mailbox of a report that is refused for now takes none at all: it has taken no other since
    /// this one came, and this one was tried often enough, or another was. One that is refused among others that
    /// are taken is its own trouble.
    private boolean takesNone(QueuedReport report, Optional<Destination> trouble) {
        String mailbox = report.mailbox().key();
        boolean none = took.getOrDefault(mailbox, Instant.EPOCH).isBefore(report.queued())
                && (report.attempts() >= GLITCH || (trouble.isPresent() && takingNone.contains(mailbox)));
        if (none) {
            takingNone.add(mailbox);
        }
        return none;
    }

    /// What was taken before the start nobody remembers.
    private Instant inVainSince(QueuedReport report) {
        return report.queued().isAfter(started) ? report.queued() : started;
    }

    private static String said(RuntimeException mistake) {
        return "this program failed: " + mistake;
    }

    /// What becomes of a report on which this program fails again and again: it is tried later, and is kept as dead
    /// where its time is over.
    Outcome putAside(QueuedReport report, RuntimeException mistake) {
        Instant now = clock.instant();
        if (report.queued().isAfter(over(now))) {
            Instant next = now.plus(pause(report.attempts()));
            return () -> queue.deferred(report.id(), next, said(mistake), Optional.empty());
        }
        return report.notice() ? leftHere(report, said(mistake)) : died(report, said(mistake));
    }

    /// What is queued since then, or longer, is given back where it does not get through.
    private Instant over(Instant now) {
        return now.isBefore(started.plus(GRACE))
                ? Instant.EPOCH
                : now.minus(rules.get().settings().expiry());
    }

    /// Whether its mailbox was, since the report was to be tried: then that need not be done for each.
    private boolean wasAskedInVain(QueuedReport report) {
        return !failed.getOrDefault(report.mailbox().key(), Instant.EPOCH).isBefore(report.next());
    }

    /// A mailbox was asked and does not take mail.
    ///
    /// @return when it is asked next
    private Instant inVain(Address mailbox, Cause cause, Instant since) {
        Instant now = clock.instant();
        Instant next = now.plus(pause(Duration.between(since, now), cause == Cause.REFUSED));
        failed.put(mailbox.key(), now);
        asks.put(mailbox.key(), next);
        return next;
    }

    private Destination troubled(Address mailbox, Cause cause, String said, Instant since) {
        boolean suspended = !clock.instant().isBefore(since.plus(SUSPENDED_AFTER));
        return new Destination(mailbox, cause == Cause.REFUSED, since, suspended, said);
    }

    /// The mailbox is in the way of all that waits for it: one asks for all.
    ///
    /// @param but a report that is looked after by itself
    private void isInTheWay(Destination trouble, long but, Instant next) throws ArchiveException {
        queue.troubled(trouble);
        queue.postponed(trouble.address(), but, next, over(clock.instant()));
        undelivered.tellOf(trouble, rules.get().settings().disables());
    }

    /// The mailboxes in trouble that are to be asked now without a report, since none waits for them. Where their rules
    /// are disabled, none would ever come. Those that no rule uses any more are forgotten.
    List<Destination> toAsk() throws ArchiveException {
        Instant now = clock.instant();
        Set<String> used = rules.get().mailboxes();
        List<Destination> due = new ArrayList<>();
        for (Destination one : queue.unasked()) {
            String mailbox = one.address().key();
            if (!used.contains(mailbox)) {
                if (undelivered.forget(one.address())) {
                    failed.remove(mailbox);
                    asks.remove(mailbox);
                    took.remove(mailbox);
                    takingNone.remove(mailbox);
                }
            } else if (!asks.getOrDefault(mailbox, Instant.EPOCH).isAfter(now)) {
                due.add(one);
            }
        }
        return due;
    }

    /// Asks one of them.
    void ask(Destination trouble) throws ArchiveException {
        Address mailbox = trouble.address();
        asks.put(mailbox.key(), clock.instant().plus(pause(0))); // also where its answer cannot be written
        switch (handOver.ask(mailbox, sender(mailbox))) {
            case Answer.Taken() -> undelivered.resume(mailbox);
            case Answer.Later(Cause cause, String said, var _) -> asked(trouble, cause, said);
            case Answer.Never(var reply, var _) -> asked(trouble, Cause.REFUSED, reply.toString());
        }
    }

    /// The sender that mail for it has: notices go to alternate mailboxes, and have none.
    private Optional<Address> sender(Address mailbox) {
        RuleBook now = rules.get();
        return now.alternates().contains(mailbox.key()) ? Optional.empty() : now.alternateOf(mailbox);
    }

    private void asked(Destination trouble, Cause cause, String said) throws ArchiveException {
        Instant next = inVain(trouble.address(), cause, trouble.since());
        isInTheWay(troubled(trouble.address(), cause, said, trouble.since()), NO_REPORT, next);
    }

    /// Four times a minute apart, six times five minutes, then every ten (fifteen where an answer came).
    static Duration pause(Duration since, boolean answered) {
        if (since.compareTo(Duration.ofMinutes(4)) < 0) {
            return Duration.ofMinutes(1);
        }
        return since.compareTo(Duration.ofMinutes(34)) < 0
                ? Duration.ofMinutes(5)
                : Duration.ofMinutes(answered ? 15 : 10);
    }

    /// The same by how often one report was tried.
    static Duration pause(int attempts) {
        return Duration.ofMinutes(attempts < 4 ? 1 : attempts < 10 ? 5 : 15);
    }

    /// A report goes to the alternate mailbox in a notice; a notice that does not get there leaves its report here.
    ///
    /// @throws ArchiveException where it cannot be read now
    private Outcome gaveBack(QueuedReport report, String status, String said, Optional<String> remote)
            throws ArchiveException {
        if (report.notice()) {
            return leftHere(report, said);
        }
        if (report.alternate().isEmpty()) {
            return died(report, said);
        }
        Content mail = queue.mail(report);
        try {
            Sha256.of(mail);
        } catch (IOException e) {
            if (e.getCause() instanceof ArchiveException queueFails && queueFails.laterHelps()) {
                throw queueFails;
            }
            LOG.error("report {} cannot be read", report.id(), e);
            return died(report, "it cannot be read here any more (" + e.getMessage() + "), and was not taken: " + said);
        }
        Instant now = clock.instant();
        Address alternate = report.alternate().get();
        Content notice = notices.write(
                new NdrWriter.Facts(
                        alternate,
                        report.mailbox(),
                        report.reportId(),
                        report.queued(),
                        now,
                        now,
                        status,
                        said,
                        remote),
                mail,
                report.needs());
        Draft draft = new Draft(true, alternate, Optional.empty(), report.rules(), report.reportId(), report.needs());
        return () -> queue.giveBack(report.id(), said, draft, notice, now);
    }

    private Outcome leftHere(QueuedReport notice, String said) {
        return () -> {
            for (QueuedReport returned : queue.returned(notice.reportId())) {
                queue.ended(
                        returned.id(),
                        State.DEAD,
                        "the alternate mailbox " + notice.mailbox() + " did not take it: " + said);
            }
            queue.delivered(notice.id());
            undelivered.tellOfDead();
        };
    }

    private Outcome died(QueuedReport report, String why) {
        return () -> {
            queue.ended(report.id(), State.DEAD, why);
            undelivered.tellOfDead();
        };
    }

    /// Lets go of the reports that the alternate mailbox has had for long; looks for them now and then.
    void letGo() throws ArchiveException {
        Instant now = clock.instant();
        if (now.isBefore(look)) {
            return;
        }
        look = now.plus(BETWEEN_LOOKS);
        List<Long> ids = queue.outlived(now);
        if (ids.isEmpty()) {
            return;
        }
        try {
            trace.letGo(ids.size());
        } catch (ArchiveException e) {
            LOG.warn("reports that need not be kept stay, since that cannot be noted now: {}", e.toString());
            return;
        }
        for (long id : ids) { // what cannot go now goes when it is looked the next time
            queue.letGo(id, now);
        }
    }
}
