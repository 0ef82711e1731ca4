package io.carteggio.server.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What can be done to people and to groups alike.
final class HolderCommands {
    private HolderCommands() {}

    /// Prints a person, a contact or a group.
    static void print(Carteggio carteggio, JsonNode holder) {
        Console console = carteggio.console();
        StringBuilder what = new StringBuilder(Json.optional(holder, "role")
                .orElse(
                        holder.path("contact").asBoolean(false)
                                ? "contact"
                                : holder.path("dynamic").asBoolean(false) ? "dynamic group" : "group"));
        if (holder.path("password").asBoolean(false)) {
            what.append(", can log in");
        }
        if (holder.path("locked").asBoolean(false)) {
            what.append(", account closed");
        }
        Json.optional(holder, "gone")
                .ifPresent(at -> what.append(", gone since ").append(at));
        Json.optional(holder, "origin").ifPresent(sync -> what.append(", from ").append(sync));
        console.line(holder.path("name").asString("") + " (" + what + ")");
        holder.path("addresses")
                .forEach(held -> console.line("    " + held.path("address").asString("") + span(held)));
        if (holder.path("members").isArray()) {
            holder.path("members")
                    .forEach(member ->
                            console.line("    member " + member.path("kind").asString("") + " "
                                    + member.path("name").asString("") + span(member)));
            console.line("    everyone at " + holder.path("at").asString("") + ": "
                    + String.join(", ", Json.texts(holder.path("everyone")).toList()));
        }
        if (holder.path("counts").isArray()) {
            console.line("  counts as hers:");
            holder.path("counts")
                    .forEach(t -> console.line("    " + t.path("address").asString("") + span(t)
                            + (t.path("throughGroup").asBoolean(false) ? ", as a member of a group" : "")));
        }
    }

    private static String span(JsonNode line) {
        return Json.optional(line, "from").map(at -> " from " + at).orElse("")
                + Json.optional(line, "to").map(at -> " until " + at).orElse("")
                + Json.optional(line, "origin").map(sync -> " (" + sync + ")").orElse("");
    }

    /// A command about one.
    abstract static class OfOne implements Callable<Integer> {
        private final Carteggio carteggio;
        private final String kind;

        @Parameters(index = "0", paramLabel = "WHO", description = "A name, an address held now, or an id.")
        private String who = "";

        OfOne(Carteggio carteggio, String kind) {
            this.carteggio = carteggio;
            this.kind = kind;
        }

        /// @param operation without the kind
        int ask(String operation, Parametered more) {
            return carteggio.work(kind + " " + operation, () -> {
                ObjectNode params = Json.object().put(kind, who);
                more.to(params);
                try (var access = carteggio.access(false)) {
                    return access.call(
                            kind + "." + operation, params, Lines.printing(carteggio, line -> print(carteggio, line)));
                }
            });
        }

        /// Adds what a command takes beside.
        @FunctionalInterface
        interface Parametered {
            void to(ObjectNode params) throws io.carteggio.server.local.Refusal;
        }
    }

    @Command(name = "show", description = "Shows one with all that is known.")
    static final class Show extends OfOne {
        @Option(names = "--at", paramLabel = "DATE", description = "Who was in which group then; if not given, now.")
        private Optional<String> at = Optional.empty();

        Show(Carteggio carteggio, String kind) {
            super(carteggio, kind);
        }

        @Override
        public Integer call() {
            return ask("show", params -> Instants.put(params, "at", at));
        }
    }

    @Command(name = "rename", description = "Gives one another name. No synchronisation changes it any more.")
    static final class Rename extends OfOne {
        @Parameters(index = "1", paramLabel = "NAME", description = "The new name.")
        private String name = "";

        Rename(Carteggio carteggio, String kind) {
            super(carteggio, kind);
        }

        @Override
        public Integer call() {
            return ask("rename", params -> params.put("name", name));
        }
    }

    @Command(
            name = "give",
            description = "Gives addresses. One without dates counts since always, but for the times when somebody else"
                    + " held it.")
    static final class Give extends OfOne {
        @Parameters(index = "1..*", arity = "1..*", paramLabel = "ADDRESS", description = "Addresses.")
        private List<String> addresses = new ArrayList<>();

        @Option(names = "--from", paramLabel = "DATE", description = "Held from this day on (UTC), or instant.")
        private Optional<String> from = Optional.empty();

        @Option(names = "--to", paramLabel = "DATE", description = "Held until the beginning of this day, or instant.")
        private Optional<String> to = Optional.empty();

        Give(Carteggio carteggio, String kind) {
            super(carteggio, kind);
        }

        @Override
        public Integer call() {
            return ask("give", params -> {
                params.set("addresses", Json.texts(addresses.stream()));
                Instants.put(params, "from", from);
                Instants.put(params, "to", to);
            });
        }
    }

    @Command(
            name = "end",
            description = "Addresses are held no longer. Letters from before stay hers. No synchronisation gives them"
                    + " again.")
    static final class End extends OfOne {
        @Parameters(index = "1..*", arity = "1..*", paramLabel = "ADDRESS", description = "Addresses.")
        private List<String> addresses = new ArrayList<>();

        @Option(names = "--at", paramLabel = "DATE", description = "Held until then; if not given, until now.")
        private Optional<String> at = Optional.empty();

        @Option(names = "--wrong", description = "They were never held: takes back what was told.")
        private boolean wrong;

        End(Carteggio carteggio, String kind) {
            super(carteggio, kind);
        }

        @Override
        public Integer call() {
            return ask("end", params -> {
                params.set("addresses", Json.texts(addresses.stream()));
                params.put("wrong", wrong);
                Instants.put(params, "at", at);
            });
        }
    }

    @Command(
            name = "gone",
            description = "She has left: cannot log in any more, and all her addresses and memberships end.")
    static final class Gone extends OfOne {
        @Option(names = "--at", paramLabel = "DATE", description = "Since then; if not given, since now.")
        private Optional<String> at = Optional.empty();

        Gone(Carteggio carteggio, String kind) {
            super(carteggio, kind);
        }

        @Override
        public Integer call() {
            return ask("gone", params -> Instants.put(params, "at", at));
        }
    }

    @Command(name = "remove", description = "The group is no more: its addresses and memberships end.")
    static final class Remove extends OfOne {
        @Option(names = "--at", paramLabel = "DATE", description = "Since then; if not given, since now.")
        private Optional<String> at = Optional.empty();

        Remove(Carteggio carteggio) {
            super(carteggio, "group");
        }

        @Override
        public Integer call() {
            return ask("remove", params -> Instants.put(params, "at", at));
        }
    }

    @Command(name = "return", description = "Is there again. Addresses are to be given anew.")
    static final class Return extends OfOne {
        Return(Carteggio carteggio, String kind) {
            super(carteggio, kind);
        }

        @Override
        public Integer call() {
            return ask("return", params -> {});
        }
    }

    @Command(
            name = "merge",
            description = "Two people are one: all that the first holds is the other's, and the first is no more.")
    static final class Merge extends OfOne {
        @Parameters(index = "1", paramLabel = "INTO", description = "The one who stays.")
        private String into = "";

        Merge(Carteggio carteggio) {
            super(carteggio, "person");
        }

        @Override
        public Integer call() {
            return ask("merge", params -> params.put("into", into));
        }
    }

    @Command(
            name = "split",
            description = "What was one person are two: a new one gets these addresses, for as long as they were held.")
    static final class Split extends OfOne {
        @Parameters(index = "1", paramLabel = "NAME", description = "The name of the new one.")
        private String name = "";

        @Parameters(index = "2..*", arity = "1..*", paramLabel = "ADDRESS", description = "Her addresses.")
        private List<String> addresses = new ArrayList<>();

        Split(Carteggio carteggio) {
            super(carteggio, "person");
        }

        @Override
        public Integer call() {
            return ask("split", params -> {
                params.put("name", name);
                params.set("addresses", Json.texts(addresses.stream()));
            });
        }
    }
}
