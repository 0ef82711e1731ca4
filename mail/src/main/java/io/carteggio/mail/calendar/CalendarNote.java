package io.carteggio.mail.calendar;

import java.util.List;

/// What a calendar in a mail is about.
///
/// @param cut whether there is more in it than is told
public record CalendarNote(Method method, List<Appointment> appointments, boolean cut) {
    /// What is wanted of who gets it (RFC 5546 1.4).
    public enum Method {
        /// To take part.
        REQUEST,
        /// Nothing: it does not take place.
        CANCEL,
        /// Nothing: somebody answers.
        REPLY,
        /// To agree to another time.
        COUNTER,
        /// To know of it.
        PUBLISH
    }

    public CalendarNote {
        appointments = List.copyOf(appointments);
    }
}
