package io.carteggio.mail.calendar;

import java.util.List;
import java.util.Optional;

/// A visiting card (vCard).
///
/// @param name as it is written
public record VisitingCard(String name, Optional<String> firm, List<String> addresses, List<String> phones) {
    public VisitingCard {
        addresses = List.copyOf(addresses);
        phones = List.copyOf(phones);
    }
}
