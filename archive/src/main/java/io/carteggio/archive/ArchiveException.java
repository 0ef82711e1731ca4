package io.carteggio.archive;

/// The world fails us: a disk is full, a file cannot be read, a database does not answer.
///
/// What a user did wrong is not this, nor is bad mail: those are values. [#laterHelps] tells an edge whether to say
/// "try again" (451) or to give up.
public class ArchiveException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean laterHelps;

    public ArchiveException(String message, boolean laterHelps) {
        super(message);
        this.laterHelps = laterHelps;
    }

    public ArchiveException(String message, boolean laterHelps, Throwable cause) {
        super(message, cause);
        this.laterHelps = laterHelps;
    }

    /// Whether the same request may succeed later without anybody changing it.
    public boolean laterHelps() {
        return laterHelps;
    }
}
