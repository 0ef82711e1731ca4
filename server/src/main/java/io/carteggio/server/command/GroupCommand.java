package io.carteggio.server.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "group",
        description = "Groups: addresses that mean many, and who was in them when.",
        synopsisSubcommandLabel = "COMMAND")
final class GroupCommand implements Runnable {
    private final CommandLine line;

    GroupCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        line.addSubcommand(new Add(carteggio));
        line.addSubcommand(new All(carteggio));
        line.addSubcommand(new HolderCommands.Show(carteggio, "group"));
        line.addSubcommand(new Members(carteggio));
        line.addSubcommand(new HolderCommands.Rename(carteggio, "group"));
        line.addSubcommand(new HolderCommands.Give(carteggio, "group"));
        line.addSubcommand(new HolderCommands.End(carteggio, "group"));
        line.addSubcommand(new HolderCommands.Remove(carteggio));
        line.addSubcommand(new HolderCommands.Return(carteggio, "group"));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "add, list, show, member, rename, give, end, remove or return?");
    }

    @Command(name = "add", description = "Adds a group, still without members.")
    static final class Add implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(index = "0", paramLabel = "NAME", description = "The group's name.")
        private String name = "";

        @Parameters(index = "1..*", paramLabel = "ADDRESS", description = "Its addresses.")
        private List<String> addresses = new ArrayList<>();

        @Option(names = "--from", paramLabel = "DATE", description = "It has them from this day on (UTC), or instant.")
        private Optional<String> from = Optional.empty();

        @Option(names = "--to", paramLabel = "DATE", description = "Until the beginning of this day, or instant.")
        private Optional<String> to = Optional.empty();

        Add(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work("group add", () -> {
                ObjectNode params = Json.object().put("name", name);
                params.set("addresses", Json.texts(addresses.stream()));
                Instants.put(params, "from", from);
                Instants.put(params, "to", to);
                try (var access = carteggio.access(true)) {
                    return access.call(
                            "group.add",
                            params,
                            Lines.printing(carteggio, line -> HolderCommands.print(carteggio, line)));
                }
            });
        }
    }

    @Command(name = "list", description = "Lists all groups with how many are directly in them now.")
    static final class All implements Callable<Integer> {
        private final Carteggio carteggio;

        All(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask("group list", "group.list", Json.object(), Lines.printing(carteggio, line -> {
                HolderCommands.print(carteggio, line);
                carteggio.console().line("    " + line.path("members").asLong(0) + " members");
            }));
        }
    }

    @Command(
            name = "member",
            description = {
                "Adds members to a group, or ends that they are.",
                "Without dates they were members always: they then see all plain mail that ever went to the group."
            })
    static final class Members implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(index = "0", paramLabel = "GROUP", description = "A name, an address it has now, or an id.")
        private String group = "";

        @Parameters(
                index = "1..*",
                arity = "1..*",
                paramLabel = "MEMBER",
                description = "A person, a group, or an address; person:, group: or address: before it says which.")
        private List<String> members = new ArrayList<>();

        @Option(names = "--from", paramLabel = "DATE", description = "Members from this day on (UTC), or instant.")
        private Optional<String> from = Optional.empty();

        @Option(names = "--to", paramLabel = "DATE", description = "Until the beginning of this day, or instant.")
        private Optional<String> to = Optional.empty();

        @Option(names = "--end", description = "They are members no longer.")
        private boolean end;

        @Option(names = "--at", paramLabel = "DATE", description = "With --end: until then; if not given, until now.")
        private Optional<String> at = Optional.empty();

        @Option(names = "--wrong", description = "They never were members: takes back what was told.")
        private boolean wrong;

        Members(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work("group member", () -> {
                ObjectNode params =
                        Json.object().put("group", group).put("end", end).put("wrong", wrong);
                params.set("members", Json.texts(members.stream()));
                Instants.put(params, "from", from);
                Instants.put(params, "to", to);
                Instants.put(params, "at", at);
                try (var access = carteggio.access(false)) {
                    return access.call(
                            "group.member",
                            params,
                            Lines.printing(carteggio, line -> HolderCommands.print(carteggio, line)));
                }
            });
        }
    }
}
