package io.carteggio.server.command;

import io.carteggio.mail.Sha256;
import io.carteggio.mail.mbox.MboxManifest;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// The list of letters that goes with every export: tab-separated, a line a letter in the order of writing, a
/// heading. It proves what was exported, lets an export of files go on where it broke off, and gives the
/// messages of an mbox back byte for byte.
final class Manifest {
    static final String HEADING = "id\tsha256\tbytes\tdate\tfile";
    static final String NAME = "manifest.tsv";

    private Manifest() {}

    /// @param date as in the JSON
    static String line(String id, String sha256, long bytes, String date, String file) {
        return String.join("\t", id, sha256, Long.toString(bytes), date, file);
    }

    /// Where the manifest of an mbox or a zip lies.
    static Path pathBeside(Path file) {
        return file.resolveSibling(file.getFileName() + "." + NAME);
    }

    /// The manifest beside an mbox; without lines where there is none of ours.
    static Reader beside(Path file) throws IOException {
        Path path = pathBeside(file);
        if (!Files.isRegularFile(path)) {
            return new Reader(Optional.empty());
        }
        BufferedReader lines = Files.newBufferedReader(path, StandardCharsets.UTF_8);
        if (HEADING.equals(lines.readLine())) {
            return new Reader(Optional.of(lines));
        }
        lines.close();
        return new Reader(Optional.empty());
    }

    /// Reads a manifest's lines in their order.
    record Reader(Optional<BufferedReader> lines) implements AutoCloseable {
        /// What the manifest says of the next message.
        Optional<MboxManifest.Entry> next() throws IOException {
            if (lines.isEmpty()) {
                return Optional.empty();
            }
            String line = lines.get().readLine();
            String[] fields = line == null ? new String[0] : line.split("\t", -1);
            try {
                return fields.length < 3
                        ? Optional.empty()
                        : Optional.of(new MboxManifest.Entry(Long.parseLong(fields[2]), Sha256.parse(fields[1])));
            } catch (IllegalArgumentException damaged) {
                return Optional.empty();
            }
        }

        @Override
        public void close() throws IOException {
            if (lines.isPresent()) {
                lines.get().close();
            }
        }
    }
}
