package io.carteggio.server.command;

import java.io.PrintStream;
import java.util.Locale;
import java.util.Optional;

/// One line on a terminal that tells how far a long work is. Says nothing where nobody watches. Safe for many threads.
final class ProgressLine implements AutoCloseable {
    private static final long REDRAW_NANOS = 200_000_000L;
    private static final int BAR = 24;

    private final Optional<PrintStream> terminal;
    private final String unit;
    private final long totalBytes;
    private final long totalItems;
    private final long startNanos = System.nanoTime();
    private long drawnNanos;
    private int drawnCharacters;
    private long items;
    private long bytes;

    /// @param unit what is counted: `mails`
    /// @param totalBytes what all items together have; 0 where it is not known
    ProgressLine(Console console, String unit, long totalBytes) {
        this(console, unit, totalBytes, 0);
    }

    /// @param totalItems how many there are, where their octets are not known; 0 where that is not known either
    ProgressLine(Console console, String unit, long totalBytes, long totalItems) {
        this.terminal = console.errIsTerminal() ? Optional.of(console.err()) : Optional.empty();
        this.unit = unit;
        this.totalBytes = totalBytes;
        this.totalItems = totalItems;
    }

    /// Whether anybody watches, so that it pays to find out how much there is to do.
    static boolean watched(Console console) {
        return console.errIsTerminal();
    }

    synchronized void done(long moreItems, long moreBytes) {
        items += moreItems;
        bytes += moreBytes;
        long now = System.nanoTime();
        if (terminal.isPresent() && now - drawnNanos > REDRAW_NANOS) {
            drawnNanos = now;
            draw(line(items, bytes, totalBytes, totalItems, now - startNanos, unit));
        }
    }

    /// The line's text. Pure.
    static String line(long items, long bytes, long totalBytes, long totalItems, long nanos, String unit) {
        double seconds = Math.max(nanos, 1) / 1e9;
        long total = totalBytes > 0 ? totalBytes : totalItems;
        long done = totalBytes > 0 ? bytes : items;
        StringBuilder line = new StringBuilder();
        if (total > 0) {
            double part = Math.min(1.0, (double) done / total);
            int filled = (int) (part * BAR);
            line.append('[')
                    .append("#".repeat(filled))
                    .append(" ".repeat(BAR - filled))
                    .append("] ");
            line.append(String.format(Locale.ROOT, "%3.0f %%  ", Math.floor(part * 100)));
        }
        line.append(items).append(' ').append(unit).append("  ").append(Sizes.of(bytes));
        line.append(String.format(Locale.ROOT, "  %.0f/s", items / seconds));
        if (total > done && done > 0) {
            long left = (long) Math.ceil(seconds * (total - done) / done);
            line.append(String.format(Locale.ROOT, "  %d:%02d left", left / 60, left % 60));
        }
        return line.toString();
    }

    private void draw(String text) {
        PrintStream out = terminal.orElseThrow();
        out.print("\r" + text + " ".repeat(Math.max(0, drawnCharacters - text.length())));
        out.flush();
        drawnCharacters = text.length();
    }

    /// Takes the line away, for something else to be said.
    synchronized void clear() {
        if (terminal.isPresent() && drawnCharacters > 0) {
            terminal.get().print("\r" + " ".repeat(drawnCharacters) + "\r");
            terminal.get().flush();
            drawnCharacters = 0;
        }
    }

    @Override
    public void close() {
        clear();
    }
}
