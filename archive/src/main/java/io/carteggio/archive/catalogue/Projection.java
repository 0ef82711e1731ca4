package io.carteggio.archive.catalogue;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Catalogue.Registration;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.EntryCodec;
import io.carteggio.archive.entry.LetterRef;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Vault;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// Carries what the vault has forced into the catalogue, in the vault's order, many frames in one
/// transaction.
///
/// One platform thread does it. A frame that comes alone is registered at once; those of a rush are
/// registered together, since a transaction costs much the same however many they are. Until then
/// [#knows] and [#knowsEnvelope] remember what they brought, so nobody has to wait for a transaction
/// only to tell a new letter from a known one. If the catalogue fails, nothing that was acknowledged
/// is in danger: the projection tries again once a second, [#trouble] says why, and the intake takes
/// nothing new until it is over.
public final class Projection implements AutoCloseable {
    /// A manifest larger than this cannot come from this program: 100,000 recipients stay far below.
    public static final int MANIFEST_LIMIT_BYTES = 256 << 20;

    /// So many frames may be forced and not yet registered before those who bring more have to wait.
    private static final long MOST_BEHIND_FRAMES = 2_000;

    private static final int BATCH_FRAMES = 512;
    private static final int REPLAY_BATCH_FRAMES = 2_000;
    private static final long RETRY_NANOS = 1_000_000_000;

    /// Between two transactions of a rush.
    private static final long GATHER_NANOS = 20_000_000;

    /// With nothing to do for so long, the catalogue gives back what it only needs for writing.
    private static final long REST_NANOS = 2_000_000_000;

    private static final Logger LOG = System.getLogger(Projection.class.getName());

    private final Vault vault;
    private final Catalogue catalogue;
    private final Consumer<Act> acts;

    /// Said where there may be no memory for more.
    private static final Optional<String> FAILED =
            Optional.of("the catalogue does not take what the vault holds; the log tells why");

    private volatile Consumer<Registration> follower = registration -> {};

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition(); // for the thread: there is something to register
    private final Condition haste = lock.newCondition(); // for the thread: somebody waits, or it is to end
    private final Condition done = lock.newCondition(); // for those who wait
    private final Deque<Kept> waiting = new ArrayDeque<>();
    private final Map<Long, ArrivalEntry> entries = new HashMap<>(); // of frames that are not registered, by number
    private final Map<Sha256, Long> letters = new HashMap<>(); // that they brought or vouch for, with the last frame
    private final Map<Long, Long> envelopes = new HashMap<>(); // the same by their marks
    private final Map<Long, Place> bodies = new HashMap<>(); // where new letters lie, by the marks of their bodies
    private final Map<Long, Place> parts = new HashMap<>();
    private long forced;
    private long registered;
    private long awaited; // the highest frame that somebody waits for
    private Optional<String> trouble = Optional.empty();
    private boolean closing;
    private final Thread thread;

    /// Brings the catalogue up to the vault's end, then follows it.
    ///
    /// @param acts told of every act but audit entries after it is registered, in order, from one
    ///     thread at a time; also of those that the catalogue knew at the start
    public static Projection start(Vault vault, Catalogue catalogue, Consumer<Act> acts) throws ArchiveException {
        Projection projection = new Projection(vault, catalogue, acts);
        catalogue.readFrom(vault::frame);
        for (Act act : catalogue.administration()) {
            acts.accept(act);
        }
        projection.replay();
        vault.follow(projection::follow);
        projection.thread.start();
        return projection;
    }

    /// Has somebody told of every frame after it is registered, from one thread, in order; not of those
    /// that are registered already. He must be quick, and must not wait for this projection.
    public void inform(Consumer<Registration> by) {
        follower = by;
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
        forced = registered;
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
        // nobody must wait for frames that cannot be read
        registered = Math.max(registered, vault.end().frames());
        forced = registered;
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
            follower.accept(r);
        }
        lock.lock();
        try {
            registered = batch.getLast().kept().number();
            forced = Math.max(forced, registered);
            for (Registration r : batch) {
                forget(r.kept().number());
            }
        } finally {
            lock.unlock();
        }
    }

    private void forget(long frame) {
        ArrivalEntry entry = entries.remove(frame);
        if (entry != null) {
            entry.letters().forEach(l -> letters.remove(l.sum(), frame)); // not where a later frame vouches for it
            entry.envelopeMark().ifPresent(e -> envelopes.remove(e, frame));
            entry.letters().forEach(l -> l.bodyMark().ifPresent(m -> forget(bodies, m, frame)));
            entry.parts().forEach(m -> forget(parts, m, frame));
        }
    }

    private static void forget(Map<Long, Place> recent, long mark, long frame) {
        recent.computeIfPresent(mark, (_, place) -> place.frame() == frame ? null : place);
    }

    /// Tells what is in a frame that was just kept, so that it need not be read again, and remembers
    /// it until it is registered. Whoever calls this sees to it that nobody asks about the same
    /// letters between append and here.
    public void handOver(Kept kept, ArrivalEntry entry) {
        long frame = kept.number();
        lock.lock();
        try {
            if (registered < frame) {
                entries.put(frame, entry);
                entry.letters().forEach(l -> letters.merge(l.sum(), frame, Math::max));
                entry.envelopeMark().ifPresent(e -> envelopes.merge(e, frame, Math::max));
                remember(
                        bodies,
                        entry.letters().stream()
                                .filter(LetterRef::fresh)
                                .map(LetterRef::bodyMark)
                                .toList(),
                        places(kept, FrameRecord.Type.LETTER));
                remember(parts, entry.parts().stream().map(Optional::of).toList(), places(kept, FrameRecord.Type.PART));
            }
        } finally {
            lock.unlock();
        }
    }

    private static List<Place> places(Kept kept, FrameRecord.Type type) {
        return kept.records().stream()
                .filter(r -> r.type() == type)
                .map(Kept.KeptRecord::place)
                .toList();
    }

    private static void remember(Map<Long, Place> recent, List<Optional<Long>> marks, List<Place> places) {
        for (int i = 0; i < Math.min(marks.size(), places.size()); i++) {
            Place place = places.get(i);
            marks.get(i).ifPresent(mark -> recent.putIfAbsent(mark, place));
        }
    }

    /// Where parts with this mark lie, registered or not, oldest first.
    public List<Place> parts(long mark) throws ArchiveException {
        List<Place> known = catalogue.parts(mark);
        return known.isEmpty() ? recent(parts, mark).stream().toList() : known;
    }

    /// Where the oldest letter lies whose body has this mark, registered or not.
    public Optional<Place> letterWithBody(long mark) throws ArchiveException {
        List<CataloguedLetter> known = catalogue.lettersWithBody(mark, 1);
        return known.isEmpty()
                ? recent(bodies, mark)
                : Optional.of(known.getFirst().places().getFirst());
    }

    private Optional<Place> recent(Map<Long, Place> recent, long mark) {
        lock.lock();
        try {
            return Optional.ofNullable(recent.get(mark));
        } finally {
            lock.unlock();
        }
    }

    /// Whether the letter came before, registered or not.
    public boolean knows(Sha256 letter) throws ArchiveException {
        return isRecent(letters, letter) || catalogue.knows(letter);
    }

    /// Whether an arrival that vouches for this letter came before with this envelope mark.
    public boolean knowsEnvelope(Sha256 letter, long mark) throws ArchiveException {
        return isRecent(envelopes, mark) || catalogue.knowsEnvelope(letter, mark);
    }

    private <T> boolean isRecent(Map<T, Long> recent, T key) {
        lock.lock();
        try {
            return recent.containsKey(key);
        } finally {
            lock.unlock();
        }
    }

    private void follow(List<Kept> kept) {
        lock.lock();
        try {
            waiting.addAll(kept);
            forced = kept.getLast().number();
            work.signal();
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        List<Kept> frames = new ArrayList<>(BATCH_FRAMES); // it never grows: what is taken for it must not be lost
        List<Registration> batch = new ArrayList<>();
        while (next(frames)) {
            try {
                for (Kept kept : frames.subList(batch.size(), frames.size())) {
                    batch.add(handedOver(kept));
                }
                registerNext(batch);
                tell(Optional.empty());
                frames.clear();
                batch.clear();
            } catch (ArchiveException | RuntimeException e) {
                tell(Optional.of("the catalogue does not take what the vault holds: " + e.getMessage()));
            } catch (Error e) { // else the thread would be gone, and intake would wait for ever
                tell(FAILED);
                LOG.log(Level.ERROR, "registering failed; it is tried again", e);
            }
        }
    }

    /// Never a frame without the one before it: the catalogue would take it for registered.
    private void registerNext(List<Registration> batch) throws ArchiveException {
        long first = batch.getFirst().kept().number();
        long expected;
        lock.lock();
        try {
            expected = registered + 1;
        } finally {
            lock.unlock();
        }
        if (first > expected) {
            throw new IllegalStateException(
                    "frame " + expected + " is to be registered before frame " + first + "; start again");
        }
        register(batch);
    }

    private Registration handedOver(Kept kept) throws ArchiveException {
        ArrivalEntry entry;
        lock.lock();
        try {
            entry = entries.get(kept.number());
        } finally {
            lock.unlock();
        }
        return entry == null ? registration(kept) : new Registration.OfArrival(kept, entry);
    }

    /// Fills the batch, unless it holds one that failed; false where it is time to end.
    private boolean next(List<Kept> batch) {
        lock.lock();
        try {
            if (batch.isEmpty()) {
                pause(GATHER_NANOS, true);
            } else {
                pause(RETRY_NANOS, false);
            }
            boolean rested = false;
            while (batch.isEmpty() && waiting.isEmpty() && !closing) {
                if (rested) {
                    work.await();
                } else if (work.awaitNanos(REST_NANOS) <= 0 && waiting.isEmpty()) {
                    rested = true;
                    rest();
                }
            }
            if (closing && (trouble.isPresent() || (waiting.isEmpty() && batch.isEmpty()))) {
                return false;
            }
            for (int i = batch.size(); i < BATCH_FRAMES && !waiting.isEmpty() && trouble.isEmpty(); i++) {
                batch.add(waiting.remove());
            }
            return true;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void rest() {
        lock.unlock(); // nobody must wait for it
        try {
            catalogue.rest();
        } catch (ArchiveException e) {
            LOG.log(Level.WARNING, "the catalogue cannot rest: " + e.getMessage()); // it costs space, nothing else
        } finally {
            lock.lock();
        }
    }

    private void pause(long nanos, boolean unlessHurried) throws InterruptedException {
        long left = nanos;
        while (left > 0 && !closing && !(unlessHurried && awaited > registered)) {
            left = haste.awaitNanos(left);
        }
    }

    private void tell(Optional<String> newTrouble) {
        lock.lock();
        try {
            trouble = newTrouble;
            done.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Returns when the frame is registered, or at once when the catalogue is in trouble: the frame
    /// is safe either way.
    public void await(long frame) {
        lock.lock();
        try {
            while (registered < frame && trouble.isEmpty() && !closing) {
                awaited = Math.max(awaited, frame);
                haste.signal();
                done.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Whether the catalogue has come as far as this frame.
    public boolean isRegistered(long frame) {
        lock.lock();
        try {
            return registered >= frame;
        } finally {
            lock.unlock();
        }
    }

    /// Returns when the catalogue is not too far behind the frame, so that what waits stays small.
    public void awaitNearly(long frame) {
        await(frame - MOST_BEHIND_FRAMES);
    }

    /// Returns when everything is registered that was forced before the call; at once when the
    /// catalogue is in trouble.
    public void awaitAll() {
        long all;
        lock.lock();
        try {
            all = forced;
        } finally {
            lock.unlock();
        }
        await(all);
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
            work.signalAll();
            haste.signalAll();
            done.signalAll();
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
