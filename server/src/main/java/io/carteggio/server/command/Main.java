package io.carteggio.server.command;

import java.util.logging.Level;
import java.util.logging.Logger;

/// Where `./carteggio` begins.
public final class Main {
    /// Kept, since the JDK forgets the level of a logger that nobody holds. Lucene warns at every start that it
    /// could use an incubator module, whose use the JVM would warn of in turn; we search text, where it gains
    /// nothing.
    private static final Logger LUCENE = Logger.getLogger("org.apache.lucene");

    /// Our own words below a warning are for a server's log, where `./carteggio serve` asks for them.
    private static final Logger OURS = Logger.getLogger("io.carteggio");

    private Main() {}

    public static void main(String[] arguments) {
        LUCENE.setLevel(Level.SEVERE);
        if (System.getProperty("carteggio.log") == null) {
            OURS.setLevel(Level.WARNING);
        }
        int exit = new Carteggio(Console.ofProcess(), new ArchiveOpener()).run(arguments);
        // Not a return: a library's thread must not keep a finished command alive.
        System.exit(exit);
    }
}
