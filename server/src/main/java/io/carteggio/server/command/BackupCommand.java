package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.home.DataDirectory;
import io.carteggio.embedded.keys.MasterKey;
import io.carteggio.server.local.Access;
import io.carteggio.server.local.Exit;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "backup",
        description = {
            "Copies the archive while mail comes in. Into the same directory again, it copies only what is new.",
            "Catalogue and index are not copied, they are made anew; nor is the master key, without which a backup is",
            "noise: keep it elsewhere. 'restore' takes it back, and so does 'cp -r'."
        })
final class BackupCommand implements Callable<Integer> {
    private final Carteggio carteggio;

    @Option(names = "--to", paramLabel = "DIR", description = "Where to; outside of the archive.")
    private Optional<Path> place = Optional.empty();

    @Option(names = "--last", description = "Only says when the last ones were made, and how large they were.")
    private boolean last;

    @Option(names = "--verify", description = "Also read back what earlier backups copied.")
    private boolean verify;

    @Option(
            names = "--with-master-key",
            description = "Copy the master key's file too: who has the backup can read it.")
    private boolean withMasterKey;

    private Path to = Path.of("");

    BackupCommand(Carteggio carteggio) {
        this.carteggio = carteggio;
    }

    @Override
    public Integer call() {
        if (last) {
            return carteggio.ask("backup", "backup.show", Json.object(), Lines.printing(carteggio, this::tellOfLast));
        }
        return carteggio.work("backup", () -> {
            to = place.orElseThrow(() -> Refusal.usage("where to: --to DIR"));
            try (Access access = carteggio.access(false);
                    ProgressLine shown = new ProgressLine(carteggio.console(), "segments", 0)) {
                return run(access, shown);
            }
        });
    }

    private Outcome run(Access access, ProgressLine shown) throws ArchiveException, IOException, Refusal {
        long began = System.nanoTime();
        Optional<Path> key = withMasterKey ? Optional.of(masterKeyFile()) : Optional.empty();
        Backup backup = new Backup(carteggio.directory(), to, shown);
        backup.begin();
        List<ObjectNode> begun = new ArrayList<>();
        Outcome rolled = access.call("backup.begin", Json.object(), new Lines(begun::add));
        if (rolled.error().isPresent() || begun.isEmpty()) {
            return rolled;
        }
        if (key.isPresent()) {
            backup.addMasterKey(key.get());
        }
        backup.finish(begun.getFirst().path("open").asLong(0));
        List<String> wrong = verify ? Backup.verify(to, shown) : List.of();
        shown.clear();
        wrong.forEach(name -> carteggio.console().complain(name + " is not as it was written"));
        long frames = begun.getFirst().path("frames").asLong(0);
        tell(backup, frames, wrong);
        note(access, backup, frames, wrong.size(), Duration.ofNanos(System.nanoTime() - began));
        return wrong.isEmpty()
                ? Outcome.DONE
                : Outcome.failed(
                        Exit.NO, wrong.size() + " files of the backup are damaged; delete them and run it again");
    }

    /// The archive keeps that it was made. It is good all the same where that cannot be: a full disk is a
    /// reason to make one.
    private void note(Access access, Backup backup, long frames, int damaged, Duration took) throws IOException {
        Outcome noted = access.call(
                "backup.done",
                Json.object()
                        .put("place", to.toAbsolutePath().normalize().toString())
                        .put("frames", frames)
                        .put("files", backup.files())
                        .put("copiedBytes", backup.copiedBytes())
                        .put("seconds", took.toSeconds())
                        .put("verified", verify)
                        .put("damaged", damaged)
                        .put("masterKey", withMasterKey),
                new Lines(line -> {}));
        noted.error()
                .ifPresent(why -> carteggio
                        .console()
                        .complain("the backup is made, but the archive could not keep that it was: " + why));
    }

    private void tellOfLast(ObjectNode line) {
        Console console = carteggio.console();
        if (line.path("recent").isEmpty()) {
            console.line("no backup was ever made, as far as this archive knows");
        }
        for (JsonNode one : line.path("recent")) {
            long damaged = one.path("damaged").asLong(0);
            console.line(one.path("at").asString("") + "  " + one.path("place").asString("") + "  "
                    + one.path("frames").asLong(0) + " frames, "
                    + Sizes.of(one.path("copiedBytes").asLong(0)) + " copied in "
                    + one.path("seconds").asLong(0) + " s"
                    + (one.path("verified").asBoolean(false) ? ", read back" : "")
                    + (damaged > 0 ? ", " + damaged + " FILES DAMAGED" : ""));
        }
        if (line.path("due").asBoolean(false)) {
            console.line("another one is due");
        }
    }

    private Path masterKeyFile() throws IOException, Refusal {
        return switch (carteggio
                .masterKey()
                .orElse(new MasterKey.InFile(carteggio.directory().resolve(DataDirectory.MASTER_KEY)))) {
            case MasterKey.InFile(Path file) -> file;
            case MasterKey.Digits _, MasterKey.Passphrase _ ->
                throw Refusal.usage("--with-master-key: the master key is in no file");
        };
    }

    private void tell(Backup backup, long frames, List<String> wrong) {
        if (carteggio.json()) {
            carteggio
                    .console()
                    .json(Json.object()
                            .put("frames", frames)
                            .put("segments", backup.segmentCount())
                            .put("files", backup.files())
                            .put("copiedFiles", backup.copiedFiles())
                            .put("copiedBytes", backup.copiedBytes())
                            .put("damaged", wrong.size()));
        } else {
            carteggio
                    .console()
                    .line(to + " holds the first " + frames + " frames, in " + backup.segmentCount() + " segments; "
                            + backup.copiedFiles() + " files were copied, " + Sizes.of(backup.copiedBytes())
                            + (withMasterKey ? ", with the master key" : "; the master key is not among them"));
        }
    }
}
