package io.carteggio.server.smtp;

import io.carteggio.mail.smtp.Transfer.Trouble;

/// The mailbox cannot keep a mail now; the client is asked to come again.
public final class TroubleException extends Exception {
    private static final long serialVersionUID = 1;

    private final Trouble trouble;

    public TroubleException(Trouble trouble, String message) {
        super(message);
        this.trouble = trouble;
    }

    public TroubleException(Trouble trouble, String message, Throwable cause) {
        super(message, cause);
        this.trouble = trouble;
    }

    public Trouble trouble() {
        return trouble;
    }
}
