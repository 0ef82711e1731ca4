package io.carteggio.server.agent;

import io.carteggio.mail.Content;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// A mail that notes whether it could be read: on its way over a connection both fail with the same kind of exception.
/// Safe for many threads.
final class Reading implements Content {
    private final Content mail;
    private volatile Optional<String> failure = Optional.empty();

    Reading(Content mail) {
        this.mail = mail;
    }

    /// Why it could not be read, if it could not.
    Optional<String> failure() {
        return failure;
    }

    @Override
    public long sizeBytes() {
        return mail.sizeBytes();
    }

    @Override
    public InputStream open(long offset, long length) throws IOException {
        try {
            return new Noting(mail.open(offset, length));
        } catch (IOException e) {
            failure = Optional.of(e.toString());
            throw e;
        }
    }

    private final class Noting extends FilterInputStream {
        Noting(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            try {
                return super.read();
            } catch (IOException e) {
                failure = Optional.of(e.toString());
                throw e;
            }
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            try {
                return super.read(into, offset, length);
            } catch (IOException e) {
                failure = Optional.of(e.toString());
                throw e;
            }
        }
    }
}
