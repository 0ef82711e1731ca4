package io.carteggio.embedded.extraction;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.extraction.Extractor;
import io.carteggio.embedded.extraction.ReaderProcess.Outcome;
import io.carteggio.mail.extract.ExtractWire;
import io.carteggio.mail.extract.Extracted;
import io.carteggio.mail.extract.Shortfall;
import io.carteggio.mail.mime.UnreadParts.UnreadPart;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;

/// Reads attachments in processes of its own: started when there is something to read, replaced after a number
/// of attachments, ended when they take too long, when they are idle, and when somebody has letters erased.
/// Safe for many threads.
public final class ReaderPool implements Extractor {
    private static final Logger LOG = System.getLogger(ReaderPool.class.getName());

    private final ReaderProgram program;
    private final ReaderLimits limits;
    private final Walls walls;
    private final int width;
    private final Semaphore places;

    // Under this object's monitor.
    private final Deque<ReaderProcess> idle = new ArrayDeque<>();
    private final Set<ReaderProcess> busy = new HashSet<>();
    private final Set<ReaderProcess> forgetful = new HashSet<>(); // busy ones that must not be used again
    private long started;
    private long killed;
    private boolean closed;

    /// Starts nothing yet.
    ///
    /// @param whose the data directory
    /// @param width how many programs at most; where they have no walls of their own, one
    /// @throws ArchiveException where this machine has no place in memory for what they read
    public ReaderPool(ReaderProgram program, Path whose, int width, ReaderLimits limits) throws ArchiveException {
        this.program = program;
        this.limits = limits;
        this.walls = Walls.of(whose);
        this.width = walls instanceof Walls.InMemory ? 1 : width; // they would share the folder
        this.places = new Semaphore(this.width, true);
        walls.notice().ifPresent(notice -> LOG.log(Level.WARNING, notice));
    }

    /// How many processes are sensible here: one on two processors, which are for mail.
    public static int usualWidth() {
        return Math.clamp(Runtime.getRuntime().availableProcessors() / 3, 1, 4);
    }

    @Override
    public Extracted read(UnreadPart part, int textChars) throws ArchiveException, InterruptedException {
        if (part.sizeBytes() > limits.attachmentBytes()) {
            return Extracted.nothing(Shortfall.LARGE);
        }
        places.acquire();
        try {
            Outcome first = attempt(part, textChars);
            // It may have been ended by somebody, or have died of what it read before: once more in a fresh one.
            return switch (first instanceof Outcome.Gone ? attempt(part, textChars) : first) {
                case Outcome.Answered(Extracted extracted) -> extracted;
                case Outcome.TooMuch() -> Extracted.nothing(Shortfall.SLOW);
                case Outcome.Gone() -> Extracted.nothing(Shortfall.CRASHED);
                case Outcome.Unreadable() -> Extracted.nothing(Shortfall.DAMAGED);
            };
        } finally {
            places.release();
        }
    }

    private Outcome attempt(UnreadPart part, int textChars) throws ArchiveException, InterruptedException {
        ReaderProcess reader = taken();
        Outcome outcome = new Outcome.Gone();
        try {
            outcome = reader.read(part, textChars);
            return outcome;
        } finally {
            given(reader, outcome);
        }
    }

    private ReaderProcess taken() throws ArchiveException, InterruptedException {
        synchronized (this) {
            open();
            while (!idle.isEmpty()) {
                ReaderProcess reader = idle.pop();
                if (reader.isFit()) {
                    busy.add(reader);
                    return reader;
                }
                reader.end();
            }
        }
        ReaderProcess reader = ReaderProcess.start(program, walls, limits);
        synchronized (this) {
            started++;
            if (closed) {
                reader.end();
            }
            open();
            busy.add(reader);
            return reader;
        }
    }

    private void open() throws ArchiveException {
        if (closed) {
            throw new ArchiveException("the archive is being closed", true);
        }
    }

    private synchronized void given(ReaderProcess reader, Outcome outcome) {
        busy.remove(reader);
        boolean forget = forgetful.remove(reader);
        if (!(outcome instanceof Outcome.Answered) && !closed) {
            killed++;
        }
        if (closed || forget || !reader.isFit()) {
            reader.end();
        } else {
            idle.push(reader);
        }
    }

    @Override
    public String reader() {
        return ExtractWire.READER;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public synchronized void rest() {
        idle.removeIf(reader -> {
            boolean over = reader.isIdleFor(limits.idle()) || !reader.isFit();
            if (over) {
                reader.end();
            }
            return over;
        });
    }

    @Override
    public synchronized void forget() {
        idle.forEach(ReaderProcess::end);
        idle.clear();
        forgetful.addAll(busy);
    }

    @Override
    public synchronized Condition condition() {
        long resident = 0;
        for (ReaderProcess reader : idle) {
            resident += reader.residentBytes();
        }
        for (ReaderProcess reader : busy) {
            resident += reader.residentBytes();
        }
        return new Condition(idle.size() + busy.size(), started, killed, resident, walls.notice());
    }

    /// The process that waits, or else reads, for tests that end it.
    synchronized Optional<Long> anyPid() {
        return idle.stream().findFirst().or(() -> busy.stream().findFirst()).map(ReaderProcess::pid);
    }

    @Override
    public synchronized void close() {
        closed = true;
        idle.forEach(ReaderProcess::end);
        idle.clear();
        busy.forEach(ReaderProcess::end);
    }
}
