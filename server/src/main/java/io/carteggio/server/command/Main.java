package io.carteggio.server.command;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;
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
        Thread.setDefaultUncaughtExceptionHandler(
                (thread, e) -> OURS.log(Level.SEVERE, "the thread " + thread.getName() + " has ended", e));
        int exit = run(Console.ofProcess(), arguments);
        // Not a return: a library's thread must not keep a finished command alive.
        System.exit(exit);
    }

    /// Runs a command in a process that goes on afterwards, which hands in what the command hears and says.
    ///
    /// @return its exit code
    public static int run(
            InputStream in, PrintStream out, PrintStream err, Map<String, String> environment, String... arguments) {
        return run(new Console(in, out, err, environment, false), arguments);
    }

    private static int run(Console console, String... arguments) {
        return new Carteggio(console, new ArchiveOpener()).run(arguments);
    }
}
