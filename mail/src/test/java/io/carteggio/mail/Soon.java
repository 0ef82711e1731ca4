package io.carteggio.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.api.function.Executable;

/// Whether hostile input is answered soon, by the processor time of the thread and not by the clock: what else the
/// machine does makes no input late.
public final class Soon {
    private Soon() {}

    /// Fails where the work takes longer.
    ///
    /// @param what what is told then
    public static void within(Duration limit, Executable work, String what) {
        long before = processorNanos();
        assertDoesNotThrow(work, what);
        assertThat(Duration.ofNanos(processorNanos() - before))
                .as("processor time of %s", what)
                .isLessThanOrEqualTo(limit);
    }

    private static long processorNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
