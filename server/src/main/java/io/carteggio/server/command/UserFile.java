package io.carteggio.server.command;

import io.carteggio.mail.Content;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/// A file of the user's: trouble in reading it is marked, so that it is told apart from trouble of ours.
final class UserFile extends FilterInputStream {
    /// Trouble with a file of the user's, as opposed to trouble of the finder's.
    static class UnreadableException extends IOException {
        private static final long serialVersionUID = 1L;

        final IOException why;

        UnreadableException(IOException why) {
            super(why);
            this.why = why;
        }
    }

    /// An archive that goes on for too long, with all that it lies in.
    static final class OverLimitException extends UnreadableException {
        private static final long serialVersionUID = 1L;

        OverLimitException(String why) {
            super(new IOException(why));
        }
    }

    UserFile(InputStream in) {
        super(in);
    }

    @Override
    public int read() throws IOException {
        try {
            return super.read();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        try {
            return super.read(into, offset, length);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private static UnreadableException unreadable(IOException e) {
        return e instanceof UnreadableException already ? already : new UnreadableException(e);
    }

    /// The same for content.
    record UserContent(Content content) implements Content {
        @Override
        public long sizeBytes() {
            return content.sizeBytes();
        }

        @Override
        public InputStream open(long offset, long length) throws IOException {
            try {
                return new UserFile(content.open(offset, length));
            } catch (IOException e) {
                throw new UnreadableException(e);
            }
        }
    }
}
