package io.carteggio.server.fetch;

import io.carteggio.archive.ArchiveException;
import java.util.Set;

/// A way to reach mailboxes: IMAP, POP3, … Safe for many threads.
public interface MailboxProtocol {
    /// As in `source add NAME --imap …`, in acts and in lists.
    String word();

    /// The names of settings that it understands besides those of [Settings#COMMON]. A setting that
    /// neither names is refused when the source is set up, not ignored.
    Set<String> settings();

    /// Refuses settings that cannot work.
    ///
    /// @throws IllegalArgumentException with a line for people
    void check(Settings settings);

    /// Connects, logs in, opens the folder; tells each step as it begins and when it is done, so that a
    /// test of the connection and the log say the same.
    RemoteMailbox open(Account account, Steps steps) throws ArchiveException;
}
