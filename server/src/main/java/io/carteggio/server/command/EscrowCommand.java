package io.carteggio.server.command;

import io.carteggio.mail.Sha256;
import io.carteggio.server.escrow.EscrowFile;
import io.carteggio.server.local.Refusal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "escrow",
        description = {
            "Private keys that the organisation holds in escrow: mail encrypted to them (S/MIME, OpenPGP) gets a clear copy"
                    + " in its journal report, if that is switched on.",
        },
        synopsisSubcommandLabel = "COMMAND")
final class EscrowCommand implements Runnable {
    private final CommandLine line;

    private EscrowCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        line.addSubcommand(new Add(carteggio));
        line.addSubcommand(new All(carteggio));
        line.addSubcommand(new Remove(carteggio));
        line.addSubcommand("on", described(carteggio, "on", "Switches it on: reports get clear copies from now on."));
        line.addSubcommand("off", described(carteggio, "off", "Switches it off; clear copies that were made stay."));
    }

    static void addTo(CommandLine rule, Carteggio carteggio) {
        rule.addSubcommand(new EscrowCommand(carteggio).line);
    }

    private static CommandLine described(Carteggio carteggio, String word, String description) {
        CommandLine command = new CommandLine(new Switch(carteggio, word));
        command.getCommandSpec().usageMessage().description(description);
        return command;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "add, list, remove, on or off?");
    }

    private static void print(Carteggio carteggio, ObjectNode line) {
        Console console = carteggio.console();
        if (line.path("removed").asBoolean(false)) {
            console.line("removed: " + line.path("name").asString(""));
        } else if (line.has("on")) {
            console.line(
                    line.path("on").asBoolean(false)
                            ? "reports get clear copies of mail encrypted to these keys"
                            : "switched off: no mail is decrypted ('rule escrow on')");
        } else {
            console.line(String.format(
                    "%-24s %-8s since %s%s",
                    line.path("name").asString(""),
                    line.path("form").asString(""),
                    line.path("since").asString(""),
                    line.path("held").asBoolean(true) ? "" : "  MISSING in the keyring: add it again"));
            Json.texts(line.path("keys")).forEach(key -> console.line("    " + key));
        }
    }

    @Command(
            name = "add",
            description = {
                "Takes private keys into escrow: a PKCS#12 file (S/MIME), or OpenPGP secret keys as 'gpg"
                        + " --export-secret-keys' writes them. Expired ones decrypt, too.",
                "The password is asked for, or taken from --password-file; it is kept, sealed, with the keys."
            })
    private static final class Add implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "FILE", description = "Which file; - for standard input.")
        private Path file = Path.of("-");

        @Option(
                names = "--name",
                paramLabel = "NAME",
                description = "What it is called here; if not given, as the file.")
        private Optional<String> name = Optional.empty();

        @Option(
                names = "--password-file",
                paramLabel = "FILE",
                description = "A file whose first line is the password; - for the standard input.")
        private Optional<Path> password = Optional.empty();

        @Option(names = "--no-password", description = "The file has none.")
        private boolean none;

        Add(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work("rule escrow add", () -> {
                boolean fromInput = file.toString().equals("-");
                if (fromInput && name.isEmpty()) {
                    throw Refusal.usage("what comes from the standard input needs a --name");
                }
                byte[] octets = octets(fromInput);
                ObjectNode secrets = Json.object()
                        .put(EscrowOperations.FILE, Base64.getEncoder().encodeToString(octets))
                        .put(EscrowOperations.PASSWORD, none ? "" : password(fromInput));
                ObjectNode params = Json.object()
                        .put("name", name.orElseGet(this::fileName))
                        .put("sum", Sha256.of(octets).toString());
                InputStream body = new ByteArrayInputStream(secrets.toString().getBytes(StandardCharsets.UTF_8));
                try (var access = carteggio.access(true)) {
                    return access.call(
                            "rule.escrow.add", params, body, Lines.printing(carteggio, line -> print(carteggio, line)));
                }
            });
        }

        private byte[] octets(boolean fromInput) throws IOException, Refusal {
            if (!fromInput && !Files.isRegularFile(file)) {
                throw Refusal.no("no such file: " + file);
            }
            byte[] octets;
            try (InputStream in = fromInput ? carteggio.console().in() : Files.newInputStream(file)) {
                octets = in.readNBytes(EscrowFile.SIZE_LIMIT_BYTES + 1);
            }
            if (octets.length > EscrowFile.SIZE_LIMIT_BYTES) {
                throw Refusal.no(file + " has more than " + EscrowFile.SIZE_LIMIT_BYTES + " octets");
            }
            return octets;
        }

        private String password(boolean fromInput) throws IOException, Refusal {
            if (password.isPresent()) {
                return LogInOptions.secret(password.get(), carteggio.console());
            }
            if (fromInput) {
                throw Refusal.usage("where the keys come from the standard input, --password-file or --no-password");
            }
            return PersonCommand.typedOnce(carteggio, "Password of " + file + ": ");
        }

        private String fileName() {
            Path last = file.getFileName();
            return last == null ? "" : last.toString().replaceFirst("\\.[A-Za-z0-9]{1,4}$", "");
        }
    }

    @Command(name = "list", description = "Lists the keys in escrow, and whether mail is decrypted with them.")
    private static final class All implements Callable<Integer> {
        private final Carteggio carteggio;

        All(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "rule escrow list",
                    "rule.escrow",
                    Json.object(),
                    Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }

    @Command(
            name = "remove",
            description = "Forgets keys: mail encrypted to them is not decrypted any more. Clear copies stay.")
    private static final class Remove implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "NAME", description = "Which ones.")
        private String name = "";

        Remove(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "rule escrow remove",
                    "rule.escrow.remove",
                    Json.object().put("name", name),
                    Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }

    /// On and off: a setting of the agent's.
    @Command
    private static final class Switch implements Callable<Integer> {
        private final Carteggio carteggio;
        private final String word;

        Switch(Carteggio carteggio, String word) {
            this.carteggio = carteggio;
            this.word = word;
        }

        @Override
        public Integer call() {
            ObjectNode params = Json.object();
            params.set("settings", Json.object().put("escrow", word));
            return carteggio.ask(
                    "rule escrow " + word,
                    "rule.settings",
                    params,
                    Lines.printing(
                            carteggio,
                            line -> print(
                                    carteggio,
                                    Json.object().put("on", line.path("escrow").asBoolean(false)))));
        }
    }
}
