package io.carteggio.server.escrow;

import io.carteggio.server.escrow.Decryption.Why;
import java.io.Serial;

/// Ends the work on one mail; becomes [Decryption.Refused].
final class NotDecryptedException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final Why why;

    NotDecryptedException(Why why, String detail) {
        super(detail);
        this.why = why;
    }

    Why why() {
        return why;
    }

    String detail() {
        String message = getMessage();
        return message == null ? "" : message;
    }
}
