package io.carteggio.mail.calendar;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Optional;

/// When something is, as exactly as a calendar says it.
public sealed interface When {
    /// At an instant, whatever clock one looks at.
    ///
    /// @param zone the zone that it was written in, where one was named
    record At(Instant instant, Optional<String> zone) implements When {}

    /// By the clocks of a place that is not known here, or wherever somebody is.
    ///
    /// @param zone how the place is called, where it is
    record Clock(LocalDateTime time, Optional<String> zone) implements When {}

    /// A whole day.
    record Day(LocalDate day) implements When {}
}
