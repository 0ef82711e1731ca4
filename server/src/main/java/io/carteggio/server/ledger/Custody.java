package io.carteggio.server.ledger;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.ledger.SignedCheckpoint;
import io.carteggio.embedded.ledger.FileLedger;
import io.carteggio.embedded.ledger.Lodging;
import io.carteggio.embedded.ledger.TimestampFiles;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has checkpoints stamped and lodged, at least daily when something came in, as far as an administrator
/// named an authority and a place.
///
/// Safe for many threads; one attends at a time. What fails is tried again an hour later, and [#trouble] says
/// so: nothing here stops the archive.
public final class Custody implements AutoCloseable {
    public static final Duration INTERVAL = Duration.ofDays(1);
    public static final Duration RETRY = Duration.ofHours(1);
    private static final Duration LOOK = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(Custody.class);

    private final FileLedger ledger;
    private final TimestampFiles stamps;
    private final Supplier<Settings> settings;
    private final Clock clock;

    // Guarded by this.
    private Instant stampFrom = Instant.MIN;
    private Instant lodgeFrom = Instant.MIN;
    private Optional<String> stampTrouble = Optional.empty();
    private Optional<String> lodgeTrouble = Optional.empty();

    private Optional<Thread> thread = Optional.empty();

    /// What an administrator has set.
    ///
    /// @param authority who stamps
    /// @param place the directory where checkpoints are lodged
    public record Settings(Optional<TimestampAuthority> authority, Optional<Path> place) {}

    public Custody(FileLedger ledger, TimestampFiles stamps, Supplier<Settings> settings, Clock clock) {
        this.ledger = ledger;
        this.stamps = stamps;
        this.settings = settings;
        this.clock = clock;
    }

    /// Begins to attend by itself, until it is closed. Without this, [#close] lodges and nothing is stamped:
    /// short commands must not wait for an authority.
    public void start() {
        Thread attending = Thread.ofVirtual().name("custody").unstarted(() -> {
            try {
                while (true) {
                    Thread.sleep(LOOK);
                    attend();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // closed
            }
        });
        thread = Optional.of(attending);
        attending.start();
    }

    /// Does what is due now.
    synchronized void attend() {
        Instant now = clock.instant();
        Settings set = settings.get();
        if (set.authority().isPresent() && !now.isBefore(stampFrom)) {
            try {
                stamp();
                stampFrom = now.plus(INTERVAL);
            } catch (ArchiveException e) {
                stampFrom = now.plus(RETRY);
                LOG.warn("no time stamp: {}", e.getMessage());
            }
        }
        if (set.place().isPresent() && !now.isBefore(lodgeFrom)) {
            try {
                lodge();
                lodgeFrom = now.plus(INTERVAL);
            } catch (ArchiveException e) {
                lodgeFrom = now.plus(RETRY);
                LOG.warn("no checkpoint lodged: {}", e.getMessage());
            }
        }
    }

    /// Has the newest checkpoint stamped now, unless it is already.
    ///
    /// @return it; empty where nothing was ever kept, or no authority is set
    public synchronized Optional<SignedCheckpoint> stamp() throws ArchiveException {
        Optional<TimestampAuthority> authority = settings.get().authority();
        try {
            Optional<SignedCheckpoint> newest = authority.isEmpty() ? Optional.empty() : ledger.sign(true);
            if (newest.isPresent()
                    && !stamps.sizes().contains(newest.get().checkpoint().size())) {
                stamps.keep(newest.get(), authority.get().stamp(newest.get().bytes()));
            }
            stampTrouble = Optional.empty();
            return newest;
        } catch (ArchiveException e) {
            stampTrouble = Optional.ofNullable(e.getMessage());
            throw e;
        }
    }

    /// Lodges the newest checkpoint now, unless it lies there already.
    ///
    /// @return it; empty where nothing was ever kept, or no place is set
    public synchronized Optional<SignedCheckpoint> lodge() throws ArchiveException {
        Optional<Path> place = settings.get().place();
        try {
            Optional<SignedCheckpoint> newest = place.isEmpty() ? Optional.empty() : ledger.sign(true);
            if (newest.isPresent()) {
                new Lodging(place.get(), ledger.key().name()).lodge(newest.get());
            }
            lodgeTrouble = Optional.empty();
            return newest;
        } catch (ArchiveException e) {
            lodgeTrouble = Optional.ofNullable(e.getMessage());
            throw e;
        }
    }

    /// What of it does not work, in sentences.
    public synchronized List<String> trouble() {
        return Stream.concat(stampTrouble.stream(), lodgeTrouble.stream()).toList();
    }

    /// Stops attending, and lodges a last time. To be closed before the ledger.
    @Override
    public void close() {
        if (thread.isPresent()) {
            thread.get().interrupt();
            try {
                thread.get().join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        try {
            lodge();
        } catch (ArchiveException e) {
            LOG.warn("no checkpoint lodged: {}", e.getMessage());
        }
    }
}
