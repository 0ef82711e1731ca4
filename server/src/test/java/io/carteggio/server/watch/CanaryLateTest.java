package io.carteggio.server.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.server.secret.Secrets;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Test messages that come late, when others are under way already, are known again: none of them is a report that
/// cannot be read.
class CanaryLateTest {
    @TempDir
    Path directory;

    private final TestClock clock = new TestClock();

    /// Sends some to a port where nobody listens: what matters here is what is remembered.
    private List<String> send(Canary canary, int count) throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        Settings.Canary settings = Settings.Canary.of(Map.of(
                "server", "127.0.0.1:" + closed, "from", "a@firm.example", "to", "n@firm.example", "alternate", "ndr"));
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tokens.add(canary.send(settings).token());
            clock.forward(Duration.ofHours(1));
        }
        return tokens;
    }

    @Test
    void isKnownAgainAlsoAfterAStart() throws Exception {
        Path file = directory.resolve("canary.json");
        List<String> tokens = send(new Canary(file, Secrets.inMemory(Map.of()), clock), 3);
        Canary again = new Canary(file, Secrets.inMemory(Map.of()), clock);
        assertThat(tokens).allMatch(token -> again.sent("ndr", token));
        assertThat(tokens).noneMatch(token -> again.sent("another", token));
        assertThat(again.sent("ndr", tokens.getFirst() + "a")).isFalse();
        assertThat(again.sent("ndr", "")).isFalse();
        assertThat(again.last().orElseThrow().token()).isEqualTo(tokens.getLast());
    }

    @Test
    void fourDaysLater() throws Exception {
        Canary canary = new Canary(directory.resolve("canary.json"), Secrets.inMemory(Map.of()), clock);
        List<String> tokens = send(canary, 102);
        assertThat(canary.sent("ndr", tokens.getFirst())).isFalse();
        assertThat(tokens.subList(1, 102)).allMatch(token -> canary.sent("ndr", token));
    }
}
