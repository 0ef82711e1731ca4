package io.carteggio.server.web;

/// Too many ask for something costly at this instant; a few seconds later it goes.
public final class Busy extends Exception {
    private static final long serialVersionUID = 1L;

    Busy(String message) {
        super(message);
    }
}
