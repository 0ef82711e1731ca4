package io.carteggio.archive.ledger;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// Reads signed notes that stand one after another with an empty line between: the archive's own history, or what it
/// lodged elsewhere. A single note is such a file too. For one thread.
///
/// Looks at line ends alone; what a note says is for [SignedCheckpoint#read] to judge.
public final class CheckpointReader {
    private static final int LINE_FEED = '\n';

    private final InputStream in;
    private long at;
    private long whole;

    /// @param in read through a buffer, closed by the caller
    public CheckpointReader(InputStream in) {
        this.in = new BufferedInputStream(in);
    }

    /// The next note; empty at the end, or where the rest is not a whole note. A note over 64 KiB is cut, and so
    /// refused by
    /// whoever reads it.
    public Optional<byte[]> next() throws IOException {
        ByteArrayOutputStream note = new ByteArrayOutputStream();
        if (!block(note) || note.size() == 0) {
            return Optional.empty();
        }
        note.write(LINE_FEED);
        long before = at;
        int text = note.size();
        boolean separated = block(note);
        // The last note of a file may do without the empty line behind it.
        if (note.size() == text || at == before) {
            return Optional.empty();
        }
        if (separated) {
            whole = at;
        }
        return Optional.of(note.toByteArray());
    }

    /// Octets up to and with the empty line behind the last note that has one; what follows was not written wholly.
    public long wholeBytes() {
        return whole;
    }

    /// Copies lines up to an empty line, and passes that; false where the file ends first.
    private boolean block(ByteArrayOutputStream into) throws IOException {
        boolean lineStart = true;
        for (int c = in.read(); c >= 0; c = in.read()) {
            at++;
            if (c == LINE_FEED && lineStart) {
                return true;
            }
            lineStart = c == LINE_FEED;
            if (into.size() <= SignedNote.SIZE_LIMIT_BYTES) {
                into.write(c);
            }
        }
        return false;
    }
}
