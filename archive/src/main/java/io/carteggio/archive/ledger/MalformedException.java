package io.carteggio.archive.ledger;

/// A text is not of its form. Never leaves the package: outside it is a value that says why.
final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedException(String why) {
        super(why);
    }

    /// What it is that the text is not.
    String why() {
        return String.valueOf(getMessage());
    }
}
