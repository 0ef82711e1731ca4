package io.carteggio.archive.journaling;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.AcceptedDomain;
import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.attribution.DomainHistory;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.entry.Addressee;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.mail.Address;
import io.carteggio.mail.Envelope;
import io.carteggio.mail.Recipient;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What journal rules would have caught of the letters that were archived lately. Each letter is judged once,
/// by all envelopes that its journal reports have of it, with the domains and members of the time. Nothing is
/// read of the letters themselves, and a page of them is in memory at a time.
///
/// What cannot be known is counted apart, and never guessed: whom a letter went to that came without a report.
/// A rule counts as if it worked, also one that is disabled. Belongs to one thread.
public final class PastMail {
    /// Letters that are asked of the catalogue at a time.
    private static final int PAGE = 500;

    /// What rules mean is worked out anew for letters further apart.
    private static final Duration ABOUT = Duration.ofSeconds(60);

    /// What a rule would have caught.
    ///
    /// @param bytes octets of these letters
    public record Caught(JournalRule rule, long letters, long bytes) {}

    /// What came of it.
    ///
    /// @param caught by each rule, in the order of the rules
    /// @param since from when on all letters were looked at
    /// @param whole whether that is what was asked for; else there were too many
    /// @param letters that were looked at
    /// @param bytes octets of these letters
    /// @param withoutEnvelope letters among them without a report: who got them is not known,
    ///     and no rule counts them
    /// @param withoutSender letters among them with the null sender, which were taken as from
    ///     outside: no report tells who has logged in
    /// @param unreadable letters among them whose reports cannot be read any more
    public record Count(
            List<Caught> caught,
            Instant since,
            boolean whole,
            long letters,
            long bytes,
            long withoutEnvelope,
            long withoutSender,
            long unreadable) {
        public Count {
            caught = List.copyOf(caught);
        }
    }

    /// Is told how far it is.
    @FunctionalInterface
    public interface Watcher {
        /// So much was looked at so far.
        ///
        /// @param bytes octets of these letters
        void looked(long letters, long bytes) throws ArchiveException;
    }

    private final Catalogue catalogue;
    private final Directory directory;
    private final DomainHistory domains;
    private final RuleBook book;
    private final Map<String, Sum> sums = new HashMap<>(); // by the rule's key
    private final Map<List<AcceptedDomain>, Directory> directories = new HashMap<>();
    private Optional<Then> then = Optional.empty();
    private Instant reached = Instant.MAX;
    private boolean tooMany;
    private long letters;
    private long bytes;
    private long withoutEnvelope;
    private long withoutSender;
    private long unreadable;

    private static final class Sum {
        private long letters;
        private long bytes;
    }

    /// What decides about letters of about an instant.
    private record Then(Instant at, List<AcceptedDomain> domains, Decider decider) {}

    /// For one look.
    ///
    /// @param book the rules, also those that are only thought of
    public PastMail(Catalogue catalogue, Directory directory, DomainHistory domains, RuleBook book) {
        this.catalogue = catalogue;
        this.directory = directory;
        this.domains = domains;
        this.book = new RuleBook(
                book.rules().stream().map(rule -> rule.withEnabled(true)).toList(),
                book.forwardings(),
                book.settings());
    }

    /// Looks at the letters that were archived since an instant, the newest first. Once for
    /// each of these.
    ///
    /// @param most letters that are looked at
    public Count count(Instant since, long most, Watcher watcher) throws ArchiveException {
        List<CataloguedLetter> page = catalogue.lettersBefore(Long.MAX_VALUE, PAGE);
        while (look(page, since, most) && page.size() == PAGE) {
            watcher.looked(letters, bytes);
            page = catalogue.lettersBefore(page.getLast().number(), PAGE);
        }
        watcher.looked(letters, bytes);
        return new Count(
                book.rules().stream()
                        .map(rule -> {
                            Sum sum = sums.getOrDefault(JournalRule.key(rule.name()), new Sum());
                            return new Caught(rule, sum.letters, sum.bytes);
                        })
                        .toList(),
                tooMany ? reached : since,
                !tooMany,
                letters,
                bytes,
                withoutEnvelope,
                withoutSender,
                unreadable);
    }

    /// The catalogue has letters in the order in which they came.
    ///
    /// @return whether there may be more to look at
    private boolean look(List<CataloguedLetter> page, Instant since, long most) throws ArchiveException {
        for (CataloguedLetter letter : page) {
            List<Testimony> said = catalogue.legibleTestimonies(letter.number());
            Optional<Instant> archived =
                    said.stream().map(testimony -> testimony.entry().arrived()).min(Instant::compareTo);
            if (archived.filter(at -> at.isBefore(since)).isPresent()) {
                return false;
            }
            if (letters >= most) {
                tooMany = true;
                return false;
            }
            reached = archived.orElse(reached);
            look(letter, said);
        }
        return true;
    }

    private void look(CataloguedLetter letter, List<Testimony> said) {
        letters++;
        bytes += letter.sizeBytes();
        if (said.isEmpty()) {
            unreadable++;
            return;
        }
        List<ArrivalEntry> reports = said.stream()
                .map(Testimony::entry)
                .filter(entry -> !entry.namesGroups())
                .toList();
        if (reports.isEmpty()) {
            withoutEnvelope++;
            return;
        }
        Envelope envelope = envelope(reports);
        if (envelope.sender().isEmpty()) {
            withoutSender++;
        }
        Decision decision = at(reports.getFirst().at()).decide(envelope);
        for (Decision.Verdict verdict : decision.verdicts()) {
            if (verdict.fires()) {
                Sum sum = sums.computeIfAbsent(JournalRule.key(verdict.rule().name()), _ -> new Sum());
                sum.letters++;
                sum.bytes += letter.sizeBytes();
            }
        }
    }

    /// Several reports of one letter tell of some of its recipients each.
    private static Envelope envelope(List<ArrivalEntry> reports) {
        Optional<Address> sender =
                reports.stream().flatMap(entry -> entry.sender().stream()).findFirst();
        Set<Recipient> recipients = new LinkedHashSet<>();
        reports.forEach(
                entry -> entry.addressees().stream().map(Addressee::told).forEach(recipients::add));
        return new Envelope(sender, Optional.empty(), List.copyOf(recipients));
    }

    private Decider at(Instant at) {
        List<AcceptedDomain> ours = domains.at(at);
        boolean same = then.filter(known -> known.domains().equals(ours)
                        && Duration.between(known.at(), at).abs().compareTo(ABOUT) < 0)
                .isPresent();
        if (!same) {
            Directory of = directories.computeIfAbsent(
                    ours, _ -> new Directory(directory.people(), directory.groups(), directory.contacts(), ours));
            then = Optional.of(new Then(at, ours, new Decider(of, book, at)));
        }
        return then.orElseThrow().decider();
    }
}
