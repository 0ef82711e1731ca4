package io.carteggio.mail.mbox;

import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// What an exporter keeps beside a mailbox so that its messages come back byte for byte: size and SHA-256 of each, in
/// their order. How it is written down is the exporter's.
///
/// An mbox ends every message with a line break, so one that had none cannot be told from one that had. The manifest
/// can tell, and proves at the same time that nothing else has changed.
public final class MboxManifest {
    private MboxManifest() {}

    /// One message as it was before it was written.
    public record Entry(long sizeBytes, Sha256 sum) {
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
