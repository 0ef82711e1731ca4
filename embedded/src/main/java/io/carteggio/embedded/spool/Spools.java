package io.carteggio.embedded.spool;

import io.carteggio.embedded.disk.DurableFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/// Makes spools: small mails stay in memory, as long as all spools together stay within a budget; the rest goes
/// to files that are removed when the spool is closed, and all at once when the archive is opened. Safe for
/// many threads.
public final class Spools {
    /// A mail of up to this many octets may stay in memory.
    static final int IN_MEMORY_LIMIT_BYTES = 256 * 1024;

    private final Path directory;
    private final AtomicLong budget;
    private final AtomicLong names = new AtomicLong();

    private Spools(Path directory, long budgetBytes) {
        this.directory = directory;
        this.budget = new AtomicLong(budgetBytes);
    }

    /// Spools in a directory of their own; what a stopped process left there is removed.
    ///
    /// @param budgetBytes how much memory all spools may take together
    public static Spools in(Path directory, long budgetBytes) throws IOException {
        DurableFiles.createDirectories(directory);
        try (DirectoryStream<Path> left = Files.newDirectoryStream(directory)) {
            for (Path file : left) {
                Files.deleteIfExists(file);
            }
        }
        return new Spools(directory, budgetBytes);
    }

    public Spool open() {
        return new Spool(this);
    }

    boolean take(long bytes) {
        if (budget.addAndGet(-bytes) >= 0) {
            return true;
        }
        budget.addAndGet(bytes);
        return false;
    }

    void giveBack(long bytes) {
        budget.addAndGet(bytes);
    }

    Path newFile() {
        return directory.resolve(names.incrementAndGet() + ".part");
    }
}
