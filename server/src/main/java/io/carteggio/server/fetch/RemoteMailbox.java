package io.carteggio.server.fetch;

import io.carteggio.archive.ArchiveException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// One folder of a mailbox on another server, open. Belongs to the thread of its run.
///
/// A *key* names a mail in the folder for as long as the [#epoch] stays the same: an IMAP UID, a POP3
/// UIDL, an EWS item id. It is text of at most [#KEY_LIMIT] characters and means nothing to anyone else.
///
/// Every driver keeps these:
/// 1. Nothing but [#remove] changes anything at the server, not even a flag ("seen").
/// 2. What [#fetch] hands on are the octets that the server gave, from the first to the last. A mail that
/// was cut off is
///    never handed on.
/// 3. [#remove] removes the named mails and no others, whatever the server lacks for that; where it
///    cannot, it leaves them. Only what the server confirmed counts as removed.
/// 4. Memory does not grow with the size of a mail or of the folder.
/// 5. Every wait has an end: the settings' timeouts, or an interrupt of the thread.
public interface RemoteMailbox extends AutoCloseable {
    /// No key is longer.
    int KEY_LIMIT = 1_024;

    /// Where a mail lies, as its provenance has it: an address without user or secret.
    String place(String key);

    /// How the connection is secured: protocol and cipher suite; empty where it is not.
    Optional<String> tls();

    /// Names the numbering that keys belong to. When it differs from the last time, what was kept about
    /// keys is worth nothing (IMAP: UIDVALIDITY changed). Protocols whose keys are for good give a
    /// constant.
    String epoch();

    /// Looks what there is, and asks `known` about each key that the server names, in the server's order.
    ///
    /// @param cursor of an earlier listing of the same epoch: mails before it need not be named again
    /// @param atMost so many unknown keys are given at most, the oldest as far as the protocol tells
    Listing list(Optional<String> cursor, Known known, int atMost) throws ArchiveException;

    /// Tells whether a key is known already.
    @FunctionalInterface
    interface Known {
        boolean knows(String key) throws ArchiveException;
    }

    /// What is in the folder.
    ///
    /// @param unknown keys that `known` did not know, oldest first
    /// @param more whether there are more of those
    /// @param complete whether every key in the folder was named to `known`: what was not is gone
    /// @param cursor where a later listing may begin once everything up to here is settled; empty where the
    ///     protocol always lists all, and where there is more
    /// @param mails how many mails the folder has
    record Listing(List<String> unknown, boolean more, boolean complete, Optional<String> cursor, long mails) {
        public Listing {
            unknown = List.copyOf(unknown);
        }
    }

    /// Streams mails, in any order, each once, on the calling thread. For each key the receiver hears
    /// exactly one of `mail`, `vanished` and `unreadable`, unless an exception ends it.
    void fetch(List<String> keys, Receiver receiver) throws ArchiveException;

    /// Removes mails that are kept. When this returns the server has confirmed it.
    ///
    /// @throws FetchException also where the server removes none of them. Of the kinds that [Removed#left]
    ///     may have, it leaves the session as it was, for other commands
    Removed remove(List<String> keys, Removal how) throws ArchiveException;

    /// What came of a removal.
    ///
    /// @param gone the keys that are no longer in the folder: now removed, or gone already
    /// @param left why others of them are still there, of a kind [FetchException.Kind#RIGHTS], `FOLDER`,
    ///     `FULL` or `UNREMOVED`; empty where none is
    record Removed(Set<String> gone, Optional<FetchException> left) {
        public Removed {
            gone = Set.copyOf(gone);
        }
    }

    /// How mails leave the folder.
    sealed interface Removal {
        /// For good, not into a bin.
        record Delete() implements Removal {}

        /// Into another folder of the same mailbox, which is made if it is not there.
        record MoveTo(String folder) implements Removal {}
    }

    /// How many removals are best sent at once: where a removal ends the session (POP3), more.
    int removalBatch();

    /// Waits until the server tells of something new, or there is reason to look again. Protocols without
    /// such a thing wait for all of the time.
    ///
    /// @return false where it is certain that nothing is new
    boolean awaitNew(Duration atMost) throws ArchiveException;

    /// What of it may be done: asked by a test of the connection, changes nothing.
    Rights rights() throws ArchiveException;

    /// What may be done in a folder.
    ///
    /// @param delete whether mails may be removed
    /// @param detail how that is known, for people
    record Rights(boolean delete, String detail) {}

    /// How full it is, as far as the protocol and the server tell.
    Fill fill() throws ArchiveException;

    /// How full a folder is.
    ///
    /// @param mails in the folder
    /// @param usedBytes of the whole mailbox where the server tells that (the quota of IMAP), else of
    ///     the folder
    /// @param limitBytes how many it may use
    /// @param oldest when the first mail of the folder came in; by POP3, which does not tell that, when the
    ///     server that has it says in its header that it got it
    record Fill(long mails, Optional<Long> usedBytes, Optional<Long> limitBytes, Optional<Instant> oldest) {}

    /// Leaves politely where that is quick. Never throws: nothing depends on it.
    @Override
    void close();
}
