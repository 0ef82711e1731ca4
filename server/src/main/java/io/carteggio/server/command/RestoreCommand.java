package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.disk.DurableFiles;
import io.carteggio.embedded.disk.RealDisk;
import io.carteggio.embedded.home.DataDirectory;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.keys.MasterKey;
import io.carteggio.embedded.vault.SegmentFileVault.Loss;
import io.carteggio.mail.Sha256;
import io.carteggio.server.local.Exit;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "restore",
        description = {
            "Makes an archive from a backup in an empty or new data directory: copies it back, compares every file with",
            "its sum, and makes catalogue and index anew. Needs the master key, with --key-file or as for 'serve'."
        })
final class RestoreCommand implements Callable<Integer> {
    private final Carteggio carteggio;

    @Option(names = "--from", required = true, paramLabel = "DIR", description = "The backup.")
    private Path from = Path.of("");

    /// Part of what the backup is lies beside its name.
    private boolean beside;

    RestoreCommand(Carteggio carteggio) {
        this.carteggio = carteggio;
    }

    @Override
    public Integer call() {
        return carteggio.work("restore", this::restore);
    }

    /// The key is tried first: without the right one nothing is copied. `FORMAT` comes last: without it no command
    /// takes the directory for an archive.
    private Outcome restore() throws ArchiveException, IOException, Refusal {
        Path data = carteggio.directory();
        boolean interrupted = Files.exists(from.resolve(BackupFiles.INCOMPLETE));
        Path next = from.resolve(BackupFiles.NEXT_SUMS);
        beside = interrupted && Files.exists(next);
        Path list = beside ? next : from.resolve(BackupFiles.SUMS);
        Map<String, Sha256> sums = BackupFiles.readSums(list);
        if (sums.isEmpty()) {
            throw Refusal.no(
                    interrupted
                            ? "the first backup to " + from + " was interrupted and is not whole: run 'backup' again,"
                                    + " or take another one. Nothing was changed."
                            : "there is no backup in " + from);
        }
        if (Files.exists(data) && (!Files.isDirectory(data) || !isEmpty(data))) {
            throw Refusal.no(data + " is not empty: give an empty or a new directory with --data");
        }
        Optional<MasterKey> given = carteggio.masterKey();
        verify(given.orElse(new MasterKey.InFile(from.resolve(DataDirectory.MASTER_KEY))));
        if (interrupted) {
            carteggio
                    .console()
                    .complain("the last run of 'backup' to " + from + " did not come to its end; what is restored is"
                            + " the newest state that is whole, of "
                            + Files.getLastModifiedTime(list).toInstant().truncatedTo(ChronoUnit.SECONDS));
        }
        long damaged = copy(data, sums);
        Outcome rebuilt = new Rebuilding(data, given, Loss.REFUSED, carteggio.console())
                .run(Lines.printing(carteggio, line -> print(data, line)));
        return damaged == 0
                ? rebuilt
                : Outcome.failed(
                        Exit.NO,
                        damaged + " files of the backup were damaged; 'carteggio check' tells what is lost by that");
    }

    private void verify(MasterKey key) throws ArchiveException, IOException {
        if (!beside) {
            Keyring.verify(new RealDisk(), from.resolve("vault"), key);
            return;
        }
        Path keyrings = Files.createTempDirectory("carteggio-restore-");
        try {
            for (String name : List.of("keyring", "keyring.copy")) {
                Path file = source("vault/" + name);
                if (Files.exists(file)) {
                    Files.copy(file, keyrings.resolve(name));
                }
            }
            Keyring.verify(new RealDisk(), keyrings, key);
        } finally {
            for (String name : List.of("keyring", "keyring.copy", "")) {
                Files.deleteIfExists(keyrings.resolve(name));
            }
        }
    }

    private Path source(String name) {
        Path waiting = BackupFiles.beside(from, name);
        return beside && Files.exists(waiting) ? waiting : from.resolve(name);
    }

    private long copy(Path data, Map<String, Sha256> sums) throws IOException, Refusal {
        long damaged = 0;
        DurableFiles.createDirectories(data);
        try (ProgressLine shown = new ProgressLine(carteggio.console(), "files", bytes(sums))) {
            for (Map.Entry<String, Sha256> each : sums.entrySet()) {
                if (!each.getKey().equals("FORMAT")) {
                    damaged += copy(data, each.getKey(), each.getValue(), shown);
                    shown.done(1, 0);
                }
            }
            damaged +=
                    copy(data, "FORMAT", Optional.ofNullable(sums.get("FORMAT")).orElseThrow(), shown);
        }
        return damaged;
    }

    /// @return 1 where the file is not what was backed up; it is copied all the same, whatever is whole in it counts
    private long copy(Path data, String name, Sha256 sum, ProgressLine shown) throws IOException, Refusal {
        Path file = source(name).normalize();
        if (!file.startsWith(from.normalize())) {
            throw Refusal.no(BackupFiles.SUMS + " names a file outside of the backup: " + name);
        }
        if (!Files.exists(file)) {
            shown.clear();
            carteggio.console().complain(name + " is missing in the backup");
            return 1;
        }
        if (!BackupFiles.copy(file, data.resolve(name), shown).equals(sum)) {
            shown.clear();
            carteggio.console().complain(name + " is damaged in the backup");
            return 1;
        }
        return 0;
    }

    private long bytes(Map<String, Sha256> sums) throws IOException {
        long bytes = 0;
        for (String name : sums.keySet()) {
            bytes += Files.exists(source(name)) ? Files.size(source(name)) : 0;
        }
        return bytes;
    }

    private void print(Path data, ObjectNode line) {
        carteggio
                .console()
                .line("restored to " + data + ": " + line.path("letters").asLong(0) + " letters from "
                        + line.path("frames").asLong(0) + " frames");
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.findAny().isEmpty();
        }
    }
}
