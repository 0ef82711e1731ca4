package io.carteggio.server.watch;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Something that needs a person.
///
/// @param number names it, for good
/// @param subject whom it is about: a source, a job; one word of its own where there is only one
/// @param text what to know, in sentences
/// @param opened when it began
/// @param last when it was last seen to be so
/// @param times how often it happened, or was found anew
/// @param grade how bad it is, in steps of its own kind; who was told of a lower one is told anew
/// @param closed when it ended; absent while it stands
/// @param told who was told what, the last time for each channel
public record Alarm(
        long number,
        AlarmKind kind,
        String subject,
        String text,
        Instant opened,
        Instant last,
        long times,
        int grade,
        Optional<Instant> closed,
        List<Told> told) {
    /// A message that went out.
    ///
    /// @param standing whether it said that the alarm stands, or that it is over
    /// @param grade how bad it said that it is
    public record Told(String channel, Instant at, boolean standing, int grade) {}

    public Alarm {
        told = List.copyOf(told);
    }

    public boolean stands() {
        return closed.isEmpty();
    }

    boolean isAbout(AlarmKind otherKind, String otherSubject) {
        return kind == otherKind && subject.equals(otherSubject);
    }

    Optional<Told> lastTold(String channel) {
        return told.stream().filter(t -> t.channel().equals(channel)).findFirst();
    }

    Alarm again(String newText, Instant at, long more, int newGrade) {
        return new Alarm(number, kind, subject, newText, opened, at, times + more, newGrade, Optional.empty(), told);
    }

    Alarm about(String otherSubject) {
        return new Alarm(number, kind, otherSubject, text, opened, last, times, grade, closed, told);
    }

    Alarm closedAt(Instant at) {
        return new Alarm(number, kind, subject, text, opened, last, times, grade, Optional.of(at), told);
    }

    /// The same, with what another state of it says of who was told.
    Alarm told(List<Told> newTold) {
        return new Alarm(number, kind, subject, text, opened, last, times, grade, closed, newTold);
    }

    Alarm toldBy(String channel, Instant at) {
        List<Told> now = new ArrayList<>(told);
        now.removeIf(t -> t.channel().equals(channel));
        now.add(new Told(channel, at, stands(), grade));
        return told(now);
    }
}
