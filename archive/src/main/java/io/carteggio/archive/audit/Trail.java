package io.carteggio.archive.audit;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.Catalogue.Done;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Change;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The audit trail: everything that anybody did, newest first, as it stands in the ledger. Safe for
/// many threads.
///
/// Administrative acts are entries as well as what was only looked at. There is no way to change or
/// remove one.
public final class Trail {
    /// Entries that are read at a time.
    private static final int AT_A_TIME = 500;

    /// Changes of the directory that an entry tells one by one.
    private static final int CHANGES_TOLD = 20;

    private final Catalogue catalogue;

    public Trail(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    /// Something that was done.
    ///
    /// @param number of its frame
    /// @param from the peer's address; absent at the machine itself, and where another entry just
    ///     before says it
    public record Entry(
            long number,
            Instant at,
            String by,
            Optional<String> from,
            String what,
            String object,
            Optional<String> reason) {
        /// What an act says, in words. Never a secret.
        static Entry of(Done done) {
            Act act = done.act();
            Optional<String> none = Optional.empty();
            return switch (act) {
                case Act.Audited a ->
                    new Entry(done.number(), a.at(), a.by(), a.from(), a.what(), a.object(), a.reason());
                case Act.SourceAdded a ->
                    entry(
                            done,
                            "source-added",
                            a.name() + a.address().map(x -> " at " + x.raw()).orElse(""),
                            none);
                case Act.SourceSet a -> entry(done, "source-set", a.name() + settings(a.settings()), none);
                case Act.MailboxSet a ->
                    entry(done, "mailbox-set", a.name() + ", " + a.protocol() + settings(a.settings()), none);
                case Act.SourceRemoved a -> entry(done, "source-removed", a.name(), none);
                case Act.PersonAdded a ->
                    entry(done, "person-added", a.name() + ", " + a.role().word() + ", " + a.person(), none);
                case Act.AddressGiven a ->
                    entry(
                            done,
                            "address-given",
                            a.address().raw() + " to " + a.person() + span(a.from(), a.to()),
                            none);
                case Act.DirectoryChanged a ->
                    entry(
                            done,
                            "directory-changed",
                            changes(a.changes()),
                            a.sync().map(s -> "synchronisation " + s));
                case Act.SyncSet a ->
                    entry(done, "sync-set", a.name() + ", " + a.protocol() + settings(a.settings()), none);
                case Act.SyncRemoved a -> entry(done, "sync-removed", a.name(), none);
                case Act.CredentialSet a -> entry(done, "password-set", a.person(), none);
                case Act.RoleGranted a ->
                    entry(
                            done,
                            "role-granted",
                            a.role().word() + " to " + a.person()
                                    + a.until().map(end -> " until " + end).orElse("")
                                    + a.across()
                                            .map(x -> ", letters of "
                                                    + (x.everyone() ? "everyone" : String.join(", ", x.people()))
                                                    + span(x.from(), x.to()))
                                            .orElse("")
                                    + a.group()
                                            .map(group -> ", by the group " + group)
                                            .orElse(""),
                            Optional.of(a.reason()));
                case Act.RoleWithdrawn a -> entry(done, "role-withdrawn", a.grant(), Optional.of(a.reason()));
                case Act.AccessReviewed a ->
                    entry(
                            done,
                            "access-reviewed",
                            a.rights() + " rights, sum " + a.sum() + ", again in " + a.days() + " days",
                            Optional.of(a.reason()));
                case Act.TokenAdded a ->
                    entry(
                            done,
                            "token-added",
                            a.name() + " for " + a.person() + ", " + String.join(" ", a.scopes()) + ", until "
                                    + a.expires() + ", " + a.token(),
                            none);
                case Act.TokenRevoked a -> entry(done, "token-revoked", a.token(), none);
                // what she looks for is hers
                case Act.SearchSaved a -> entry(done, "search-saved", a.search() + " of " + a.person(), none);
                case Act.SearchForgotten a -> entry(done, "search-forgotten", a.search() + " of " + a.person(), none);
                case Act.ApprovalAsked a ->
                    entry(
                            done,
                            "approval-asked",
                            a.operation() + ": " + a.object() + ", request " + a.request(),
                            a.reason());
                case Act.ApprovalDecided a ->
                    entry(
                            done,
                            a.approved() ? "approved" : "refused",
                            "request " + a.request(),
                            Optional.of(a.reason()));
                case Act.ApprovalUsed a -> entry(done, "approval-used", "request " + a.request(), none);
                case Act.ApprovalReturned a ->
                    entry(done, "approval-returned", "request " + a.request() + ", nothing was done", none);
                case Act.LogInSet a ->
                    entry(
                            done,
                            "log-in-set",
                            a.subject() + (a.settings().isEmpty() ? ", as usual" : settings(a.settings())),
                            none);
                case Act.PasskeyAdded a ->
                    entry(
                            done,
                            "passkey-added",
                            a.name() + " of " + a.person() + ", " + a.passkey() + ", made by " + a.maker(),
                            none);
                case Act.PasskeyUsed a -> entry(done, "passkey-used", a.passkey() + ", count " + a.counter(), none);
                case Act.PasskeyRemoved a -> entry(done, "passkey-removed", a.passkey(), none);
                case Act.PreferenceSet a ->
                    entry(
                            done,
                            "preference-set",
                            a.name() + (a.value().isEmpty() ? ", as usual" : ": " + a.value()),
                            none);
                case Act.AccountLinked a ->
                    entry(
                            done,
                            "account-linked",
                            a.account() + " of " + a.issuer() + " to "
                                    + a.person().orElse("nobody"),
                            none);
                case Act.BackedUp a ->
                    entry(
                            done,
                            "backed-up",
                            a.frames() + " frames to " + a.place()
                                    + (a.damaged() > 0 ? ", " + a.damaged() + " files damaged" : "")
                                    + (a.masterKey() ? ", with the master key" : ""),
                            none);
                case Act.ModeSet a ->
                    entry(done, "mode-set", a.twoPersons() ? "two-person" : "single", Optional.of(a.reason()));
                case Act.Erased a ->
                    entry(done, "erased", "of " + a.frames().size() + " frames", Optional.of(a.reason()));
                case Act.Readmitted a -> entry(done, "readmitted", "an erased letter", Optional.of(a.reason()));
                case Act.KeptAnew a -> entry(done, "kept-anew", a.letters().size() + " letters, for an erasure", none);
                case Act.HoldAdded a -> entry(done, "hold-added", a.name() + ": " + a.query(), Optional.of(a.reason()));
                case Act.HoldReleased a -> entry(done, "hold-released", a.name(), Optional.of(a.reason()));
                case Act.RetentionSet a ->
                    entry(
                            done,
                            "retention-set",
                            "at least " + days(a.minimumDays()) + ", at most " + days(a.maximumDays())
                                    + a.copiesDays()
                                            .map(days -> ", copies for " + days + " days")
                                            .orElse(""),
                            none);
                case Act.TimestampAuthoritySet a ->
                    entry(done, "timestamp-authority-set", a.url().orElse("nobody"), none);
                case Act.LodgingSet a ->
                    entry(done, "lodging-set", a.directory().orElse("nowhere"), none);
                case Act.WatchSet a -> entry(done, "watch-set", a.subject() + settings(a.settings()), none);
                case Act.JournalRuleSet a ->
                    entry(
                            done,
                            "journal-rule-set",
                            a.name() + ", " + a.scope().word() + ", "
                                    + a.recipient().map(Entry::member).orElse("everybody") + ", to " + a.mailbox()
                                    + a.alternate().map(to -> ", else to " + to).orElse("")
                                    + (a.dedicated() ? ", dedicated" : "")
                                    + (a.enabled() ? "" : ", disabled"),
                            none);
                case Act.JournalRuleRemoved a -> entry(done, "journal-rule-removed", a.name(), none);
                case Act.ForwardingSet a ->
                    entry(
                            done,
                            "forwarding-set",
                            a.address() + " to " + a.to() + (a.copy() ? " and itself" : ""),
                            none);
                case Act.AgentSet a -> entry(done, "agent-set", "the journaling agent" + settings(a.settings()), none);
                case Act.EscrowKeysAdded a ->
                    entry(done, "escrow-keys-added", a.name() + ": " + String.join("; ", a.keys()), none);
                case Act.EscrowKeysRemoved a -> entry(done, "escrow-keys-removed", a.name(), none);
                case Act.GapClosed a -> entry(done, "gap-closed", "notice " + a.arrival(), Optional.of(a.reason()));
            };
        }

        private static Entry entry(Done done, String what, String object, Optional<String> reason) {
            return new Entry(done.number(), done.act().at(), done.act().by(), Optional.empty(), what, object, reason);
        }

        private static String changes(List<Change> changes) {
            String first = changes.stream().limit(CHANGES_TOLD).map(Entry::said).collect(Collectors.joining("; "));
            return changes.size() <= CHANGES_TOLD
                    ? first
                    : first + "; and " + (changes.size() - CHANGES_TOLD) + " more";
        }

        private static String said(Change change) {
            return switch (change) {
                case Change.PersonNew c ->
                    "person " + c.name() + ", " + c.role().word() + ", " + c.id();
                case Change.GroupNew c -> "group " + c.name() + ", " + c.id();
                case Change.ContactNew c -> "contact " + c.name() + ", " + c.id();
                case Change.Renamed c -> c.id() + " is named " + c.name();
                case Change.Locked c -> c.id() + (c.locked() ? " cannot log in" : " may log in");
                case Change.Linked c -> c.id() + " is known as " + c.key();
                case Change.Gone c -> c.id() + " is gone since " + c.from();
                case Change.Returned c -> c.id() + " is back";
                case Change.Merged c -> c.id() + " is one with " + c.into();
                case Change.Given c ->
                    c.address().raw() + " to " + c.id()
                            + span(c.span().from(), c.span().to());
                case Change.Redated c ->
                    c.address().raw() + " of " + c.id()
                            + c.now()
                                    .map(s -> " counts" + span(s.from(), s.to()))
                                    .orElse(" never counted");
                case Change.Joined c ->
                    member(c.member()) + " in " + c.group()
                            + span(c.span().from(), c.span().to());
                case Change.MembershipRedated c ->
                    member(c.member()) + " in " + c.group()
                            + c.now()
                                    .map(s -> " counts" + span(s.from(), s.to()))
                                    .orElse(" never was");
                case Change.DomainSet c -> "the domain " + c.domain();
                case Change.DomainRemoved c -> "the domain " + c.domain() + " no more";
            };
        }

        private static String member(Change.Member member) {
            return switch (member) {
                case Change.Member.OfPerson(String id) -> id;
                case Change.Member.OfGroup(String id) -> "the group " + id;
                case Change.Member.OfAddress(var address) -> address.raw();
            };
        }

        private static String settings(Map<String, String> settings) {
            return settings.isEmpty() ? "" : ", " + settings;
        }

        private static String span(Optional<Instant> from, Optional<Instant> to) {
            return from.map(f -> " from " + f).orElse("")
                    + to.map(t -> " until " + t).orElse("");
        }

        private static String days(Optional<Long> days) {
            return days.map(d -> d + " days").orElse("without bound");
        }

        private boolean says(String lowerCase) {
            return Stream.concat(Stream.of(by, what, object), Stream.concat(reason.stream(), from.stream()))
                    .anyMatch(text -> text.toLowerCase(Locale.ROOT).contains(lowerCase));
        }
    }

    /// Which entries are wanted; all of it must fit, an empty text fits everything.
    ///
    /// @param who the name of who did it, whole, case aside
    /// @param what the kind, whole
    /// @param object a part of what it was done to
    /// @param since inclusive
    /// @param until exclusive
    /// @param text a part of any of it
    public record Filter(
            String who, String what, String object, Optional<Instant> since, Optional<Instant> until, String text) {
        public static final Filter ALL = new Filter("", "", "", Optional.empty(), Optional.empty(), "");

        boolean fits(Entry e) {
            return (who.isEmpty() || e.by().equalsIgnoreCase(who))
                    && (what.isEmpty() || e.what().equalsIgnoreCase(what))
                    && e.object().toLowerCase(Locale.ROOT).contains(object.toLowerCase(Locale.ROOT))
                    && since.map(s -> !e.at().isBefore(s)).orElse(true)
                    && until.map(u -> e.at().isBefore(u)).orElse(true)
                    && (text.isEmpty() || e.says(text.toLowerCase(Locale.ROOT)));
        }
    }

    /// A page of entries.
    ///
    /// @param next what to pass as `before` for the page after this; absent on the last
    public record Page(List<Entry> entries, Optional<Long> next) {
        public Page {
            entries = List.copyOf(entries);
        }
    }

    /// Who is told of each entry of a long walk.
    @FunctionalInterface
    public interface Taker<E extends Exception> {
        /// Takes one; false where that is enough.
        boolean take(Entry entry) throws E;
    }

    /// The newest that fit, with numbers under `before`.
    public Page page(Filter filter, long before, int limit) throws ArchiveException {
        List<Entry> found = new ArrayList<>();
        this.<ArchiveException>each(filter, before, entry -> {
            found.add(entry);
            return found.size() <= limit;
        });
        boolean more = found.size() > limit;
        List<Entry> entries = more ? found.subList(0, limit) : found;
        return new Page(entries, more ? Optional.of(entries.getLast().number()) : Optional.empty());
    }

    /// The kinds of the newest entries, by the alphabet: what a filter is likely to ask for.
    public SortedSet<String> kinds() throws ArchiveException {
        SortedSet<String> kinds = new TreeSet<>();
        for (Done done : catalogue.acts(Long.MAX_VALUE, AT_A_TIME)) {
            kinds.add(Entry.of(done).what());
        }
        return kinds;
    }

    /// Walks through all that fit, newest first.
    public <E extends Exception> void each(Filter filter, long before, Taker<E> taker) throws ArchiveException, E {
        long next = before;
        while (true) {
            List<Done> acts = catalogue.acts(next, AT_A_TIME);
            for (Done done : acts) {
                Entry entry = Entry.of(done);
                if (filter.fits(entry) && !taker.take(entry)) {
                    return;
                }
                next = done.number();
            }
            if (acts.size() < AT_A_TIME) {
                return;
            }
        }
    }

    /// The head of a table of entries in CSV (RFC 4180).
    public static final String CSV_HEAD = "number,at,by,from,what,object,reason\r\n";

    /// An entry as a line of that table. A spreadsheet must not take what somebody typed for a formula.
    public static String csv(Entry e) {
        return String.join(
                        ",",
                        Long.toString(e.number()),
                        e.at().toString(),
                        cell(e.by()),
                        cell(e.from().orElse("")),
                        cell(e.what()),
                        cell(e.object()),
                        cell(e.reason().orElse("")))
                + "\r\n";
    }

    private static String cell(String text) {
        boolean formula = !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0;
        return '"' + (formula ? "'" : "") + text.replace("\"", "\"\"") + '"';
    }
}
