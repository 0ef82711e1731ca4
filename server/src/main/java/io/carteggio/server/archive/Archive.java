package io.carteggio.server.archive;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.access.Reading;
import io.carteggio.archive.attribution.People;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.Projection;
import io.carteggio.archive.intake.Arrival;
import io.carteggio.archive.intake.Intake;
import io.carteggio.archive.intake.Marks;
import io.carteggio.archive.intake.Receipt;
import io.carteggio.archive.intake.Sources;
import io.carteggio.archive.search.Indexer;
import io.carteggio.archive.search.SearchIndex;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.Vault;
import io.carteggio.embedded.catalogue.SqliteCatalogue;
import io.carteggio.embedded.home.DataDirectory;
import io.carteggio.embedded.index.LuceneIndex;
import io.carteggio.embedded.spool.Spool;
import io.carteggio.embedded.spool.Spools;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// One archive, open and held by this process alone. Safe for many threads.
///
/// The order of opening is the order of trust: the vault first, then the catalogue brought up to it,
/// then the index that follows the catalogue.
public final class Archive implements AutoCloseable {
    /// All mail that is coming in may take this part of the heap before it goes to spool files.
    private static final int SPOOL_SHARE = 8;

    private final DataDirectory directory;
    private final Vault vault;
    private final SqliteCatalogue catalogue;
    private final SearchIndex index;
    private final Indexer indexer;
    private final Projection projection;
    private final People people = new People();
    private final Sources sources = new Sources();
    private final Acts acts;
    private final Intake intake;
    private final Reading reading;
    private final Spools spools;
    private final Refusals refusals;
    private final LastFailure lastFailure;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    /// Opens the archive in a data directory, or makes a new one there.
    ///
    /// @return empty where another process holds it
    public static Optional<Archive> open(Path path, Clock clock) throws ArchiveException {
        Optional<DataDirectory> directory = DataDirectory.open(path);
        return directory.isEmpty() ? Optional.empty() : Optional.of(new Archive(directory.get(), clock));
    }

    private Archive(DataDirectory directory, Clock clock) throws ArchiveException {
        this.directory = directory;
        opened.push(directory);
        try {
            LetterId.Maker ids = directory.ids();
            spools = Spools.in(directory.spool(), Runtime.getRuntime().maxMemory() / SPOOL_SHARE);
            refusals = Refusals.in(directory.path().resolve("refused.tsv"));
            catalogue = SqliteCatalogue.open(directory.catalogue(), ids);
            opened.push(catalogue);
            Position registered = catalogue.position();
            vault = directory.openVault(registered, clock);
            opened.push(vault);
            if (registered.frames() > vault.end().frames()) {
                throw new ArchiveException(
                        "the catalogue knows " + registered.frames() + " frames, the vault has only "
                                + vault.end().frames()
                                + ": segments are missing or from an older backup. Nothing was changed."
                                + " Put the newer segments back, or accept the loss with `carteggio rebuild`.",
                        false);
            }
            projection = Projection.start(vault, catalogue, act -> {
                people.apply(act);
                sources.apply(act);
            });
            opened.remove(vault); // closed before the projection, which registers what the vault had taken
            opened.push(projection);
            opened.push(vault);
            index = LuceneIndex.open(directory.index());
            opened.push(index);
            indexer = Indexer.start(vault, catalogue, index);
            opened.push(indexer);
            acts = new Acts(vault, projection, clock);
            intake = new Intake(
                    vault,
                    catalogue,
                    projection,
                    ids,
                    new Marks(directory.keyring().partKey()),
                    clock);
            lastFailure = new LastFailure(clock);
            reading = new Reading(vault, catalogue, index, people, acts);
        } catch (IOException e) {
            closeAll(Optional.of(e));
            throw new ArchiveException("the archive in " + directory.path() + " cannot be opened: " + e, true, e);
        } catch (ArchiveException | RuntimeException e) {
            closeAll(Optional.of(e));
            throw e;
        }
    }

    /// The one way in. When this returns the arrival is kept; wakes the indexer, so that the letter
    /// is found soon.
    public Receipt accept(Arrival arrival) throws ArchiveException {
        try {
            Receipt receipt = intake.accept(arrival);
            lastFailure.kept();
            indexer.signal();
            return receipt;
        } catch (ArchiveException e) {
            lastFailure.failed(String.valueOf(e.getMessage()));
            throw e;
        }
    }

    /// As [#accept], and then waits until the arrival stands in the catalogue.
    public Receipt take(Arrival arrival) throws ArchiveException {
        Receipt receipt = accept(arrival);
        projection.await(receipt.number());
        return receipt;
    }

    /// A place for a mail while it comes in.
    public Spool spool() {
        return spools.open();
    }

    public Path directory() {
        return directory.path();
    }

    public Vault vault() {
        return vault;
    }

    /// The catalogue, with everything in it that was accepted before this call.
    public Catalogue catalogue() {
        projection.awaitAll();
        return catalogue;
    }

    /// The catalogue's driver, for comparing it with one made anew.
    public SqliteCatalogue catalogueFile() {
        return catalogue;
    }

    /// Makes ids as this archive does, for a catalogue made anew.
    public LetterId.Maker ids() {
        return directory.ids();
    }

    public SearchIndex index() {
        return index;
    }

    public Indexer indexer() {
        return indexer;
    }

    public Reading reading() {
        return reading;
    }

    public People people() {
        return people;
    }

    public Sources sources() {
        return sources;
    }

    public Acts acts() {
        return acts;
    }

    /// Mail that a size limit kept out, by source.
    public Refusals refusals() {
        return refusals;
    }

    /// Why nothing new is taken, if so.
    public Optional<String> trouble() {
        return projection.trouble();
    }

    /// The same, or why the last mail was not kept, where none was since: for those who look after the
    /// archive. The next mail may well be kept, so nothing is refused for this.
    public Optional<String> condition() {
        return trouble().or(lastFailure::sentence);
    }

    /// A mail that did not even come in whole, through no fault of its own.
    void notKept(String why) {
        lastFailure.failed(why);
    }

    /// Octets below the data directory but for the index: what the archive costs on disk.
    public long storedBytes() throws ArchiveException {
        try {
            return bytesBelow(directory.path()) - bytesBelow(directory.index());
        } catch (IOException e) {
            throw new ArchiveException("the data directory cannot be measured", true, e);
        }
    }

    /// Files come and go meanwhile, spools and what the index merges: what is gone counts nothing.
    private static long bytesBelow(Path path) throws IOException {
        AtomicLong bytes = new AtomicLong();
        Files.walkFileTree(path, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                bytes.addAndGet(attributes.isRegularFile() ? attributes.size() : 0);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
                return FileVisitResult.CONTINUE;
            }
        });
        return bytes.get();
    }

    /// Finishes what was begun, in the reverse order of opening.
    @Override
    public void close() throws ArchiveException {
        closeAll(Optional.empty());
    }

    private void closeAll(Optional<Exception> why) throws ArchiveException {
        Optional<Exception> first = why;
        for (AutoCloseable part : opened) {
            try {
                part.close();
            } catch (Exception e) {
                if (first.isPresent()) {
                    first.get().addSuppressed(e);
                } else {
                    first = Optional.of(e);
                }
            }
        }
        opened.clear();
        if (why.isEmpty() && first.isPresent()) {
            throw new ArchiveException("the archive did not close cleanly: " + first.get(), false, first.get());
        }
    }
}
