/// Appointments (iCalendar, RFC 5545 and 5546) and visiting cards (vCard, RFC 6350) as they come with mail: what can be
/// said of them in a few lines. Start at [CalendarReader] and [CardReader].
///
/// Nothing here works out when an appointment comes again, looks anything up, or answers an invitation. Both readers
/// take any octets, in bounded time and room, and say what was cut.
@NullMarked
package io.carteggio.mail.calendar;

import org.jspecify.annotations.NullMarked;
