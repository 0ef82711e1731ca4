package io.carteggio.embedded.jobs;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/// One run of a job, as its history has it.
///
/// @param by who started it: `schedule`, `operator`, a person's name
/// @param reason why it did not end well
public record JobRun(
        long number,
        String job,
        String by,
        Instant started,
        Optional<Instant> ended,
        Outcome outcome,
        Optional<String> reason,
        RunCounts counts) {
    public enum Outcome {
        /// It is under way.
        RUNNING,
        /// Everything that was there is done.
        DONE,
        /// It ended early, with a reason; what it did before counts.
        FAILED,
        /// Somebody cancelled it.
        CANCELLED,
        /// The program ended while it was under way.
        INTERRUPTED;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
