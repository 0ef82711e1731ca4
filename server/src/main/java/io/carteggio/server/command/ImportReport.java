package io.carteggio.server.command;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// The file that `import --report` writes: a line for each item that did not become a letter, and for each letter that
/// lacks a part of its item. Safe for many threads.
final class ImportReport implements AutoCloseable {
    private static final String HEADING = "item\twhat\twhy";

    private final Optional<BufferedWriter> out;
    private Optional<IOException> trouble = Optional.empty();

    private ImportReport(Optional<BufferedWriter> out) {
        this.out = out;
    }

    /// @param goingOn whether it goes on with the report of the run that was interrupted
    static ImportReport open(Optional<Path> file, boolean goingOn) throws IOException {
        if (file.isEmpty()) {
            return new ImportReport(Optional.empty());
        }
        boolean more = goingOn && Files.isRegularFile(file.get()) && Files.size(file.get()) > 0;
        BufferedWriter out = Files.newBufferedWriter(
                file.get(),
                StandardCharsets.UTF_8,
                StandardOpenOption.CREATE,
                more ? StandardOpenOption.APPEND : StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        ImportReport report = new ImportReport(Optional.of(out));
        if (!more) {
            report.write(HEADING);
        }
        return report;
    }

    /// @param what a disposition, or `skipped`, `unreadable`, `refused`, `incomplete`
    synchronized void line(String item, String what, String why) {
        write(cell(item) + "\t" + what + "\t" + cell(why));
    }

    private synchronized void write(String line) {
        if (out.isPresent() && trouble.isEmpty()) {
            try {
                out.get().write(line);
                out.get().write('\n');
                out.get().flush();
            } catch (IOException e) {
                trouble = Optional.of(e); // the import goes on; that the report is not whole is said at its end
            }
        }
    }

    private static String cell(String text) {
        return text.replaceAll("[\\p{Cntrl}]+", " ");
    }

    /// Why the report is not whole, if it is not.
    synchronized Optional<IOException> trouble() {
        return trouble;
    }

    @Override
    public synchronized void close() throws IOException {
        if (out.isPresent()) {
            out.get().close();
        }
    }
}
