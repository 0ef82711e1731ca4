package io.carteggio.server.fetch;

import io.carteggio.archive.ArchiveException;
import java.time.Duration;
import java.util.Optional;

/// The other server fails us, or refuses. What it says stands in the message, without secrets and in one
/// line.
public final class FetchException extends ArchiveException {
    private static final long serialVersionUID = 1L;

    /// What is the matter; decides how soon it is tried again, and whether somebody must act.
    public enum Kind {
        /// No such host, no route, nobody listens, no answer in time.
        UNREACHABLE(true),
        /// The connection ended, or stood still, in the middle.
        CUT(true),
        /// The server is too busy for us just now, or another session holds the mailbox.
        BUSY(true),
        /// The server's mailbox or disk is full: mail can be fetched, but not moved.
        FULL(true),
        /// Its certificate is not trusted: expired, of another host, unknown issuer, not the pinned one.
        CERTIFICATE(false),
        /// It offers no TLS where TLS is wanted, or none that we can speak.
        TLS(false),
        /// User, password or token refused.
        LOG_IN(false),
        /// No such folder.
        FOLDER(false),
        /// Logged in, but it may not be done.
        RIGHTS(false),
        /// Mails that are to leave are still there, and it says no why that would tell more.
        UNREMOVED(true),
        /// It says what the protocol does not allow.
        PROTOCOL(false);

        private final boolean laterHelps;

        Kind(boolean laterHelps) {
            this.laterHelps = laterHelps;
        }

        /// Whether it is likely to pass by itself; else somebody must act.
        public boolean passes() {
            return laterHelps;
        }
    }

    private final Kind kind;
    private final transient Optional<Duration> retryAfter;

    public FetchException(Kind kind, String message) {
        this(kind, message, Optional.empty());
    }

    /// The same where the server said when to come back.
    ///
    /// @param retryAfter how long the server asked us to stay away
    public FetchException(Kind kind, String message, Optional<Duration> retryAfter) {
        super(message, kind.laterHelps);
        this.kind = kind;
        this.retryAfter = retryAfter;
    }

    public FetchException(Kind kind, String message, Throwable cause) {
        super(message, kind.laterHelps, cause);
        this.kind = kind;
        this.retryAfter = Optional.empty();
    }

    public Kind kind() {
        return kind;
    }

    public Optional<Duration> retryAfter() {
        return retryAfter;
    }
}
