package io.carteggio.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WireTest {
    /// A connection is looked at by the thread that ends late ones before its own thread has run.
    @Test
    void aNewConnectionIsNotLate() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(listener.getInetAddress(), listener.getLocalPort());
                Socket served = listener.accept()) {
            assertThat(client.isConnected()).isTrue();
            Wire wire = new Wire(served, 512, Duration.ofMinutes(1), Duration.ofMinutes(1));
            assertThat(wire.deadlineNanos() - System.nanoTime())
                    .isBetween(
                            Duration.ofSeconds(50).toNanos(),
                            Duration.ofSeconds(61).toNanos());
        }
    }
}
