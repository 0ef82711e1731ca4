package io.carteggio.acceptance;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/// A real mail system on loopback, which a test starts, kills and stops.
interface MailSystem extends AutoCloseable {
    /// Where it takes mail.
    InetSocketAddress smtp();

    /// The lines of its log so far.
    List<String> log() throws IOException;

    /// SIGKILL for all its processes: none has a say in it.
    void kill() throws IOException, InterruptedException;

    /// Starts it where it was killed, at the same port, with what its queue holds.
    void startAgain() throws IOException, InterruptedException;

    @Override
    void close() throws IOException;
}
