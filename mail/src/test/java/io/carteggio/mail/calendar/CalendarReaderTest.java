package io.carteggio.mail.calendar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.carteggio.mail.calendar.Appointment.Answer;
import io.carteggio.mail.calendar.CalendarNote.Method;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What is said of appointments, and of octets that only look like some.
class CalendarReaderTest {
    /// As Outlook writes it.
    private static final String ROME = """
            BEGIN:VTIMEZONE
            TZID:W. Europe Standard Time
            BEGIN:STANDARD
            DTSTART:16010101T030000
            TZOFFSETFROM:+0200
            TZOFFSETTO:+0100
            RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
            END:STANDARD
            BEGIN:DAYLIGHT
            DTSTART:16010101T020000
            TZOFFSETFROM:+0100
            TZOFFSETTO:+0200
            RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
            END:DAYLIGHT
            END:VTIMEZONE
            """;

    private static String calendar(String method, String zones, String event) {
        return "BEGIN:VCALENDAR\nMETHOD:" + method + "\nVERSION:2.0\n" + zones + "BEGIN:VEVENT\n" + event
                + "\nEND:VEVENT\nEND:VCALENDAR\n";
    }

    private static Optional<CalendarNote> read(String text) throws IOException {
        return CalendarReader.read(
                new ByteArrayInputStream(text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8)));
    }

    private static Appointment one(String event) throws IOException {
        return read(calendar("REQUEST", ROME, event))
                .orElseThrow()
                .appointments()
                .getFirst();
    }

    @Test
    void anInvitationOfOutlook() throws IOException {
        CalendarNote note = read(calendar("REQUEST", ROME, """
                        ORGANIZER;CN=Anna Rossi:mailto:anna@firm.example
                        ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN="Conti; Bruno":mailto
                         :bruno@firm.example
                        ATTENDEE;ROLE=OPT-PARTICIPANT;PARTSTAT=ACCEPTED;CN=carla@firm.example:MAILTO:carla@firm.example
                        SUMMARY;LANGUAGE=de-DE:Mühle\\, Besichtigung\\; zweiter
                          Termin
                        DTSTART;TZID=W. Europe Standard Time:20260317T100000
                        DTEND;TZID=W. Europe Standard Time:20260717T110000
                        LOCATION:Saal 2
                        RRULE:FREQ=WEEKLY;UNTIL=20261231T225959Z;INTERVAL=2;BYDAY=TU,TH;WKST=MO
                        BEGIN:VALARM
                        SUMMARY:Not the title
                        TRIGGER:-PT15M
                        END:VALARM
                        SUMMARY:nor this""")).orElseThrow();
        assertThat(note.method()).isEqualTo(Method.REQUEST);
        assertThat(note.cut()).isFalse();
        Appointment a = note.appointments().getFirst();
        assertThat(a.title()).isEqualTo("Mühle, Besichtigung; zweiter Termin");
        assertThat(a.start())
                .contains(new When.At(Instant.parse("2026-03-17T09:00:00Z"), Optional.of("W. Europe Standard Time")));
        assertThat(a.end())
                .contains(new When.At(Instant.parse("2026-07-17T09:00:00Z"), Optional.of("W. Europe Standard Time")));
        assertThat(a.place()).contains("Saal 2");
        assertThat(a.organiser())
                .contains(new Appointment.Guest("Anna Rossi", "anna@firm.example", Answer.NONE, false));
        assertThat(a.guests())
                .containsExactly(
                        new Appointment.Guest("Conti; Bruno", "bruno@firm.example", Answer.NONE, false),
                        new Appointment.Guest("", "carla@firm.example", Answer.ACCEPTED, true));
        Recurrence again = a.recurrence().orElseThrow();
        assertThat(again.unit()).isEqualTo(Recurrence.Unit.WEEKS);
        assertThat(again.interval()).isEqualTo(2);
        assertThat(again.days()).containsExactly(DayOfWeek.TUESDAY, DayOfWeek.THURSDAY);
        assertThat(again.until()).contains(new When.At(Instant.parse("2026-12-31T22:59:59Z"), Optional.empty()));
        assertThat(again.whole()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "20260329T015959, 2026-03-29T00:59:59Z", // the last second of winter
        "20260329T030000, 2026-03-29T01:00:00Z", // summer begins
        "20261025T015959, 2026-10-24T23:59:59Z",
        "20261025T030000, 2026-10-25T02:00:00Z", // and is over
        "20270101T000000, 2026-12-31T23:00:00Z"
    })
    void clocksAreSetAsTheCalendarSays(String local, Instant instant) throws IOException {
        assertThat(one("DTSTART;TZID=W. Europe Standard Time:" + local).start())
                .contains(new When.At(instant, Optional.of("W. Europe Standard Time")));
    }

    static Stream<Arguments> times() {
        return Stream.of(
                Arguments.of(
                        "DTSTART:20260317T100000Z",
                        new When.At(Instant.parse("2026-03-17T10:00:00Z"), Optional.empty())),
                Arguments.of("DTSTART;VALUE=DATE:20260317", new When.Day(LocalDate.of(2026, 3, 17))),
                Arguments.of(
                        "DTSTART:20260317T1000",
                        new When.Clock(LocalDateTime.of(2026, 3, 17, 10, 0), Optional.empty())),
                Arguments.of(
                        "DTSTART;TZID=Europe/Rome:20260717T100000",
                        new When.At(Instant.parse("2026-07-17T08:00:00Z"), Optional.of("Europe/Rome"))),
                Arguments.of(
                        "DTSTART;TZID=/citadel.org/20210210_1/Europe/Rome:20260717T100000",
                        new When.At(
                                Instant.parse("2026-07-17T08:00:00Z"),
                                Optional.of("/citadel.org/20210210_1/Europe/Rome"))),
                Arguments.of(
                        "DTSTART;TZID=Customized Time Zone:20260717T100000",
                        new When.Clock(LocalDateTime.of(2026, 7, 17, 10, 0), Optional.of("Customized Time Zone"))));
    }

    @ParameterizedTest
    @MethodSource("times")
    void whenItIs(String line, When expected) throws IOException {
        assertThat(one(line).start()).contains(expected);
    }

    @Test
    void aZoneThatIsNotUnderstoodIsNotGuessedAt() throws IOException {
        String odd = """
                BEGIN:VTIMEZONE
                TZID:Europe/Rome
                BEGIN:STANDARD
                DTSTART:20200101T000000
                TZOFFSETFROM:+0100
                TZOFFSETTO:+0300
                RRULE:FREQ=SECONDLY
                END:STANDARD
                END:VTIMEZONE
                """;
        assertThat(read(calendar("REQUEST", odd, "DTSTART;TZID=Europe/Rome:20260717T100000"))
                        .orElseThrow()
                        .appointments()
                        .getFirst()
                        .start())
                .contains(new When.Clock(LocalDateTime.of(2026, 7, 17, 10, 0), Optional.of("Europe/Rome")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PT1H30M | 2026-03-17T11:30:00Z",
                "P1W | 2026-03-24T10:00:00Z",
                "P1DT1S | 2026-03-18T10:00:01Z",
                "P99999999999W | ",
                "-PT1H | "
            })
    void anEndByItsLength(String length, Instant end) throws IOException {
        assertThat(one("DTSTART:20260317T100000Z\nDURATION:" + length).end())
                .isEqualTo(Optional.ofNullable(end).map(at -> new When.At(at, Optional.empty())));
    }

    @ParameterizedTest
    @CsvSource({
        "REQUEST,REQUEST",
        "request,REQUEST",
        "CANCEL,CANCEL",
        "REPLY,REPLY",
        "COUNTER,COUNTER",
        "PUBLISH,PUBLISH",
        "X,PUBLISH"
    })
    void whatIsWanted(String word, Method method) throws IOException {
        assertThat(read(calendar(word, "", "SUMMARY:x")).orElseThrow().method()).isEqualTo(method);
    }

    @Test
    void rulesThatAreNotSaidWholly() throws IOException {
        for (String rule : List.of(
                "FREQ=MONTHLY;BYDAY=2TU",
                "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=17",
                "FREQ=DAILY;BYHOUR=9,10",
                "FREQ=DAILY;UNTIL=x")) {
            assertThat(one("RRULE:" + rule).recurrence().orElseThrow().whole())
                    .as(rule)
                    .isFalse();
        }
        for (String rule : List.of("", "FREQ=SECONDLY", "FREQ=MINUTELY;COUNT=9", "x", "FREQ")) {
            assertThat(one("RRULE:" + rule).recurrence()).as(rule).isEmpty();
        }
        assertThat(one("RRULE:FREQ=DAILY;INTERVAL=0;COUNT=99999999")
                        .recurrence()
                        .orElseThrow())
                .isEqualTo(new Recurrence(
                        Recurrence.Unit.DAYS, 1, List.of(), java.util.OptionalInt.empty(), Optional.empty(), true));
    }

    static Stream<Arguments> hostile() {
        String many = "ATTENDEE:mailto:x@y.example\n".repeat(5_000);
        return Stream.of(
                Arguments.of("nothing", "", false),
                Arguments.of("no calendar", "Subject: x\n\ny\n", false),
                Arguments.of("a calendar of nothing", "BEGIN:VCALENDAR\nEND:VCALENDAR\n", false),
                Arguments.of("a to-do", "BEGIN:VCALENDAR\nBEGIN:VTODO\nSUMMARY:x\nEND:VTODO\nEND:VCALENDAR\n", false),
                Arguments.of("never ended", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x", true),
                Arguments.of(
                        "ended too often", "BEGIN:VCALENDAR\n" + "END:VCALENDAR\n".repeat(9) + "BEGIN:VEVENT\n", false),
                Arguments.of("begun 10,000 times", "BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\n".repeat(10_000), true),
                Arguments.of(
                        "10,000 appointments", "BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\nEND:VEVENT\n".repeat(9_000), true),
                Arguments.of("5,000 guests", calendar("REQUEST", "", many), true),
                Arguments.of("a line of a megabyte", calendar("REQUEST", "", "SUMMARY:" + "x".repeat(1 << 20)), true),
                Arguments.of("folded without end", calendar("REQUEST", "", "SUMMARY:x" + "\n y".repeat(100_000)), true),
                Arguments.of("semicolons", calendar("REQUEST", "", "SUMMARY" + ";".repeat(15_000) + ":x"), true),
                Arguments.of("quotes", calendar("REQUEST", "", "ATTENDEE;CN=\"".repeat(500) + ":x"), true),
                Arguments.of("20,000 zones", calendar("REQUEST", ROME.repeat(500), "SUMMARY:x"), true),
                Arguments.of(
                        "times that are none",
                        calendar("REQUEST", "", "DTSTART:99999999T999999Z\nDTEND:00000000"),
                        true),
                Arguments.of(
                        "NUL and control",
                        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:a\0b\u001b[2J\u202ec\nEND:VEVENT\n",
                        true));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    void whatMeansHarmIsReadInBounds(String what, String text, boolean any) {
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            Optional<CalendarNote> note = read(text);
            assertThat(note.isPresent()).isEqualTo(any);
            note.ifPresent(CalendarReaderTest::bounded);
        });
    }

    static void bounded(CalendarNote note) {
        assertThat(note.appointments()).hasSizeBetween(1, CalendarLimits.APPOINTMENTS);
        for (Appointment a : note.appointments()) {
            assertThat(a.guests()).hasSizeLessThanOrEqualTo(CalendarLimits.GUESTS);
            assertThat(a.title()).hasSizeLessThanOrEqualTo(CalendarLimits.VALUE_CHARS);
            assertThat(a.title().chars()).noneMatch(c -> c < ' ' || (c >= 0x202a && c <= 0x202e));
        }
    }

    @Test
    void whatIsLeftOutIsSaid() throws IOException {
        assertThat(read(calendar("REQUEST", "", "SUMMARY:x\n" + "ATTENDEE:mailto:x@y.example\n".repeat(201)))
                        .orElseThrow()
                        .appointments()
                        .getFirst()
                        .guestsCut())
                .isTrue();
        assertThat(read("BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\nEND:VEVENT\n".repeat(21))
                        .orElseThrow()
                        .cut())
                .isTrue();
        assertThat(read(calendar("REQUEST", "", "DESCRIPTION:" + "x".repeat(600_000)))
                        .orElseThrow()
                        .cut())
                .isTrue();
    }

    @Test
    void oldProgramsWriteOneOctetACharacter() throws IOException {
        byte[] octets = calendar("REQUEST", "", "SUMMARY:Mühle").getBytes(Charset.forName("windows-1252"));
        assertThat(CalendarReader.read(new ByteArrayInputStream(octets))
                        .orElseThrow()
                        .appointments()
                        .getFirst()
                        .title())
                .isEqualTo("Mühle");
    }

    @Test
    void cards() throws IOException {
        String first = """
                BEGIN:VCARD
                VERSION:3.0
                N:Rossi;Anna;;Dr.;
                ORG:Mühle\\, AG;Verkauf
                item1.EMAIL;type=WORK:anna@firm.example
                TEL;TYPE=cell:tel:+39 0471 1
                PHOTO;ENCODING=b:PICTURE
                END:VCARD
                BEGIN:VCARD
                FN:Bert
                END:VCARD
                BEGIN:VCARD
                END:VCARD
                """;
        String text = first.replace("PICTURE", "A".repeat(10_000)) + "BEGIN:VCARD\nFN:x\nEND:VCARD\n".repeat(99);
        List<VisitingCard> cards = CardReader.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
        assertThat(cards).hasSize(CalendarLimits.CARDS);
        assertThat(cards.getFirst())
                .isEqualTo(new VisitingCard(
                        "Dr. Anna Rossi",
                        Optional.of("Mühle, AG Verkauf"),
                        List.of("anna@firm.example"),
                        List.of("+39 0471 1")));
        assertThat(cards.get(1).name()).isEqualTo("Bert");
    }

    /// Mutations of a real one, and noise; the seed is printed.
    @Test
    void anyOctetsAreReadInBounds() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String event = """
                SUMMARY:x
                DTSTART;TZID=W. Europe Standard Time:20260317T100000
                RRULE:FREQ=WEEKLY;BYDAY=MO
                ATTENDEE;CN="a:b":mailto:a@b
                """;
        byte[] good =
                (calendar("REQUEST", ROME, event) + "BEGIN:VCARD\nN:a;b\nEND:VCARD\n").getBytes(StandardCharsets.UTF_8);
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> {
                    for (int round = 0; round < 5_000; round++) {
                        byte[] octets = round % 10 == 0 ? new byte[random.nextInt(500)] : good.clone();
                        if (round % 10 == 0) {
                            random.nextBytes(octets);
                        }
                        for (int i = random.nextInt(8); i > 0 && octets.length > 0; i--) {
                            octets[random.nextInt(octets.length)] = (byte)
                                    (random.nextBoolean()
                                            ? ":;\"\\\r\n =,0".charAt(random.nextInt(10))
                                            : random.nextInt());
                        }
                        CalendarFuzz.fuzzerTestOneInput(octets);
                    }
                },
                "seed " + seed);
    }
}
