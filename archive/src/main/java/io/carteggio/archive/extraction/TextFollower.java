package io.carteggio.archive.extraction;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.Background;
import io.carteggio.archive.access.Scope;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.search.AttachedTexts;
import io.carteggio.archive.search.AttachedTexts.Lack;
import io.carteggio.archive.search.Indexer;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.SearchIndex;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Vault;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.extract.Extracted;
import io.carteggio.mail.extract.Shortfall;
import io.carteggio.mail.mime.UnreadParts;
import io.carteggio.mail.mime.UnreadParts.UnreadPart;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Sees to it that the attachments of every letter are read: newest first, those that nobody has read before
/// those that an older reader has, and waits while letters come in a rush. It has no list of its own: the index
/// says which letters are left, so it goes on after any end where it was. Methods are safe for many threads.
public final class TextFollower implements AutoCloseable {
    /// Letters taken from the index's list at once.
    static final int PAGE_LETTERS = 64;

    /// Characters that are remembered of attachments read last: the same one came to many.
    static final int MEMORY_CHARS = 8_000_000;

    /// Letters are handed to the index when their attachments' text is so long together.
    static final int BATCH_CHARS = 4_000_000;

    /// How often a letter is tried whose octets cannot be read now, or which the index does not take.
    static final int TRIES = 5;

    private static final Logger LOG = System.getLogger(TextFollower.class.getName());

    /// How long it waits.
    ///
    /// @param look until it looks again for letters without being told
    /// @param hand until letters that were read are handed to the index
    /// @param yield while letters rush in, at most; then it reads a page all the same
    /// @param retry after a failure
    public record Pace(Duration look, Duration hand, Duration yield, Duration retry) {
        public static final Pace USUAL =
                new Pace(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofMinutes(1), Duration.ofSeconds(10));
    }

    /// How far it has come since its start.
    ///
    /// @param letters whose attachments were read
    /// @param attachments that were read, of them `known` from one read before
    /// @param shortfalls of them
    /// @param again letters that wait to be read once more since somebody wants it
    /// @param trouble why nothing is read, if so
    public record Standing(
            long letters,
            long attachments,
            long known,
            Map<Shortfall, Long> shortfalls,
            long again,
            Optional<String> trouble) {}

    private final Vault vault;
    private final Catalogue catalogue;
    private final SearchIndex index;
    private final Indexer indexer;
    private final Extractor extractor;
    private final Pace pace;
    private final Thread thread;
    private final ExecutorService readers;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<Long> again = new LinkedHashSet<>();
    private final Memory memory = new Memory();
    private final Map<Shortfall, Long> shortfalls = new EnumMap<>(Shortfall.class);
    private boolean closing;
    private boolean signalled;
    private long letters;
    private long attachments;
    private long known;
    private long rounds; // looks that found nothing to read
    private Optional<String> trouble = Optional.empty();

    private final Map<Long, Integer> tries = new ConcurrentHashMap<>();
    private Set<Long> lastPage = Set.of(); // of the follower's own thread

    /// Starts to follow.
    public static TextFollower start(
            Vault vault, Catalogue catalogue, SearchIndex index, Indexer indexer, Extractor extractor, Pace pace) {
        TextFollower follower = new TextFollower(vault, catalogue, index, indexer, extractor, pace);
        follower.thread.start();
        return follower;
    }

    private TextFollower(
            Vault vault, Catalogue catalogue, SearchIndex index, Indexer indexer, Extractor extractor, Pace pace) {
        this.vault = vault;
        this.catalogue = catalogue;
        this.index = index;
        this.indexer = indexer;
        this.extractor = extractor;
        this.pace = pace;
        this.thread = Background.thread("attachments", this::run);
        this.readers = Executors.newFixedThreadPool(extractor.width(), Background.threads("attachments"));
    }

    /// Tells that there may be something to read. Costs next to nothing.
    public void signal() {
        lock.lock();
        try {
            signalled = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Reads the attachments once more of all letters with one of these shortfalls, when nothing else is left.
    /// What waits for this is not remembered over an end.
    ///
    /// @return how many letters those are
    public long again(Collection<Shortfall> reasons) throws ArchiveException {
        List<Long> found = new ArrayList<>();
        for (Shortfall why : EnumSet.copyOf(reasons)) {
            index.each(new Query.Unsearched(why), new Scope.Everything(), (letter, date) -> found.add(letter));
        }
        lock.lock();
        try {
            memory.clear(); // what was read before was not good enough
            again.addAll(found);
            signalled = true;
            changed.signalAll();
            return new HashSet<>(found).size();
        } finally {
            lock.unlock();
        }
    }

    /// Keeps nothing of what was read by now: somebody has letters erased.
    public void forget() {
        lock.lock();
        try {
            memory.clear();
        } finally {
            lock.unlock();
        }
        extractor.forget();
    }

    public Standing standing() {
        lock.lock();
        try {
            return new Standing(letters, attachments, known, Map.copyOf(shortfalls), again.size(), trouble);
        } finally {
            lock.unlock();
        }
    }

    /// Who reads.
    public Extractor extractor() {
        return extractor;
    }

    /// Waits until nothing is left to read of what the index had at the call. For tests and commands.
    ///
    /// @return false where that took longer than `atMost`, or it was closed
    public boolean awaitCaughtUp(Duration atMost) throws InterruptedException {
        long nanos = atMost.toNanos();
        lock.lock();
        try {
            long enough = rounds + 2;
            while (rounds < enough && !closing) {
                if (nanos <= 0) {
                    return false;
                }
                signalled = true;
                changed.signalAll();
                nanos = changed.awaitNanos(nanos);
            }
            return rounds >= enough;
        } finally {
            lock.unlock();
        }
    }

    /// Stops, also in the midst of an attachment, which is read after the next start.
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        extractor.close();
        for (Runnable unread : readers.shutdownNow()) { // nobody will begin it, and somebody may be waiting for its end
            if (unread instanceof Future<?> future) {
                future.cancel(false);
            }
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        boolean more = true;
        while (pause(more ? Duration.ZERO : pace.look())) {
            try {
                more = step();
                trouble(Optional.empty());
                if (!more) {
                    extractor.rest();
                }
            } catch (ArchiveException | RuntimeException e) {
                lastPage = Set.of(); // that they are still there is no fault of theirs
                if (!isClosing()) {
                    LOG.log(Level.WARNING, "attachments are not read: " + e.getMessage());
                    trouble(Optional.of(String.valueOf(e.getMessage())));
                    pauseFor(pace.retry());
                }
                more = true;
            } catch (InterruptedException e) {
                return; // nobody interrupts this thread but someone who wants it to end
            }
        }
    }

    private boolean isClosing() {
        lock.lock();
        try {
            return closing;
        } finally {
            lock.unlock();
        }
    }

    private void trouble(Optional<String> why) {
        lock.lock();
        try {
            trouble = why;
        } finally {
            lock.unlock();
        }
    }

    /// Waits for a reason to look. False when it is time to go.
    private boolean pause(Duration atMost) {
        lock.lock();
        try {
            long nanos = atMost.toNanos();
            while (nanos > 0 && !closing && !signalled) {
                nanos = changed.awaitNanos(nanos);
            }
            signalled = false;
            return !closing;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void pauseFor(Duration time) {
        lock.lock();
        try {
            long nanos = time.toNanos();
            while (nanos > 0 && !closing) {
                nanos = changed.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /// Reads a page of letters. Says whether there was any.
    private boolean step() throws ArchiveException, InterruptedException {
        List<Long> page = page();
        if (page.isEmpty()) {
            lock.lock();
            try {
                rounds++;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            return false;
        }
        yieldToIntake();
        read(page);
        return true;
    }

    /// The next letters. One that comes back although it was read is left alone after a while: what is wrong
    /// with it must not keep others waiting.
    private List<Long> page() throws ArchiveException {
        List<Long> page = new ArrayList<>();
        for (long letter : index.unread(extractor.reader(), PAGE_LETTERS + tries.size())) {
            if (lastPage.contains(letter)) {
                tries.merge(letter, 1, Integer::sum);
            }
            if (tries.getOrDefault(letter, 0) < TRIES && page.size() < PAGE_LETTERS) {
                page.add(letter);
            }
        }
        lastPage = Set.copyOf(page);
        lock.lock();
        try {
            for (Iterator<Long> each = again.iterator(); page.isEmpty() && each.hasNext(); ) {
                page.add(each.next());
                each.remove();
            }
        } finally {
            lock.unlock();
        }
        return page;
    }

    private void yieldToIntake() {
        long until = System.nanoTime() + pace.yield().toNanos();
        while (indexer.isRushing() && System.nanoTime() - until < 0 && !isClosing()) {
            pauseFor(Duration.ofMillis(100));
        }
    }

    private void read(List<Long> page) throws ArchiveException, InterruptedException {
        Map<Long, Future<Optional<AttachedTexts>>> reading = new LinkedHashMap<>();
        for (long letter : page) {
            reading.put(letter, readers.submit(() -> read(letter)));
        }
        Map<Long, AttachedTexts> done = new LinkedHashMap<>();
        long chars = 0;
        long since = System.nanoTime();
        try {
            for (Map.Entry<Long, Future<Optional<AttachedTexts>>> each : reading.entrySet()) {
                Optional<AttachedTexts> texts = result(each.getValue());
                if (texts.isPresent()) {
                    done.put(each.getKey(), texts.get());
                    chars += texts.get().text().length();
                }
                if (chars >= BATCH_CHARS
                        || System.nanoTime() - since >= pace.hand().toNanos()) {
                    hand(done);
                    chars = 0;
                    since = System.nanoTime();
                }
            }
        } finally {
            reading.values().forEach(future -> future.cancel(true));
            hand(done);
        }
    }

    private void hand(Map<Long, AttachedTexts> done) throws ArchiveException {
        if (!done.isEmpty()) {
            indexer.attach(done);
            lock.lock();
            try {
                letters += done.size();
            } finally {
                lock.unlock();
            }
            done.clear();
        }
    }

    private static Optional<AttachedTexts> result(Future<Optional<AttachedTexts>> future)
            throws ArchiveException, InterruptedException {
        try {
            return future.get();
        } catch (CancellationException closed) {
            throw new InterruptedException("it is not read before the next start");
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case ArchiveException trouble -> throw trouble;
                case InterruptedException stop -> throw stop;
                case RuntimeException fault -> throw fault;
                case Error fault -> throw fault;
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }

    /// Reads the attachments of one letter; empty where it is gone.
    private Optional<AttachedTexts> read(long number) throws ArchiveException, InterruptedException {
        Optional<CataloguedLetter> letter = catalogue.letter(number);
        if (letter.isEmpty()) {
            return Optional.empty();
        }
        try {
            Optional<Content> octets = octets(letter.get());
            return Optional.of(octets.isEmpty() ? nothing(Shortfall.DAMAGED) : read(UnreadParts.of(octets.get())));
        } catch (IOException e) {
            return Optional.of(nothing(Shortfall.DAMAGED));
        } catch (RuntimeException | StackOverflowError e) { // a fault of ours that one letter brings to light
            LOG.log(Level.WARNING, "the attachments of letter " + letter.get().id() + " cannot be read", e);
            return Optional.of(nothing(Shortfall.DAMAGED));
        }
    }

    private AttachedTexts nothing(Shortfall why) {
        return new AttachedTexts(extractor.reader(), "", List.of(new Lack("", why)));
    }

    /// Empty where none of its places can be read, now or ever.
    private Optional<Content> octets(CataloguedLetter letter) throws ArchiveException {
        for (Place place : letter.places()) {
            try {
                return Optional.of(vault.read(place));
            } catch (ArchiveException e) {
                if (e.laterHelps() && tries.merge(letter.number(), 1, Integer::sum) < TRIES) {
                    throw e;
                }
            }
        }
        return Optional.empty();
    }

    private AttachedTexts read(UnreadParts parts) throws ArchiveException, InterruptedException {
        StringBuilder text = new StringBuilder();
        List<Lack> lacks = new ArrayList<>();
        for (UnreadPart part : parts.parts()) {
            int room = AttachedTexts.LETTER_CHARS - text.length() - 1;
            if (room <= 0) {
                lack(lacks, part.name().orElse(""), Shortfall.CUT);
                continue;
            }
            Extracted extracted = read(part);
            if (!extracted.text().isEmpty()) {
                text.append(text.isEmpty() ? "" : "\n");
                text.append(extracted.text(), 0, Math.min(room, extracted.text().length()));
            }
            extracted.shortfalls().forEach(why -> lack(lacks, part.name().orElse(""), why));
            if (extracted.text().length() > room) {
                lack(lacks, part.name().orElse(""), Shortfall.CUT);
            }
        }
        if (!parts.complete()) {
            lack(lacks, "", Shortfall.CUT);
        }
        return new AttachedTexts(extractor.reader(), text.toString(), lacks);
    }

    /// Names it, or at least says each reason once.
    private static void lack(List<Lack> lacks, String name, Shortfall why) {
        if (lacks.size() < AttachedTexts.LACKS_LIMIT || lacks.stream().noneMatch(l -> l.why() == why)) {
            lacks.add(new Lack(name, why));
        }
    }

    private Extracted read(UnreadPart part) throws ArchiveException, InterruptedException {
        Optional<Extracted> before;
        long generation;
        lock.lock();
        try {
            before = memory.get(part.sum());
            generation = memory.generation;
        } finally {
            lock.unlock();
        }
        Extracted extracted = before.isPresent() ? before.get() : extractor.read(part, AttachedTexts.PART_CHARS);
        lock.lock();
        try {
            attachments++;
            known += before.isPresent() ? 1 : 0;
            extracted.shortfalls().forEach(why -> shortfalls.merge(why, 1L, Long::sum));
            if (before.isEmpty()) {
                memory.put(part.sum(), extracted, generation);
            }
        } finally {
            lock.unlock();
        }
        return extracted;
    }

    /// What was read last, by the sum of the octets. In memory only, and used under the lock.
    private static final class Memory {
        private final Map<Sha256, Extracted> read = new LinkedHashMap<>(16, 0.75f, true);
        private long chars;
        private long generation;

        Optional<Extracted> get(Sha256 sum) {
            return Optional.ofNullable(read.get(sum));
        }

        /// What was begun before somebody had it forgotten is not kept, nor what may go better another time.
        void put(Sha256 sum, Extracted extracted, long begun) {
            boolean chance = extracted.shortfalls().contains(Shortfall.SLOW)
                    || extracted.shortfalls().contains(Shortfall.CRASHED)
                    || extracted.shortfalls().contains(Shortfall.DAMAGED);
            if (begun != generation || chance || read.put(sum, extracted) != null) {
                return;
            }
            chars += cost(extracted);
            for (Iterator<Extracted> oldest = read.values().iterator(); chars > MEMORY_CHARS && oldest.hasNext(); ) {
                chars -= cost(oldest.next());
                oldest.remove();
            }
        }

        private static long cost(Extracted extracted) {
            return 200L + extracted.text().length();
        }

        void clear() {
            read.clear();
            chars = 0;
            generation++;
        }
    }
}
