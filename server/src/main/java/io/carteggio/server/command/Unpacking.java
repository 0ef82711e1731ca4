package io.carteggio.server.command;

import io.carteggio.embedded.spool.Spool;
import java.io.IOException;
import java.io.InputStream;

/// How much may still be unpacked of an archive and those in it.
final class Unpacking {
    /// How many times its own size an archive may unpack to, with what is packed in it; mail makes 20 of it at most.
    private static final int RATIO_LIMIT = 100;

    /// An archive may unpack to as much as this whatever its size.
    private static final long LEAST_BYTES = 256L * 1024 * 1024;

    /// Most files in an archive, with those of archives in it.
    private static final int FILES_LIMIT = 10_000_000;

    private long bytes;
    private int files = FILES_LIMIT;

    Unpacking(long packedBytes) {
        this.bytes = Math.max(LEAST_BYTES, RATIO_LIMIT * packedBytes);
    }

    void file() throws UserFile.UnreadableException {
        if (--files < 0) {
            throw new UserFile.OverLimitException("it has more than " + FILES_LIMIT + " files");
        }
    }

    private void take(long more) throws UserFile.UnreadableException {
        bytes -= more;
        if (bytes < 0) {
            throw new UserFile.OverLimitException("it unpacks to more than " + RATIO_LIMIT
                    + " times its size, as no archive of mail does; unpack it by hand if that is right");
        }
    }

    /// Unpacks a file.
    void unpack(InputStream in, Spool copy) throws IOException {
        byte[] buffer = new byte[64 * 1024];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            take(n);
            copy.write(buffer, 0, n);
        }
    }
}
