package io.carteggio.server.fetch;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.intake.Source;
import io.carteggio.embedded.jobs.JobStore;
import io.carteggio.embedded.jobs.RunCounts;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.fetch.RemoteMailbox.Listing;
import io.carteggio.server.fetch.RemoteMailbox.Removed;
import io.carteggio.server.fetch.Settings.After;
import io.carteggio.server.fetch.Settings.Unknown;
import io.carteggio.server.jobs.Run;
import io.carteggio.server.watch.AlarmKind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One run over a mailbox: everything that is there and not known comes in, is archived, is remembered,
/// and only then goes at the server (P1). Killed at any point it loses nothing: what was archived and not
/// remembered comes again and is further evidence; what was remembered and not removed is removed the
/// next time.
final class Fetch {
    /// Unknown mails of one listing.
    static final int LISTING_LIMIT = 10_000;

    /// Mails that are asked for at once. What is done is remembered, and goes at the server, between two
    /// of these.
    static final int BATCH = 200;

    /// Where a listing begins at a cursor, a whole one is made so often: it finds what went meanwhile.
    static final Duration WHOLE_LISTING = Duration.ofDays(1);

    /// With so many mails that the server does not give, a run ends early.
    static final int UNREADABLE_LIMIT = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(Fetch.class);

    private final Archive archive;
    private final JobStore store;
    private final Source source;
    private final Settings settings;
    private final FillWatch watch;
    private final Clock clock;

    /// Of the run: archived mails that the server did not remove, why, and whether it removes none at all.
    private final Set<String> tried = new HashSet<>();

    private Optional<FetchException> left = Optional.empty();
    private boolean removesNone;

    Fetch(Archive archive, Source source, Settings settings, FillWatch watch, Clock clock) {
        this.archive = archive;
        this.store = archive.jobs();
        this.source = source;
        this.settings = settings;
        this.watch = watch;
        this.clock = clock;
    }

    /// The whole of it, once. The mailbox is measured as the run begins and as it ends; where it fails,
    /// what was there when it began is all that is known, and counts.
    void once(RemoteMailbox mailbox, Run run) throws ArchiveException {
        tried.clear();
        left = Optional.empty();
        removesNone = false;
        FillWatch.Look look = watch.begin(source.name(), settings, mailbox);
        Harvest harvest = new Harvest(archive, source, key -> provenance(mailbox, key));
        try {
            work(mailbox, harvest, run);
        } catch (ArchiveException | RuntimeException e) {
            if (!run.isCancelled()) {
                look.failed(e);
            }
            throw e;
        }
        look.done();
        alarms(harvest);
        // who was in it need not be asked again whether it can be got into
        archive.watch().alarms().clear(AlarmKind.ALTERNATE, source.name());
        if (left.isPresent()) {
            throw new UnremovedException(left.get());
        }
    }

    private void work(RemoteMailbox mailbox, Harvest harvest, Run run) throws ArchiveException {
        Optional<JobStore.Mailbox> before = enter(mailbox, run);
        boolean whole = before.flatMap(JobStore.Mailbox::listed)
                .map(at -> at.plus(WHOLE_LISTING).isBefore(clock.instant()))
                .orElse(true);
        Optional<String> cursor = whole ? Optional.empty() : before.flatMap(JobStore.Mailbox::cursor);
        try {
            boolean more = true;
            while (more) {
                run.stage("listing");
                Listing listing = list(mailbox, cursor, harvest);
                store.count(run.number(), new RunCounts(listing.unknown().size(), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
                run.stage("fetching, " + listing.mails() + " mails in the folder");
                fetch(mailbox, listing, harvest, run);
                if (harvest.unreadable().isEmpty()) { // else a later listing must name them again
                    store.reached(
                            source.name(),
                            listing.cursor(),
                            listing.complete() && !listing.more() ? Optional.of(clock.instant()) : Optional.empty());
                }
                more = listing.more() && harvest.unreadable().size() < UNREADABLE_LIMIT;
            }
            removeDue(mailbox, run);
        } finally {
            harvest.awaitAll();
            settle(harvest, run);
        }
    }

    /// What is known counts only under the same numbering of the same folder.
    private Optional<JobStore.Mailbox> enter(RemoteMailbox mailbox, Run run) throws ArchiveException {
        String epoch = settings.needed("host") + " " + settings.text("user").orElse("") + " " + settings.folder() + " "
                + mailbox.epoch();
        Optional<JobStore.Mailbox> before = store.enter(source.name(), epoch);
        if (before.isPresent() && !before.get().epoch().equals(epoch)) {
            LOG.warn(
                    "source {}: the server numbers its mails anew ({}, was {}), or it is another mailbox: everything is"
                            + " fetched again, and what is known becomes evidence",
                    source.name(),
                    epoch,
                    before.get().epoch());
            run.note("numbered anew: everything is fetched again");
            return Optional.empty();
        }
        return before;
    }

    private Provenance provenance(RemoteMailbox mailbox, String key) {
        return new Provenance(
                settings.text("host"),
                Optional.empty(),
                mailbox.tls(),
                Optional.empty(),
                List.of(),
                Optional.of(mailbox.place(key)));
    }

    /// Looks what is there, and forgets what is gone.
    private Listing list(RemoteMailbox mailbox, Optional<String> cursor, Harvest harvest) throws ArchiveException {
        long[] known = {0};
        Listing listing = mailbox.list(
                cursor,
                key -> {
                    boolean knows = store.knows(source.name(), key);
                    known[0] += knows ? 1 : 0;
                    return knows || harvest.unreadable().contains(key);
                },
                LISTING_LIMIT);
        if (listing.complete() && known[0] < store.settled(source.name())) {
            long mark = clock.millis();
            List<String> seen = new ArrayList<>();
            Listing again = mailbox.list(
                    Optional.empty(),
                    key -> {
                        boolean knows = store.knows(source.name(), key);
                        if (knows && seen.add(key) && seen.size() >= LISTING_LIMIT) {
                            store.seen(source.name(), seen, mark);
                            seen.clear();
                        }
                        return knows || harvest.unreadable().contains(key);
                    },
                    LISTING_LIMIT);
            if (again.complete()) {
                store.seen(source.name(), seen, mark);
                int gone = store.forgetUnseen(source.name(), mark);
                LOG.info("source {}: {} archived mails are no longer in the folder", source.name(), gone);
                return again;
            }
        }
        return listing;
    }

    /// What a listing names comes in, is remembered, and goes at the server.
    private void fetch(RemoteMailbox mailbox, Listing listing, Harvest harvest, Run run) throws ArchiveException {
        List<String> removable = new ArrayList<>();
        List<String> unknown = listing.unknown();
        for (int from = 0; from < unknown.size(); from += BATCH) {
            run.checkCancelled();
            mailbox.fetch(unknown.subList(from, Math.min(unknown.size(), from + BATCH)), harvest);
            settle(harvest, run, removable);
            remove(mailbox, removable, run, false);
        }
        harvest.awaitAll();
        settle(harvest, run, removable);
        harvest.failIfFailed();
        remove(mailbox, removable, run, true);
    }

    private void settle(Harvest harvest, Run run) throws ArchiveException {
        settle(harvest, run, new ArrayList<>());
    }

    /// Remembers what is archived; forced before anything goes at the server.
    private void settle(Harvest harvest, Run run, List<String> removable) throws ArchiveException {
        Harvest.Done done = harvest.takeOver();
        if (done.counts().nothing()) {
            return;
        }
        store.settle(source.name(), done.settled(), clock.instant(), done.frame(), run.number(), done.counts());
        for (JobStore.Settled mail : done.settled()) {
            if (!mail.discarded() || settings.unknown() == Unknown.DISCARD_AND_DELETE) {
                removable.add(mail.key());
            }
        }
    }

    private void remove(RemoteMailbox mailbox, List<String> removable, Run run, boolean rest) throws ArchiveException {
        if (!(settings.after() instanceof After.Remove(RemoteMailbox.Removal how, Duration delay))
                || !delay.isZero()
                || removable.isEmpty()
                || (!rest && removable.size() < mailbox.removalBatch())) {
            return;
        }
        remove(mailbox, List.copyOf(removable), how, run);
        removable.clear();
    }

    /// Removes what it can. Whatever the server answers, mail goes on coming in; only a session that is
    /// of no more use ends the run.
    private void remove(RemoteMailbox mailbox, List<String> keys, RemoteMailbox.Removal how, Run run)
            throws ArchiveException {
        if (removesNone || tried.size() > LISTING_LIMIT) {
            return; // what stays is due in the next run
        }
        Removed removed = removed(mailbox, keys, how);
        store.removed(
                source.name(),
                removed.gone(),
                run.number(),
                new RunCounts(0, 0, 0, 0, 0, 0, 0, 0, 0, removed.gone().size(), 0));
        if (removed.left().isPresent()) {
            FetchException why = removed.left().get();
            left = left.or(() -> Optional.of(why));
            removesNone = removed.gone().isEmpty();
            keys.stream().filter(key -> !removed.gone().contains(key)).forEach(tried::add);
        }
    }

    private static Removed removed(RemoteMailbox mailbox, List<String> keys, RemoteMailbox.Removal how)
            throws ArchiveException {
        try {
            return mailbox.remove(keys, how);
        } catch (FetchException e) {
            if (!UnremovedException.isWhy(e.kind())) {
                throw e;
            }
            return new Removed(Set.of(), Optional.of(e));
        }
    }

    /// What earlier runs archived and could not remove, or what is old enough now.
    private void removeDue(RemoteMailbox mailbox, Run run) throws ArchiveException {
        if (!(settings.after() instanceof After.Remove(RemoteMailbox.Removal how, Duration delay))) {
            return;
        }
        run.stage("removing");
        Instant until = clock.instant().minus(delay);
        boolean discarded = settings.unknown() == Unknown.DISCARD_AND_DELETE;
        while (!removesNone && tried.size() <= LISTING_LIMIT) {
            run.checkCancelled();
            List<String> due =
                    store.due(source.name(), until, discarded, mailbox.removalBatch() + tried.size()).stream()
                            .filter(key -> !tried.contains(key))
                            .limit(mailbox.removalBatch())
                            .toList();
            if (due.isEmpty()) {
                return;
            }
            remove(mailbox, due, how, run);
        }
    }

    private void alarms(Harvest harvest) {
        harvest.firstUnreadable()
                .ifPresent(why -> archive.watch()
                        .alarms()
                        .raise(
                                AlarmKind.UNREADABLE,
                                source.name(),
                                "The server does not give a mail that it has; it stays there and is asked for again ("
                                        + why + ")."));
    }
}
