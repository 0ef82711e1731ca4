package io.carteggio.server.watch;

import io.carteggio.server.watch.Alarms.Due;
import java.time.temporal.ChronoUnit;
import java.util.List;

/// Alarms in words for people. Pure.
final class Telling {
    /// More alarms than this in one message are counted, not told.
    static final int MOST = 50;

    private Telling() {}

    static String subject(List<Due> due, String where) {
        Due first = due.stream().filter(d -> d.alarm().stands()).findFirst().orElse(due.getFirst());
        String more = due.size() > 1 ? " and " + (due.size() - 1) + " more" : "";
        return "[Carteggio] " + state(first) + ": " + first.alarm().kind().word() + " "
                + first.alarm().subject() + more + " (" + where + ")";
    }

    private static String state(Due due) {
        if (!due.alarm().stands()) {
            return "over";
        }
        return due.reminder() ? "still an alarm" : "alarm";
    }

    static String text(List<Due> due, String where) {
        StringBuilder text = new StringBuilder();
        for (Due one : due.subList(0, Math.min(MOST, due.size()))) {
            Alarm alarm = one.alarm();
            text.append(state(one).toUpperCase(java.util.Locale.ROOT))
                    .append(": ")
                    .append(alarm.kind().word())
                    .append(" ")
                    .append(alarm.subject())
                    .append("\n  ")
                    .append(alarm.text())
                    .append("\n  since ")
                    .append(alarm.opened().truncatedTo(ChronoUnit.SECONDS));
            if (alarm.times() > 1) {
                text.append(", ").append(alarm.times()).append(" times");
            }
            alarm.closed().ifPresent(at -> text.append(", until ").append(at.truncatedTo(ChronoUnit.SECONDS)));
            text.append("\n\n");
        }
        if (due.size() > MOST) {
            text.append("and ").append(due.size() - MOST).append(" more: carteggio alarm list\n\n");
        }
        return text.append("The archive of ").append(where).append("\n").toString();
    }
}
