package io.carteggio.server.command;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "job",
        description = "What the archive does by itself: a job for each fetched source, of the same name.",
        synopsisSubcommandLabel = "COMMAND")
final class JobCommand implements Runnable {
    private final CommandLine line;

    JobCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        line.addSubcommand(new All(carteggio));
        line.addSubcommand(new Show(carteggio));
        line.addSubcommand(new Start(carteggio));
        line.addSubcommand(new Pause(carteggio));
        line.addSubcommand(new Resume(carteggio));
        line.addSubcommand(new Cancel(carteggio));
        line.addSubcommand(new History(carteggio));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "list, show, run, pause, resume, cancel or history?");
    }

    private static void row(Carteggio carteggio, ObjectNode job) {
        carteggio
                .console()
                .line(String.format(
                        "%-24s %-6s %-10s next %-20s %s",
                        job.path("name").asString(""),
                        job.path("protocol").asString(""),
                        job.path("state").asString(""),
                        Json.optional(job, "next").orElse("-"),
                        Json.optional(job, "trouble").orElse("")));
    }

    private static void all(Carteggio carteggio, ObjectNode job) {
        Console console = carteggio.console();
        console.line("job            " + job.path("name").asString(""));
        console.line("protocol       " + job.path("protocol").asString(""));
        console.line("schedule       " + job.path("schedule").asString(""));
        console.line("state          " + job.path("state").asString("")
                + (job.path("alarm").asBoolean(false) ? "   ALARM" : ""));
        Json.optional(job, "trouble").ifPresent(trouble -> {
            console.line("trouble        " + trouble);
            console.line("failing since  " + Json.optional(job, "failingSince").orElse("-") + ", "
                    + job.path("failures").asInt(0) + " runs");
        });
        console.line("next run       " + Json.optional(job, "next").orElse("-"));
        console.line("last success   " + Json.optional(job, "lastSuccess").orElse("-"));
        if (job.path("lastRun").isObject()) {
            run(carteggio, job.path("lastRun"));
        }
    }

    static void run(Carteggio carteggio, JsonNode run) {
        if (run.path("progress").asBoolean(false)) {
            return;
        }
        StringBuilder counts = new StringBuilder();
        for (String name : new String[] {"letters", "evidence", "notices", "quarantined", "discarded"}) {
            if (run.path(name).asLong(0) > 0) {
                counts.append(counts.isEmpty() ? " = " : " + ")
                        .append(run.path(name).asLong(0))
                        .append(' ')
                        .append(name);
            }
        }
        StringBuilder rest = new StringBuilder();
        for (String name : new String[] {"vanished", "unreadable", "left", "removed"}) {
            if (run.path(name).asLong(0) > 0) {
                rest.append(", ").append(run.path(name).asLong(0)).append(' ').append(name);
            }
        }
        carteggio
                .console()
                .line("run " + run.path("run").asLong(0) + "  "
                        + run.path("started").asString("") + "  "
                        + run.path("outcome").asString("") + ": "
                        + run.path("fetched").asLong(0) + " fetched"
                        + counts + rest
                        + (run.path("reason").isString()
                                ? " (" + run.path("reason").asString("") + ")"
                                : ""));
    }

    /// A job by its name.
    abstract static class OfOne implements Callable<Integer> {
        final Carteggio carteggio;

        @Parameters(paramLabel = "NAME", description = "The job, which is the source's name.")
        String name = "";

        OfOne(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        int ask(String operation) {
            return carteggio.ask(
                    operation.replace('.', ' '),
                    operation,
                    Json.object().put("name", name),
                    Lines.printing(carteggio, line -> all(carteggio, line)));
        }
    }

    @Command(name = "list", description = "Lists all jobs with their state.")
    static final class All implements Callable<Integer> {
        private final Carteggio carteggio;

        All(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "job list", "job.list", Json.object(), Lines.printing(carteggio, line -> row(carteggio, line)));
        }
    }

    @Command(name = "show", description = "Shows how a job stands.")
    static final class Show extends OfOne {
        Show(Carteggio carteggio) {
            super(carteggio);
        }

        @Override
        public Integer call() {
            return ask("job.show");
        }
    }

    @Command(name = "run", description = "Runs a job now, whatever its schedule says, and waits for its end.")
    static final class Start extends OfOne {
        Start(Carteggio carteggio) {
            super(carteggio);
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "job run",
                    "job.run",
                    Json.object().put("name", name),
                    Lines.printing(carteggio, line -> run(carteggio, line)));
        }
    }

    @Command(name = "pause", description = "Ends what runs and runs nothing by itself until 'resume'.")
    static final class Pause extends OfOne {
        Pause(Carteggio carteggio) {
            super(carteggio);
        }

        @Override
        public Integer call() {
            return ask("job.pause");
        }
    }

    @Command(name = "resume", description = "Runs it by its schedule again, the first time at once.")
    static final class Resume extends OfOne {
        Resume(Carteggio carteggio) {
            super(carteggio);
        }

        @Override
        public Integer call() {
            return ask("job.resume");
        }
    }

    @Command(name = "cancel", description = "Ends the run that is under way; what it has done stays done.")
    static final class Cancel extends OfOne {
        Cancel(Carteggio carteggio) {
            super(carteggio);
        }

        @Override
        public Integer call() {
            return ask("job.cancel");
        }
    }

    @Command(name = "history", description = "Lists its runs, the newest first.")
    static final class History extends OfOne {
        @Option(names = "--limit", paramLabel = "N", description = "So many at most; if not given, 50.")
        private int limit = 50;

        History(Carteggio carteggio) {
            super(carteggio);
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "job history",
                    "job.history",
                    Json.object().put("name", name).put("limit", limit),
                    Lines.printing(carteggio, line -> run(carteggio, line)));
        }
    }
}
