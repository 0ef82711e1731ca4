package io.carteggio.mail.mbox;

import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// What lies beside a mailbox so that its messages come back byte for byte: a line of size and SHA-256 for each, in
/// their order. The lines are the form that `sha256sum` knows, with the size in place of a name.
///
/// An mbox ends every message with a line break, so one that had none cannot be told from one that had. The manifest
/// can
/// tell, and proves at the same time that nothing else has changed.
public final class MboxManifest {
    private MboxManifest() {}

    /// One message as it was before it was written.
    public record Entry(long sizeBytes, Sha256 sum) {
        /// The line of the manifest, without line break.
        public String line() {
            return sum + "  " + sizeBytes;
        }

        /// Reads a line; empty where it is none.
        public static Optional<Entry> parse(String line) {
            String text = line.strip();
            int blank = text.indexOf("  ");
            if (blank != 2 * Sha256.SIZE_BYTES) {
                return Optional.empty();
            }
            try {
                return Optional.of(new Entry(
                        Long.parseUnsignedLong(text.substring(blank + 2)), Sha256.parse(text.substring(0, blank))));
            } catch (IllegalArgumentException noEntry) {
                return Optional.empty();
            }
        }

        /// The message as it was: what was read, or that without the line break that the mailbox added. Empty
        /// where neither is it, so the mailbox has changed since.
        public Optional<Content> restore(Content read) throws IOException {
            Content message = read;
            if (read.sizeBytes() == sizeBytes + 1) {
                try (InputStream last = read.open(sizeBytes, 1)) {
                    if (last.read() == '\n') {
                        message = read.slice(0, sizeBytes);
                    }
                }
            }
            return message.sizeBytes() == sizeBytes && Sha256.of(message).equals(sum)
                    ? Optional.of(message)
                    : Optional.empty();
        }
    }
}
