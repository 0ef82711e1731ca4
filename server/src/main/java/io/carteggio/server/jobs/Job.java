package io.carteggio.server.jobs;

import io.carteggio.archive.ArchiveException;
import java.time.Duration;
import java.util.Optional;

/// Something that runs by a schedule. Its name is its identity.
public interface Job {
    String name();

    Schedule schedule();

    /// Gets ready to work, on the thread that will: connects, logs in.
    Task open(Run run) throws ArchiveException;

    /// Work that is ready. Belongs to one thread.
    interface Task extends AutoCloseable {
        /// Does all there is to do.
        void once(Run run) throws ArchiveException;

        /// Waits until there may be more to do. For jobs that run all the time.
        void awaitMore(Duration atMost) throws ArchiveException;

        @Override
        void close();
    }

    /// How soon to try again after a failure, and whether somebody must be told at once.
    ///
    /// @param failures in a row, this one among them
    Retry retry(ArchiveException failure, int failures);

    /// What a failure means for the schedule.
    ///
    /// @param after the shortest wait; empty: when its schedule says
    /// @param alarm whether it is worth an alarm now: it does not pass by itself, or has gone on too long
    record Retry(Optional<Duration> after, boolean alarm) {}
}
