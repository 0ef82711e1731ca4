package io.carteggio.server.agent;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.reports.QueuedReport.State;
import io.carteggio.embedded.reports.ReportQueue;
import io.carteggio.mail.Address;
import io.carteggio.server.watch.AlarmKind;
import io.carteggio.server.watch.Alarms;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What an administrator does about reports that do not arrive, and what stands in alarms of them. Safe for many
/// threads.
public final class Undelivered {
    private static final String DEAD_LETTERS = "dead letters";
    private static final String QUEUE = "queue";

    private final ReportQueue queue;
    private final Alarms alarms;
    private final Clock clock;
    private volatile boolean unwell = true; // an alarm of the last run may stand
    private volatile boolean takenUp;

    public Undelivered(ReportQueue queue, Alarms alarms, Clock clock) {
        this.queue = queue;
        this.alarms = alarms;
        this.clock = clock;
    }

    /// Takes up the alarms of an earlier run: what is not so any more is over. Versions that knew mailboxes by the
    /// spelling of their rules had an alarm for each spelling.
    void takeUp() throws ArchiveException {
        if (takenUp) {
            return;
        }
        alarms.rename(AlarmKind.JOURNALING, subject -> new Address(subject).key());
        Set<String> standing = new HashSet<>(queue.destinations().keySet());
        standing.add(QUEUE); // over when the queue is well
        if (dead() > 0) {
            standing.add(DEAD_LETTERS);
        }
        alarms.retain(AlarmKind.JOURNALING, standing);
        takenUp = true;
    }

    /// A mailbox takes mail again, or is to be tried again: all that waits for it is tried now.
    public void resume(Address mailbox) throws ArchiveException {
        queue.recovered(mailbox, clock.instant());
        alarms.clear(AlarmKind.JOURNALING, mailbox.key());
    }

    /// No rule uses a mailbox any more: where nothing waits for it, nobody need know that it takes no mail.
    ///
    /// @return whether it is forgotten
    boolean forget(Address mailbox) throws ArchiveException {
        boolean forgotten = queue.forget(mailbox);
        if (forgotten) {
            alarms.clear(AlarmKind.JOURNALING, mailbox.key());
        }
        return forgotten;
    }

    /// Sends reports again that were returned, or that are kept here and nowhere else.
    public void again(List<Long> ids) throws ArchiveException {
        queue.again(ids, clock.instant());
        if (dead() == 0) {
            alarms.clear(AlarmKind.JOURNALING, DEAD_LETTERS);
        }
    }

    private long dead() throws ArchiveException {
        return queue.counts().getOrDefault(State.DEAD, 0L);
    }

    /// A report is kept here and nowhere else.
    void tellOfDead() throws ArchiveException {
        long dead = dead();
        alarms.raise(
                AlarmKind.JOURNALING,
                DEAD_LETTERS,
                dead + " journal reports reached neither their mailbox nor an alternate one. They are kept here and"
                        + " nowhere else: see `rule queue`, and send them again with `rule again`",
                Alarms.gradeOf(dead));
    }

    /// The queue cannot be read or written.
    void tellOfQueue(Exception why) {
        unwell = true;
        alarms.raise(
                AlarmKind.JOURNALING,
                QUEUE,
                "the queue of journal reports cannot be read or written: " + why.getMessage()
                        + ". Reports are not lost, and none that was delivered is sent again while this program runs;"
                        + " it goes on by itself when that is mended");
    }

    /// The queue can be read and written, and nothing is left to be written.
    void queueIsWell() {
        if (unwell) {
            unwell = false;
            alarms.clear(AlarmKind.JOURNALING, QUEUE);
        }
    }

    /// A mailbox is in the way.
    ///
    /// @param disables whether rules are disabled whose mailbox is suspended
    void tellOf(ReportQueue.Destination trouble, boolean disables) {
        String how = trouble.refused() ? "whose address is refused" : "where nobody takes them";
        alarms.raise(
                AlarmKind.JOURNALING,
                trouble.address().key(),
                (trouble.suspended()
                                ? "SUSPENDED: for two days no report could be delivered to "
                                : "reports cannot be delivered to ")
                        + trouble.address() + ", " + how + ", since " + trouble.since()
                        + (trouble.suspended() && disables
                                ? ". RULES FOR IT ARE DISABLED, as `rule settings --suspended disable` says: of each"
                                        + " message a gap record is kept, and no report. What was queued before waits"
                                : ". They wait")
                        + "; the last answer was: " + trouble.last()
                        + (trouble.suspended() ? ". When it is mended: `rule resume " + trouble.address() + "`" : ""),
                trouble.suspended() ? 1 : 0);
    }
}
