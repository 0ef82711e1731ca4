package io.carteggio.mail.calendar;

import io.carteggio.mail.calendar.Appointment.Answer;
import io.carteggio.mail.calendar.Appointment.Guest;
import io.carteggio.mail.calendar.CalendarNote.Method;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Reads what a calendar in a mail is about. Belongs to one thread.
public final class CalendarReader {
    private final Map<String, Optional<Zone>> zones = new HashMap<>();
    private final List<Appointment> appointments = new ArrayList<>();
    private boolean cut;

    private CalendarReader() {}

    /// Reads it; empty where it is no calendar, or tells of no appointment.
    public static Optional<CalendarNote> read(InputStream in) throws IOException {
        ContentLine.Lines lines = ContentLine.read(in);
        CalendarReader reader = new CalendarReader();
        reader.cut = lines.cut();
        return reader.note(lines.list());
    }

    private Optional<CalendarNote> note(List<ContentLine> lines) {
        if (lines.isEmpty() || !begins(lines.getFirst(), "VCALENDAR")) {
            return Optional.empty();
        }
        zones(lines); // some programs write them last
        Method method = Method.PUBLISH;
        int depth = 0;
        for (int i = 0; i < lines.size(); i++) {
            ContentLine line = lines.get(i);
            if (line.is("BEGIN")) {
                depth++;
                if (depth == 2 && begins(line, "VEVENT")) {
                    i = appointment(lines, i + 1);
                    depth--;
                }
            } else if (line.is("END")) {
                depth--;
            } else if (depth == 1 && line.is("METHOD")) {
                method = method(line.value());
            }
        }
        return appointments.isEmpty() ? Optional.empty() : Optional.of(new CalendarNote(method, appointments, cut));
    }

    private static boolean begins(ContentLine line, String what) {
        return line.is("BEGIN") && line.value().strip().equalsIgnoreCase(what);
    }

    private static boolean ends(ContentLine line, String what) {
        return line.is("END") && line.value().strip().equalsIgnoreCase(what);
    }

    private static Method method(String word) {
        return switch (word.strip().toUpperCase(Locale.ROOT)) {
            case "REQUEST", "ADD" -> Method.REQUEST;
            case "CANCEL" -> Method.CANCEL;
            case "REPLY" -> Method.REPLY;
            case "COUNTER", "DECLINECOUNTER" -> Method.COUNTER;
            default -> Method.PUBLISH;
        };
    }

    private void zones(List<ContentLine> lines) {
        Optional<Zone.Maker> maker = Optional.empty();
        String name = "";
        for (ContentLine line : lines) {
            if (begins(line, "VTIMEZONE")) {
                maker = Optional.of(new Zone.Maker());
                name = "";
            } else if (maker.isPresent() && ends(line, "VTIMEZONE")) {
                zone(name, maker.get());
                maker = Optional.empty();
            } else if (maker.isPresent() && line.is("TZID")) {
                name = line.value().strip();
            } else {
                maker.ifPresent(m -> m.line(line));
            }
        }
    }

    private void zone(String name, Zone.Maker maker) {
        if (zones.size() < CalendarLimits.ZONES && !name.isEmpty()) {
            zones.putIfAbsent(name, maker.zone());
        } else {
            cut = true;
        }
    }

    /// Takes in an appointment.
    ///
    /// @return the last line of it
    private int appointment(List<ContentLine> lines, int from) {
        Draft draft = new Draft();
        int depth = 1;
        int at = from;
        for (; at < lines.size() && depth > 0; at++) {
            ContentLine line = lines.get(at);
            if (line.is("BEGIN")) {
                depth++; // an alarm in it
            } else if (line.is("END")) {
                depth--;
            } else if (depth == 1) {
                draft.line(line, zones);
            }
        }
        if (appointments.size() == CalendarLimits.APPOINTMENTS) {
            cut = true;
        } else {
            appointments.add(draft.appointment());
        }
        return at - 1;
    }

    /// What is known of an appointment so far; of what is said twice the first counts.
    private static final class Draft {
        private String title = "";
        private Optional<When> start = Optional.empty();
        private Optional<When> end = Optional.empty();
        private Optional<Duration> length = Optional.empty();
        private Optional<String> place = Optional.empty();
        private Optional<Guest> organiser = Optional.empty();
        private final List<Guest> guests = new ArrayList<>();
        private boolean guestsCut;
        private Optional<Recurrence> recurrence = Optional.empty();
        private boolean one;
        private boolean cancelled;

        void line(ContentLine line, Map<String, Optional<Zone>> zones) {
            switch (line.name()) {
                case "SUMMARY" -> title = title.isEmpty() ? line.text() : title;
                case "DTSTART" -> start = start.or(() -> Times.when(line, zones));
                case "DTEND" -> end = end.or(() -> Times.when(line, zones));
                case "DURATION" -> length = length.or(() -> Times.length(line.value()));
                case "LOCATION" ->
                    place = place.or(() -> Optional.of(line.text()).filter(t -> !t.isEmpty()));
                case "ORGANIZER" -> organiser = organiser.or(() -> guest(line));
                case "ATTENDEE" -> guest(line).ifPresent(this::invite);
                case "RRULE" -> recurrence = recurrence.or(() -> Rules.sentence(line.value()));
                case "RECURRENCE-ID" -> one = true;
                case "STATUS" -> cancelled |= line.value().strip().equalsIgnoreCase("CANCELLED");
                default -> {}
            }
        }

        private void invite(Guest guest) {
            if (guests.size() == CalendarLimits.GUESTS) {
                guestsCut = true;
            } else {
                guests.add(guest);
            }
        }

        private static Optional<Guest> guest(ContentLine line) {
            String address = ContentLine.line(line.value());
            if (address.regionMatches(true, 0, "mailto:", 0, 7)) {
                address = address.substring(7).strip();
            }
            String name = line.parameter("CN").map(ContentLine::line).orElse("");
            if (address.isEmpty() && name.isEmpty()) {
                return Optional.empty();
            }
            Answer answer = switch (line.parameter("PARTSTAT").orElse("").toUpperCase(Locale.ROOT)) {
                case "ACCEPTED" -> Answer.ACCEPTED;
                case "DECLINED" -> Answer.DECLINED;
                case "TENTATIVE" -> Answer.TENTATIVE;
                case "DELEGATED" -> Answer.DELEGATED;
                default -> Answer.NONE;
            };
            boolean optional = line.parameter("ROLE")
                    .filter(role -> role.equalsIgnoreCase("OPT-PARTICIPANT"))
                    .isPresent();
            return Optional.of(new Guest(name.equals(address) ? "" : name, address, answer, optional));
        }

        Appointment appointment() {
            Optional<When> ended = end.or(() -> start.flatMap(from -> length.flatMap(l -> Times.later(from, l))));
            return new Appointment(
                    title, start, ended, place, organiser, guests, guestsCut, recurrence, one, cancelled);
        }
    }
}
