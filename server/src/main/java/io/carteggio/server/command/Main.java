package io.carteggio.server.command;

import java.util.logging.Level;
import java.util.logging.Logger;

/// Where `./carteggio` begins.
public final class Main {
    /// Held so that its level stays: Lucene warns at every start that a faster way for vectors is off, which text search
    /// does not need.
    private static final Logger LUCENE = Logger.getLogger("org.apache.lucene");

    private Main() {}

    public static void main(String[] arguments) {
        LUCENE.setLevel(Level.SEVERE);
        int exit = new Carteggio(Console.ofProcess(), new ArchiveOpener()).run(arguments);
        // Not a return: a library's thread must not keep a finished command alive.
        System.exit(exit);
    }
}
