package io.carteggio.archive.attribution;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.entry.Act;
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

/// The people of the archive, as all acts so far have made them, and the acts that change them. Safe
/// for many threads.
///
/// It is told of acts by the projection ([#apply]); its own methods only keep acts, so what is in
/// memory is always what the vault says.
public final class People {
    private final Map<String, Person> people = new LinkedHashMap<>();
    private final Map<String, String> credentials = new LinkedHashMap<>();
    private volatile Directory directory = new Directory(List.of());

    /// Takes an act into account. Acts that are not about people are ignored.
    public synchronized void apply(Act act) {
        switch (act) {
            case Act.PersonAdded a -> people.put(a.person(), new Person(a.person(), a.name(), a.role(), List.of()));
            case Act.AddressGiven a ->
                people.computeIfPresent(a.person(), (id, p) -> {
                    List<Holding> holdings = new ArrayList<>(p.holdings());
                    holdings.add(new Holding(a.address(), a.from(), a.to()));
                    return new Person(id, p.name(), p.role(), holdings);
                });
            case Act.CredentialSet a -> credentials.put(a.person(), a.hash());
            case Act.SourceAdded _,
                    Act.SourceSet _,
                    Act.RoleGranted _,
                    Act.AccessReviewed _,
                    Act.TokenAdded _,
                    Act.TokenRevoked _,
                    Act.ApprovalAsked _,
                    Act.ApprovalDecided _,
                    Act.ApprovalUsed _,
                    Act.ModeSet _,
                    Act.RoleWithdrawn _,
                    Act.MailboxSet _,
                    Act.SourceRemoved _,
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
                    Act.Audited _ -> {}
        }
        if (act instanceof Act.PersonAdded || act instanceof Act.AddressGiven) {
            directory = new Directory(List.copyOf(people.values()));
        }
    }

    /// Everyone, as of now.
    public Directory directory() {
        return directory;
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
        Optional<Person> known =
                directory.people().stream().filter(p -> p.name().equals(name)).findFirst();
        String id = known.isPresent() ? known.get().id() : UUID.randomUUID().toString();
        if (known.isEmpty() || known.get().role() != role) {
            if (known.isPresent()) {
                throw new IllegalArgumentException(
                        name + " is there already, as " + known.get().role().word());
            }
            acts.keep(new Act.PersonAdded(acts.now(), by, id, name, role));
        }
        Set<Holding> had = new HashSet<>(known.map(Person::holdings).orElse(List.of()));
        for (Holding h : holdings) {
            if (had.add(h)) {
                give(acts, by, id, h.address(), h.from(), h.to());
            }
        }
        return id;
    }

    /// Gives a person an address.
    public void give(Acts acts, String by, String person, Address address, Optional<Instant> from, Optional<Instant> to)
            throws ArchiveException {
        acts.keep(new Act.AddressGiven(acts.now(), by, person, address, from, to));
    }

    /// Sets what a person logs in with.
    ///
    /// @param hash an encoded Argon2id hash
    public void setCredential(Acts acts, String by, String person, String hash) throws ArchiveException {
        acts.keep(new Act.CredentialSet(acts.now(), by, person, hash));
    }
}
