package io.carteggio.mail.imap;

import java.io.IOException;

/// A server said what its protocol does not allow. Where in the conversation we are is unknown from then
/// on, so the connection is of no more use.
public final class MalformedReplyException extends IOException {
    private static final long serialVersionUID = 1L;

    public MalformedReplyException(String message) {
        super(message);
    }
}
