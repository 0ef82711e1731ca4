package io.carteggio.mail.calendar;

/// How much of one calendar or card is looked at. What lies beyond is left out, and that is said.
final class CalendarLimits {
    static final int BYTES = 512 * 1024;
    static final int LINES = 20_000;

    /// Of one line, once it is unfolded.
    static final int LINE_CHARS = 16_000;

    /// Of one value that is told.
    static final int VALUE_CHARS = 1_000;

    static final int APPOINTMENTS = 20;
    static final int GUESTS = 200;
    static final int ZONES = 20;

    /// Rules of one time zone; those of real calendars have two.
    static final int RULES = 40;

    static final int CARDS = 20;

    /// Addresses and numbers of one card.
    static final int WAYS = 10;

    private CalendarLimits() {}
}
