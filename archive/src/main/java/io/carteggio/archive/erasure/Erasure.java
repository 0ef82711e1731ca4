package io.carteggio.archive.erasure;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.catalogue.Projection;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Disposition;
import io.carteggio.archive.entry.LetterRef;
import io.carteggio.archive.erasure.Keeping.Bounds;
import io.carteggio.archive.erasure.Keeping.Hold;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.SearchIndex;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Octets;
import io.carteggio.archive.vault.Vault;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/// Erases messages (P8): the letter with all its variants, all that ever vouched for them, the parts
/// that no other letter needs, their keys, and what catalogue and index say of them.
///
/// The order: nothing is destroyed before an act in the vault says what; the act is registered, so
/// nobody is shown the letter any more; then the index forgets it, then the catalogue's files, last
/// the keys. What a crash interrupts is done by [Finishing] at the next start. Erasures, holds and
/// retention are decided one after the other. Safe for many threads.
public final class Erasure {
    private static final Duration INDEX_PATIENCE = Duration.ofMinutes(2);
    private static final int BATCH_LETTERS = 200;
    private static final int TRIES = 20;

    /// What the index must do for an erasure.
    public interface Index {
        /// Waits until the index has everything that is kept now.
        ///
        /// @return false where that took longer than `atMost`
        boolean awaitCaughtUp(Duration atMost) throws ArchiveException;

        /// See [SearchIndex#purge].
        void purge(Collection<Long> letters) throws ArchiveException;
    }

    /// What came of asking for an erasure.
    public sealed interface Answer {
        /// It is done here.
        ///
        /// @param act the number of the frame that says so
        /// @param marks by which the letters are known if they come again
        /// @param everywhere when it is complete in copies too, see [Bounds#everywhereFrom]
        /// @param whole numbers of arrivals among them that were kept whole and had a letter in them
        /// @param suspects numbers of such mail that names a letter and in which it was not found: it is
        ///     still there
        /// @param closed numbers of such mail that could not be looked into; it is still there
        record Done(
                long act,
                int letters,
                int arrivals,
                int records,
                Instant at,
                List<Octets> marks,
                Instant everywhere,
                List<Long> whole,
                List<Long> suspects,
                List<Long> closed)
                implements Answer {
            public Done {
                marks = List.copyOf(marks);
                whole = List.copyOf(whole);
                suspects = List.copyOf(suspects);
                closed = List.copyOf(closed);
            }
        }

        /// There is no such letter, or no such mail.
        record Unknown() implements Answer {}

        /// Something says that it must be kept, and nothing was changed.
        record Refused(String why) implements Answer {}
    }

    /// What came of [#applyRetention].
    ///
    /// @param letters of the letters
    /// @param whole of the mail that was kept whole: quarantined, and notices
    public record Applied(Aged letters, Aged whole) {}

    /// How retention went.
    ///
    /// @param over how many whose time was over
    /// @param erased of those
    /// @param held of those, which holds or their variants' age keep; also mail whose entry cannot be read any
    ///     more, so that its age is not known
    public record Aged(long over, long erased, long held) {}

    private final Finishing finishing;
    private final Vault vault;
    private final Catalogue catalogue;
    private final Projection projection;
    private final Acts acts;
    private final SearchIndex index;
    private final Index indexing;
    private final Keeping keeping;
    private final ErasedMarks marks;
    private final Planner planner;
    private final Lock intakeStopped;
    private final ReentrantLock deciding = new ReentrantLock();

    /// @param finishing of this vault and catalogue; what was left undone is done
    /// @param intakeStopped while held, no arrival is on its way into the vault
    public Erasure(
            Finishing finishing,
            Projection projection,
            Acts acts,
            SearchIndex index,
            Index indexing,
            Keeping keeping,
            ErasedMarks marks,
            Lock intakeStopped) {
        this.finishing = finishing;
        this.vault = finishing.vault();
        this.catalogue = finishing.catalogue();
        this.projection = projection;
        this.acts = acts;
        this.index = index;
        this.indexing = indexing;
        this.keeping = keeping;
        this.marks = marks;
        this.intakeStopped = intakeStopped;
        this.planner = new Planner(vault, catalogue);
    }

    /// Erases the message that a letter belongs to.
    ///
    /// @param unsearched to go on also where the index could not read all of the letter, so that no
    ///     one but the asker can tell whether a hold means it
    public Answer erase(String by, LetterId id, String reason, boolean unsearched) throws ArchiveException {
        String stated = Keeping.stated(reason);
        deciding.lock();
        try {
            for (int i = 0; i < TRIES; i++) {
                Optional<CataloguedLetter> letter = catalogue.letter(id);
                if (letter.isEmpty()) {
                    return new Answer.Unknown();
                }
                Message message = planner.message(letter.get());
                awaitIndexed();
                Optional<String> refused = refusal(message, unsearched);
                Copies copies = refused.isPresent() ? Copies.NONE : planner.copies(message, 0);
                for (Planner.Whole mail : copies.holding().values()) {
                    refused = refused.or(() -> refusal(mail, unsearched)
                            .map(why -> "mail that was kept whole, arrival "
                                    + mail.kept().number() + ", has it too: " + why));
                }
                if (refused.isPresent()) {
                    return new Answer.Refused(refused.get());
                }
                Optional<Answer.Done> done = erase(by, stated, message, copies);
                if (done.isPresent()) {
                    finishing.finish(indexing::purge, done.get().act());
                    return done.get();
                }
            }
            throw new ArchiveException("more of the same message keeps coming in", true);
        } finally {
            deciding.unlock();
        }
    }

    /// Erases mail that was kept whole: quarantined, or a notice.
    ///
    /// @param number of its arrival
    /// @param unsearched to go on while holds stand: no index knows such mail, so no one but the asker can
    ///     tell whether one means it
    public Answer eraseWhole(String by, long number, String reason, boolean unsearched) throws ArchiveException {
        String stated = Keeping.stated(reason);
        deciding.lock();
        try {
            projection.await(vault.end().frames());
            Optional<Planner.Whole> whole = planner.whole(number);
            if (whole.isEmpty()) {
                return new Answer.Unknown();
            }
            Optional<String> refused = elsewhere(number);
            if (refused.isEmpty()) {
                refused = refusal(whole.get(), unsearched);
            }
            if (refused.isPresent()) {
                return new Answer.Refused(refused.get());
            }
            Answer.Done done = eraseWhole(by, stated, List.of(whole.get()));
            finishing.finish(indexing::purge, done.act());
            return done;
        } finally {
            deciding.unlock();
        }
    }

    /// What keeps a mail that was kept whole, if anything does.
    private Optional<String> refusal(Planner.Whole mail, boolean unsearched) {
        Optional<String> early = early(mail.entry().arrived());
        return early.isPresent() || unsearched
                ? early
                : keeping.holds().stream()
                        .findFirst()
                        .map(hold -> "such mail is in no index, so it cannot be told whether hold '" + hold.name()
                                + "' means it");
    }

    /// A mail that left quarantine goes with what has become of it, not before.
    private Optional<String> elsewhere(long number) throws ArchiveException {
        return catalogue
                .quarantined(number)
                .flatMap(Catalogue.Quarantined::left)
                .filter(left -> left.became() != Disposition.DISCARDED)
                .map(left -> "it left quarantine as arrival " + left.revision() + " ("
                        + left.became().word() + "); erase that, and it goes too");
    }

    private Answer.Done eraseWhole(String by, String reason, List<Planner.Whole> mails) throws ArchiveException {
        Plan plan = new Plan();
        List<Octets> marked = new ArrayList<>();
        for (Planner.Whole mail : mails) {
            planner.bury(plan, mail);
            planner.sum(mail).map(marks::of).ifPresent(marked::add);
        }
        return decide(by, reason, plan, marked, 0, mails.size(), Copies.NONE);
    }

    /// What was decided and could not be carried out, or counts as decided though the vault does not
    /// say so, in sentences.
    public List<String> unfinished() {
        return finishing.unfinished();
    }

    /// Who holds this decides alone what goes and what stays; for those who bring back what was kept whole.
    public Lock deciding() {
        return deciding;
    }

    /// Erases what is left of a mail in quarantine of which a letter was erased earlier; all else of it is kept
    /// elsewhere.
    ///
    /// @param number of its arrival
    public void eraseRest(String by, long number, String reason) throws ArchiveException {
        deciding.lock();
        try {
            Optional<Planner.Whole> whole = planner.whole(number);
            if (whole.isPresent()) {
                Answer.Done done = eraseWhole(by, Keeping.stated(reason), List.of(whole.get()));
                finishing.finish(indexing::purge, done.act());
            }
        } finally {
            deciding.unlock();
        }
    }

    /// Erases all letters whose time is over, but those that must be kept; then mail that was kept whole,
    /// unless a hold stands, for it cannot be told what that means.
    ///
    /// @param dryRun only to count them
    public Applied applyRetention(String by, boolean dryRun) throws ArchiveException {
        deciding.lock();
        try {
            Bounds bounds = keeping.bounds();
            if (bounds.maximumDays().isEmpty()) {
                throw new IllegalArgumentException("no maximum age is set");
            }
            awaitIndexed();
            String reason = "kept for " + bounds.maximumDays().get() + " days";
            Instant now = acts.now();
            long over = 0;
            long erased = 0;
            long held = 0;
            long after = 0;
            for (List<CataloguedLetter> page = catalogue.lettersAfter(after, BATCH_LETTERS);
                    !page.isEmpty();
                    page = catalogue.lettersAfter(after, BATCH_LETTERS)) {
                after = page.getLast().number();
                List<Message> batch = new ArrayList<>();
                List<Long> counted = new ArrayList<>();
                for (CataloguedLetter letter : page) {
                    if (batch.stream().anyMatch(m -> m.has(letter.number()))) {
                        over++;
                        counted.add(letter.number());
                        continue;
                    }
                    Message message = planner.message(letter);
                    if (bounds.atMostUntil(message.latest(letter.number()))
                            .orElseThrow()
                            .isAfter(now)) {
                        continue;
                    }
                    over++;
                    boolean young =
                            bounds.atMostUntil(message.latest()).orElseThrow().isAfter(now);
                    if (young || refusal(message, false).isPresent()) {
                        held++;
                    } else {
                        counted.add(letter.number());
                        batch.add(message);
                    }
                }
                if (batch.isEmpty()) {
                    continue;
                }
                Copies copies = planner.copies(together(batch), 0);
                Set<Long> kept = copies.kept(mail ->
                        bounds.atMostUntil(mail.entry().arrived()).orElseThrow().isAfter(now)
                                || refusal(mail, false).isPresent());
                List<Message> going = batch.stream()
                        .filter(m -> kept.stream().noneMatch(m::has))
                        .toList();
                long gone = counted.stream()
                        .filter(number -> going.stream().anyMatch(m -> m.has(number)))
                        .count();
                erased += gone;
                held += counted.size() - gone;
                if (!dryRun && !going.isEmpty()) {
                    Message all = together(going);
                    Answer.Done done = erase(by, reason, all, copies.of(all))
                            .orElseThrow(() -> new ArchiveException("more of a message came in meanwhile", true));
                    finishing.finish(indexing::purge, done.act());
                }
            }
            return new Applied(new Aged(over, erased, held), retainWhole(by, reason, bounds, now, dryRun));
        } finally {
            deciding.unlock();
        }
    }

    private static Message together(List<Message> messages) {
        return messages.stream().reduce(Message::and).orElseThrow();
    }

    private Aged retainWhole(String by, String reason, Bounds bounds, Instant now, boolean dryRun)
            throws ArchiveException {
        boolean held = !keeping.holds().isEmpty();
        long over = 0;
        long unreadable = 0;
        for (List<Long> page = catalogue.keptWhole(0, BATCH_LETTERS);
                !page.isEmpty();
                page = catalogue.keptWhole(page.getLast(), BATCH_LETTERS)) {
            List<Planner.Whole> old = new ArrayList<>();
            for (long number : page) {
                Optional<Planner.Whole> whole = planner.legible(number);
                whole.filter(w -> !bounds.atMostUntil(w.entry().arrived())
                                .orElseThrow()
                                .isAfter(now))
                        .ifPresent(old::add);
                unreadable += whole.isEmpty() ? 1 : 0;
            }
            over += old.size();
            if (!old.isEmpty() && !held && !dryRun) {
                Answer.Done done = eraseWhole(by, reason, old);
                finishing.finish(indexing::purge, done.act());
            }
        }
        return new Aged(over, held ? 0 : over, (held ? over : 0) + unreadable);
    }

    /// Puts letters on hold, now and when they come.
    ///
    /// @throws IllegalArgumentException where the name is taken or the query no query
    public Hold addHold(String by, String name, String query, String reason) throws ArchiveException {
        deciding.lock();
        try {
            return keeping.add(acts, by, name, query, reason);
        } finally {
            deciding.unlock();
        }
    }

    /// Ends a hold.
    ///
    /// @throws IllegalArgumentException where no such hold stands
    public void releaseHold(String by, String name, String reason) throws ArchiveException {
        deciding.lock();
        try {
            keeping.release(acts, by, name, reason);
        } finally {
            deciding.unlock();
        }
    }

    /// Sets both bounds of retention, and how long copies are kept.
    ///
    /// @throws IllegalArgumentException where the bounds exclude each other, or copies are kept too short
    ///     or too long
    public void setRetention(String by, Bounds bounds) throws ArchiveException {
        deciding.lock();
        try {
            keeping.set(acts, by, bounds);
        } finally {
            deciding.unlock();
        }
    }

    /// Lets an erased letter come again.
    ///
    /// @return false where no letter with this mark is known as erased
    public boolean readmit(String by, Octets mark, String reason) throws ArchiveException {
        String stated = Keeping.stated(reason);
        deciding.lock();
        try {
            if (!catalogue.isErased(mark)) {
                return false;
            }
            acts.keep(new Act.Readmitted(acts.now(), by, stated, mark));
            return true;
        } finally {
            deciding.unlock();
        }
    }

    /// Gives back the space of what was erased, after finishing what is not finished.
    ///
    /// @return how many octets that freed
    public long compact() throws ArchiveException {
        deciding.lock();
        try {
            finishing.finish(indexing::purge);
            return vault.compact();
        } finally {
            deciding.unlock();
        }
    }

    private void awaitIndexed() throws ArchiveException {
        projection.await(vault.end().frames());
        if (!indexing.awaitCaughtUp(INDEX_PATIENCE)) {
            throw new ArchiveException(
                    "letters wait for the index, so it cannot be told what holds mean; nothing was changed", true);
        }
    }

    /// What keeps a message, if anything does.
    private Optional<String> refusal(Message message, boolean unsearched) throws ArchiveException {
        Optional<String> early = early(message.latest());
        if (early.isPresent()) {
            return early;
        }
        for (Hold hold : keeping.holds()) {
            for (CataloguedLetter letter : message.letters()) {
                switch (Query.parse(hold.query())) {
                    case Query.Parsed.Good(Query query) -> {
                        if (index.matches(query, letter.number())) {
                            return Optional.of("hold '" + hold.name() + "' keeps it: " + hold.reason() + " ("
                                    + hold.query() + ")");
                        }
                        if (!unsearched && index.matches(new Query.NotFullySearched(), letter.number())) {
                            return Optional.of("the index could not read all of it, so it cannot be told whether hold '"
                                    + hold.name() + "' means it");
                        }
                    }
                    case Query.Parsed.Bad _ -> {
                        return Optional.of("hold '" + hold.name() + "' has a query that is not understood any more");
                    }
                }
            }
        }
        return Optional.empty();
    }

    /// Why what has this instant must be kept for its age, if so.
    private Optional<String> early(Instant latest) {
        Bounds bounds = keeping.bounds();
        return bounds.atLeastUntil(latest)
                .filter(until -> until.isAfter(acts.now()))
                .map(until -> "it must be kept until " + until + ": the minimum retention is "
                        + bounds.minimumDays().orElse(0L) + " days");
    }

    /// @return empty where more of the message came in since it was looked at
    private Optional<Answer.Done> erase(String by, String reason, Message looked, Copies copies)
            throws ArchiveException {
        intakeStopped.lock();
        try {
            projection.await(vault.end().frames());
            Message message = planner.again(looked);
            Copies since = planner.copies(message, copies.through());
            if (!message.same(looked) || !since.holding().isEmpty()) {
                return Optional.empty();
            }
            Copies whole = copies.and(since);
            Plan plan = planner.plan(message);
            for (CataloguedLetter letter : plan.anew()) {
                keepAnew(by, letter);
            }
            Set<Octets> marked = new LinkedHashSet<>(); // a letter may lie there as it is
            message.letters().forEach(l -> marked.add(marks.of(l.sum())));
            for (Planner.Whole mail : whole.holding().values()) {
                planner.bury(plan, mail);
                planner.sum(mail).map(marks::of).ifPresent(marked::add);
            }
            return Optional.of(decide(
                    by,
                    reason,
                    plan,
                    List.copyOf(marked),
                    message.letters().size(),
                    message.arrivals().size() + whole.holding().size(),
                    whole));
        } finally {
            intakeStopped.unlock();
        }
    }

    /// Says in the vault what goes. From here on it will.
    private Answer.Done decide(
            String by, String reason, Plan plan, List<Octets> marked, int letters, int arrivals, Copies whole)
            throws ArchiveException {
        Act.Erased act = new Act.Erased(acts.now(), by, reason, plan.frames(acts.now(), by), marked);
        long number = acts.keep(act);
        marks.added();
        Optional<String> trouble = projection.trouble();
        if (trouble.isPresent()) {
            throw new ArchiveException("the erasure is decided and will be carried out: " + trouble.get(), true);
        }
        int records = act.frames().stream().mapToInt(f -> f.records().size()).sum();
        return new Answer.Done(
                number,
                letters,
                arrivals,
                records,
                act.at(),
                marked,
                keeping.bounds().everywhereFrom(act.at()),
                List.copyOf(whole.holding().keySet()),
                whole.suspects(),
                whole.closed());
    }

    private void keepAnew(String by, CataloguedLetter letter) throws ArchiveException {
        LetterRef ref = new LetterRef(
                letter.sum(),
                letter.sizeBytes(),
                LetterRef.ORIGINAL,
                true,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of());
        acts.keep(
                new Act.KeptAnew(acts.now(), by, List.of(ref)),
                new FrameRecord(FrameRecord.Type.LETTER, letter.sum(), planner.verified(letter)));
    }
}
