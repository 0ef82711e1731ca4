package io.carteggio.archive.vault;

import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;

/// One piece of a frame: the bytes of a letter, of the evidence for it, of a quarantined mail, or the manifest.
///
/// @param sum SHA-256 of the content, written into the frame's table; trusted here, checked whenever it is read back
public record FrameRecord(Type type, Sha256 sum, Content content) {
    /// What a record holds. The code is part of the format and never changes meaning. Codes from 0x8000 on may be
    /// skipped by a reader that does not know them; all others must be understood.
    public enum Type {
        /// A CBOR map that says what the frame is; always the first record of a frame.
        MANIFEST(1),
        /// An original, byte for byte.
        LETTER(2),
        /// A journal report without the originals it carried; the manifest says where each of them belongs.
        EVIDENCE(3),
        /// A mail that is no letter and vouches for none, whole: a notice, or what was quarantined.
        WHOLE(4);

        private final int code;

        Type(int code) {
            this.code = code;
        }

        public int code() {
            return code;
        }
    }
}
