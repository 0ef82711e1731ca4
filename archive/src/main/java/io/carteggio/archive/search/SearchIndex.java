package io.carteggio.archive.search;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.access.Scope;
import io.carteggio.archive.attribution.Tenure;
import io.carteggio.mail.extract.Shortfall;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import java.util.random.RandomGenerator;

/// The full-text index's driver. What changes it is called by one thread at a time, questions may be asked by
/// many.
public interface SearchIndex extends AutoCloseable {
    /// Takes letters, each in place of what it knew of the same letter. They are found once [#show] has
    /// returned, and are still there after a crash once [#commit] has returned. A letter whose bytes cannot be
    /// read is taken with what can be had, and counts as not fully searched. Where a document does not say what
    /// is in the letter's attachments, what was shown of them last stays.
    ///
    /// @throws ArchiveException where the world fails; then all that was put since the last [#commit] may be
    ///     lost, and is to be put again
    void put(List<LetterDocument> letters) throws ArchiveException;

    /// Lets what was put be found. Each time costs the same, however much was put.
    ///
    /// @throws ArchiveException as [#put]
    void show() throws ArchiveException;

    /// Forces what was put to stable storage.
    ///
    /// @throws ArchiveException as [#put]
    void commit() throws ArchiveException;

    /// The letters that match and that the scope lets through: an address of the scope in the envelope of one
    /// testimony at an instant that the tenure covers, tested per testimony. Newest first, which is by number.
    ///
    /// People of an envelope match only as far as the scope lets them be seen ([Scope#visible]), also in what
    /// is negated, so that no question finds out a blind copy.
    ///
    /// An index may remember what a scope lets through, by the very object: who asks again hands in the same
    /// one as long as nothing has changed.
    ///
    /// @param start in which order, and where the page begins
    /// @param limit 1 to 200 hits
    /// @param counting how long may be counted how many match; some thousand letters are looked at in any case
    Found find(Query query, Scope scope, Start start, int limit, Duration counting) throws ArchiveException;

    /// The same, counted to the last letter.
    default Found find(Query query, Scope scope, Start start, int limit) throws ArchiveException {
        return find(query, scope, start, limit, TO_THE_END);
    }

    /// Longer than any counting takes.
    Duration TO_THE_END = Duration.ofDays(1);

    /// The same, newest first.
    ///
    /// @param beforeLetter only letters with smaller numbers, for the next page; [Long#MAX_VALUE] for the first
    default Found find(Query query, Scope scope, int limit, long beforeLetter) throws ArchiveException {
        return find(query, scope, new Start.Newest(beforeLetter), limit);
    }

    /// What [#find] would tell of these letters alone, in its order; nothing is counted.
    ///
    /// @param start an order; where in it a page begins does not matter
    List<Hit> among(Query query, Scope scope, Start start, Collection<Long> letters) throws ArchiveException;

    /// The newest letters that the scope lets through and that are linked so with one of these keys ([Answering]).
    List<Hit> linked(Link link, Collection<Long> keys, Scope scope, int limit) throws ArchiveException;

    /// How a letter and a key go together.
    enum Link {
        /// It is the key of the letter's `Message-ID`.
        OWN,
        /// The letter answers the message with this key.
        TO,
        /// The letter resumes what has the subject with this key.
        SUBJECT
    }

    /// Tells all letters that [#find] would find, newest first, as they were at the call: for walks through many.
    void each(Query query, Scope scope, Taker taker) throws ArchiveException;

    /// Who is told of letters that match.
    @FunctionalInterface
    interface Taker {
        /// A letter.
        ///
        /// @param date the date shown, in whole seconds
        void take(long letter, Instant date) throws ArchiveException;
    }

    /// How many letters would be left of what [#find] finds by each of these further conditions, in their order: the
    /// total of both together. One look at what matches serves them all.
    long[] counts(Query query, Scope scope, List<Query> further) throws ArchiveException;

    /// Where words that a query looks for, and does not refuse, stand in a text that is shown. In order, apart from
    /// each other.
    List<Mark> marks(Query query, String text);

    /// What stands in a long text around the first words that a query looks for, in one line.
    ///
    /// @param chars how long it is, at most
    /// @return empty where none of the words stands in the text
    Optional<String> excerpt(Query query, String text, int chars);

    /// A stretch of a text, in UTF-16 units.
    ///
    /// @param end exclusive
    record Mark(int start, int end) {}

    /// Whether a letter matches, for whoever may see everything: what [#find] would tell an auditor of this
    /// letter alone. Says nothing of a letter that the index has not taken yet: then it is false.
    boolean matches(Query query, long letter) throws ArchiveException;

    /// The letters that nobody owns: of whose envelopes no address counts as anybody's at the instant for which it
    /// vouches. Costs a walk through the addresses of all letters.
    ///
    /// @param byKey the spans of all people, by address key
    /// @param limit how many addresses to tell at most
    Unowned unowned(Map<String, List<Tenure>> byKey, int limit) throws ArchiveException;

    /// Letters that nobody owns.
    ///
    /// @param letters how many
    /// @param addresses how many different ones are in them
    /// @param most those in most letters, in that order and then by key
    record Unowned(long letters, long addresses, List<UnknownAddress> most) {
        public Unowned {
            most = List.copyOf(most);
        }
    }

    /// Takes letters out of the index for good (P8): when this returns, that is on stable storage, and no file
    /// of the index holds a word of them that no other letter has. Costs about as much as writing anew the
    /// files that held them; a search that was under way may keep the old ones until it ends. Letters that the
    /// index does not have are no fault. Forces what was put before, as [#commit] does.
    ///
    /// @throws ArchiveException as [#put]; then nothing may have been removed, and it is to be asked again
    void purge(Collection<Long> letters) throws ArchiveException;

    /// Puts the index in order while nothing comes: joins small files, gives back space. Returns soon; the work
    /// goes on by itself.
    ///
    /// @return whether there is more to do, and this is to be called again in a while
    boolean settle() throws ArchiveException;

    /// Sums up, letter by letter, what the index holds now of all that was put before.
    ///
    /// @param chance makes the key
    /// @param only the numbers of the letters to look at; others are stepped over
    IndexSums sums(RandomGenerator chance, LongPredicate only) throws ArchiveException;

    /// Tells the number of each letter that it has, in no order, and twice where it has it twice.
    void letters(LongConsumer each) throws ArchiveException;

    /// What it has of a letter's attachments; empty where nobody has read them, or it has no such letter.
    Optional<AttachedTexts> attached(long letter) throws ArchiveException;

    /// Letters whose attachments nobody has read yet, newest first; then those that another reader has read.
    ///
    /// @param reader the version of the reader that is there
    /// @param limit most letters told
    List<Long> unread(String reader, int limit) throws ArchiveException;

    /// How many letters could not be searched wholly, and why. Of all letters: for who looks after the
    /// archive.
    Coverage coverage(String reader) throws ArchiveException;

    /// What could not be searched.
    ///
    /// @param notFullySearched letters with any shortfall
    /// @param letters with each shortfall; a letter may have several
    /// @param outdated letters whose attachments another reader has read, and that are found by what that
    ///     one found
    record Coverage(long notFullySearched, Map<Shortfall, Long> letters, long outdated) {
        public Coverage {
            letters = Collections.unmodifiableMap(new EnumMap<>(letters));
        }

        public long of(Shortfall why) {
            return letters.getOrDefault(why, 0L);
        }
    }

    /// How many letters the index has.
    long size() throws ArchiveException;

    /// Octets on disk.
    long storedBytes() throws ArchiveException;

    /// Removes everything, for making it anew.
    void clear() throws ArchiveException;

    /// Closes without forcing: that is [#commit]'s.
    @Override
    void close() throws ArchiveException;

    /// An answer.
    ///
    /// @param after for each hit, where a page begins that follows it
    /// @param total how many letters match within the scope, as far as they were counted
    /// @param exact false where the counting was ended, so that more may match
    /// @param notFullySearched how many of the scope's letters could not be searched wholly (encrypted,
    ///     damaged, cut)
    record Found(List<Hit> hits, List<Start> after, long total, boolean exact, long notFullySearched) {
        public Found {
            hits = List.copyOf(hits);
            after = List.copyOf(after);
            if (hits.size() != after.size()) {
                throw new IllegalArgumentException(hits.size() + " hits, " + after.size() + " places behind them");
            }
        }
    }
}
