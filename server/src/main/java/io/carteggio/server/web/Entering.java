package io.carteggio.server.web;

import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.entry.PersonRole;
import java.time.Instant;
import java.util.Map;

/// Somebody proved who she is, and is about to be let in.
///
/// @param person her id
/// @param confirmed when she last gave a password, as far as that is told
/// @param roles what groups give her, by their names
record Entering(String person, How how, Instant confirmed, Map<PersonRole, String> roles) {
    Entering {
        roles = Map.copyOf(roles);
    }

    static Entering byPassword(Person person, Instant now) {
        return new Entering(person.id(), new How.Password(), now, Map.of());
    }
}
