package io.carteggio.server.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.role.Roles;
import io.carteggio.server.archive.Archive;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// "Signed off at a set rhythm, overdue is an alarm."
class ReviewAlarmTest {
    private static final Duration RHYTHM = Duration.ofDays(Roles.REVIEW_DAYS);

    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();

    private Optional<Alarm> alarm(Archive archive) {
        archive.watch().look(clock.instant());
        return archive.watch().standing().stream()
                .filter(a -> a.kind() == AlarmKind.REVIEW)
                .findFirst();
    }

    private void sign(Archive archive, long days) throws Exception {
        archive.roles().sign(archive.acts(), "Ada", List.of("Ada, administrator"), days, "looked at all of it");
    }

    @Test
    void itStandsFromTheDayOnThatAReviewIsDueUntilSomebodySigns() throws Exception {
        try (Archive archive = Archive.open(folder, clock).orElseThrow()) {
            clock.forward(RHYTHM.multipliedBy(3));
            assertThat(alarm(archive)).as("nobody was given any rights").isEmpty();
            var _ = archive.people().add(archive.acts(), "op", "Bert", PersonRole.USER, List.of());
            clock.forward(RHYTHM.multipliedBy(3));
            assertThat(alarm(archive)).as("a user has none").isEmpty();

            var _ = archive.people().add(archive.acts(), "op", "Ada", PersonRole.ADMINISTRATOR, List.of());
            assertThat(alarm(archive)).isEmpty();
            clock.forward(RHYTHM.minusMillis(1));
            assertThat(alarm(archive)).as("a moment before it is due").isEmpty();
            clock.forward(Duration.ofMillis(1));
            assertThat(alarm(archive).orElseThrow().text()).contains("carteggio access review");
            clock.forward(Duration.ofDays(10));
            assertThat(alarm(archive)).as("it does not go by itself").isPresent();
            sign(archive, 30);
            assertThat(alarm(archive)).as("signed").isEmpty();

            clock.forward(Duration.ofDays(30).minusMillis(1));
            assertThat(alarm(archive)).isEmpty();
            clock.forward(Duration.ofMillis(1));
            assertThat(alarm(archive)).as("the rhythm that was chosen").isPresent();
        }
        try (Archive archive = Archive.open(folder, clock).orElseThrow()) {
            assertThat(alarm(archive)).as("after a start").isPresent();
            sign(archive, 366);
            assertThat(alarm(archive)).isEmpty();
        }
    }
}
