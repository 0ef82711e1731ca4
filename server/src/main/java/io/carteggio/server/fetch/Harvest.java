package io.carteggio.server.fetch;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.entry.Disposition;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.intake.Arrival;
import io.carteggio.archive.intake.Receipt;
import io.carteggio.archive.intake.Source;
import io.carteggio.embedded.jobs.JobStore.Settled;
import io.carteggio.embedded.jobs.RunCounts;
import io.carteggio.embedded.spool.Spool;
import io.carteggio.server.archive.Archive;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes mails as they come in and has many archived at once, so that the vault forces them together.
/// What is archived waits here until it is taken over, which is where a run keeps what it knows.
///
/// The [Receiver] is for the mailbox's thread; [#takeOver] too.
final class Harvest implements Receiver {
    /// Mails in hand at once: enough that one force serves many, few enough that a crash repeats little.
    static final int IN_HAND = 64;

    private static final Logger LOG = LoggerFactory.getLogger(Harvest.class);

    private final Archive archive;
    private final Source source;
    private final Function<String, Provenance> provenance;
    private final Semaphore free = new Semaphore(IN_HAND);

    private final Object lock = new Object();
    private List<Settled> settled = new ArrayList<>(); // guarded by lock, as all below
    private RunCounts counts = RunCounts.NONE;
    private long highestFrame;
    private Optional<ArchiveException> failure = Optional.empty();
    private Optional<String> firstUnreadable = Optional.empty();
    private final Set<String> unreadable = ConcurrentHashMap.newKeySet();

    Harvest(Archive archive, Source source, Function<String, Provenance> provenance) {
        this.archive = archive;
        this.source = source;
        this.provenance = provenance;
    }

    /// What is done since the last time.
    ///
    /// @param frame the highest number of a frame among it
    record Done(List<Settled> settled, long frame, RunCounts counts) {}

    Done takeOver() {
        synchronized (lock) {
            Done done = new Done(settled, highestFrame, counts);
            settled = new ArrayList<>();
            counts = RunCounts.NONE;
            return done;
        }
    }

    @Override
    public Spool begin() throws ArchiveException {
        failIfFailed();
        try {
            free.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FetchException(FetchException.Kind.CUT, "cancelled", e);
        }
        free.release(); // a place is taken only with `mail`: what comes in now is the one mail more
        return archive.spool();
    }

    @Override
    public void mail(String key, Spool mail, Optional<Instant> received) {
        free.acquireUninterruptibly();
        Thread.ofVirtual().name("fetched").start(() -> {
            try {
                archive(key, mail, received);
            } finally {
                free.release();
            }
        });
    }

    private void archive(String key, Spool mail, Optional<Instant> received) {
        try (mail) {
            Receipt receipt = archive.accept(
                    new Arrival(source, mail.content(), provenance.apply(key).receivedAt(received)));
            long bytes = mail.sizeBytes();
            synchronized (lock) {
                settled.add(new Settled(key, receipt.disposition() == Disposition.DISCARDED));
                highestFrame = Math.max(highestFrame, receipt.number());
                counts = counts.plus(count(receipt.disposition(), bytes));
            }
        } catch (ArchiveException e) {
            failed(e);
        } catch (IOException e) {
            LOG.warn("a spool file could not be removed; it goes with the next start", e);
        } catch (RuntimeException e) {
            failed(new ArchiveException("a fault of this program with mail " + key + ": " + e, false, e));
        }
    }

    private static RunCounts count(Disposition disposition, long bytes) {
        return new RunCounts(
                0,
                1,
                disposition == Disposition.LETTERS ? 1 : 0,
                disposition == Disposition.EVIDENCE ? 1 : 0,
                disposition == Disposition.NOTICE ? 1 : 0,
                disposition == Disposition.QUARANTINED ? 1 : 0,
                disposition == Disposition.DISCARDED ? 1 : 0,
                0,
                0,
                0,
                bytes);
    }

    private void failed(ArchiveException e) {
        synchronized (lock) {
            if (failure.isEmpty()) {
                failure = Optional.of(e);
            }
        }
    }

    void failIfFailed() throws ArchiveException {
        synchronized (lock) {
            if (failure.isPresent()) {
                throw failure.get();
            }
        }
    }

    @Override
    public void vanished(String key) {
        synchronized (lock) {
            counts = counts.plus(new RunCounts(0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0));
        }
    }

    @Override
    public void unreadable(String key, String why) {
        synchronized (lock) {
            unreadable.add(key);
            counts = counts.plus(new RunCounts(0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0));
            if (firstUnreadable.isEmpty()) {
                firstUnreadable = Optional.of(key + ": " + why);
            }
        }
    }

    /// What the server does not give. Lives.
    Set<String> unreadable() {
        return unreadable;
    }

    /// Why the first unreadable mail was, if any.
    Optional<String> firstUnreadable() {
        synchronized (lock) {
            return firstUnreadable;
        }
    }

    /// Waits until nothing is in hand. What was begun is finished, also where the run is cancelled.
    void awaitAll() {
        free.acquireUninterruptibly(IN_HAND);
        free.release(IN_HAND);
    }
}
