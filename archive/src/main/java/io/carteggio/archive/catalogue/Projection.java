package io.carteggio.archive.catalogue;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Catalogue.Registration;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.EntryCodec;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Vault;
import io.carteggio.mail.Content;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// Carries what the vault has forced into the catalogue, in the vault's order, many frames in one transaction.
///
/// One platform thread does it. If the catalogue fails, nothing that was acknowledged is in danger: the projection
/// tries again once a second, [#trouble] says why, and the intake takes nothing new until it is over.
public final class Projection implements AutoCloseable {
    /// A manifest larger than this cannot come from this program: 100,000 recipients stay far below.
    public static final int MANIFEST_LIMIT_BYTES = 256 << 20;

    private static final int BATCH_FRAMES = 512;
    private static final int REPLAY_BATCH_FRAMES = 2_000;
    private static final long RETRY_MILLIS = 1_000;

    private final Vault vault;
    private final Catalogue catalogue;
    private final Consumer<Act> acts;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Registration> waiting = new ArrayDeque<>();
    private long registered;
    private Optional<String> trouble = Optional.empty();
    private boolean closing;
    private final Thread thread;

    /// Brings the catalogue up to the vault's end, then follows it.
    ///
    /// @param acts told of every act but audit entries after it is registered, in order, from one thread at a time;
    ///     also of those that the catalogue knew at the start
    public static Projection start(Vault vault, Catalogue catalogue, Consumer<Act> acts) throws ArchiveException {
        Projection projection = new Projection(vault, catalogue, acts);
        for (Act act : catalogue.administration()) {
            acts.accept(act);
        }
        projection.replay();
        vault.follow(projection::follow);
        projection.thread.start();
        return projection;
    }

    private Projection(Vault vault, Catalogue catalogue, Consumer<Act> acts) {
        this.vault = vault;
        this.catalogue = catalogue;
        this.acts = acts;
        this.thread = Thread.ofPlatform().name("catalogue").daemon().unstarted(this::run);
    }

    private void replay() throws ArchiveException {
        List<Registration> batch = new ArrayList<>();
        registered = catalogue.position().frames();
        vault.walk(catalogue.position(), new Vault.Walker() {
            @Override
            public void frame(Kept frame) throws ArchiveException {
                batch.add(registration(frame));
                if (batch.size() == REPLAY_BATCH_FRAMES) {
                    register(batch);
                    batch.clear();
                }
            }

            @Override
            public void damaged(Vault.Damage damage) {
                // Not ours to judge: `check` names it. What can be read is registered.
            }
        });
        if (!batch.isEmpty()) {
            register(batch);
        }
    }

    /// The entry in a kept frame.
    public static Registration registration(Kept kept) throws ArchiveException {
        byte[] manifest = bytes(kept.manifest());
        try {
            return switch (kept.kind()) {
                case ARRIVAL -> {
                    ArrivalEntry entry = EntryCodec.arrival(manifest);
                    // a tombstone was written before its act had a number
                    yield new Registration.OfArrival(
                            kept, kept.erased().map(entry::erasedBy).orElse(entry));
                }
                case ACT -> new Registration.OfAct(kept, EntryCodec.act(manifest));
            };
        } catch (IllegalArgumentException e) {
            throw new ArchiveException(
                    "frame " + kept.number() + " says what this program does not understand: " + e.getMessage(),
                    false,
                    e);
        }
    }

    private static byte[] bytes(Content manifest) throws ArchiveException {
        try {
            return manifest.toByteArray(MANIFEST_LIMIT_BYTES);
        } catch (IOException e) {
            throw new ArchiveException("a manifest cannot be read", true, e);
        }
    }

    private void register(List<Registration> batch) throws ArchiveException {
        catalogue.register(batch);
        for (Registration r : batch) {
            if (r instanceof Registration.OfAct(Kept kept, Act act) && !(act instanceof Act.Audited)) {
                acts.accept(act);
            }
        }
        lock.lock();
        try {
            registered = batch.getLast().kept().number();
        } finally {
            lock.unlock();
        }
    }

    private void follow(List<Kept> forced) {
        lock.lock();
        try {
            for (Kept kept : forced) {
                waiting.add(registration(kept));
            }
            changed.signalAll();
        } catch (ArchiveException e) {
            throw new IllegalStateException("the program cannot read what it wrote", e);
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        List<Registration> batch = new ArrayList<>();
        while (next(batch)) {
            try {
                register(batch);
                done(Optional.empty());
                batch.clear();
            } catch (ArchiveException | RuntimeException e) {
                done(Optional.of("the catalogue does not take what the vault holds: " + e.getMessage()));
            }
        }
    }

    private boolean next(List<Registration> batch) {
        lock.lock();
        try {
            while (batch.isEmpty() && waiting.isEmpty() && !closing) {
                changed.awaitUninterruptibly();
            }
            if (closing && ((waiting.isEmpty() && batch.isEmpty()) || trouble.isPresent())) {
                return false;
            }
            if (!batch.isEmpty()) { // a try that failed: once more, a little later
                long nanos = RETRY_MILLIS * 1_000_000;
                while (nanos > 0 && !closing) {
                    nanos = changed.awaitNanos(nanos);
                }
                return !closing;
            }
            while (!waiting.isEmpty() && batch.size() < BATCH_FRAMES) {
                batch.add(waiting.remove());
            }
            return true;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void done(Optional<String> newTrouble) {
        lock.lock();
        try {
            trouble = newTrouble;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Returns when the frame is registered, or at once when the catalogue is in trouble: the frame is safe either
    /// way.
    public void await(long frame) {
        lock.lock();
        try {
            while (registered < frame && trouble.isEmpty() && !closing) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Why the catalogue cannot keep up, if it cannot.
    public Optional<String> trouble() {
        lock.lock();
        try {
            return trouble;
        } finally {
            lock.unlock();
        }
    }

    /// Registers what is waiting, then stops. The vault must not be appended to any more.
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
