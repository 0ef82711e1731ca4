package io.carteggio.archive;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/// Long work on many things, one after the other in their order, of which most can be done ahead by other threads:
/// frames and letters are unsealed and summed up there. A bounded number is under way at a time, by count and by
/// octets. Belongs to one thread, and has some of its own.
///
/// @param <T> what the other threads find out of one thing
public final class InOrder<T> implements AutoCloseable {
    private static final int PACK = 32;
    private static final int PACK_BYTES = 1 << 20;
    private static final int PACKS_AHEAD = 6;

    private final Taker<T> taker;
    private final ExecutorService threads;
    private final Deque<Future<List<T>>> ahead = new ArrayDeque<>();
    private List<Callable<T>> pack = new ArrayList<>(PACK);
    private long packBytes;

    /// Who is given the results, in the thread that adds.
    @FunctionalInterface
    public interface Taker<T> {
        void take(T result) throws ArchiveException;
    }

    /// @param name of the threads
    public InOrder(String name, Taker<T> taker) {
        this.taker = taker;
        this.threads = Executors.newFixedThreadPool(
                threads(), Thread.ofPlatform().name(name + "-", 1).daemon().factory());
    }

    /// A processor is left for mail where there are more than two.
    public static int threads() {
        return Math.max(2, Runtime.getRuntime().availableProcessors() - 1);
    }

    /// Adds a thing to do; may give results of earlier ones.
    ///
    /// @param bytes that are held in memory for it
    public void add(Callable<T> work, long bytes) throws ArchiveException {
        pack.add(work);
        packBytes += bytes;
        if (pack.size() == PACK || packBytes >= PACK_BYTES) {
            List<Callable<T>> full = pack;
            ahead.add(threads.submit(() -> all(full)));
            pack = new ArrayList<>(PACK);
            packBytes = 0;
            if (ahead.size() > PACKS_AHEAD) {
                giveNext();
            }
        }
    }

    private static <T> List<T> all(List<Callable<T>> pack) throws Exception {
        List<T> results = new ArrayList<>(pack.size());
        for (Callable<T> one : pack) {
            results.add(one.call());
        }
        return results;
    }

    /// Returns when all results were given. More may be added afterwards.
    public void finish() throws ArchiveException {
        while (!ahead.isEmpty()) {
            giveNext();
        }
        List<Callable<T>> rest = pack; // too little for other threads
        pack = new ArrayList<>(PACK);
        packBytes = 0;
        FutureTask<List<T>> here = new FutureTask<>(() -> all(rest));
        here.run();
        ahead.add(here);
        giveNext();
    }

    private void giveNext() throws ArchiveException {
        List<T> results;
        try {
            results = ahead.remove().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ArchiveException("interrupted", true, e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ArchiveException trouble) {
                throw trouble;
            }
            throw new IllegalStateException("work that was done ahead failed", e.getCause());
        }
        for (T result : results) {
            taker.take(result);
        }
    }

    /// Ends the threads; what is under way is given up.
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
