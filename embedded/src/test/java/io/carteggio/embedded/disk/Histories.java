package io.carteggio.embedded.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/// Plays many random histories on [FakeDisk]s, each drawn from a seed of its own.
///
/// A failure names its seed: `-Dcrash.seed=…` plays that one again. `-Dcrash.histories=…` plays more.
public final class Histories {
    public static final boolean LONG = Boolean.getBoolean("check.long");

    /// Where the histories of `./check` begin, so that a red one is the doing of the change at hand; new ones
    /// are for `./check --long`.
    private static final long FIRST_SEED = 20_261_122_000_000L;
    private static final int THREADS = 2;

    private Histories() {}

    /// One history.
    public interface Play {
        /// Fails where a promise was broken; gives how often what was seen.
        Map<String, Integer> from(long seed) throws Exception;
    }

    /// Plays them, and fails with the seed of the first that broke a promise.
    ///
    /// @param what how the report on standard output calls them
    /// @param usual how many, unless it is said
    public static void play(String what, int usual, Play play) throws Exception {
        boolean one = Long.getLong("crash.seed") != null;
        long first = Long.getLong("crash.seed", LONG ? System.nanoTime() : FIRST_SEED);
        int histories = Integer.getInteger("crash.histories", one ? 1 : usual);
        System.out.printf("%s: seeds from %d on%n", what, first);
        long started = System.nanoTime();
        AtomicLong next = new AtomicLong(first);
        Map<String, Long> seen = new TreeMap<>();
        Callable<Void> task = () -> {
            for (long seed = next.getAndIncrement(); seed < first + histories; seed = next.getAndIncrement()) {
                try {
                    Map<String, Integer> of = play.from(seed);
                    synchronized (seen) {
                        of.forEach((name, n) -> seen.merge(name, (long) n, Long::sum));
                    }
                } catch (Throwable broken) {
                    next.set(Long.MAX_VALUE / 2); // enough for the others, too
                    throw new AssertionError("-Dcrash.seed=" + seed + ": " + broken.getMessage(), broken);
                }
            }
            return null;
        };
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<Void>> playing = new ArrayList<>();
            for (int i = 0; i < Math.min(THREADS, histories); i++) {
                playing.add(threads.submit(task));
            }
            for (Future<Void> played : playing) {
                played.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AssertionError broken) {
                throw broken;
            }
            throw e;
        }
        System.out.printf(
                "%s: %d histories in %d s: %s%n",
                what, histories, Duration.ofNanos(System.nanoTime() - started).toSeconds(), seen);
        assertThat(seen).isNotEmpty();
    }
}
