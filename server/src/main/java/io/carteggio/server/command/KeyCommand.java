package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.disk.RealDisk;
import io.carteggio.embedded.home.DataDirectory;
import io.carteggio.embedded.keys.MasterKey;
import io.carteggio.server.local.Access;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
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

@Command(name = "key", description = "The master key of the archive.", synopsisSubcommandLabel = "COMMAND")
final class KeyCommand implements Runnable {
    private final CommandLine line;

    KeyCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        line.addSubcommand(new Show(carteggio));
        line.addSubcommand(new Rotate(carteggio));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "show or rotate?");
    }

    private static void print(Carteggio carteggio, ObjectNode line) {
        boolean passphrase = line.path("kind").asString("").equals("passphrase");
        carteggio.console().line("locked with    " + (passphrase ? "a passphrase" : "a key of 64 hexadecimal digits"));
        carteggio.console().line("fingerprint    " + line.path("fingerprint").asString(""));
        carteggio.console().line("archive        " + line.path("archive").asString(""));
    }

    @Command(name = "show", description = "Says of what kind it is, and its fingerprint; never the key itself.")
    static final class Show implements Callable<Integer> {
        private final Carteggio carteggio;

        Show(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "key show", "key.show", Json.object(), Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }

    @Command(
            name = "rotate",
            description = {
                "Seals the keyring under another master key; no segment is touched. The old key opens nothing any",
                "more but backups made before. Without an option a new key is put in the place of the old one's file."
            })
    static final class Rotate implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(
                names = "--new-key-file",
                paramLabel = "FILE",
                description = "The new key, 64 hexadecimal digits; made where there is no such file.")
        private Optional<Path> newKeyFile = Optional.empty();

        @Option(
                names = "--new-passphrase-file",
                paramLabel = "FILE",
                description = "A file whose first line is the new passphrase.")
        private Optional<Path> newPassphraseFile = Optional.empty();

        Rotate(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work("key rotate", () -> {
                if (newKeyFile.isPresent() && newPassphraseFile.isPresent()) {
                    throw Refusal.usage("--new-key-file or --new-passphrase-file, not both");
                }
                try (Access access = carteggio.access(false)) {
                    if (newPassphraseFile.isPresent()) {
                        String words =
                                KeySource.passphrase(newPassphraseFile.get()).words();
                        return rotate(access, "passphrase", words, "the passphrase in " + newPassphraseFile.get());
                    }
                    return newKeyFile.isPresent() ? toFile(access, newKeyFile.get()) : inPlace(access);
                }
            });
        }

        private Outcome toFile(Access access, Path file) throws ArchiveException, IOException {
            if (!Files.exists(file)) {
                MasterKey.create(new RealDisk(), file);
            }
            return rotate(access, "key", digits(file), "the key in " + file);
        }

        /// The new key is forced to disk before the keyring is sealed under it, and takes the old one's name
        /// after: in between, whatever breaks, both keys are there.
        private Outcome inPlace(Access access) throws ArchiveException, IOException, Refusal {
            Path file = switch (carteggio.masterKey().orElseGet(this::own)) {
                case MasterKey.InFile(Path known) -> known;
                case MasterKey.Digits _, MasterKey.Passphrase _ ->
                    throw Refusal.usage("the master key is in no file that could be replaced: say"
                            + " --new-key-file or --new-passphrase-file");
            };
            String now = fingerprint(access);
            if (!new MasterKey.InFile(file).fingerprint(new RealDisk()).equals(now)) {
                throw Refusal.no("the key in " + file + " is not the one this archive is open with; name that one with"
                        + " --key-file, or say where the new one goes with --new-key-file. Nothing was changed.");
            }
            Path beside = MasterKey.next(file);
            Outcome outcome = toFile(access, beside);
            if (outcome.error().isEmpty()) {
                KeyOperations.takePlace(beside, file);
                say("it has taken the place of the old one in " + file);
            }
            return outcome;
        }

        private MasterKey own() {
            return new MasterKey.InFile(carteggio.directory().resolve(DataDirectory.MASTER_KEY));
        }

        private static String fingerprint(Access access) throws IOException {
            StringBuilder said = new StringBuilder();
            access.call(
                    "key.show",
                    Json.object(),
                    new Lines(line -> said.append(line.path("fingerprint").asString(""))));
            return said.toString();
        }

        private static String digits(Path file) throws ArchiveException, IOException {
            new MasterKey.InFile(file).fingerprint(new RealDisk()); // refuses what is no key, or lies open to others
            return Files.readString(file, StandardCharsets.US_ASCII).strip();
        }

        private Outcome rotate(Access access, String kind, String secret, String what) throws IOException {
            byte[] octets = secret.getBytes(StandardCharsets.UTF_8);
            Outcome outcome = access.call(
                    "key.rotate",
                    Json.object().put("kind", kind),
                    new ByteArrayInputStream(octets),
                    Lines.printing(carteggio, line -> print(carteggio, line)));
            if (outcome.error().isEmpty()) {
                say("the archive is now locked with " + what + "; the old key still opens backups made before now");
            }
            return outcome;
        }

        private void say(String text) {
            if (!carteggio.json()) {
                carteggio.console().line(text);
            }
        }
    }
}
