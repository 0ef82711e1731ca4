package io.carteggio.server.demo;

import io.carteggio.mail.Address;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Someone who works for the demo firm, with every address that was ever hers or his.
///
/// @param addresses one to three; the first is the one used for writing, the others are aliases, former or shared ones
public record DemoPerson(String name, List<Held> addresses, Role role) {
    /// What a person may do in the archive.
    public enum Role {
        USER,
        AUDITOR,
        ADMINISTRATOR
    }

    /// An address and when it was this person's: `from` (inclusive) to `to` (exclusive). Empty means unbounded.
    public record Held(Address address, Optional<Instant> from, Optional<Instant> to) {
        public Held {
            if (from.isPresent() && to.isPresent() && !from.get().isBefore(to.get())) {
                throw new IllegalArgumentException(address + " is held from " + from + " to " + to);
            }
        }

        boolean at(Instant when) {
            return from.map(f -> !when.isBefore(f)).orElse(true)
                    && to.map(when::isBefore).orElse(true);
        }
    }

    public DemoPerson {
        addresses = List.copyOf(addresses);
        if (addresses.isEmpty() || addresses.size() > 3) {
            throw new IllegalArgumentException(name + " has " + addresses.size() + " addresses");
        }
    }

    /// Whether the address was this person's at that instant. Addresses are compared by [Address#key()].
    public boolean held(Address address, Instant when) {
        return addresses.stream().anyMatch(h -> h.at(when) && h.address().key().equals(address.key()));
    }

    /// The address this person writes from at that instant; empty before the first day and after the last.
    Optional<Address> writesFrom(Instant when) {
        return addresses.stream().filter(h -> h.at(when)).map(Held::address).findFirst();
    }

    /// The part of the name that colleagues use.
    String first() {
        return name.substring(0, name.indexOf(' '));
    }
}
