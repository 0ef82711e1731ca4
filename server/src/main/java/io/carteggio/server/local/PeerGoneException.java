package io.carteggio.server.local;

import java.io.IOException;

/// The other end of a connection went away, or speaks what is not our protocol.
public final class PeerGoneException extends IOException {
    private static final long serialVersionUID = 1L;

    public PeerGoneException(String message) {
        super(message);
    }

    public PeerGoneException(String message, Throwable cause) {
        super(message, cause);
    }
}
