package io.carteggio.embedded.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.jobs.JobRun.Outcome;
import io.carteggio.embedded.jobs.JobStore.Settled;
import io.carteggio.embedded.jobs.JobStore.State;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobStoreTest {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");
    private static final RunCounts TWO = new RunCounts(0, 2, 1, 0, 0, 0, 1, 0, 0, 0, 100);

    @TempDir
    Path directory = Path.of("");

    private JobStore open() throws ArchiveException {
        return JobStore.open(directory.resolve("jobs.db"), NOW);
    }

    @Test
    void whatIsSettledIsKnownUntilItIsRemoved() throws Exception {
        long run;
        try (JobStore store = open()) {
            assertThat(store.enter("a", "17")).isEmpty();
            store.enter("b", "17");
            run = store.begin("a", "operator", NOW);
            store.settle("a", List.of(new Settled("1", false), new Settled("2", true)), NOW, 5, run, TWO);
        }
        try (JobStore store = open()) {
            assertThat(store.knows("a", "1")).isTrue();
            assertThat(store.knows("b", "1")).isFalse();
            assertThat(store.settled("a")).isEqualTo(2);
            assertThat(store.due("a", NOW, false, 10)).containsExactly("1");
            store.settle("a", List.of(new Settled("3", false)), NOW.plusSeconds(5), 6, run, RunCounts.NONE);
            store.settle("a", List.of(new Settled("4", true)), NOW.minusSeconds(5), 7, run, RunCounts.NONE);
            assertThat(store.oldest("a")).as("what was let go does not count").contains(NOW);
            assertThat(store.oldest("b")).isEmpty();
            store.removed("a", List.of("3", "4"), run, RunCounts.NONE);
            assertThat(store.due("a", NOW, true, 10)).containsExactlyInAnyOrder("1", "2");
            assertThat(store.due("a", NOW.minusMillis(1), true, 10)).isEmpty();
            store.removed("a", List.of("1"), run, new RunCounts(0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0));
            assertThat(store.knows("a", "1")).isFalse();
            JobRun kept = store.run(run).orElseThrow();
            assertThat(kept.outcome()).as("the program ended meanwhile").isEqualTo(Outcome.INTERRUPTED);
            assertThat(kept.counts()).isEqualTo(new RunCounts(0, 2, 1, 0, 0, 0, 1, 0, 0, 1, 100));
        }
    }

    @Test
    void anotherEpochForgetsEverything() throws Exception {
        try (JobStore store = open()) {
            store.enter("a", "17");
            long run = store.begin("a", "operator", NOW);
            store.settle("a", List.of(new Settled("1", false)), NOW, 5, run, TWO);
            store.reached("a", Optional.of("1"), Optional.of(NOW));
            store.reached("a", Optional.empty(), Optional.empty());
            assertThat(store.enter("a", "17")).contains(new JobStore.Mailbox("17", Optional.of("1"), Optional.of(NOW)));
            assertThat(store.enter("a", "18").map(JobStore.Mailbox::epoch)).contains("17");
            assertThat(store.knows("a", "1")).isFalse();
            assertThat(store.enter("a", "18")).contains(new JobStore.Mailbox("18", Optional.empty(), Optional.empty()));
        }
    }

    @Test
    void whatIsNotSeenIsForgotten() throws Exception {
        try (JobStore store = open()) {
            store.enter("a", "17");
            long run = store.begin("a", "operator", NOW);
            store.settle("a", List.of(new Settled("1", false), new Settled("2", false)), NOW, 5, run, TWO);
            store.seen("a", List.of("2", "3"), 99);
            assertThat(store.forgetUnseen("a", 99)).isEqualTo(1);
            assertThat(store.knows("a", "1")).isFalse();
            assertThat(store.knows("a", "2")).isTrue();
        }
    }

    /// An older vault in place of the one whose mails are known: they must all come again.
    @Test
    void anOlderVaultMakesItForget() throws Exception {
        try (JobStore store = open()) {
            store.enter("a", "17");
            long run = store.begin("a", "operator", NOW);
            store.settle("a", List.of(new Settled("1", false)), NOW, 1_000, run, TWO);
            assertThat(store.forgetIfAheadOf(1_000)).isFalse();
            assertThat(store.knows("a", "1")).isTrue();
            assertThat(store.forgetIfAheadOf(999)).isTrue();
            assertThat(store.knows("a", "1")).isFalse();
            assertThat(store.forgetIfAheadOf(999)).isFalse();
        }
    }

    @Test
    void jobsAreRememberedAndHistoryIsBounded() throws Exception {
        State state = new State(
                true,
                3,
                Optional.of(NOW),
                Optional.of("why"),
                true,
                Optional.of(NOW.plusSeconds(60)),
                Optional.of(NOW));
        try (JobStore store = open()) {
            assertThat(store.state("a")).isEqualTo(State.NEW);
            store.state("a", state);
            for (int i = 0; i < 20; i++) {
                long run = store.begin("a", "schedule", NOW);
                store.end(run, "a", NOW, Outcome.DONE, Optional.empty(), i % 2 == 0);
            }
            long failed = store.begin("a", "schedule", NOW);
            store.count(failed, TWO);
            store.end(failed, "a", NOW.plusSeconds(1), Outcome.FAILED, Optional.of("cut"), true);
        }
        try (JobStore store = open()) {
            assertThat(store.state("a")).isEqualTo(state);
            assertThat(store.history("a", 100)).as("those that left a trace").hasSize(11);
            JobRun last = store.history("a", 1).getFirst();
            assertThat(last.reason()).contains("cut");
            assertThat(last.ended()).contains(NOW.plusSeconds(1));
            store.drop("a");
            assertThat(store.history("a", 100)).isEmpty();
            assertThat(store.state("a")).isEqualTo(State.NEW);
        }
    }

    @Test
    void countsBalanceOrDoNot() {
        assertThat(TWO.balanced()).isFalse();
        assertThat(new RunCounts(5, 2, 1, 0, 0, 0, 1, 1, 1, 7, 100).balanced()).isTrue();
        assertThat(new RunCounts(5, 2, 1, 0, 0, 0, 1, 1, 1, 7, 100).left()).isEqualTo(1);
        assertThat(new RunCounts(5, 2, 1, 0, 0, 0, 0, 1, 1, 7, 100).balanced()).isFalse();
    }

    @Test
    void anotherVersionIsRefused() throws Exception {
        open().close();
        try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("jobs.db"));
                Statement s = c.createStatement()) {
            s.execute("PRAGMA user_version = 99");
        }
        assertThatThrownBy(this::open).isInstanceOf(ArchiveException.class).hasMessageContaining("version 99");
    }
}
