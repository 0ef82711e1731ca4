package io.carteggio.server.login;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.attribution.Ties.Link;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.role.LogIns;
import io.carteggio.mail.Address;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Whose an account elsewhere is. Nobody is made by a log-in.
public final class Accounts {
    private Accounts() {}

    /// An account, as whoever vouches for it tells.
    ///
    /// @param issuer who vouches
    /// @param account what he calls it, for good
    /// @param key what a synchronisation with the same directory would call the person
    /// @param addresses those that he vouches for
    /// @param shown how people would call it
    public record Told(String issuer, String account, String key, List<Address> addresses, String shown) {
        public Told {
            addresses = List.copyOf(addresses);
        }
    }

    /// Why an account opens nothing.
    public enum Why {
        /// Nobody here is known by it.
        UNKNOWN,
        /// Its person is gone.
        CLOSED,
        /// It has addresses of several people.
        SEVERAL,
        /// Its person logs in with another account.
        ANOTHER;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// What comes of looking.
    public sealed interface Whose {
        /// Somebody's.
        ///
        /// @param first whether it was not known before
        record Hers(Person person, boolean first) implements Whose {}

        /// Nobody's who may log in.
        record Nobodys(Why why) implements Whose {}
    }

    /// Whose it is: who logged in with it before; else whom a synchronisation knows by its key; else the
    /// one person who holds one of its addresses now and has no other account there.
    ///
    /// @param sync the synchronisation with the same directory, if there is one
    public static Whose whose(Directory people, LogIns logIns, Optional<String> sync, Told told, Instant now) {
        Optional<String> known = logIns.whose(told.issuer(), told.account());
        if (known.isPresent()) {
            Optional<Person> person = people.byId(known.get());
            return person.isPresent() && person.get().mayLogIn()
                    ? new Whose.Hers(person.get(), false)
                    : new Whose.Nobodys(Why.CLOSED);
        }
        Optional<Person> person = sync.flatMap(name -> linked(people, new Link(name, told.key())));
        if (person.isEmpty()) {
            Set<Person> holders = new LinkedHashSet<>();
            told.addresses().forEach(a -> holders.addAll(people.holders(a.key(), now)));
            holders.removeIf(p -> !p.mayLogIn());
            if (holders.size() > 1) {
                return new Whose.Nobodys(Why.SEVERAL);
            }
            person = holders.stream().findFirst();
        }
        if (person.isEmpty() || !person.get().mayLogIn()) {
            return new Whose.Nobodys(Why.UNKNOWN);
        }
        String id = person.get().id();
        if (logIns.of(id).stream().anyMatch(a -> a.issuer().equals(told.issuer()))) {
            return new Whose.Nobodys(Why.ANOTHER);
        }
        return new Whose.Hers(person.get(), true);
    }

    private static Optional<Person> linked(Directory people, Link link) {
        return people.people().stream()
                .filter(p -> p.ties().links().contains(link))
                .findFirst();
    }

    /// Remembers it, where it was not known before.
    ///
    /// @return false where meanwhile it is another's
    public static boolean remember(Acts acts, LogIns logIns, Told told, Whose.Hers hers) throws ArchiveException {
        return !hers.first()
                || logIns.link(
                        acts,
                        hers.person().name(),
                        told.issuer(),
                        told.account(),
                        hers.person().id());
    }
}
