package io.carteggio.mail.calendar;

import java.io.ByteArrayInputStream;
import java.io.IOException;

/// Any octets, read as a calendar and as cards. Called by [CalendarReaderTest] and by Jazzer in `./check --long`.
public final class CalendarFuzz {
    private CalendarFuzz() {}

    /// What Jazzer calls.
    public static void fuzzerTestOneInput(byte[] octets) throws IOException {
        CalendarReader.read(new ByteArrayInputStream(octets)).ifPresent(CalendarReaderTest::bounded);
        CardReader.read(new ByteArrayInputStream(octets));
    }
}
