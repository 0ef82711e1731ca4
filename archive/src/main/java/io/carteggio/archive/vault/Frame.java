package io.carteggio.archive.vault;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// What is kept wholly or not at all: one arrival with all its records, or one act.
///
/// @param records the manifest, then the rest in the order that the manifest counts them
/// @param ofOneLetter whether the manifest tells of the letter in record 1 and of no other: then the
///     one is never erased without the other, and they may be compressed together
public record Frame(Kind kind, List<FrameRecord> records, boolean ofOneLetter) {
    public Frame(Kind kind, List<FrameRecord> records) {
        this(kind, records, false);
    }

    /// What a frame is; the code is part of the format.
    public enum Kind {
        ARRIVAL(1),
        ACT(2);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        public int code() {
            return code;
        }

        /// The kind with a code; empty for one that this program does not know.
        public static Optional<Kind> ofCode(int code) {
            return Arrays.stream(values()).filter(k -> k.code == code).findFirst();
        }
    }

    public Frame {
        records = List.copyOf(records);
        if (records.isEmpty() || records.getFirst().type() != FrameRecord.Type.MANIFEST) {
            throw new IllegalArgumentException("a frame begins with its manifest");
        }
        if (ofOneLetter && (records.size() < 2 || records.get(1).type() != FrameRecord.Type.LETTER)) {
            throw new IllegalArgumentException("a frame of one letter has it behind the manifest");
        }
    }
}
