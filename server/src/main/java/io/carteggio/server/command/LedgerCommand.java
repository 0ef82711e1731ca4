package io.carteggio.server.command;

import io.carteggio.server.local.Refusal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "ledger",
        description = "The proofs that nothing was changed: key, checkpoints, time stamps, a second place.",
        synopsisSubcommandLabel = "COMMAND")
final class LedgerCommand implements Runnable {
    private final CommandLine line;

    LedgerCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        line.addSubcommand(new Show(carteggio));
        line.addSubcommand(new Key(carteggio));
        line.addSubcommand(new Checkpoint(carteggio));
        line.addSubcommand(new Consistency(carteggio));
        line.addSubcommand(new Timestamp(carteggio));
        line.addSubcommand(new Lodge(carteggio));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "show, key, checkpoint, consistency, timestamp or lodge?");
    }

    @Command(name = "show", description = "Says how the ledger stands, who stamps it and where it is lodged.")
    static final class Show implements Callable<Integer> {
        private final Carteggio carteggio;

        Show(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask("ledger show", "ledger.show", Json.object(), Lines.printing(carteggio, this::print));
        }

        private void print(ObjectNode l) {
            Console console = carteggio.console();
            console.line("key       " + l.path("key").asString(""));
            console.line("frames    " + l.path("frames").asLong(0) + ", signed up to "
                    + l.path("signed").asLong(0) + ", stamped up to "
                    + l.path("stamped").asLong(0));
            console.line("stamps    " + Json.optional(l, "timestampUrl").orElse("nobody (ledger timestamp --url URL)"));
            console.line("lodged in " + Json.optional(l, "lodgedIn").orElse("no second place (ledger lodge --to DIR)"));
            Json.optional(l, "trouble").ifPresent(t -> console.line("TROUBLE   " + t));
            Json.texts(l.path("custodyTrouble")).forEach(t -> console.line("TROUBLE   " + t));
        }
    }

    @Command(name = "key", description = "Prints the public key, which whoever checks a proof must have.")
    static final class Key implements Callable<Integer> {
        private final Carteggio carteggio;

        Key(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask("ledger key", "ledger.show", Json.object(), new Lines(line -> {
                String key = line.path("key").asString("");
                if (carteggio.json()) {
                    carteggio.console().json(Json.object().put("key", key));
                } else {
                    carteggio.console().line(key);
                }
            }));
        }
    }

    @Command(
            name = "checkpoint",
            description = "Prints the newest signed checkpoint: for an auditor to keep, and for 'check --witness'.")
    static final class Checkpoint implements Callable<Integer> {
        private final Carteggio carteggio;

        Checkpoint(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "ledger checkpoint",
                    "ledger.checkpoint",
                    Json.object(),
                    Lines.printing(
                            carteggio,
                            line -> line.path("note").asString("").lines().forEach(carteggio.console()::line)));
        }
    }

    @Command(
            name = "consistency",
            description = {
                "Prints the proof that nothing which a checkpoint signed was changed since, for whoever kept it:",
                "'ledger consistency --since OLD > FILE'. Anybody can check it with both, the archive's public key, and"
                        + " 'verify-proof FILE --since OLD' or docs/format/verify_consistency.py."
            })
    static final class Consistency implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(names = "--since", paramLabel = "FILE", required = true, description = "The checkpoint that was kept.")
        private Path since = Path.of("");

        @Option(
                names = "--until",
                paramLabel = "FILE",
                description = "A later one; if not given, the newest, signed now.")
        private Optional<Path> until = Optional.empty();

        Consistency(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work("ledger consistency", () -> {
                ObjectNode params = Json.object().put("since", SmallFiles.text(since));
                if (until.isPresent()) {
                    params.put("until", SmallFiles.text(until.get()));
                }
                try (var access = carteggio.access(false)) {
                    return access.call(
                            "ledger.consistency",
                            params,
                            Lines.printing(
                                    carteggio,
                                    line -> line.path("proof")
                                            .asString("")
                                            .lines()
                                            .forEach(carteggio.console()::line)));
                }
            });
        }
    }

    @Command(name = "timestamp", description = "Names the authority that stamps checkpoints daily (RFC 3161).")
    static final class Timestamp implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(names = "--url", paramLabel = "URL", description = "Where it answers.")
        private Optional<String> url = Optional.empty();

        @Option(
                names = "--ca",
                paramLabel = "FILE",
                description =
                        "Its certificate, or that of who certifies it (PEM). Without it any authority is believed.")
        private Optional<Path> ca = Optional.empty();

        @Option(names = "--off", description = "Nobody stamps any more.")
        private boolean off;

        Timestamp(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work("ledger timestamp", () -> {
                if (off == url.isPresent()) {
                    throw Refusal.usage("either --url URL or --off");
                }
                ObjectNode params = Json.object();
                url.ifPresent(u -> params.put("url", u));
                if (ca.isPresent()) {
                    params.put("certificates", Files.readString(ca.get(), StandardCharsets.ISO_8859_1));
                }
                try (var access = carteggio.access(false)) {
                    return access.call("ledger.timestamp", params, done(carteggio, off ? "nobody stamps" : "stamped"));
                }
            });
        }
    }

    @Command(name = "lodge", description = "Names a second place, where checkpoints are lodged daily and at each stop.")
    static final class Lodge implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(
                names = "--to",
                paramLabel = "DIR",
                description = "A directory that is there; best one of somebody else.")
        private Optional<Path> to = Optional.empty();

        @Option(names = "--off", description = "Nothing is lodged any more.")
        private boolean off;

        Lodge(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work("ledger lodge", () -> {
                if (off == to.isPresent()) {
                    throw Refusal.usage("either --to DIR or --off");
                }
                ObjectNode params = Json.object();
                to.ifPresent(t ->
                        params.put("directory", t.toAbsolutePath().normalize().toString()));
                try (var access = carteggio.access(false)) {
                    return access.call("ledger.lodge", params, done(carteggio, off ? "nothing is lodged" : "lodged"));
                }
            });
        }
    }

    private static Lines done(Carteggio carteggio, String what) {
        return Lines.printing(carteggio, line -> {
            long size = line.path("size").asLong(0);
            carteggio.console().line(what + (size > 0 ? ": the checkpoint over " + size + " frames" : ""));
        });
    }
}
