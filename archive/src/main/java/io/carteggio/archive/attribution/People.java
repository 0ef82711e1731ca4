package io.carteggio.archive.attribution;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.Unacceptable;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Change;
import io.carteggio.archive.entry.Change.Span;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.mail.Address;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/// The people of the archive, as all acts so far have made them, and the acts that change them. Safe
/// for many threads.
///
/// It is told of acts by the projection ([#apply]); its own methods only keep acts, so what is in
/// memory is always what the vault says.
public final class People {
    /// So many changes are in one act at most: a larger run has several, all of the same instant.
    public static final int CHANGES_LIMIT = 50_000;

    private final Roll roll = new Roll();
    private final Map<String, String> credentials = new LinkedHashMap<>();
    private volatile Directory directory = new Directory(List.of());
    private volatile DomainHistory domains = DomainHistory.NOTHING;
    private volatile boolean stale;

    /// Held by whoever looks at the directory, decides, and keeps a change: nothing then changes in
    /// between.
    private final ReentrantLock changing = new ReentrantLock();

    /// Takes an act into account. Acts that are not about people are ignored.
    public synchronized void apply(Act act) {
        switch (act) {
            case Act.PersonAdded a ->
                told(Optional.empty(), List.of(new Change.PersonNew(a.person(), a.name(), a.role())));
            case Act.AddressGiven a ->
                told(Optional.empty(), List.of(new Change.Given(a.person(), a.address(), new Span(a.from(), a.to()))));
            case Act.DirectoryChanged a -> {
                told(a.sync(), a.changes());
                if (a.changes().stream().anyMatch(People::isOfDomains)) {
                    domains = domains.and(a.at(), directory().domains());
                }
            }
            case Act.CredentialSet a -> credentials.put(a.person(), a.hash());
            case Act.SourceAdded _,
                    Act.SourceSet _,
                    Act.RoleGranted _,
                    Act.AccessReviewed _,
                    Act.TokenAdded _,
                    Act.TokenRevoked _,
                    Act.SearchSaved _,
                    Act.SearchForgotten _,
                    Act.ApprovalAsked _,
                    Act.ApprovalDecided _,
                    Act.ApprovalUsed _,
                    Act.ApprovalReturned _,
                    Act.LogInSet _,
                    Act.PasskeyAdded _,
                    Act.PasskeyUsed _,
                    Act.PasskeyRemoved _,
                    Act.PreferenceSet _,
                    Act.AccountLinked _,
                    Act.BackedUp _,
                    Act.ModeSet _,
                    Act.RoleWithdrawn _,
                    Act.MailboxSet _,
                    Act.SourceRemoved _,
                    Act.SyncSet _,
                    Act.SyncRemoved _,
                    Act.Erased _,
                    Act.Readmitted _,
                    Act.KeptAnew _,
                    Act.HoldAdded _,
                    Act.HoldReleased _,
                    Act.RetentionSet _,
                    Act.TimestampAuthoritySet _,
                    Act.LodgingSet _,
                    Act.WatchSet _,
                    Act.GapClosed _,
                    Act.JournalRuleSet _,
                    Act.JournalRuleRemoved _,
                    Act.ForwardingSet _,
                    Act.AgentSet _,
                    Act.EscrowKeysAdded _,
                    Act.EscrowKeysRemoved _,
                    Act.Audited _ -> {}
        }
    }

    private void told(Optional<String> sync, List<Change> changes) {
        for (Change change : changes) {
            roll.apply(sync, change);
            if (change instanceof Change.Merged(String id, String _)) {
                credentials.remove(id);
            }
        }
        stale = true;
    }

    private static boolean isOfDomains(Change change) {
        return change instanceof Change.DomainSet || change instanceof Change.DomainRemoved;
    }

    /// Which domains were ours when.
    public DomainHistory domains() {
        return domains;
    }

    /// Everyone, as of now.
    public Directory directory() {
        if (stale) {
            synchronized (this) {
                if (stale) {
                    directory = roll.directory();
                    stale = false;
                }
            }
        }
        return directory;
    }

    /// The directory as it was known at an instant, whatever was corrected since.
    ///
    /// @param acts all that were ever kept, in order
    public static Directory knownAt(Iterable<Act> acts, Instant at) {
        People then = new People();
        for (Act act : acts) {
            if (!act.at().isAfter(at)) {
                then.apply(act);
            }
        }
        return then.directory();
    }

    /// Decides on changes and keeps them; nothing changes in between. What is decided is kept in as few
    /// acts as can be.
    ///
    /// @param sync the synchronisation that found them; absent where they are made by hand
    /// @return what was kept
    public List<Change> change(Acts acts, String by, Optional<String> sync, Decision decision) throws ArchiveException {
        changing.lock();
        try {
            Instant now = acts.now();
            List<Change> changes = decision.changes(directory(), now);
            for (int from = 0; from < changes.size(); from += CHANGES_LIMIT) {
                acts.keep(new Act.DirectoryChanged(
                        now, by, sync, changes.subList(from, Math.min(changes.size(), from + CHANGES_LIMIT))));
            }
            return changes;
        } finally {
            changing.unlock();
        }
    }

    /// Says what is to be changed in a directory.
    @FunctionalInterface
    public interface Decision {
        /// What is to be changed.
        ///
        /// @throws IllegalArgumentException where it cannot be, with a line for people
        List<Change> changes(Directory now, Instant at) throws ArchiveException;
    }

    /// What the person logs in with, as an encoded hash.
    public synchronized Optional<String> credential(String person) {
        return Optional.ofNullable(credentials.get(person));
    }

    /// Adds a person with addresses, or further addresses to the one person of that name.
    ///
    /// @return the person's id
    /// @throws IllegalArgumentException where the name is blank or a holding is never
    public String add(Acts acts, String by, String name, PersonRole role, List<Holding> holdings)
            throws ArchiveException {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a person has a name");
        }
        String[] id = {""};
        var _ = change(acts, by, Optional.empty(), (now, _) -> {
            Optional<Person> known =
                    now.people().stream().filter(p -> p.name().equals(name)).findFirst();
            if (known.isPresent() && known.get().role() != role) {
                String word = known.get().role().word();
                throw new Unacceptable("person-known", name + " is there already, as " + word, name, word);
            }
            id[0] = known.map(Person::id).orElseGet(() -> UUID.randomUUID().toString());
            List<Change> changes = new ArrayList<>();
            if (known.isEmpty()) {
                changes.add(new Change.PersonNew(id[0], name, role));
            }
            Set<Holding> had = new HashSet<>(known.map(Person::holdings).orElse(List.of()));
            for (Holding h : holdings) {
                if (had.add(h)) {
                    changes.add(new Change.Given(id[0], h.address(), h.span()));
                }
            }
            return changes;
        });
        return id[0];
    }

    /// Gives a person an address.
    public void give(Acts acts, String by, String person, Address address, Optional<Instant> from, Optional<Instant> to)
            throws ArchiveException {
        Change given = new Change.Given(person, address, new Span(from, to));
        var _ = change(acts, by, Optional.empty(), (_, _) -> List.of(given));
    }

    /// Sets what a person logs in with.
    ///
    /// @param hash an encoded Argon2id hash
    public void setCredential(Acts acts, String by, String person, String hash) throws ArchiveException {
        acts.keep(new Act.CredentialSet(acts.now(), by, person, hash));
    }
}
