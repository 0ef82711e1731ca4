package io.carteggio.server.smtp;

import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Who sees each mail that passes through [ProxyServer] before it goes on. Safe for many threads.
public interface Onlooker {
    /// Begins to look at a mail.
    Sight open();

    /// A mail that passes.
    ///
    /// @param mailFrom empty for the null reverse path
    /// @param rcptTo those that the next server has accepted
    /// @param authenticated whether its sender has logged in there
    /// @param ownSystem whether it began on this machine
    record Passing(Optional<Address> mailFrom, List<Address> rcptTo, boolean authenticated, boolean ownSystem) {
        public Passing {
            rcptTo = List.copyOf(rcptTo);
        }
    }

    /// One mail on its way. Belongs to one thread.
    interface Sight extends AutoCloseable {
        /// Takes the next octets, in order. The array is only lent for the call.
        void write(byte[] octets, int offset, int length) throws IOException;

        /// The whole mail, once all octets were written; good until this is closed.
        Content content();

        /// What must be kept of the mail is forced to disk when this returns, and counts for nothing yet.
        ///
        /// @throws TroubleException where it could not be: then the mail must not go on
        void seen(Passing mail) throws TroubleException;

        /// The next server has the mail, or may have it: what was kept counts.
        void wentOn();

        /// The next server does not take it: what was kept is forgotten.
        void refused();

        /// Ends looking. Does not throw.
        @Override
        void close();
    }
}
