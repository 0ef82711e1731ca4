package io.carteggio.server.web;

import io.carteggio.archive.access.OpenLetter;
import io.carteggio.mail.calendar.Appointment;
import io.carteggio.mail.calendar.CalendarNote;
import io.carteggio.mail.calendar.CalendarReader;
import io.carteggio.mail.calendar.CardReader;
import io.carteggio.mail.calendar.Recurrence;
import io.carteggio.mail.calendar.VisitingCard;
import io.carteggio.mail.calendar.When;
import io.carteggio.mail.mime.Attachment;
import io.carteggio.mail.mime.Letter;
import io.carteggio.mail.mime.LetterReader;
import io.carteggio.server.web.page.LetterView.AppointmentBox;
import io.carteggio.server.web.page.LetterView.Guest;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.TextStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What calendars and visiting cards in a letter say, in the reader's language and by the archive's clocks.
final class Appointments {
    private static final Set<String> CALENDARS = Set.of("text/calendar", "application/ics");
    private static final Set<String> CARDS =
            Set.of("text/vcard", "text/x-vcard", "text/directory", "application/vcard");

    private final Words words;

    private Appointments(Words words) {
        this.words = words;
    }

    /// The calendar of a letter; of several the first that says something.
    static Optional<CalendarNote> note(OpenLetter open, Letter letter) throws IOException {
        for (Attachment part : parts(letter, CALENDARS)) {
            try (InputStream in = LetterReader.openAttachment(open.bytes(), part.index())) {
                Optional<CalendarNote> note = CalendarReader.read(in);
                if (note.isPresent()) {
                    return note;
                }
            }
        }
        return Optional.empty();
    }

    private static List<Attachment> parts(Letter letter, Set<String> types) {
        return OpenLetters.parts(letter)
                .filter(part -> types.contains(part.type()))
                .limit(3)
                .toList();
    }

    static List<AppointmentBox> of(Visit visit, OpenLetter open, Letter letter) throws IOException {
        Optional<CalendarNote> note = note(open, letter);
        if (note.isEmpty()) {
            return List.of();
        }
        Appointments said = new Appointments(visit.words());
        List<AppointmentBox> boxes = new ArrayList<>();
        List<Appointment> all = note.get().appointments();
        for (int i = 0; i < all.size(); i++) {
            boolean last = i == all.size() - 1;
            boxes.add(said.box(note.get(), all.get(i), last && note.get().cut()));
        }
        return boxes;
    }

    /// A line for each visiting card.
    static List<String> cards(Visit visit, OpenLetter open, Letter letter) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Attachment part : parts(letter, CARDS)) {
            try (InputStream in = LetterReader.openAttachment(open.bytes(), part.index())) {
                for (VisitingCard card : CardReader.read(in)) {
                    lines.add(visit.say(
                            "card.line",
                            Stream.of(
                                            Stream.of(card.name()),
                                            card.firm().stream(),
                                            card.addresses().stream(),
                                            card.phones().stream())
                                    .flatMap(s -> s)
                                    .filter(s -> !s.isEmpty())
                                    .collect(Collectors.joining(", "))));
                }
            }
        }
        return lines;
    }

    private AppointmentBox box(CalendarNote note, Appointment one, boolean cut) {
        List<String> more = new ArrayList<>();
        if (one.one()) {
            more.add(words.say("calendar.one"));
        }
        if (one.guestsCut() || cut) {
            more.add(words.say("calendar.cut"));
        }
        return new AppointmentBox(
                heading(note, one),
                one.title().isEmpty() ? words.say("letter.no-subject") : one.title(),
                one.start().map(start -> when(start, one.end())),
                one.place(),
                one.organiser().map(Appointments::who),
                one.recurrence().map(this::repeats),
                one.guests().stream().map(g -> new Guest(who(g), state(g))).toList(),
                more);
    }

    private String heading(CalendarNote note, Appointment one) {
        if (one.cancelled()) {
            return words.say("calendar.cancel");
        }
        return words.say(
                switch (note.method()) {
                    case REQUEST -> "calendar.request";
                    case CANCEL -> "calendar.cancel";
                    case REPLY -> "calendar.reply";
                    case COUNTER -> "calendar.counter";
                    case PUBLISH -> "calendar.publish";
                });
    }

    private static String who(Appointment.Guest guest) {
        return guest.name().isEmpty()
                ? guest.address()
                : guest.address().isEmpty() ? guest.name() : guest.name() + " <" + guest.address() + ">";
    }

    private String state(Appointment.Guest guest) {
        String state = words.say(
                switch (guest.answer()) {
                    case NONE -> "calendar.state.none";
                    case ACCEPTED -> "calendar.state.accepted";
                    case DECLINED -> "calendar.state.declined";
                    case TENTATIVE -> "calendar.state.tentative";
                    case DELEGATED -> "calendar.state.delegated";
                });
        return guest.optional() ? words.say("calendar.state.optional", state) : state;
    }

    // ---- when

    private String when(When start, Optional<When> end) {
        return switch (start) {
            case When.Day(LocalDate day) -> {
                // the day on which it ends is the first that is free again
                Optional<LocalDate> last = end.filter(When.Day.class::isInstance)
                        .map(e -> ((When.Day) e).day().minusDays(1))
                        .filter(day::isBefore);
                yield words.say(
                        "calendar.all-day",
                        last.isPresent() ? words.say("calendar.to", day(day), day(last.get())) : day(day));
            }
            case When.At(Instant from, var _) -> {
                Optional<Instant> to = end.filter(When.At.class::isInstance)
                        .map(e -> ((When.At) e).instant())
                        .filter(from::isBefore);
                String began = words.full(from).text();
                yield to.isEmpty()
                        ? began
                        : words.say(
                                "calendar.to",
                                began,
                                words.day(from).equals(words.day(to.get()))
                                        ? words.time(to.get())
                                        : words.full(to.get()).text());
            }
            case When.Clock clock -> {
                Optional<When.Clock> to =
                        end.filter(When.Clock.class::isInstance).map(When.Clock.class::cast);
                String time = to.isEmpty() ? clock(clock) : words.say("calendar.to", clock(clock), clock(to.get()));
                yield clock.zone().isPresent()
                        ? words.say("calendar.clocks-of", time, clock.zone().get())
                        : words.say("calendar.clocks", time);
            }
        };
    }

    private String day(LocalDate day) {
        return words.day(day.atTime(12, 0).atZone(words.zone()).toInstant());
    }

    private String clock(When.Clock clock) {
        Instant as = clock.time().atZone(words.zone()).toInstant();
        return day(clock.time().toLocalDate()) + ", " + words.time(as);
    }

    private String repeats(Recurrence again) {
        List<String> said = new ArrayList<>();
        said.add(words.texts()
                .count(
                        switch (again.unit()) {
                            case DAYS -> "calendar.daily";
                            case WEEKS -> "calendar.weekly";
                            case MONTHS -> "calendar.monthly";
                            case YEARS -> "calendar.yearly";
                        },
                        again.interval()));
        if (!again.days().isEmpty()) {
            Locale locale = words.texts().language().locale();
            said.add(again.days().stream()
                    .map(day -> day.getDisplayName(TextStyle.FULL, locale))
                    .collect(Collectors.joining(", ")));
        }
        again.count().ifPresent(times -> said.add(words.texts().count("calendar.times", times)));
        again.until().ifPresent(until -> said.add(words.say("calendar.until", until(until))));
        if (!again.whole()) {
            said.add(words.say("calendar.rule"));
        }
        return String.join("; ", said);
    }

    private String until(When until) {
        return switch (until) {
            case When.Day(LocalDate day) -> day(day);
            case When.At(Instant at, var _) -> words.day(at);
            case When.Clock clock -> day(clock.time().toLocalDate());
        };
    }
}
