package io.carteggio.server.command;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "saved",
        description = "Searches that a person has saved, as she has them on the pages.",
        synopsisSubcommandLabel = "COMMAND")
final class SavedCommand implements Runnable {
    private final CommandLine line;

    SavedCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        line.addSubcommand(new Add(carteggio));
        line.addSubcommand(new All(carteggio));
        line.addSubcommand(new Rename(carteggio));
        line.addSubcommand(new Remove(carteggio));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "add, list, rename or remove?");
    }

    /// Whose they are.
    private static final class Whose {
        @Option(
                names = "--as",
                required = true,
                paramLabel = "PERSON",
                description = "Whose it is; a name or an address of hers.")
        private String as = "";
    }

    private static void print(Carteggio carteggio, ObjectNode search) {
        carteggio
                .console()
                .line(search.path("name").asString("") + ": "
                        + search.path("query").asString("")
                        + (search.path("sort").asString("").equals("relevance") ? ", by relevance" : "")
                        + (search.path("conversations").asBoolean(false) ? ", by conversations" : "")
                        + (search.path("removed").asBoolean(false) ? " (removed)" : ""));
    }

    private static Integer ask(Carteggio carteggio, String operation, ObjectNode params) {
        return carteggio.ask(
                operation.replace('.', ' '),
                operation,
                params,
                Lines.printing(carteggio, line -> print(carteggio, line)));
    }

    @Command(name = "add", description = "Saves a search under a name.")
    static final class Add implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(index = "0", paramLabel = "NAME", description = "Its name, at most 100 characters.")
        private String name = "";

        @Parameters(index = "1..*", paramLabel = "QUERY", arity = "1..*", description = "Words and conditions.")
        private List<String> query = new ArrayList<>();

        @Mixin
        private Whose whose = new Whose();

        @Option(names = "--sort", paramLabel = "HOW", description = "newest or relevance; newest if not given.")
        private String sort = "newest";

        @Option(names = "--conversations", description = "Of each conversation the first that matches alone.")
        private boolean together;

        Add(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return ask(
                    carteggio,
                    "saved.add",
                    Json.object()
                            .put("as", whose.as)
                            .put("name", name)
                            .put("query", String.join(" ", query))
                            .put("sort", sort)
                            .put("conversations", together));
        }
    }

    @Command(name = "list", description = "Lists them by name.")
    static final class All implements Callable<Integer> {
        private final Carteggio carteggio;

        @Mixin
        private Whose whose = new Whose();

        All(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return ask(carteggio, "saved.list", Json.object().put("as", whose.as));
        }
    }

    @Command(name = "rename", description = "Gives one another name.")
    static final class Rename implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(index = "0", paramLabel = "SEARCH", description = "Its name or id.")
        private String search = "";

        @Parameters(index = "1", paramLabel = "NAME", description = "Its new name.")
        private String name = "";

        @Mixin
        private Whose whose = new Whose();

        Rename(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return ask(
                    carteggio,
                    "saved.rename",
                    Json.object().put("as", whose.as).put("search", search).put("name", name));
        }
    }

    @Command(name = "remove", description = "Forgets one.")
    static final class Remove implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(index = "0", paramLabel = "SEARCH", description = "Its name or id.")
        private String search = "";

        @Mixin
        private Whose whose = new Whose();

        Remove(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return ask(
                    carteggio, "saved.remove", Json.object().put("as", whose.as).put("search", search));
        }
    }
}
