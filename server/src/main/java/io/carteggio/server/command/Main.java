package io.carteggio.server.command;

/// Where `./carteggio` begins.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        int exit = new Carteggio(Console.ofProcess(), new ArchiveOpener()).run(arguments);
        // Not a return: a library's thread must not keep a finished command alive.
        System.exit(exit);
    }
}
