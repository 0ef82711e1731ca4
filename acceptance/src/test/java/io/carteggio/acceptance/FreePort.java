package io.carteggio.acceptance;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/// Ports for servers that must be told theirs, and cannot take one the system gives.
///
/// A port that the system gave and got back may be given again at once, to the same asker or to any connection that
/// goes out. So these lie below what systems give out by themselves, each at random, and none comes twice in a process.
final class FreePort {

    private static final int FIRST = 12_000;

    /// Linux gives out what begins at 32768 (`net.ipv4.ip_local_port_range`).
    private static final int END = 32_000;

    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private FreePort() {}

    /// A port on which nobody listens.
    static int next() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            if (GIVEN.add(port) && isFree(port)) {
                return port;
            }
        }
    }

    private static boolean isFree(int port) throws IOException {
        try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort() == port;
        } catch (BindException taken) {
            return false;
        }
    }
}
