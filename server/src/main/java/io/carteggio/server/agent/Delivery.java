package io.carteggio.server.agent;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.journaling.AgentSettings;
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
import java.util.Optional;
import java.util.UUID;
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

    /// What came of a report, to be written. May be done again where it failed.
    @FunctionalInterface
    interface Outcome {
        void write() throws ArchiveException;
    }

    private static final Outcome NOTHING = () -> {};

    private final ReportQueue queue;
    private final HandOver handOver;
    private final NdrWriter notices;
    private final Supplier<AgentSettings> settings;
    private final Undelivered undelivered;
    private final Clock clock;

    Delivery(
            ReportQueue queue,
            HandOver handOver,
            String host,
            Supplier<AgentSettings> settings,
            Undelivered undelivered,
            Clock clock) {
        this.queue = queue;
        this.handOver = handOver;
        this.notices = new NdrWriter(host, UUID::randomUUID);
        this.settings = settings;
        this.undelivered = undelivered;
        this.clock = clock;
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
    /// @throws ArchiveException where it was not tried, since the queue cannot be read
    Outcome tryNow(QueuedReport report) throws ArchiveException {
        Optional<Destination> trouble =
                Optional.ofNullable(queue.destinations().get(report.mailbox().key()));
        Instant now = clock.instant();
        boolean over = !now.isBefore(report.queued().plus(settings.get().expiry()));
        if (!queue.isThere(report)) {
            return queue.named(report.id()).isEmpty()
                    ? NOTHING // it has been delivered meanwhile
                    : died(report, "its file is gone: nobody has this report any more");
        }
        if (over && trouble.isPresent()) {
            return gaveBack(report, "5.4.7", trouble.get().last(), report.remote());
        }
        return switch (give(report)) {
            case Answer.Taken() ->
                () -> {
                    queue.delivered(report.id());
                    if (trouble.isPresent()) {
                        undelivered.resume(report.mailbox());
                    }
                };
            case Answer.Later(Cause cause, String said, Optional<String> remote) -> {
                if (over) {
                    yield gaveBack(report, "5.4.7", said, remote);
                }
                yield cause == Cause.REPORT
                        ? () -> queue.deferred(report.id(), now.plus(pause(report.attempts())), said, remote)
                        : later(report, cause, said, remote, trouble);
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
            return new Answer.Later(Cause.REPORT, "this program failed: " + e, Optional.empty());
        }
    }

    /// The mailbox is in the way, and so of all that waits for it: one report asks for all.
    private Outcome later(
            QueuedReport report, Cause cause, String said, Optional<String> remote, Optional<Destination> before) {
        Instant now = clock.instant();
        Instant since = before.map(Destination::since).orElse(now);
        boolean refused = cause == Cause.REFUSED;
        boolean suspended = !now.isBefore(since.plus(SUSPENDED_AFTER));
        Destination trouble = new Destination(report.mailbox(), refused, since, suspended, said);
        Instant next = now.plus(pause(Duration.between(since, now), refused));
        return () -> {
            queue.troubled(trouble);
            queue.postponed(report.mailbox(), report.id(), next);
            queue.deferred(report.id(), next, said, remote);
            undelivered.tellOf(trouble, settings.get().disables());
        };
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
    private Outcome gaveBack(QueuedReport report, String status, String said, Optional<String> remote) {
        if (report.notice()) {
            return () -> {
                for (QueuedReport returned : queue.returned(report.reportId())) {
                    queue.ended(
                            returned.id(),
                            State.DEAD,
                            "the alternate mailbox " + report.mailbox() + " did not take it: " + said);
                }
                queue.delivered(report.id());
                undelivered.tellOfDead();
            };
        }
        if (report.alternate().isEmpty()) {
            return died(report, said);
        }
        Content mail = queue.mail(report);
        try {
            Sha256.of(mail);
        } catch (IOException e) {
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

    private Outcome died(QueuedReport report, String why) {
        return () -> {
            queue.ended(report.id(), State.DEAD, why);
            undelivered.tellOfDead();
        };
    }
}
