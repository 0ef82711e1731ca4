package io.carteggio.archive.search;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.InOrder;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.search.IndexSums.Stretch;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Vault;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import java.util.random.RandomGenerator;

/// Compares the index with the vault, letter by letter: what it holds of each, and what it would hold if the
/// letter were put now ([IndexSums]). Reads every letter once, and the index once; changes nothing, and works while
/// mail comes in.
///
/// A first look takes the index as it is. Letters that do not agree then are looked at again, since new evidence or
/// an erasure may have come between: a letter is *wrong* only where the index was caught up with everything that
/// was known of it before, and nothing has come since. Belongs to one thread, and has some of its own.
public final class IndexCheck {
    /// Most letters that are looked at a second time; how many more there are is told.
    public static final int SUSPECTS_LIMIT = 10_000;

    /// How often letters are looked at again of which something new keeps coming.
    private static final int LOOKS = 5;

    private static final int PAGE_LETTERS = 500;

    private final Vault vault;
    private final Catalogue catalogue;
    private final SearchIndex index;
    private final CaughtUp caughtUp;
    private final RandomGenerator chance;
    private final Findings findings;
    private final SortedSet<Long> suspects = new TreeSet<>();
    private long more; // suspects beyond the limit
    private long compared;
    private long unreadable;

    /// What is wrong with what the index has of a letter.
    public enum Fault {
        LACKING("it is not in the index"),
        DIFFERENT("the index holds something else of it than the letter says"),
        REPEATED("it is in the index more than once"),
        UNKNOWN("the index has it, the catalogue does not know it");

        private final String words;

        Fault(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }

    /// Who is told.
    public interface Findings {
        /// A letter of the index or of the catalogue.
        ///
        /// @param number of the letter
        /// @param letter empty where the catalogue does not know it
        void wrong(long number, Optional<CataloguedLetter> letter, Fault fault);

        /// What is wrong and of no single letter.
        void wrong(String what);

        /// So many letters were compared by now.
        void compared(long letters);
    }

    /// Waits until the index has all that the catalogue had at the call.
    public interface CaughtUp {
        /// Whether it has now; false where that took too long.
        boolean await() throws ArchiveException;
    }

    /// How it ended.
    ///
    /// @param compared letters of which it is known whether the index is right
    /// @param undecided letters of which it is not, as they cannot be read or something new kept coming
    /// @param behind whether nothing was compared, as the index is behind
    public record Result(long compared, long undecided, boolean behind) {}

    private IndexCheck(
            Vault vault,
            Catalogue catalogue,
            SearchIndex index,
            CaughtUp caughtUp,
            RandomGenerator chance,
            Findings findings) {
        this.vault = vault;
        this.catalogue = catalogue;
        this.index = index;
        this.caughtUp = caughtUp;
        this.chance = chance;
        this.findings = findings;
    }

    /// Compares all letters.
    ///
    /// @param chance makes the key of the sums, so it must not be guessed
    public static Result run(
            Vault vault,
            Catalogue catalogue,
            SearchIndex index,
            CaughtUp caughtUp,
            RandomGenerator chance,
            Findings findings)
            throws ArchiveException {
        return new IndexCheck(vault, catalogue, index, caughtUp, chance, findings).run();
    }

    private Result run() throws ArchiveException {
        if (!caughtUp.await()) {
            return new Result(0, 0, true);
        }
        look();
        SortedSet<Long> left = suspects;
        for (int i = 0; i < LOOKS && !left.isEmpty(); i++) {
            left = lookAgain(left);
        }
        if (more > 0) {
            findings.wrong("and " + more + " letters more, in the index or not, are not as they should be");
        }
        long undecided = left.size() + unreadable;
        return new Result(compared - undecided, undecided, false);
    }

    /// All letters of the index beside all of the catalogue, both by number.
    private void look() throws ArchiveException {
        try (IndexSums sums = index.sums(chance, number -> true);
                InOrder<Optional<Long>> comparisons =
                        new InOrder<>("index-check", different -> different.ifPresent(this::suspect))) {
            long after = 0;
            for (Optional<Stretch> next = sums.next(); next.isPresent(); next = sums.next()) {
                after = look(sums, next.get(), after, comparisons);
            }
            comparisons.finish();
            sums.faults().forEach(findings::wrong);
        }
    }

    private long look(IndexSums sums, Stretch stretch, long from, InOrder<Optional<Long>> comparisons)
            throws ArchiveException {
        long after = from;
        int at = 0;
        while (after < stretch.upTo()) {
            List<CataloguedLetter> page = catalogue.lettersAfter(after, PAGE_LETTERS).stream()
                    .filter(l -> l.number() <= stretch.upTo())
                    .toList();
            for (CataloguedLetter letter : page) {
                for (; at < stretch.size() && stretch.number(at) < letter.number(); at++) {
                    suspect(stretch.number(at));
                }
                int first = at;
                while (at < stretch.size() && stretch.number(at) == letter.number()) {
                    at++;
                }
                if (at - first == 1) {
                    long sum = stretch.sum(first);
                    comparisons.add(
                            () -> compare(sums, letter, testimonies(letter.number()), sum) == Compared.EQUAL
                                    ? Optional.empty()
                                    : Optional.of(letter.number()),
                            letter.sizeBytes());
                } else {
                    suspect(letter.number());
                }
            }
            compared += page.size();
            findings.compared(compared);
            after = page.size() < PAGE_LETTERS ? stretch.upTo() : page.getLast().number();
        }
        for (; at < stretch.size(); at++) {
            suspect(stretch.number(at));
        }
        return after;
    }

    private void suspect(long number) {
        if (suspects.size() < SUSPECTS_LIMIT) {
            suspects.add(number);
        } else if (!suspects.contains(number)) {
            more++;
        }
    }

    /// What is known of a letter at an instant.
    ///
    /// @param testimonies empty where the frame of one cannot be read
    private record Known(Optional<CataloguedLetter> letter, Optional<List<Testimony>> testimonies) {
        /// Enough to see whether something has come.
        int digest() {
            return 31 * letter.hashCode() + testimonies.hashCode();
        }
    }

    private Known known(long number) throws ArchiveException {
        Optional<CataloguedLetter> letter = catalogue.letter(number);
        return new Known(letter, letter.isPresent() ? testimonies(number) : Optional.empty());
    }

    private Optional<List<Testimony>> testimonies(long number) {
        try {
            return Optional.of(catalogue.testimonies(number));
        } catch (ArchiveException unreadable) { // counted, and for the vault's check to name
            return Optional.empty();
        }
    }

    /// @return those of which something came meanwhile
    private SortedSet<Long> lookAgain(SortedSet<Long> letters) throws ArchiveException {
        Map<Long, Integer> before = new HashMap<>();
        for (long number : letters) {
            before.put(number, known(number).digest());
        }
        SortedSet<Long> left = new TreeSet<>(letters);
        List<Long> unpurged = catalogue.unpurged(); // erased, and the index is about to forget them
        left.removeAll(unpurged);
        LongPredicate wanted = Set.copyOf(left)::contains;
        if (left.isEmpty() || !caughtUp.await()) {
            return left;
        }
        try (IndexSums sums = index.sums(chance, wanted)) {
            for (Optional<Stretch> next = sums.next(); next.isPresent(); next = sums.next()) {
                Stretch stretch = next.get();
                int at = 0;
                for (long number : List.copyOf(left.headSet(stretch.upTo()))) {
                    while (at < stretch.size() && stretch.number(at) < number) {
                        at++;
                    }
                    int first = at;
                    while (at < stretch.size() && stretch.number(at) == number) {
                        at++;
                    }
                    OptionalLong sum = at > first ? OptionalLong.of(stretch.sum(first)) : OptionalLong.empty();
                    Known now = known(number);
                    if (now.digest() == before.getOrDefault(number, 0)) {
                        fault(sums, now, at - first, sum).ifPresent(f -> findings.wrong(number, now.letter(), f));
                        left.remove(number);
                    }
                }
            }
        }
        return left;
    }

    private Optional<Fault> fault(IndexSums sums, Known known, int times, OptionalLong sum) {
        if (known.letter().isEmpty()) {
            return times > 0 ? Optional.of(Fault.UNKNOWN) : Optional.empty();
        }
        if (times == 0 && known.testimonies().isEmpty()) { // the indexer leaves out whom nobody can be told of
            unreadable++;
            return Optional.empty();
        }
        if (times != 1) {
            return Optional.of(times == 0 ? Fault.LACKING : Fault.REPEATED);
        }
        CataloguedLetter letter = known.letter().get();
        Compared compared = compare(sums, letter, known.testimonies(), sum.orElseThrow());
        if (compared == Compared.EQUAL) {
            return Optional.empty();
        }
        if (compared == Compared.UNREADABLE || !isSound(letter)) {
            unreadable += isGone(letter) ? 0 : 1;
            return Optional.empty();
        }
        return Optional.of(Fault.DIFFERENT);
    }

    private enum Compared {
        EQUAL,
        DIFFERENT,
        /// The index may have the letter from better days; the vault's check names it.
        UNREADABLE
    }

    /// Whether the index would hold the same of the letter, were it put now: as [Indexer] puts it.
    private Compared compare(IndexSums sums, CataloguedLetter letter, Optional<List<Testimony>> testimonies, long sum) {
        Optional<Content> octets = octets(letter);
        if (octets.isEmpty() || testimonies.isEmpty()) {
            return Compared.UNREADABLE;
        }
        LetterDocument document = new LetterDocument(letter, octets.get(), testimonies.get());
        long anew;
        try {
            anew = sums.sum(document);
        } catch (RuntimeException tooMuchForTheIndex) {
            anew = sums.sum(Indexer.withoutText(document, tooMuchForTheIndex));
        }
        return anew == sum ? Compared.EQUAL : Compared.DIFFERENT;
    }

    private Optional<Content> octets(CataloguedLetter letter) {
        Optional<Content> octets = Optional.empty();
        for (int i = 0; octets.isEmpty() && i < letter.places().size(); i++) {
            try {
                octets = Optional.of(vault.read(letter.places().get(i)));
            } catch (ArchiveException unreadable) {
                octets = Optional.empty(); // it may lie elsewhere too
            }
        }
        return octets;
    }

    /// Whether no key opens it anywhere. Nothing is undecided about such a letter: the vault's check
    /// names it.
    private boolean isGone(CataloguedLetter letter) {
        try {
            for (Place place : letter.places()) {
                if (!vault.isErased(place)) {
                    return false;
                }
            }
            return true;
        } catch (ArchiveException lostKeys) {
            return false;
        }
    }

    /// Whether the letter's octets are what they were.
    private boolean isSound(CataloguedLetter letter) {
        try {
            Optional<Content> octets = octets(letter);
            MessageDigest digest = Sha256.digest();
            if (octets.isPresent()) {
                octets.get().digest(digest);
            }
            return octets.isPresent() && Sha256.finish(digest).equals(letter.sum());
        } catch (IOException damaged) {
            return false;
        }
    }
}
