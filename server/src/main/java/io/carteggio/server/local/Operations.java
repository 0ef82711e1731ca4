package io.carteggio.server.local;

import io.carteggio.archive.ArchiveException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The operations of one open archive, by name. Safe for many threads.
public final class Operations {
    private static final Logger LOG = LoggerFactory.getLogger(Operations.class);

    private final Map<String, Operation> byName;

    public Operations(Map<String, Operation> byName) {
        this.byName = Map.copyOf(byName);
    }

    /// Their names, in alphabetical order.
    public Iterable<String> names() {
        return new TreeMap<>(byName).keySet();
    }

    /// Runs one. Whatever went wrong inside is in the outcome, in one line: here trouble becomes an exit code, and
    /// nowhere else.
    ///
    /// @throws PeerGoneException where the peer went away; there is nobody left to tell
    public Outcome run(Request request, Reply reply) throws PeerGoneException {
        Optional<Operation> operation = Optional.ofNullable(byName.get(request.operation()));
        if (operation.isEmpty()) {
            return Outcome.failed(Exit.USAGE, "the archive knows no operation '" + request.operation() + "'");
        }
        try {
            return operation.get().run(request, reply);
        } catch (Refusal e) {
            return Outcome.failed(e.exit(), oneLine(e));
        } catch (ArchiveException e) {
            return Outcome.failed(Exit.NO, oneLine(e) + (e.laterHelps() ? " (trying again later may help)" : ""));
        } catch (PeerGoneException e) {
            throw e;
        } catch (IOException e) {
            return Outcome.failed(Exit.NO, oneLine(e));
        } catch (RuntimeException | StackOverflowError e) {
            // A fault of this program. It ends this one request; the server and its other peers go on.
            LOG.error("operation {} failed: {}", request.operation(), e.toString());
            LOG.info("where it failed", e); // a server writes this down; a command's user is spared it
            return Outcome.failed(Exit.NO, "a fault of this program in '" + request.operation() + "': " + e);
        }
    }

    /// What an exception says, in one line; its kind where it says nothing.
    public static String oneLine(Throwable e) {
        String message = e.getMessage();
        String said = switch (e) {
            case java.nio.file.NoSuchFileException f -> "no such file: " + f.getFile();
            case java.nio.file.AccessDeniedException f -> "permission denied: " + f.getFile();
            case java.nio.file.FileAlreadyExistsException f -> "exists already: " + f.getFile();
            case java.nio.file.NotDirectoryException f -> "not a folder: " + f.getFile();
            default -> message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
        };
        return said.lines().findFirst().orElse("").strip();
    }
}
