package io.carteggio.archive.search;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.access.Scope;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.Disposition;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Vault;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;

/// A vault, a catalogue and an index in memory, as far as an [Indexer] uses them. Safe for many
/// threads.
final class Fakes {
    /// What happened, in order.
    final List<String> log = new ArrayList<>();

    /// What the index answers to: found, and found after a crash.
    final Map<Long, LetterDocument> found = new TreeMap<>();

    private final Map<Long, LetterDocument> forced = new TreeMap<>();
    private final Map<Long, List<Testimony>> letters = new TreeMap<>();
    private final TreeMap<Long, Long> outbox = new TreeMap<>();
    private final Map<Long, Integer> unreadable = new HashMap<>();
    private final Set<Long> damaged = new TreeSet<>();
    private final Set<Long> gone = new TreeSet<>();
    private final Set<Long> poisonous = new TreeSet<>();
    private final Set<Long> enormous = new TreeSet<>();
    private final Set<Long> twice = new TreeSet<>();
    private final Set<Long> unpurged = new TreeSet<>();
    private int indexFails;
    private long rows;

    synchronized void letter(long number) {
        letters.putIfAbsent(number, List.of(new Testimony(number, ENTRY, Optional.empty())));
        outbox.put(++rows, number);
    }

    /// The disk does not give the letter back so many times.
    synchronized void unreadable(long number, int times) {
        unreadable.put(number, times);
    }

    /// The letter's bytes are lost.
    synchronized void damaged(long number) {
        damaged.add(number);
    }

    /// The letter's key was destroyed.
    synchronized void gone(long number) {
        damaged.add(number);
        gone.add(number);
    }

    /// The letter brings a fault of the index to light, if its bytes can be read.
    synchronized void poisonous(long number) {
        poisonous.add(number);
    }

    /// The letter is more than the memory holds.
    synchronized void enormous(long number) {
        enormous.add(number);
    }

    /// The index's disk is full for so many calls.
    synchronized void indexFails(int times) {
        indexFails = times;
    }

    /// What was not forced is gone.
    synchronized void crash() {
        found.clear();
        found.putAll(forced);
    }

    /// Somebody deleted the index.
    synchronized void loseIndex() {
        found.clear();
        forced.clear();
    }

    synchronized List<Long> foundLetters() {
        return List.copyOf(found.keySet());
    }

    synchronized List<String> logged() {
        return List.copyOf(log);
    }

    synchronized boolean readable(long number) {
        try {
            return found.containsKey(number) && found.get(number).bytes().toByteArray(100).length > 0;
        } catch (java.io.IOException e) {
            return false;
        }
    }

    final Vault vault = fake(Vault.class, (method, arguments) -> switch (method) {
        case "read" -> read((Place) arguments[0]);
        case "isErased" -> gone.contains(((Place) arguments[0]).frame());
        default -> throw new UnsupportedOperationException(method);
    });

    final Catalogue catalogue = fake(Catalogue.class, (method, arguments) -> switch (method) {
        case "letters" -> (long) letters.size();
        case "outboxSize" -> (long) outbox.size();
        case "outbox" -> outstanding((long) arguments[0], (int) arguments[1]);
        case "confirmOutbox" -> {
            log.add("confirm " + arguments[0]);
            outbox.headMap((long) arguments[0], true).clear();
            yield Optional.empty();
        }
        case "fillOutbox" -> {
            letters.keySet().forEach(l -> outbox.put(++rows, l));
            yield Optional.empty();
        }
        case "lettersAfter" ->
            letters.keySet().stream()
                    .filter(l -> l > (long) arguments[0])
                    .limit((int) arguments[1])
                    .map(l -> catalogued(l).orElseThrow())
                    .toList();
        case "unpurged" -> List.copyOf(unpurged);
        case "letter" -> catalogued((long) arguments[0]);
        case "testimonies", "legibleTestimonies" -> letters.getOrDefault(arguments[0], List.of());
        default -> throw new UnsupportedOperationException(method);
    });

    final SearchIndex index = fake(SearchIndex.class, (method, arguments) -> switch (method) {
        case "size" -> (long) found.size();
        case "put" -> put((List<?>) arguments[0]);
        case "commit" -> {
            fail();
            log.add("commit");
            forced.clear();
            forced.putAll(found);
            yield Optional.empty();
        }
        case "clear" -> {
            loseIndex();
            yield Optional.empty();
        }
        case "settle" -> false;
        case "show" -> Optional.empty();
        case "purge" -> {
            log.add("purge " + arguments[0]);
            ((Collection<?>) arguments[0]).forEach(found::remove);
            yield Optional.empty();
        }
        case "letters" -> {
            found.keySet().forEach(((LongConsumer) arguments[0])::accept);
            yield Optional.empty();
        }
        case "sums" -> new Sums((LongPredicate) arguments[1]);
        case "find" -> new SearchIndex.Found(List.of(), List.of(), arguments[1] instanceof Scope ? 0 : 1, true, 0);
        default -> throw new UnsupportedOperationException(method);
    });

    private Content read(Place place) throws ArchiveException {
        long number = place.frame();
        if (damaged.contains(number)) {
            throw new ArchiveException("the segment is gone", false);
        }
        int times = unreadable.getOrDefault(number, 0);
        if (times > 0) {
            unreadable.put(number, times - 1);
            throw new ArchiveException("the disk does not answer", true);
        }
        return Content.of(Long.toString(number).getBytes(StandardCharsets.US_ASCII));
    }

    private List<Catalogue.Outstanding> outstanding(long afterRow, int limit) {
        return outbox.tailMap(afterRow, false).entrySet().stream()
                .limit(limit)
                .map(e -> new Catalogue.Outstanding(e.getKey(), e.getValue()))
                .toList();
    }

    private Optional<CataloguedLetter> catalogued(long number) {
        if (!letters.containsKey(number)) {
            return Optional.empty();
        }
        return Optional.of(letter(number, List.of(new Place(number, 1))));
    }

    private static CataloguedLetter letter(long number, List<Place> places) {
        byte[] octets = Long.toString(number).getBytes(StandardCharsets.US_ASCII);
        Sha256 sum = Sha256.of(octets);
        LetterId id = new LetterId.Maker(new byte[32]).of(sum);
        return new CataloguedLetter(number, id, sum, octets.length, places);
    }

    /// The index takes the letter, as it is now, whether the catalogue knows it or not.
    synchronized void take(long number) {
        try {
            found.put(number, document(number));
        } catch (ArchiveException e) {
            throw new IllegalStateException("the letter can be read", e);
        }
    }

    private LetterDocument document(long number) throws ArchiveException {
        CataloguedLetter letter = letter(number, List.of(new Place(number, 1)));
        return new LetterDocument(letter, read(new Place(number, 1)), letters.getOrDefault(number, List.of()));
    }

    /// The same without its text.
    synchronized void takeWithoutText(long number) {
        try {
            found.put(number, Indexer.withoutText(document(number), new IllegalArgumentException("too much")));
        } catch (ArchiveException e) {
            throw new IllegalStateException("the letter can be read", e);
        }
    }

    /// The index has it more than once.
    synchronized void twice(long number) {
        twice.add(number);
    }

    /// The catalogue has forgotten it, the index not yet.
    synchronized void erased(long number) {
        letters.remove(number);
        unpurged.add(number);
    }

    /// Something more is said of a letter.
    synchronized void evidence(long number) {
        List<Testimony> more = new ArrayList<>(letters.getOrDefault(number, List.of()));
        more.add(new Testimony(1_000_000 + more.size(), ENTRY, Optional.empty()));
        letters.put(number, more);
    }

    private static final ArrivalEntry ENTRY = new ArrivalEntry(
            "test",
            Family.REPORT,
            Provenance.ofItem("test"),
            Instant.EPOCH,
            Optional.empty(),
            Disposition.EVIDENCE,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            1,
            Optional.empty(),
            false,
            Optional.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            List.of(),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty());

    /// Of what was found when it was made, in two stretches.
    private final class Sums implements IndexSums {
        private static final long FIRST_STRETCH = 600;

        private final TreeMap<Long, Long> first = new TreeMap<>();
        private final List<Long> again = new ArrayList<>();
        private int stretches;

        Sums(LongPredicate only) {
            found.forEach((number, document) -> {
                if (only.test(number)) {
                    first.put(number, sumAsItIs(document));
                    if (twice.contains(number)) {
                        again.add(number);
                    }
                }
            });
        }

        private long sumAsItIs(LetterDocument document) {
            return Objects.hash(document.letter().number(), document.testimonies(), isReadable(document));
        }

        @Override
        public Optional<Stretch> next() {
            if (++stretches > 2) {
                return Optional.empty();
            }
            long[] numbers = LongStream.concat(
                            first.keySet().stream().mapToLong(n -> n),
                            again.stream().mapToLong(n -> n))
                    .filter(n -> (n <= FIRST_STRETCH) == (stretches == 1))
                    .sorted()
                    .toArray();
            long[] sums = LongStream.of(numbers).map(first::get).toArray();
            return Optional.of(
                    new Stretch(numbers, sums, sums.length, stretches == 1 ? FIRST_STRETCH : Long.MAX_VALUE));
        }

        @Override
        public long sum(LetterDocument letter) {
            synchronized (Fakes.this) {
                if (poisonous.contains(letter.letter().number()) && isReadable(letter)) {
                    throw new IllegalArgumentException("immense term");
                }
                return sumAsItIs(letter);
            }
        }

        @Override
        public List<String> faults() {
            return List.of();
        }

        @Override
        public void close() {
            // nothing is held
        }
    }

    private Object put(List<?> documents) throws ArchiveException {
        fail();
        List<Long> numbers = new ArrayList<>();
        for (Object each : documents) {
            LetterDocument document = (LetterDocument) each;
            long number = document.letter().number();
            if (enormous.contains(number) && isReadable(document)) {
                crash(); // what a writer that runs out of memory does
                throw new OutOfMemoryError("test");
            }
            if (poisonous.contains(number) && isReadable(document)) {
                throw new IllegalArgumentException("immense term");
            }
            found.put(number, document);
            numbers.add(number);
        }
        log.add("put " + numbers);
        return Optional.empty();
    }

    private static boolean isReadable(LetterDocument document) {
        try {
            return document.bytes().toByteArray(100).length > 0;
        } catch (java.io.IOException e) {
            return false;
        }
    }

    private void fail() throws ArchiveException {
        if (indexFails > 0) {
            indexFails--;
            crash();
            throw new ArchiveException("no space left", true);
        }
    }

    /// What a fake does when it is called.
    private interface Answer {
        Object to(String method, Object[] arguments) throws ArchiveException;
    }

    private <T> T fake(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, a) -> {
            synchronized (this) {
                return returned(method.getReturnType(), answer.to(method.getName(), a == null ? new Object[0] : a));
            }
        }));
    }

    @org.jspecify.annotations.Nullable
    private static Object returned(Class<?> type, Object answer) {
        return type == void.class ? null : answer;
    }
}
