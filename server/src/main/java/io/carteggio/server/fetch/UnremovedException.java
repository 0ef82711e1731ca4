package io.carteggio.server.fetch;

import io.carteggio.archive.ArchiveException;
import io.carteggio.server.fetch.FetchException.Kind;

/// All that is there came in and is archived, and archived mail does not leave: what a run ends in that
/// failed only in that.
final class UnremovedException extends ArchiveException {
    private static final long serialVersionUID = 1L;

    private final boolean refused;

    UnremovedException(FetchException why) {
        super(
                "all mail was fetched, but archived mail could not be removed: " + why.getMessage(),
                why.laterHelps(),
                why);
        refused = !why.kind().passes();
    }

    /// Whether trouble of this kind concerns the removal alone.
    static boolean isWhy(Kind kind) {
        return switch (kind) {
            case RIGHTS, FOLDER, FULL, UNREMOVED -> true;
            case UNREACHABLE, CUT, BUSY, CERTIFICATE, TLS, LOG_IN, PROTOCOL -> false;
        };
    }

    /// Whether the server says that it may not be done; else it may be of this once.
    boolean refused() {
        return refused;
    }
}
