package io.carteggio.server.fetch;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.spool.Spool;
import java.io.IOException;
import java.io.OutputStream;

/// A mail's octets on their way from a connection into a spool. Keeps trouble of ours apart from trouble
/// of the connection: both are an [IOException] to the one who copies.
public final class Incoming extends OutputStream {
    private final Spool spool;

    /// Trouble of ours, in the middle of what the server says.
    public static final class Ours extends IOException {
        private static final long serialVersionUID = 1L;

        private final ArchiveException why;

        public Ours(ArchiveException why) {
            super(why);
            this.why = why;
        }

        public ArchiveException why() {
            return why;
        }
    }

    private Incoming(Spool spool) {
        this.spool = spool;
    }

    /// A place for the next mail.
    public static Incoming of(Receiver receiver) throws Ours {
        try {
            return new Incoming(receiver.begin());
        } catch (ArchiveException e) {
            throw new Ours(e);
        }
    }

    public Spool spool() {
        return spool;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        try {
            spool.write(octets, offset, length);
        } catch (IOException e) {
            throw new Ours(
                    new ArchiveException("the mail that comes in cannot be put aside: " + e.getMessage(), true, e));
        }
    }

    /// Lets go of a mail that is not handed on.
    @Override
    public void close() throws IOException {
        spool.close();
    }
}
