package io.carteggio.server.web;

/// Lines that are copied into a shell, filled in so that they do what the page says and nothing else.
final class Commands {
    private Commands() {}

    /// A word as the shell takes it, whatever is in it.
    static String quoted(String word) {
        return word.matches("[A-Za-z0-9_./:@%+=,-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }

    /// A command on this archive.
    static String on(String directory, String rest) {
        return "carteggio --data " + quoted(directory) + " " + rest;
    }
}
