package io.carteggio.archive.vault;

import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.util.Optional;

/// One piece of a frame: the bytes of a letter, of the evidence for it, of a quarantined mail, or the
/// manifest.
///
/// @param sum SHA-256 of the content; trusted here, checked whenever the record is read back
/// @param content what a reader gets back, byte for byte
/// @param recipe how a letter is kept that shares parts with others; its pieces were compared with
///     the content
/// @param like a record that has much in common with this one, to be compressed against
public record FrameRecord(Type type, Sha256 sum, Content content, Optional<Recipe> recipe, Optional<Place> like) {
    /// A record that shares nothing.
    public FrameRecord(Type type, Sha256 sum, Content content) {
        this(type, sum, content, Optional.empty(), Optional.empty());
    }

    /// What a record holds. The code is part of the format and never changes meaning. Codes from 0x80
    /// on may be skipped by a reader that does not know them; all others must be understood.
    public enum Type {
        /// A CBOR map that says what the frame is; always the first record of a frame.
        MANIFEST(1),
        /// An original, byte for byte.
        LETTER(2),
        /// A journal report without the originals it carried; the manifest says where each of them
        /// belongs.
        EVIDENCE(3),
        /// A mail that is no letter and vouches for none, whole: a notice, or what was quarantined.
        WHOLE(4),
        /// Octets that letters share: a decoded attachment.
        PART(5),
        /// What a segment's records are compressed against; only behind a segment's header.
        DICTIONARY(6);

        private final int code;

        Type(int code) {
            this.code = code;
        }

        public int code() {
            return code;
        }

        /// The type with a code; empty for one that this program does not know.
        public static Optional<Type> ofCode(int code) {
            for (Type type : values()) {
                if (type.code == code) {
                    return Optional.of(type);
                }
            }
            return Optional.empty();
        }
    }
}
