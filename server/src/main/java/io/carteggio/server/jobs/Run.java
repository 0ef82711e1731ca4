package io.carteggio.server.jobs;

import io.carteggio.archive.ArchiveException;
import java.time.Instant;
import java.util.Optional;

/// One run that is under way. Safe for many threads.
public final class Run {
    private final long number;
    private final Instant started;
    private volatile String stage = "starting";
    private volatile Optional<String> note = Optional.empty();
    private volatile boolean cancelled;

    Run(long number, Instant started) {
        this.number = number;
        this.started = started;
    }

    /// Somebody wants this run to end.
    public static final class Cancelled extends ArchiveException {
        private static final long serialVersionUID = 1L;

        Cancelled() {
            super("cancelled", true);
        }
    }

    public long number() {
        return number;
    }

    public Instant started() {
        return started;
    }

    /// What it is at, for who looks.
    public void stage(String text) {
        stage = text;
    }

    public String stage() {
        return stage;
    }

    /// Something worth a line in the history, though the run goes on.
    public void note(String text) {
        note = Optional.of(text);
    }

    Optional<String> note() {
        return note;
    }

    void cancel() {
        cancelled = true;
    }

    /// Whether somebody wants this run to end.
    public boolean isCancelled() {
        return cancelled;
    }

    /// To be called between two pieces of work.
    public void checkCancelled() throws Cancelled {
        if (cancelled) {
            throw new Cancelled();
        }
    }
}
