package io.carteggio.server.smtp;

import io.carteggio.mail.Address;
import io.carteggio.mail.smtp.Admission;
import io.carteggio.mail.smtp.Step;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Where the mail goes that the listener takes: the only thing it knows of the archive.
///
/// Safe for many threads. Calls may block; each comes from the thread of its connection. A
/// [RuntimeException] from any of them ends the connection with 421, so that the client tries again.
public interface JournalMailbox {
    /// Whether mail for this address is taken here. Compare by [Address#key].
    Admission admission(Address recipient);

    /// Begins to take a mail, whose recipients were all known when it began.
    ///
    /// @param mailFrom empty for the null reverse path
    /// @param rcptTo at least one, as the client wrote them, no two with the same key
    /// @throws TroubleException where no mail can be kept now
    Reception open(Peer peer, Optional<Address> mailFrom, List<Address> rcptTo) throws TroubleException;

    /// A mail was turned away for its size (552), or before it came in the clear (530). Its client has been
    /// told, its sender will be.
    ///
    /// @param mail its recipients tell the source, but are empty where the size was declared with `MAIL`
    void refused(Peer peer, Step.Refused mail);

    /// One mail on its way in. Belongs to one thread.
    interface Reception extends AutoCloseable {
        /// Takes the next octets, in order. The array is only lent for the call. After an exception nothing more
        /// is written, and the client gets a 4xx.
        void write(byte[] octets, int offset, int length) throws IOException, TroubleException;

        /// Returns when the mail is forced to stable storage, with the id to name to the client, never blank.
        /// If this throws, the mail may or may not be kept; the client will send it again.
        String keep() throws IOException, TroubleException;

        /// Ends the reception; a mail that is not kept is abandoned. Does not throw.
        @Override
        void close();
    }
}
