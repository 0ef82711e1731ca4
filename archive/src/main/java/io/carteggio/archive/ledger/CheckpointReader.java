package io.carteggio.archive.ledger;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// Reads signed notes that stand one after another with an empty line between: the archive's own history, or
/// what it lodged elsewhere. A single note is such a file too. For one thread.
///
/// Looks at line ends alone; what a note says is for [SignedCheckpoint#read] to judge.
public final class CheckpointReader {
    private static final int LINE_FEED = '\n';

    private final InputStream in;
    private long at;
    private long whole;
    private Optional<ByteArrayOutputStream> begun = Optional.empty();

    /// @param in read through a buffer, closed by the caller
    public CheckpointReader(InputStream in) {
        this.in = new BufferedInputStream(in);
    }

    /// The next note; empty at the end. What begins a note and is never signed (its writer was stopped there)
    /// is given out as it is, to be refused by whoever reads it, unless it is the last. A note over 64 KiB is
    /// cut, with the same effect.
    public Optional<byte[]> next() throws IOException {
        while (true) {
            ByteArrayOutputStream block = new ByteArrayOutputStream();
            boolean separated = block(block);
            if (block.size() == 0 && !separated) {
                return Optional.empty();
            }
            boolean signatures = isSignatures(block.toByteArray());
            Optional<ByteArrayOutputStream> before = begun;
            begun = signatures ? Optional.empty() : Optional.of(block);
            if (signatures && separated) {
                whole = at;
            }
            if (before.isPresent() && signatures) {
                before.get().write(LINE_FEED);
                before.get().write(block.toByteArray());
            }
            if (before.isPresent() && before.get().size() > 0) {
                return before.map(ByteArrayOutputStream::toByteArray);
            }
        }
    }

    private static boolean isSignatures(byte[] block) {
        byte[] dash = "\u2014 ".getBytes(StandardCharsets.UTF_8);
        return block.length > dash.length && Arrays.equals(block, 0, dash.length, dash, 0, dash.length);
    }

    /// Octets up to and with the empty line behind the last note that has one; what follows was not written
    /// wholly.
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
