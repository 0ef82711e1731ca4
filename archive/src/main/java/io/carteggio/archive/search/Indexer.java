package io.carteggio.archive.search;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.Background;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.Catalogue.Outstanding;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Vault;
import io.carteggio.mail.Content;
import io.carteggio.mail.extract.Shortfall;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Carries letters from the catalogue's outbox into the index, on one platform thread, a second
/// behind at most while letters come at an office's pace. In a rush intake goes first: then letters
/// wait until it is over, but never longer than [#PATIENCE], and never more than [#RUSH_LETTERS] of
/// them.
///
/// What is taken is found at once; it is forced to disk every few seconds, and only then are its
/// outbox rows confirmed, so after a crash the index takes again what it may have lost. A world that
/// fails (a full disk) is tried again once a second, [#trouble] says why. One letter that fails never
/// holds up the others: it is taken with what can be had and counts as not fully searched. Methods
/// are safe for many threads.
public final class Indexer implements AutoCloseable {
    /// Most letters taken at once; they are found together.
    public static final int BATCH_LETTERS = 2_000;

    /// A batch ends earlier when its envelopes have so many lines: they are in memory together.
    public static final int BATCH_LINES = 200_000;

    /// Letters after which the index is forced to disk.
    public static final int COMMIT_LETTERS = 20_000;

    /// More arrivals than this between two looks of [Pace#gather] are a rush.
    static final int RUSH = 25;

    /// So many letters wait in a rush, at most.
    public static final int RUSH_LETTERS = 50_000;

    /// So long a letter waits in a rush, at most, before those that wait are taken.
    public static final Duration PATIENCE = Duration.ofSeconds(15);

    /// How often a letter that cannot be read *now* is tried before it is taken without its text.
    static final int READ_TRIES = 5;

    /// How often a letter that costs more memory or stack than there is is tried alone.
    static final int ERROR_TRIES = 2;

    private static final Logger LOG = System.getLogger(Indexer.class.getName());
    /// How long the thread waits.
    ///
    /// @param lookAgain until it looks without being told
    /// @param gather between two batches of a rush: a letter that comes alone is taken at once, those
    ///     of a rush are taken together, since each time costs the same however many they are
    /// @param retryAfter after a failure
    /// @param showAfter until what was taken is found, while there is more to take
    /// @param commitAfter until it forces to disk what it took, however little that is
    /// @param patience how long letters may wait in a rush
    /// @param settleAfter of nothing to do until it puts the index in order
    record Pace(
            Duration lookAgain,
            Duration gather,
            Duration retryAfter,
            Duration showAfter,
            Duration commitAfter,
            Duration patience,
            Duration settleAfter) {
        static final Pace USUAL = new Pace(
                Duration.ofMillis(250),
                Duration.ofMillis(200),
                Duration.ofSeconds(1),
                Duration.ofSeconds(5),
                Duration.ofSeconds(15),
                PATIENCE,
                Duration.ofSeconds(10));
    }

    private final Vault vault;
    private final Catalogue catalogue;
    private final SearchIndex index;
    private final Optional<String> mended;
    private final Pace pace;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean signalled;
    private long signalledNanos; // when the first was told of that nobody looked for yet
    private int told; // since it was looked
    private long windowNanos; // since when arrivals are counted, to know a rush
    private int inWindow;
    private boolean rush;
    private boolean closing;
    private boolean ended;
    private int hurried; // how many wait for it
    private long taken; // outbox rows up to this one are found, though perhaps not yet forced
    private long confirmed;
    private long unconfirmedRows; // taken, not confirmed
    private long rounds; // how often the outbox was looked at and found to be taken wholly
    private long caughtUpNanos = System.nanoTime();
    private Optional<String> trouble = Optional.empty();

    /// Held while the index is written to, so that nothing of a purged letter is in hand. Fair: who
    /// purges gets his turn.
    private final ReentrantLock writing = new ReentrantLock(true);

    // Used under it only.
    private int unforced;
    private boolean unshown;
    private long shownNanos = System.nanoTime();
    private boolean settled;
    private long settleNanos;
    private long tookNanos;
    private long forcedNanos = System.nanoTime();
    private int careful; // so many rows are taken one at a time
    private long inHand;
    private long erringLetter;
    private int errors;
    private long failingLetter;
    private int failures;

    /// How far the index is behind.
    ///
    /// @param rows outbox rows that are not found yet
    /// @param waiting how long ago there were none at last; zero where there are none now
    public record Lag(long rows, Duration waiting) {}

    /// Starts to follow. An index that lacks letters of the catalogue, as a deleted one does, is
    /// filled anew (P6).
    public static Indexer start(Vault vault, Catalogue catalogue, SearchIndex index) throws ArchiveException {
        return start(vault, catalogue, index, Pace.USUAL);
    }

    static Indexer start(Vault vault, Catalogue catalogue, SearchIndex index, Pace pace) throws ArchiveException {
        long letters = catalogue.letters();
        long known = index.size();
        Optional<String> mended = Optional.empty();
        if (known > letters) { // the index of another vault, or of one that has lost its end
            mended = Optional.of("the index had " + known + " letters, the catalogue " + letters
                    + IndexGaps.of(catalogue, index) + "; it was made anew");
            LOG.log(Level.WARNING, mended.get());
            index.clear();
            catalogue.fillOutbox();
        } else if (letters > 0 && (known == 0 || known + catalogue.outboxSize() < letters)) {
            String what = "the index had " + known + " of " + letters + " letters"
                    + (known == 0 ? "" : IndexGaps.of(catalogue, index)) + "; it was filled anew";
            mended = known == 0 ? Optional.empty() : Optional.of(what); // who took it all away wants it made anew
            LOG.log(Level.INFO, what);
            catalogue.fillOutbox();
        }
        Indexer indexer = new Indexer(vault, catalogue, index, pace, mended);
        indexer.thread.start();
        return indexer;
    }

    /// What was wrong with the index at the start, and is no more.
    public Optional<String> mended() {
        return mended;
    }

    private Indexer(Vault vault, Catalogue catalogue, SearchIndex index, Pace pace, Optional<String> mended) {
        this.mended = mended;
        this.vault = vault;
        this.catalogue = catalogue;
        this.index = index;
        this.pace = pace;
        this.tookNanos = System.nanoTime() - pace.gather().toNanos();
        this.thread = Background.thread("indexer", this::run);
    }

    /// Tells that the outbox may have new rows. Costs next to nothing.
    public void signal() {
        long now = System.nanoTime();
        lock.lock();
        try {
            if (now - windowNanos > pace.gather().toNanos()) {
                rush = isRecent(now) && inWindow >= RUSH;
                inWindow = 0;
                windowNanos = now;
            }
            inWindow++;
            told++;
            if (!signalled) {
                signalled = true;
                signalledNanos = now;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Whether arrivals were counted until now.
    private boolean isRecent(long now) {
        return now - windowNanos < 2 * pace.gather().toNanos();
    }

    /// Takes letters out of the index for good, see [SearchIndex#purge]. The catalogue must have
    /// forgotten them before: then none of them can come back.
    public void purge(Collection<Long> letters) throws ArchiveException {
        writing.lock();
        try {
            index.purge(letters);
            settled = false;
        } catch (ArchiveException | RuntimeException e) {
            startOver(e); // what was put and not forced may be lost with it
            throw e;
        } finally {
            writing.unlock();
        }
    }

    /// Takes what is in the attachments of letters, and lets it be found; it is forced to disk with what comes
    /// next. Of a letter that the catalogue has forgotten nothing is taken.
    public void attach(Map<Long, AttachedTexts> texts) throws ArchiveException {
        writing.lock();
        try {
            List<LetterDocument> documents = new ArrayList<>();
            for (Map.Entry<Long, AttachedTexts> each : texts.entrySet()) {
                document(each.getKey()).map(d -> d.with(each.getValue())).ifPresent(documents::add);
            }
            put(documents);
            index.show(); // what is put later of these letters goes by what is shown
            unshown = false;
            shownNanos = System.nanoTime();
            unforced += documents.size();
            settled = false;
        } catch (ArchiveException | RuntimeException e) {
            startOver(e);
            throw e;
        } catch (OutOfMemoryError | StackOverflowError e) {
            startOver(e);
            throw new ArchiveException("the text of an attachment is too much for the index", false, e);
        } finally {
            writing.unlock();
        }
    }

    /// Whether letters come faster than they are taken one by one, so that all else had better wait.
    public boolean isRushing() {
        lock.lock();
        try {
            return rush && isRecent(System.nanoTime());
        } finally {
            lock.unlock();
        }
    }

    /// How far the index is behind now.
    public Lag lag() throws ArchiveException {
        long rows = catalogue.outboxSize();
        lock.lock();
        try {
            // rows that are found already but not confirmed do not wait; row numbers may have gaps,
            // so this is only exact while nobody is taking, and never below what waits
            long waiting = Math.max(0, rows - unconfirmedRows);
            return new Lag(waiting, waiting == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - caughtUpNanos));
        } finally {
            lock.unlock();
        }
    }

    /// Why the index does not keep up, if it does not.
    public Optional<String> trouble() {
        lock.lock();
        try {
            return trouble;
        } finally {
            lock.unlock();
        }
    }

    /// Waits until everything that was in the outbox at the call is found. For tests and commands.
    ///
    /// @return false where that took longer than `atMost`, or the indexer was closed
    public boolean awaitCaughtUp(Duration atMost) throws InterruptedException {
        long nanos = atMost.toNanos();
        lock.lock();
        try {
            // The round under way may have looked before the call: the one after it has not.
            long enough = rounds + 2;
            hurried++;
            while (rounds < enough && !ended) {
                if (nanos <= 0) {
                    return false;
                }
                signalled = true;
                changed.signalAll();
                nanos = changed.awaitNanos(nanos);
            }
            return rounds >= enough;
        } finally {
            hurried--;
            lock.unlock();
        }
    }

    /// Finishes the batch in hand, forces what was taken, and stops. Closes nothing else. What the
    /// outbox still holds is taken after the next start.
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true; // the batch in hand is finished all the same
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            boolean more = false;
            while (pause(more)) {
                writing.lock();
                try {
                    more = takeSome();
                    showWhenDue(!more);
                    forceWhenDue(false);
                    settleWhenIdle();
                    calm(more);
                } catch (ArchiveException | RuntimeException e) {
                    startOver(e);
                    more = false;
                } catch (OutOfMemoryError | StackOverflowError e) {
                    suspect(e);
                    startOver(e);
                    more = false;
                } finally {
                    writing.unlock();
                }
            }
            writing.lock();
            try {
                forceWhenDue(true);
            } catch (ArchiveException | RuntimeException e) {
                startOver(e); // nothing is lost: the rows are still in the outbox
            } finally {
                writing.unlock();
            }
        } finally {
            lock.lock();
            try {
                ended = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /// Waits for a reason to look at the outbox. False when it is time to go.
    private boolean pause(boolean more) {
        lock.lock();
        try {
            Duration unasked = trouble.isPresent() ? pace.retryAfter() : pace.lookAgain();
            long lookAgain = System.nanoTime() + unasked.toNanos();
            while (!closing && !more) {
                long nanos = nanosToWait(System.nanoTime(), lookAgain);
                if (nanos <= 0) {
                    break;
                }
                changed.awaitNanos(nanos);
            }
            signalled = false;
            told = 0;
            return !closing;
        } catch (InterruptedException e) {
            return false; // nobody interrupts this thread but someone who wants it to end
        } finally {
            lock.unlock();
        }
    }

    private long nanosToWait(long now, long lookAgain) {
        if (!signalled || trouble.isPresent()) {
            return lookAgain - now;
        }
        if (hurried > 0) {
            return 0;
        }
        long gather = pace.gather().toNanos();
        if (rush && isRecent(now)) {
            long patience = signalledNanos + pace.patience().toNanos() - now;
            return told >= RUSH_LETTERS ? 0 : Math.min(gather, patience);
        }
        return Math.min(tookNanos + gather, lookAgain) - now;
    }

    /// Takes one batch. Says whether there may be more.
    private boolean takeSome() throws ArchiveException {
        Set<Long> letters = new LinkedHashSet<>(); // a letter that waits twice is taken once, as it is now
        List<LetterDocument> documents = new ArrayList<>();
        long last = taken();
        long lines = 0;
        int count = 0;
        List<Outstanding> rows = catalogue.outbox(last, BATCH_LETTERS);
        for (Outstanding row : rows) {
            if (lines >= BATCH_LINES || (careful > 0 && count > 0)) {
                break;
            }
            inHand = row.letter();
            if (letters.add(row.letter())) {
                Optional<LetterDocument> document = document(row.letter());
                if (document.isPresent()) {
                    documents.add(document.get());
                    for (Testimony t : document.get().testimonies()) {
                        lines += t.entry().addressees().size();
                    }
                }
            }
            last = row.row();
            count++;
        }
        if (count == 0) {
            return false;
        }
        tookNanos = System.nanoTime();
        put(documents);
        unshown = true;
        unforced += count;
        careful = Math.max(0, careful - count);
        lock.lock();
        try {
            taken = last;
            unconfirmedRows += count;
        } finally {
            lock.unlock();
        }
        settled = false;
        return count < rows.size() || rows.size() == BATCH_LETTERS;
    }

    private Optional<LetterDocument> document(long number) throws ArchiveException {
        Optional<CataloguedLetter> letter = catalogue.letter(number);
        if (letter.isEmpty()) {
            return Optional.empty(); // erased since
        }
        List<Testimony> testimonies = catalogue.legibleTestimonies(number);
        if (testimonies.isEmpty()) {
            LOG.log(Level.WARNING, "letter " + letter.get().id() + " cannot be found: nothing says whose it is");
            return Optional.empty();
        }
        return Optional.of(new LetterDocument(letter.get(), bytes(letter.get()), testimonies));
    }

    private Content bytes(CataloguedLetter letter) throws ArchiveException {
        if (letter.number() == erringLetter && errors >= ERROR_TRIES) {
            return new Unreadable(letter.sizeBytes(), "it is too much for the index");
        }
        String why = "";
        for (Place place : letter.places()) {
            try {
                return vault.read(place);
            } catch (ArchiveException e) {
                why = e.toString();
                if (e.laterHelps() && mayTryAgain(letter.number())) {
                    throw e;
                }
            }
        }
        return new Unreadable(letter.sizeBytes(), why);
    }

    private boolean mayTryAgain(long letter) {
        failures = failingLetter == letter ? failures + 1 : 1;
        failingLetter = letter;
        return failures < READ_TRIES;
    }

    private void put(List<LetterDocument> documents) throws ArchiveException {
        try {
            index.put(documents);
        } catch (RuntimeException oneOfThem) {
            // A fault of ours that one letter brings to light must not hide the others.
            for (LetterDocument document : documents) {
                putAlone(document);
            }
        }
    }

    private void putAlone(LetterDocument document) throws ArchiveException {
        try {
            index.put(List.of(document));
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "letter " + document.letter().id() + " is not searchable by its text", e);
            try {
                index.put(List.of(withoutText(document, e)));
            } catch (RuntimeException evenSo) {
                LOG.log(Level.ERROR, "letter " + document.letter().id() + " cannot be found at all", evenSo);
            }
        }
    }

    /// What the index takes of a letter whose text is too much for it.
    static LetterDocument withoutText(LetterDocument document, RuntimeException why) {
        Content nothing = new Unreadable(document.letter().sizeBytes(), why.toString());
        // words of attachments may be what is too much
        Optional<AttachedTexts> wordless = document.attached()
                .map(a -> new AttachedTexts(a.reader(), "", List.of(new AttachedTexts.Lack("", Shortfall.DAMAGED))));
        return new LetterDocument(document.letter(), nothing, document.testimonies(), wordless);
    }

    /// While more is coming, what was taken is shown once in a while, else at once.
    private void showWhenDue(boolean now) throws ArchiveException {
        if (unshown && (now || System.nanoTime() - shownNanos > pace.showAfter().toNanos())) {
            index.show();
            unshown = false;
            shownNanos = System.nanoTime();
        }
    }

    private void forceWhenDue(boolean now) throws ArchiveException {
        long since = System.nanoTime() - forcedNanos;
        if (unforced == 0) {
            forcedNanos = System.nanoTime();
        } else if (now
                || unforced >= COMMIT_LETTERS
                || since >= pace.commitAfter().toNanos()) {
            index.commit();
            catalogue.confirmOutbox(taken());
            unforced = 0;
            forcedNanos = System.nanoTime();
            lock.lock();
            try {
                confirmed = taken;
                unconfirmedRows = 0;
            } finally {
                lock.unlock();
            }
        }
    }

    /// With nothing to take for a while, the index is put in order.
    private void settleWhenIdle() throws ArchiveException {
        long now = System.nanoTime();
        if (!settled
                && unforced == 0
                && now - Math.max(tookNanos, settleNanos) > pace.settleAfter().toNanos()) {
            settleNanos = now;
            settled = !index.settle();
        }
    }

    private void calm(boolean more) {
        lock.lock();
        try {
            trouble = Optional.empty();
            if (!more) {
                rounds++;
                caughtUpNanos = System.nanoTime();
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Some letter is more than this program can bear. Taken one at a time, they show which; that one
    /// is then taken without its text.
    private void suspect(Error e) {
        if (careful > 0) {
            errors = erringLetter == inHand ? errors + 1 : 1;
            erringLetter = inHand;
        }
        LOG.log(Level.ERROR, "a letter of those next in the outbox is too much for the index", e);
        careful = unforced + BATCH_LETTERS;
    }

    /// After a failure nothing that was not confirmed is believed to be in the index; taking it twice
    /// does no harm.
    private void startOver(Throwable e) {
        unforced = 0;
        unshown = false;
        lock.lock();
        try {
            taken = confirmed;
            unconfirmedRows = 0;
            trouble = Optional.of("the index does not take what the catalogue holds: " + e.getMessage());
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private long taken() {
        lock.lock();
        try {
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /// Bytes that cannot be had: the letter is still found by its people and counts as not fully
    /// searched.
    private record Unreadable(long sizeBytes, String why) implements Content {
        @Override
        public InputStream open(long offset, long length) throws IOException {
            throw new IOException("the letter's bytes cannot be read: " + why);
        }
    }
}
