package io.carteggio.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackgroundTest {
    private final List<String> seen = Collections.synchronizedList(new ArrayList<>());

    @Test
    void yieldsWithoutTakingTheOtherThreadsAlong() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/thread-self/stat")), "skipped: no /proc of Linux here");
        String before = niceness();
        Thread one = Background.thread("one", this::look);
        Thread two = Background.threads("some").newThread(() -> {
            look();
            Thread inner = new Thread(this::look, "inner");
            inner.start();
            join(inner);
        });
        for (Thread each : List.of(one, two)) {
            assertThat(each.isDaemon()).isTrue();
            each.start();
            join(each);
        }
        assertThat(seen).containsExactly("one 5", "some-1 5", "inner 5");
        assertThat(niceness()).isEqualTo(before);
    }

    private void look() {
        seen.add(Thread.currentThread().getName() + " " + niceness());
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The nineteenth field of proc_pid_stat(5); the second one, a name in parentheses, may hold blanks.
    private static String niceness() {
        try {
            String stat = Files.readString(Path.of("/proc/thread-self/stat"));
            return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[16];
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
