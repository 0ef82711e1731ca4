package io.carteggio.server.command;

import io.carteggio.server.local.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Files that somebody names on the command line and that are small, if they are what he says.
final class SmallFiles {
    /// A note, a key.
    private static final int TEXT_LIMIT_BYTES = 64 * 1024;

    private SmallFiles() {}

    static byte[] octets(Path file, int limitBytes) throws IOException, Refusal {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] octets = in.readNBytes(limitBytes + 1);
            if (octets.length > limitBytes) {
                throw Refusal.no(file + " is too long");
            }
            return octets;
        }
    }

    static String text(Path file) throws IOException, Refusal {
        return new String(octets(file, TEXT_LIMIT_BYTES), StandardCharsets.UTF_8);
    }
}
