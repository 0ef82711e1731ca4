package io.carteggio.archive.access;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.search.AnswerSubject;
import io.carteggio.archive.search.Answering;
import io.carteggio.archive.search.Answering.Kind;
import io.carteggio.archive.search.Hit;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.Query.Where;
import io.carteggio.archive.search.SearchIndex;
import io.carteggio.archive.search.SearchIndex.Link;
import io.carteggio.archive.search.Start;
import io.carteggio.mail.Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Which letters are one conversation, of those that a scope lets be seen: nobody else's letter joins anything, is
/// counted, or links two others (P5).
///
/// Each letter goes back to at most one other ([Answering]), and that to another; where the way ends is what names its
/// conversation. So the letters are parted like trees of a wood, and a letter that names many others, or somebody
/// else's `Message-ID`, moves no letter but itself. Of several letters with one `Message-ID` the first that the archive
/// took shows the way on: a later one that took the same id does not turn away the answers to the first.
///
/// A letter that names none, but whose subject is that of an answer, goes back to the last one before it with that
/// subject which its sender wrote, or got from one to whom the answer goes, of the [#RESUMED_WITHIN] before. Belongs to
/// one question.
final class Conversations {
    /// Letters that are looked at for a page of results, or for one conversation: the newest.
    static final int LETTERS_LIMIT = 1_000;

    /// Steps back from an answer to what it answers.
    static final int STEPS_LIMIT = 50;

    /// So long before it lies, at most, what an answer without a reference resumes, by what both say is their date.
    static final Duration RESUMED_WITHIN = Duration.ofDays(60);

    /// Answers without a reference that are looked at for a page.
    static final int RESUMING_LIMIT = 100;

    /// Letters among which the one is that such an answer resumes.
    private static final int CANDIDATES = 20;

    private final SearchIndex index;
    private final Scope scope;
    private final Map<Long, Optional<Hit>> firstWith = new HashMap<>(); // by the key of its Message-ID
    private final Map<Long, Optional<Hit>> resumed = new HashMap<>(); // by the letter that resumes it

    Conversations(SearchIndex index, Scope scope) {
        this.index = index;
        this.scope = scope;
    }

    /// A conversation.
    ///
    /// @param letters newest first, by number
    /// @param complete false where there may be more than are looked at
    record Group(List<Hit> letters, boolean complete) {
        Group {
            letters = List.copyOf(letters);
        }

        /// How many messages: variants of one have the same id.
        int messages() {
            return (int)
                    letters.stream().map(h -> h.answering().own()).distinct().count();
        }
    }

    /// The conversations of letters.
    ///
    /// @return for each letter its own
    Map<Long, Group> of(List<Hit> letters) throws ArchiveException {
        learn(letters);
        Map<Long, Long> roots = new HashMap<>();
        for (Hit letter : letters) {
            roots.put(letter.letter(), root(letter));
        }
        Map<Long, Group> groups = groups(Set.copyOf(roots.values()), letters);
        Map<Long, Group> own = new HashMap<>();
        roots.forEach((letter, root) -> Optional.ofNullable(groups.get(root)).ifPresent(g -> own.put(letter, g)));
        return own;
    }

    /// Looks up what these letters answer, all at once.
    private void learn(Collection<Hit> letters) throws ArchiveException {
        Set<Long> keys = new HashSet<>();
        for (Hit letter : letters) {
            if (letter.answering().kind() == Kind.ANSWERS
                    && !firstWith.containsKey(letter.answering().to())) {
                keys.add(letter.answering().to());
            }
        }
        if (!keys.isEmpty()) {
            List<Hit> found = index.linked(Link.OWN, keys, scope, LETTERS_LIMIT);
            keys.forEach(key -> firstWith.put(key, Optional.empty()));
            found.forEach(hit -> firstWith.put(hit.answering().own(), Optional.of(hit))); // the last is the oldest
        }
    }

    private Optional<Hit> first(long key) throws ArchiveException {
        if (!firstWith.containsKey(key)) {
            firstWith.put(
                    key,
                    index.linked(Link.OWN, Set.of(key), scope, LETTERS_LIMIT).stream()
                            .min(Comparator.comparingLong(Hit::letter)));
        }
        return Optional.ofNullable(firstWith.get(key)).orElseThrow();
    }

    /// What names the conversation of a letter.
    private long root(Hit letter) throws ArchiveException {
        List<Long> way = new ArrayList<>();
        Hit at = letter;
        while (way.size() < STEPS_LIMIT) {
            Answering answering = at.answering();
            int before = way.indexOf(answering.own());
            if (before >= 0) { // a circle; wherever one came into it, it is the same
                return way.subList(before, way.size()).stream()
                        .min(Comparator.naturalOrder())
                        .orElseThrow();
            }
            way.add(answering.own());
            Optional<Hit> back = switch (answering.kind()) {
                case BEGINS -> Optional.empty();
                case ANSWERS -> first(answering.to());
                case RESUMES -> resumed(at);
            };
            if (back.isEmpty()) {
                return answering.kind() == Kind.ANSWERS ? answering.to() : answering.own();
            }
            at = back.get();
        }
        return at.answering().own();
    }

    /// What an answer without a reference goes back to.
    private Optional<Hit> resumed(Hit letter) throws ArchiveException {
        if (!resumed.containsKey(letter.letter())) {
            resumed.put(letter.letter(), lookUpResumed(letter));
        }
        return Optional.ofNullable(resumed.get(letter.letter())).orElseThrow();
    }

    private Optional<Hit> lookUpResumed(Hit letter) throws ArchiveException {
        String base = base(letter);
        Optional<String> sender = letter.from();
        if (sender.isEmpty() || resumed.size() >= RESUMING_LIMIT) {
            return Optional.empty();
        }
        Query likely = new Query.And(List.of(
                new Query.Words(Where.SUBJECT, base, false),
                new Query.Dated(
                        letter.date().minus(RESUMED_WITHIN), letter.date().plusSeconds(1)),
                new Query.Or(List.of(
                        new Query.Words(Where.FROM, sender.get(), false),
                        new Query.Words(Where.TO, sender.get(), false)))));
        Set<String> people = new HashSet<>();
        Stream.of(List.of(sender.get()), letter.to(), letter.cc())
                .flatMap(List::stream)
                .forEach(address -> people.add(new Address(address).key()));
        Comparator<Hit> byDate = Comparator.comparing(Hit::date).thenComparingLong(Hit::letter);
        return index.find(likely, scope, Start.newest(), CANDIDATES).hits().stream()
                .filter(hit -> byDate.compare(hit, letter) < 0
                        && base(hit).equals(base)
                        && hit.from()
                                .filter(from -> people.contains(new Address(from).key()))
                                .isPresent())
                .max(byDate);
    }

    private static String base(Hit letter) {
        return AnswerSubject.of(letter.subject().orElse("")).base();
    }

    private Map<Long, Group> groups(Set<Long> roots, List<Hit> asked) throws ArchiveException {
        Map<Long, Hit> found = new TreeMap<>(Comparator.reverseOrder());
        asked.forEach(hit -> found.put(hit.letter(), hit));
        boolean complete = take(index.linked(Link.OWN, roots, scope, LETTERS_LIMIT), found);
        Set<Long> told = new HashSet<>();
        complete &= takeAnswers(roots, found, told);
        List<Hit> resuming = resuming(found);
        if (!resuming.isEmpty()) {
            complete &= resuming.size() < RESUMING_LIMIT;
            List<Hit> theirs = new ArrayList<>();
            for (Hit hit : resuming) {
                if (!found.containsKey(hit.letter()) && roots.contains(root(hit))) {
                    theirs.add(hit);
                }
            }
            theirs.forEach(hit -> found.put(hit.letter(), hit));
            complete &= takeAnswers(Set.of(), found, told);
        }
        learn(found.values());
        Map<Long, List<Hit>> byRoot = new LinkedHashMap<>();
        for (Hit hit : found.values()) {
            long root = root(hit);
            if (roots.contains(root)) {
                byRoot.computeIfAbsent(root, _ -> new ArrayList<>()).add(hit);
            }
        }
        Map<Long, Group> groups = new HashMap<>();
        for (Map.Entry<Long, List<Hit>> one : byRoot.entrySet()) {
            groups.put(one.getKey(), new Group(one.getValue(), complete));
        }
        return groups;
    }

    /// Whether all of them were told, and not only the newest.
    private static boolean take(List<Hit> hits, Map<Long, Hit> found) {
        hits.forEach(hit -> found.put(hit.letter(), hit));
        return hits.size() < LETTERS_LIMIT;
    }

    /// Answers to what is found, answers to these, and so on.
    ///
    /// @param told the keys of which that was asked
    private boolean takeAnswers(Set<Long> roots, Map<Long, Hit> found, Set<Long> told) throws ArchiveException {
        boolean complete = true;
        Set<Long> next = new HashSet<>(roots);
        found.values().forEach(hit -> next.add(hit.answering().own()));
        next.removeAll(told);
        for (int step = 0; !next.isEmpty() && step < STEPS_LIMIT && found.size() < LETTERS_LIMIT; step++) {
            told.addAll(next);
            List<Hit> answers = index.linked(Link.TO, next, scope, LETTERS_LIMIT);
            complete &= take(answers, found);
            next.clear();
            answers.forEach(hit -> next.add(hit.answering().own()));
            next.removeAll(told);
        }
        return complete && next.isEmpty();
    }

    private List<Hit> resuming(Map<Long, Hit> found) throws ArchiveException {
        Set<Long> subjects = new HashSet<>();
        for (Hit hit : found.values()) {
            subjects.add(Answering.keyOfSubject(base(hit)));
        }
        return subjects.isEmpty() ? List.of() : index.linked(Link.SUBJECT, subjects, scope, RESUMING_LIMIT);
    }
}
