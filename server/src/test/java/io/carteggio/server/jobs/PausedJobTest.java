package io.carteggio.server.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.jobs.JobStore;
import io.carteggio.server.watch.Alarms;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A pause holds, whatever begins or ends at the same instant.
class PausedJobTest {
    private static final int ROUNDS = 200;

    @TempDir
    private Path folder;

    private final AtomicInteger begun = new AtomicInteger();

    /// Is always due, and ends soon.
    private final class Restless implements Job {
        @Override
        public String name() {
            return "restless";
        }

        @Override
        public Schedule schedule() {
            return new Schedule.Continuous(Duration.ofMinutes(1));
        }

        @Override
        public Task open(Run run) {
            begun.incrementAndGet();
            return new Task() {
                @Override
                public void once(Run whole) {
                    LockSupport.parkNanos(100_000);
                }

                @Override
                public void awaitMore(Duration atMost) throws ArchiveException {
                    throw new ArchiveException("the session is over", true);
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public Retry retry(ArchiveException failure, int failures) {
            return new Retry(Optional.of(Duration.ZERO), false);
        }
    }

    @Test
    void nothingBeginsBehindAPause() throws Exception {
        Clock clock = Clock.systemUTC();
        Job job = new Restless();
        AtomicBoolean over = new AtomicBoolean();
        try (JobStore store = JobStore.open(folder.resolve("jobs.db"), clock.instant());
                Jobs jobs = new Jobs(store, () -> List.of(job), Alarms.open(folder, clock), clock)) {
            Thread looking = Thread.ofPlatform().start(() -> {
                while (!over.get()) {
                    jobs.attend();
                }
            });
            try {
                for (int round = 0; round < ROUNDS; round++) {
                    int before = begun.get();
                    jobs.resume(job.name());
                    while (begun.get() == before) {
                        Thread.onSpinWait();
                    }
                    LockSupport.parkNanos(50_000L * (round % 10));
                    jobs.pause(job.name());
                    int atPause = begun.get();
                    LockSupport.parkNanos(1_000_000);
                    assertThat(jobs.state(job.name()).paused())
                            .as("round %d", round)
                            .isTrue();
                    assertThat(begun.get()).as("round %d", round).isEqualTo(atPause);
                }
            } finally {
                over.set(true);
                looking.join();
            }
        }
    }
}
