package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.erasure.Finishing;
import io.carteggio.archive.search.Indexer;
import io.carteggio.archive.vault.Key;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.Vault;
import io.carteggio.embedded.catalogue.SqliteCatalogue;
import io.carteggio.embedded.disk.DurableFiles;
import io.carteggio.embedded.home.DataDirectory;
import io.carteggio.embedded.index.LuceneIndex;
import io.carteggio.embedded.jobs.JobStore;
import io.carteggio.embedded.keys.MasterKey;
import io.carteggio.embedded.vault.SegmentFileVault;
import io.carteggio.embedded.vault.SegmentFileVault.Loss;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Makes catalogue and index anew from the vault alone (P6), and puts them in place of the old ones.
/// Erasures that acts have decided and that are not complete, for whatever reason, are carried out on
/// the way.
///
/// Until both are whole the old ones stay untouched. If the process dies between the two swaps, the
/// next start finds a catalogue and an index of the same vault and brings the index up to the
/// catalogue.
final class Rebuilding {
    private static final String NEW = ".new";
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Path path;
    private final Optional<MasterKey> key;
    private final Loss loss;
    private final Console console;

    /// @param loss whether to go on where the end of the vault is missing
    Rebuilding(Path path, Optional<MasterKey> key, Loss loss, Console console) {
        this.path = path;
        this.key = key;
        this.loss = loss;
        this.console = console;
    }

    Outcome run(Reply reply) throws ArchiveException, IOException, Refusal {
        if (!Files.exists(path.resolve("FORMAT"))) {
            throw Refusal.no("there is no archive in " + path + " (another one: --data DIR)");
        }
        DataDirectory directory = DataDirectory.open(path, key)
                .orElseThrow(() ->
                        Refusal.no("a server or another command has the archive in " + path + " open; stop it first"));
        try (directory) {
            return run(directory, reply);
        }
    }

    private Outcome run(DataDirectory directory, Reply reply) throws ArchiveException, IOException {
        Path catalogueFile = beside(directory.catalogue());
        Path indexFolder = beside(directory.index());
        long[] damages = new long[1];
        long frames;
        long letters;
        LetterId.Maker ids = directory.ids();
        Position known = SqliteCatalogue.positionIn(directory.catalogue());
        if (loss == Loss.ACCEPTED) {
            fetchAllAgain(directory);
        }
        try (SegmentFileVault vault = directory.openVault(known, loss, Clock.systemUTC());
                SqliteCatalogue catalogue = anew(catalogueFile, ids)) {
            vault.mend().forEach(console::complain);
            removeFolder(indexFolder);
            catalogue.readFrom(vault::frame);
            Replay.replay(vault, catalogue, damage -> {
                damages[0]++;
                console.complain("segment " + damage.segment() + " at " + damage.offset() + ": " + damage.what());
            });
            Finishing erasures = new Finishing(vault, catalogue);
            erasures.review();
            erasures.unfinished().forEach(console::complain);
            index(vault, catalogue, indexFolder, directory.textKey());
            frames = catalogue.position().frames();
            letters = catalogue.letters();
        }
        removeFolder(directory.index());
        Files.move(indexFolder, directory.index(), StandardCopyOption.ATOMIC_MOVE);
        SqliteCatalogue.remove(directory.catalogue());
        for (String suffix : List.of("-wal", "-shm", "")) {
            move(catalogueFile, directory.catalogue(), suffix);
        }
        DurableFiles.forceDirectory(directory.path());
        reply.line(Json.object().put("frames", frames).put("letters", letters).put("damages", damages[0]));
        return RebuildCommand.outcome(damages[0]);
    }

    /// What was archived with the frames that are given up, and is still at its server, must come again before it is
    /// removed there. What is here all the same becomes evidence.
    private static void fetchAllAgain(DataDirectory directory) throws ArchiveException {
        try (JobStore jobs = JobStore.open(directory.jobs(), Instant.now())) {
            jobs.forgetIfAheadOf(0);
        }
    }

    private static SqliteCatalogue anew(Path file, LetterId.Maker ids) throws ArchiveException, IOException {
        SqliteCatalogue.remove(file);
        return SqliteCatalogue.open(file, ids);
    }

    private void index(Vault vault, SqliteCatalogue catalogue, Path folder, Key texts) throws ArchiveException {
        long all = catalogue.letters();
        try (LuceneIndex index = LuceneIndex.open(folder, texts);
                Indexer indexer = Indexer.start(vault, catalogue, index);
                ProgressLine shown = new ProgressLine(console, "letters", 0)) {
            long done = 0;
            while (!indexer.awaitCaughtUp(LOOK)) {
                long now = Math.min(all, index.size());
                shown.done(now - done, 0);
                done = now;
                Optional<String> trouble = indexer.trouble();
                if (trouble.isPresent()) {
                    throw new ArchiveException("the index cannot be made: " + trouble.get(), true);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ArchiveException("interrupted", true, e);
        }
    }

    private static Path beside(Path path) {
        return path.resolveSibling(path.getFileName() + NEW);
    }

    private static void move(Path from, Path to, String suffix) throws IOException {
        Path file = from.resolveSibling(from.getFileName() + suffix);
        if (Files.exists(file)) {
            Files.move(file, to.resolveSibling(to.getFileName() + suffix), StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static void removeFolder(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
                Files.delete(file);
            }
        }
    }
}
