package io.carteggio.mail.calendar;

import java.util.List;
import java.util.Optional;

/// An appointment as an invitation, a cancellation or an answer tells it.
///
/// @param title one line; empty where there is none
/// @param end the first instant, or the first day, after it
/// @param guests whoever is asked, at most [CalendarLimits#GUESTS]
/// @param guestsCut whether there are more
/// @param one whether it is about one of several times alone
public record Appointment(
        String title,
        Optional<When> start,
        Optional<When> end,
        Optional<String> place,
        Optional<Guest> organiser,
        List<Guest> guests,
        boolean guestsCut,
        Optional<Recurrence> recurrence,
        boolean one,
        boolean cancelled) {
    public Appointment {
        guests = List.copyOf(guests);
    }

    /// Somebody who takes part.
    ///
    /// @param name empty where only the address is known
    public record Guest(String name, String address, Answer answer, boolean optional) {}

    /// What somebody answered.
    public enum Answer {
        NONE,
        ACCEPTED,
        DECLINED,
        TENTATIVE,
        DELEGATED
    }
}
