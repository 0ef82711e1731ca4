package io.carteggio.server.web.page;

import java.util.List;
import java.util.Optional;

/// People: who there is, and the form that adds one.
///
/// @param typed what the form held when it was refused
public record PeopleView(List<PersonRow> people, Optional<String> fault, Typed typed, List<String> roles) {
    /// A person.
    ///
    /// @param canLogIn whether she has a password
    public record PersonRow(String id, String name, String role, boolean canLogIn, List<Held> held) {
        public PersonRow {
            held = List.copyOf(held);
        }
    }

    /// An address in the days it is held.
    public record Held(String address, String span) {}

    /// The form's fields.
    public record Typed(String name, String role, List<TypedAddress> addresses) {
        public Typed {
            addresses = List.copyOf(addresses);
        }
    }

    /// A row of the form.
    public record TypedAddress(String address, String from, String to) {
        public static final TypedAddress BLANK = new TypedAddress("", "", "");
    }

    public PeopleView {
        people = List.copyOf(people);
        roles = List.copyOf(roles);
    }
}
