package io.carteggio.embedded.vault;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Who waits for whom. The patience is long here, so that a test that ends did not end by it.
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WriterQueueTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final WriterQueue<String> queue = new WriterQueue<>(LONG);

    @Test
    void whoComesAloneWaitsForNobody() throws InterruptedException {
        queue.announce();
        queue.addAnnounced("a");
        assertThat(queue.first()).isEqualTo("a");
        assertThat(queue.next()).isEmpty();
    }

    @Test
    void whoIsAloneNeedsNoWriter() {
        queue.announce();
        queue.announce();
        assertThat(queue.leaveAlone()).as("another is on the way").isFalse();
        queue.givenUp();
        queue.add("act");
        assertThat(queue.leaveAlone()).as("another waits").isFalse();
        assertThat(queue.next()).contains("act");
        assertThat(queue.leaveAlone()).isTrue();
        assertThat(queue.leaveAlone()).as("and is announced no more").isFalse();
    }

    @Test
    void whatWasNotAnnouncedIsTakenToo() throws InterruptedException {
        queue.add("act");
        assertThat(queue.first()).isEqualTo("act");
    }

    @Test
    void theFirstWaitsForThoseOnTheirWay() throws InterruptedException {
        queue.announce();
        queue.announce();
        queue.announce();
        queue.addAnnounced("a");
        Taking taking = new Taking();
        taking.waits();
        queue.addAnnounced("b");
        taking.waits();
        queue.addAnnounced("c");
        assertThat(taking.taken()).containsExactly("a", "b", "c");
    }

    @Test
    void theLastFewAreNotWaitedFor() throws InterruptedException {
        for (int i = 0; i < 5; i++) {
            queue.announce();
        }
        queue.addAnnounced("a");
        Taking taking = new Taking();
        taking.waits();
        queue.addAnnounced("b");
        queue.addAnnounced("c");
        taking.waits();
        queue.addAnnounced("d");
        assertThat(taking.taken()).containsExactly("a", "b", "c", "d");
        queue.addAnnounced("e");
        assertThat(queue.first()).isEqualTo("e");
    }

    @Test
    void whoGivesUpIsNotWaitedFor() throws InterruptedException {
        queue.announce();
        queue.announce();
        queue.addAnnounced("a");
        Taking taking = new Taking();
        taking.waits();
        queue.givenUp();
        assertThat(taking.taken()).containsExactly("a");
    }

    @Test
    void patienceEnds() throws InterruptedException {
        WriterQueue<String> impatient = new WriterQueue<>(Duration.ofMillis(5));
        impatient.announce();
        impatient.announce();
        impatient.addAnnounced("a");
        long began = System.nanoTime();
        assertThat(impatient.first()).isEqualTo("a");
        assertThat(System.nanoTime() - began).isGreaterThan(4_000_000);
        impatient.addAnnounced("late");
        assertThat(impatient.first()).isEqualTo("late");
    }

    /// A writer that takes all that is there.
    private final class Taking {
        private final CountDownLatch done = new CountDownLatch(1);
        private final AtomicReference<List<String>> all = new AtomicReference<>(List.of());
        private final Thread thread = Thread.ofPlatform().start(this::take);

        private void take() {
            try {
                List<String> items = new ArrayList<>(List.of(queue.first()));
                for (Optional<String> next = queue.next(); next.isPresent(); next = queue.next()) {
                    items.add(next.get());
                }
                all.set(items);
                done.countDown();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        void waits() {
            while (thread.getState() != Thread.State.TIMED_WAITING) {
                assertThat(done.getCount()).as("it took %s", all.get()).isEqualTo(1);
                LockSupport.parkNanos(100_000);
            }
        }

        List<String> taken() throws InterruptedException {
            done.await();
            return all.get();
        }
    }
}
