package io.carteggio.server.fetch;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.spool.Spool;
import java.time.Instant;
import java.util.Optional;

/// Takes mails from a [RemoteMailbox] as they come. Called on the mailbox's thread alone.
public interface Receiver {
    /// A place for the next mail, while its octets come in. Waits while too many mails are in hand, so
    /// that a fast server does not fill this machine. The driver closes it unless it hands it over with
    /// [#mail].
    Spool begin() throws ArchiveException;

    /// A mail that is here whole. From here on the spool belongs to the receiver.
    ///
    /// @param received when the server got it, where it says so
    void mail(String key, Spool mail, Optional<Instant> received);

    /// The server has no mail of this key any more.
    void vanished(String key);

    /// The server has it and will not give it, or not whole; it stays there, and is asked for again in a
    /// later run.
    void unreadable(String key, String why);
}
