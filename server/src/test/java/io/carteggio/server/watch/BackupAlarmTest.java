package io.carteggio.server.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.entry.Act;
import io.carteggio.server.archive.Archive;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An old backup is an alarm, also after a start; where none was ever made, there is none.
class BackupAlarmTest {
    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();

    private Optional<Alarm> alarm(Archive archive) {
        archive.watch().look(clock.instant());
        return archive.watch().standing().stream()
                .filter(a -> a.kind() == AlarmKind.BACKUP)
                .findFirst();
    }

    private void backUp(Archive archive) throws Exception {
        var _ = archive.acts()
                .keep(new Act.BackedUp(archive.acts().now(), "operator", "/b", 1, 2, 3, 4, false, 0, false));
    }

    @Test
    void itStandsWhenTheLastOneIsTooOld() throws Exception {
        try (Archive archive = Archive.open(folder, clock).orElseThrow()) {
            clock.forward(Duration.ofDays(100));
            assertThat(alarm(archive)).as("none was ever made").isEmpty();
            backUp(archive);
            clock.forward(Duration.ofDays(8));
            assertThat(alarm(archive)).as("eight days").isEmpty();
            clock.forward(Duration.ofMillis(1));
            assertThat(alarm(archive).orElseThrow().text()).contains("carteggio backup --to");
            assertThat(archive.watch().metrics()).contains("carteggio_last_backup_timestamp_seconds");
        }
        try (Archive archive = Archive.open(folder, clock).orElseThrow()) {
            assertThat(alarm(archive)).as("after a start").isPresent();
            archive.watch().settings().set(archive.acts(), "Ada", Settings.Subject.LIMITS, Map.of("backupDays", "30"));
            assertThat(alarm(archive)).as("longer is allowed").isEmpty();
            archive.watch().settings().set(archive.acts(), "Ada", Settings.Subject.LIMITS, Map.of());
            assertThat(alarm(archive)).isPresent();
            backUp(archive);
            assertThat(alarm(archive)).as("another one").isEmpty();
        }
    }
}
