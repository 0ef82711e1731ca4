package io.carteggio.server.command;

import io.carteggio.archive.audit.Trail;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "audit",
        description = "Who did what, when, from where and why. Nothing of it can be changed or removed.",
        synopsisSubcommandLabel = "COMMAND")
final class AuditCommand implements Runnable {
    private final CommandLine line;

    AuditCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        line.addSubcommand(new All(carteggio));
        line.addSubcommand(new Search(carteggio));
        line.addSubcommand(new Export(carteggio));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "list, search or export?");
    }

    /// Which entries.
    static final class Filters {
        @Option(names = "--who", paramLabel = "NAME", description = "Done by this person, or 'operator'.")
        private Optional<String> who = Optional.empty();

        @Option(names = "--what", paramLabel = "KIND", description = "Of this kind: open, log-in, role-granted, …")
        private Optional<String> what = Optional.empty();

        @Option(names = "--object", paramLabel = "TEXT", description = "Done to something whose name has this in it.")
        private Optional<String> object = Optional.empty();

        @Option(names = "--since", paramLabel = "DATE", description = "From this day on (UTC), or instant.")
        private Optional<String> since = Optional.empty();

        @Option(names = "--until", paramLabel = "DATE", description = "Before this day (UTC), or instant.")
        private Optional<String> until = Optional.empty();

        ObjectNode params() throws Refusal {
            ObjectNode params = Json.object();
            who.ifPresent(w -> params.put("who", w));
            what.ifPresent(w -> params.put("what", w));
            object.ifPresent(o -> params.put("object", o));
            if (since.isPresent()) {
                params.put("since", Instants.of(since.get()).toString());
            }
            if (until.isPresent()) {
                params.put("until", Instants.of(until.get()).toString());
            }
            return params;
        }
    }

    private static void print(Carteggio carteggio, ObjectNode entry) {
        if (entry.has("next")) {
            carteggio.console().line("more: --before " + entry.path("next").asLong(0));
            return;
        }
        carteggio
                .console()
                .line(entry.path("at").asString("") + "  " + entry.path("by").asString("")
                        + Json.optional(entry, "from").map(f -> " (" + f + ")").orElse("") + "  "
                        + entry.path("what").asString("") + "  "
                        + entry.path("object").asString("")
                        + Json.optional(entry, "reason").map(r -> "  : " + r).orElse(""));
    }

    private static Outcome list(Carteggio carteggio, ObjectNode params, long limit, Optional<Long> before)
            throws io.carteggio.archive.ArchiveException, IOException, Refusal {
        params.put("limit", limit);
        before.ifPresent(b -> params.put("before", b));
        try (var access = carteggio.access(false)) {
            return access.call("audit.list", params, Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }

    @Command(name = "list", description = "The newest entries.")
    static final class All implements Callable<Integer> {
        private final Carteggio carteggio;

        @Mixin
        private Filters filters = new Filters();

        @Option(names = "--limit", paramLabel = "N", description = "At most this many (1 to 1000); 100 if not given.")
        private long limit = 100;

        @Option(names = "--before", paramLabel = "NUMBER", description = "Older than this entry.")
        private Optional<Long> before = Optional.empty();

        All(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work("audit list", () -> AuditCommand.list(carteggio, filters.params(), limit, before));
        }
    }

    @Command(name = "search", description = "The newest entries that have a text anywhere in them.")
    static final class Search implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "TEXT", description = "A part of any of it.")
        private String text = "";

        @Mixin
        private Filters filters = new Filters();

        @Option(names = "--limit", paramLabel = "N", description = "At most this many (1 to 1000); 100 if not given.")
        private long limit = 100;

        @Option(names = "--before", paramLabel = "NUMBER", description = "Older than this entry.")
        private Optional<Long> before = Optional.empty();

        Search(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work(
                    "audit search",
                    () -> AuditCommand.list(carteggio, filters.params().put("text", text), limit, before));
        }
    }

    @Command(
            name = "export",
            description = "All entries into a new file, as a table in CSV, or with --json a line each.")
    static final class Export implements Callable<Integer> {
        private final Carteggio carteggio;

        @Mixin
        private Filters filters = new Filters();

        @Option(names = "--to", required = true, paramLabel = "FILE", description = "A file that is not there yet.")
        private Path to = Path.of("");

        Export(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work("audit export", () -> {
                boolean csv = !carteggio.json();
                ObjectNode params = filters.params().put("csv", csv);
                try (var access = carteggio.access(false);
                        BufferedWriter out = Files.newBufferedWriter(
                                to, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                    out.write(csv ? Trail.CSV_HEAD : "");
                    return access.call("audit.export", params, new Lines(line -> {
                        try {
                            out.write(csv ? line.path("csv").asString("") : line + "\n");
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    }));
                } catch (UncheckedIOException e) {
                    throw e.getCause();
                }
            });
        }
    }
}
