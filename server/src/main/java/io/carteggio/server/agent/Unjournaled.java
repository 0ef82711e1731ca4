package io.carteggio.server.agent;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.disk.DurableFiles;
import io.carteggio.mail.Content;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Messages that went on without a report: of each a notice waits here until the archive has taken it as the
/// record of a gap. A notice is forced to a file before the message goes on, where the disk takes one; else it
/// is in memory alone, and lost with the process. Safe for many threads.
final class Unjournaled implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Unjournaled.class);

    /// Notices that the disk does not take, at most, some 2 KB each. Of more there are the alarm and the log.
    static final int IN_MEMORY_LIMIT = 10_000;

    private static final int NOTICE_BYTES_LIMIT = 1 << 20;
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final Duration STOP = Duration.ofSeconds(10);
    private static final String ENDING = ".eml";

    /// Where the records are kept.
    interface Gaps {
        /// Takes a notice.
        ///
        /// @return the number of the record
        long keep(Content notice) throws ArchiveException;

        /// Nothing is missing after all.
        void close(long number) throws ArchiveException;
    }

    /// One message that goes on. Guarded by the other class.
    final class Missing {
        private final Path file;
        private Optional<Content> inMemory = Optional.empty();
        private Optional<Long> kept = Optional.empty();

        private Missing(Path file) {
            this.file = file;
        }

        /// It did not go on, so nothing is missing.
        ///
        /// @throws ArchiveException where a record is kept already, and could not be closed
        void drop() throws ArchiveException {
            synchronized (Unjournaled.this) {
                if (waiting.remove(this)) {
                    forget(this);
                } else if (kept.isPresent()) {
                    gaps.close(kept.get());
                }
            }
        }
    }

    private final Path folder;
    private final Gaps gaps;
    private final Deque<Missing> waiting = new ArrayDeque<>(); // oldest first; guarded by this
    private int inMemory; // guarded by this
    private long next; // guarded by this
    private boolean closed; // guarded by this
    private Optional<Thread> thread = Optional.empty();

    /// @param folder is made when it is needed; what waits there from the last run goes on waiting
    Unjournaled(Path folder, Gaps gaps) {
        this.folder = folder;
        this.gaps = gaps;
        try {
            for (Path file : left()) {
                waiting.add(new Missing(file));
            }
        } catch (IOException e) {
            LOG.error("{} cannot be read: gaps may lack their records", folder, e);
        }
        next = waiting.isEmpty() ? 1 : number(waiting.getLast().file) + 1;
    }

    private List<Path> left() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches("\\d{10}\\" + ENDING))
                    .sorted()
                    .toList();
        }
    }

    private static long number(Path file) {
        return Long.parseLong(file.getFileName().toString().replace(ENDING, ""));
    }

    /// Tries again by itself from now on.
    void start() {
        thread = Optional.of(Thread.ofVirtual().name("unjournaled").start(this::run));
    }

    /// Notes a message. When this returns, its notice is on disk or, where that takes none, in memory.
    synchronized Missing add(Content notice) {
        Missing missing = new Missing(folder.resolve(String.format("%010d%s", next++, ENDING)));
        try {
            write(missing.file, notice);
            waiting.add(missing);
        } catch (IOException e) {
            if (inMemory < IN_MEMORY_LIMIT) {
                if (inMemory == 0) {
                    LOG.error("notices of messages that are in no archive are in memory alone: {}", e.toString());
                }
                missing.inMemory = Optional.of(notice);
                inMemory++;
                waiting.add(missing);
            } else {
                LOG.error("a message that is in no archive gets no gap record: {}", e.toString());
            }
        }
        notifyAll();
        return missing;
    }

    private void write(Path file, Content notice) throws IOException {
        DurableFiles.createDirectories(folder);
        DurableFiles.write(file, notice.toByteArray(NOTICE_BYTES_LIMIT));
    }

    /// How many wait for their record.
    synchronized int waiting() {
        return waiting.size();
    }

    /// Hands what waits to the archive, oldest first, until it does not take one. A message that goes on meanwhile
    /// waits for one of them at most.
    ///
    /// @throws ArchiveException where it did not
    void hand() throws ArchiveException {
        boolean more = true;
        while (more) {
            more = handFirst();
        }
    }

    private synchronized boolean handFirst() throws ArchiveException {
        Missing first = waiting.peek();
        if (first == null) {
            return false;
        }
        try {
            Content notice =
                    first.inMemory.isPresent() ? first.inMemory.get() : Content.of(Files.readAllBytes(first.file));
            // a process that ends here takes the same notice once more: a redelivery, and no second record
            first.kept = Optional.of(gaps.keep(notice));
        } catch (IOException e) {
            LOG.error("the notice {} is lost, and with it the record of a gap", first.file, e);
        }
        waiting.remove();
        forget(first);
        return true;
    }

    private void forget(Missing missing) {
        if (missing.inMemory.isPresent()) {
            missing.inMemory = Optional.empty();
            inMemory--;
        }
        try {
            Files.deleteIfExists(missing.file);
        } catch (IOException e) {
            LOG.warn("{} could not be removed; it becomes a redelivery: {}", missing.file, e.toString());
        }
    }

    private void run() {
        try {
            while (awaitSome()) {
                try {
                    hand();
                } catch (ArchiveException e) {
                    LOG.debug("records of gaps wait: {}", e.toString());
                    rest();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean awaitSome() throws InterruptedException {
        while (waiting.isEmpty() && !closed) {
            wait();
        }
        return !closed;
    }

    private synchronized void rest() throws InterruptedException {
        long until = System.nanoTime() + RETRY.toNanos();
        for (long left = RETRY.toMillis(); left > 0 && !closed; left = (until - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
    }

    /// Ends; what is in memory is given to the disk once more.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
            for (Missing missing : waiting) {
                if (missing.inMemory.isPresent()) {
                    try {
                        write(missing.file, missing.inMemory.get());
                    } catch (IOException e) {
                        LOG.error("a message that is in no archive gets no gap record: {}", e.toString());
                    }
                }
            }
        }
        try {
            if (thread.isPresent()) {
                thread.get().join(STOP);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
