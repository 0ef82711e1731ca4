package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.keys.MasterKey;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.jobs.Jobs;
import io.carteggio.server.local.Access;
import io.carteggio.server.local.InProcess;
import io.carteggio.server.local.LocalServer;
import io.carteggio.server.local.Operations;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.OverSocket;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// The way to an archive: through its lock if nobody has it, else through the socket of who has.
///
/// Every process that has an archive open serves its socket, a command as well as the server: `stats`
/// answers during a long `import`.
final class ArchiveOpener implements Carteggio.Opener {
    static final String SOCKET = "carteggio.sock";

    /// How long to wait for a process that is just opening or closing the archive, or has no socket.
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration PAUSE = Duration.ofMillis(50);

    @Override
    public Access open(Path directory, boolean create, Optional<MasterKey> key)
            throws ArchiveException, IOException, Refusal {
        if (!create && !Files.exists(directory.resolve("FORMAT"))) {
            throw Refusal.no("there is no archive in " + directory + " (another one: --data DIR)");
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Optional<Archive> archive = Archive.open(directory, key, Clock.systemUTC());
            if (archive.isPresent()) {
                return OwnArchive.serving(archive.get());
            }
            try {
                return OverSocket.connect(directory.resolve(SOCKET));
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw Refusal.no("another process has the archive in " + directory + " open and does not answer: "
                            + Operations.oneLine(e));
                }
            }
            pause();
        }
    }

    /// Opens an archive for a server, which must have it to itself; makes one where there is none.
    static OwnArchive own(Path directory, Optional<MasterKey> key) throws ArchiveException, IOException, Refusal {
        Optional<Archive> archive = Archive.open(directory, key, Clock.systemUTC());
        if (archive.isEmpty()) {
            throw Refusal.no("another process has the archive in " + directory + " open");
        }
        return OwnArchive.serving(archive.get());
    }

    private static void pause() throws Refusal {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Refusal.no("interrupted");
        }
    }

    /// An archive that this process has open, and serves to others meanwhile.
    record OwnArchive(Archive archive, Operations operations, LocalServer server, Jobs jobs) implements Access {
        static OwnArchive serving(Archive archive) throws ArchiveException, IOException {
            try {
                OpenDesk desk = OpenDesk.of(archive);
                Operations operations = DeskOperations.of(desk);
                LocalServer server =
                        LocalServer.start(operations, archive.directory().resolve(SOCKET));
                return new OwnArchive(archive, operations, server, desk.jobs());
            } catch (IOException | RuntimeException e) {
                archive.close();
                throw e;
            }
        }

        @Override
        public Outcome call(String operation, ObjectNode params, InputStream body, Reply reply) throws IOException {
            return new InProcess(operations).call(operation, params, body, reply);
        }

        @Override
        public void close() throws IOException {
            jobs.close(); // first: an operation may wait for a run
            try {
                server.close();
            } finally {
                closeArchive();
            }
        }

        private void closeArchive() throws IOException {
            try {
                archive.close();
            } catch (ArchiveException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
    }
}
