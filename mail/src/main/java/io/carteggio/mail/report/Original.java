package io.carteggio.mail.report;

import io.carteggio.mail.Content;
import io.carteggio.mail.structure.Part;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/// A mail that a report or a notice carries.
///
/// @param bytes the mail, byte for byte as it was attached; a window onto the whole mail wherever that is possible
/// @param span where it lies in the whole mail; empty where it had to be transfer-decoded
/// @param head its header, and where in it the body lies
public record Original(Kind kind, Content bytes, Optional<Span> span, Part head) {
    /// What sort of original it is (JOURNAL-FORMATS 3.1).
    public enum Kind {
        /// The one mail that was sent.
        ORIGINAL,
        /// The mail as it was sent, encrypted as a whole: [Protection] says how.
        PROTECTED,
        /// The copy of a protected mail that the mail system, or our journaling agent, has decrypted.
        CLEAR;

        /// The word used in output: `original`, `protected`, `clear`.
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// A range of octets in the whole mail.
    public record Span(long offset, long sizeBytes) {
        public Span {
            Objects.checkFromIndexSize(offset, sizeBytes, Long.MAX_VALUE);
        }

        public long end() {
            return offset + sizeBytes;
        }
    }
}
