package io.carteggio.server.archive;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.access.Reading;
import io.carteggio.archive.approval.Approvals;
import io.carteggio.archive.approval.Gate;
import io.carteggio.archive.attribution.People;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.Projection;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.erasure.ErasedMarks;
import io.carteggio.archive.erasure.Erasure;
import io.carteggio.archive.erasure.Finishing;
import io.carteggio.archive.erasure.Keeping;
import io.carteggio.archive.extraction.TextFollower;
import io.carteggio.archive.gap.Gaps;
import io.carteggio.archive.intake.Arrival;
import io.carteggio.archive.intake.Intake;
import io.carteggio.archive.intake.Marks;
import io.carteggio.archive.intake.Receipt;
import io.carteggio.archive.intake.Sources;
import io.carteggio.archive.journaling.JournalRules;
import io.carteggio.archive.ledger.SignerKey;
import io.carteggio.archive.quarantine.Quarantine;
import io.carteggio.archive.role.ApiTokens;
import io.carteggio.archive.role.LogIns;
import io.carteggio.archive.role.Passkeys;
import io.carteggio.archive.role.Preferences;
import io.carteggio.archive.role.Roles;
import io.carteggio.archive.search.Indexer;
import io.carteggio.archive.search.SavedSearches;
import io.carteggio.archive.search.SearchIndex;
import io.carteggio.archive.synchronisation.Syncs;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Key;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.SegmentFormat.FrameHead;
import io.carteggio.archive.vault.Vault;
import io.carteggio.embedded.catalogue.SqliteCatalogue;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.disk.RealDisk;
import io.carteggio.embedded.extraction.ReaderLimits;
import io.carteggio.embedded.extraction.ReaderPool;
import io.carteggio.embedded.extraction.ReaderProgram;
import io.carteggio.embedded.home.DataDirectory;
import io.carteggio.embedded.index.LuceneIndex;
import io.carteggio.embedded.jobs.JobStore;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.keys.MasterKey;
import io.carteggio.embedded.ledger.FileLedger;
import io.carteggio.embedded.ledger.TimestampFiles;
import io.carteggio.embedded.reports.ReportQueue;
import io.carteggio.embedded.spool.Spool;
import io.carteggio.embedded.spool.Spools;
import io.carteggio.embedded.vault.DictionaryKeeper;
import io.carteggio.embedded.vault.SegmentFileVault;
import io.carteggio.server.escrow.ClearMark;
import io.carteggio.server.ledger.Arrangements;
import io.carteggio.server.ledger.Custody;
import io.carteggio.server.ledger.Prover;
import io.carteggio.server.secret.Sealed;
import io.carteggio.server.watch.AlarmKind;
import io.carteggio.server.watch.Alarms;
import io.carteggio.server.watch.Backups;
import io.carteggio.server.watch.Settings;
import io.carteggio.server.watch.Watch;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One archive, open and held by this process alone. Safe for many threads.
///
/// The order of opening is the order of trust: the vault first, then the catalogue brought up to it,
/// then the index that follows the catalogue.
public final class Archive implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Archive.class);

    /// All mail that is coming in may take this part of the heap before it goes to spool files.
    private static final int SPOOL_SHARE = 8;

    /// So many are sooner read one by one than by walking past all others.
    private static final int FEW_FRAMES = 10_000;

    private final DataDirectory directory;
    private final SegmentFileVault vault;
    private final SqliteCatalogue catalogue;
    private final SearchIndex index;
    private final Indexer indexer;
    private final DictionaryKeeper dictionaries;
    private final Projection projection;
    private final People people = new People();
    private final Roles roles = new Roles();
    private final Approvals approvals = new Approvals();
    private final ApiTokens tokens = new ApiTokens();
    private final SavedSearches savedSearches = new SavedSearches();
    private final LogIns logIns = new LogIns();
    private final Passkeys passkeys = new Passkeys();
    private final Preferences preferences = new Preferences();
    private final Gate gate;
    private final Sources sources = new Sources();
    private final Syncs syncs = new Syncs();
    private final JournalRules journalRules = new JournalRules();
    private final ReportQueue reports;
    private final Arrangements arrangements = new Arrangements();
    private final FileLedger ledger;
    private final TimestampFiles stamps;
    private final Custody custody;
    private final Keeping keeping = new Keeping();
    private final Erasure erasure;
    private final Quarantine quarantine;
    private final Acts acts;
    private final Intake intake;
    private final Reading reading;
    private final Spools spools;
    private final Refusals refusals;
    private final NetworkFiles networks;
    private final JobStore jobs;
    private final LastFailure lastFailure;
    private final Settings watchSettings = new Settings();
    private final Backups backups = new Backups();
    private final Gaps gaps;
    private final Watch watch;
    private volatile Optional<TextFollower> texts = Optional.empty();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    /// Opens the archive in a data directory, or makes a new one there.
    ///
    /// @return empty where another process holds it
    public static Optional<Archive> open(Path path, Clock clock) throws ArchiveException {
        return open(path, Optional.empty(), clock);
    }

    /// The same with a master key from elsewhere than the data directory.
    public static Optional<Archive> open(Path path, Optional<MasterKey> masterKey, Clock clock)
            throws ArchiveException {
        Optional<DataDirectory> directory = DataDirectory.open(path, masterKey);
        return directory.isEmpty() ? Optional.empty() : Optional.of(new Archive(directory.get(), clock));
    }

    private Archive(DataDirectory directory, Clock clock) throws ArchiveException {
        this.directory = directory;
        opened.push(directory);
        try {
            LetterId.Maker ids = directory.ids();
            // a vault that is not whole is refused before anything is written
            directory.refuseWithoutSegments();
            catalogue = SqliteCatalogue.open(directory.catalogue(), ids);
            opened.push(catalogue);
            vault = directory.openVault(catalogue.position(), clock);
            opened.push(vault);
            spools = Spools.in(directory.spool(), Runtime.getRuntime().maxMemory() / SPOOL_SHARE);
            jobs = JobStore.open(directory.jobs(), clock.instant());
            opened.push(jobs);
            reports = ReportQueue.open(
                    directory.path().resolve("reports"),
                    directory.keyring().partKey().derive('Q'),
                    clock.instant());
            opened.push(reports);
            Path watchFiles = directory.path().resolve("watch");
            Alarms alarms = Alarms.open(watchFiles, clock);
            opened.push(alarms);
            refusals = Refusals.in(directory.path().resolve("refused.tsv"), alarms);
            networks = new NetworkFiles(directory.path().resolve("networks"), alarms);
            if (jobs.forgetIfAheadOf(vault.end().frames())) {
                LOG.warn(
                        "this vault is older than what jobs.db knows: all mail that is still at other servers is fetched"
                                + " again");
            }
            long registered = catalogue.position().frames();
            projection = Projection.start(vault, catalogue, act -> {
                people.apply(act);
                roles.apply(act);
                approvals.apply(act);
                tokens.apply(act);
                savedSearches.apply(act);
                logIns.apply(act);
                passkeys.apply(act);
                preferences.apply(act);
                sources.apply(act);
                syncs.apply(act);
                journalRules.apply(act);
                arrangements.apply(act);
                keeping.apply(act);
                watchSettings.apply(act);
                backups.apply(act);
            });
            Path ledgerFiles = directory.path().resolve("ledger");
            Disk disk = new RealDisk();
            SignerKey key = SignerKey.ofArchive(
                    directory.keyring().archiveId(),
                    directory.keyring().ledgerSeed().toBytes());
            ledger = FileLedger.open(disk, ledgerFiles, key, clock);
            stamps = new TimestampFiles(disk, ledgerFiles);
            custody = new Custody(ledger, stamps, arrangements::settings, clock);
            opened.remove(vault); // closed before all who follow it: they take what it had taken
            opened.push(ledger);
            opened.push(custody);
            opened.push(projection);
            opened.push(vault);
            dictionaries = DictionaryKeeper.asleep(vault);
            opened.push(dictionaries);
            index = LuceneIndex.open(directory.index(), directory.textKey());
            opened.push(index);
            ErasedMarks erasedMarks = new ErasedMarks(directory.keyring().markKey(), catalogue);
            ErasedReports erasedReports = new ErasedReports(reports, catalogue, erasedMarks);
            Finishing finishing = new Finishing(vault, catalogue);
            finishing.resume( // what a crash interrupted, before anything follows
                    letters -> {
                        index.purge(letters);
                        erasedReports.forget();
                    },
                    registered);
            indexer = Indexer.start(vault, catalogue, index);
            opened.push(indexer);
            followWithLedger();
            acts = new Acts(vault, projection, clock);
            gate = new Gate(
                    approvals,
                    roles,
                    acts,
                    person -> people.credential(person).isPresent()
                            || !logIns.of(person).isEmpty(),
                    (operation, text) -> alarms.raise(AlarmKind.ALONE, operation, text));
            intake = new Intake(
                    vault,
                    catalogue,
                    projection,
                    ids,
                    new Marks(directory.keyring().partKey()),
                    erasedMarks,
                    people::directory,
                    sources::at,
                    networks::inForce,
                    clock);
            erasure = new Erasure(
                    finishing,
                    projection,
                    acts,
                    index,
                    new Indexed(indexer, erasedReports, this::forgetTexts),
                    keeping,
                    erasedMarks,
                    intake.erasing());
            quarantine = new Quarantine(vault, catalogue, projection, intake, sources, acts, erasure, indexer::signal);
            lastFailure = new LastFailure(clock);
            reading = new Reading(vault, catalogue, index, people, roles, acts);
            gaps = new Gaps(vault, catalogue, acts);
            watch = new Watch(
                    watchFiles,
                    new ArchiveWatched(this),
                    watchSettings,
                    subject -> new Sealed(directory.keyring(), Settings.SECRETS + subject.word() + "/"),
                    alarms,
                    clock);
            opened.push(watch);
            projection.inform(watch::registered);
            intake.recogniseTests(watch::sentTest);
        } catch (IOException e) {
            closeAll(Optional.of(e));
            throw new ArchiveException("the archive in " + directory.path() + " cannot be opened: " + e, true, e);
        } catch (ArchiveException | RuntimeException e) {
            closeAll(Optional.of(e));
            throw e;
        }
    }

    /// The index as an erasure needs it.
    private record Indexed(Indexer indexer, ErasedReports reports, Runnable forget) implements Erasure.Index {
        @Override
        public boolean awaitCaughtUp(Duration atMost) throws ArchiveException {
            try {
                return indexer.awaitCaughtUp(atMost);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ArchiveException("interrupted", true, e);
            }
        }

        @Override
        public void purge(Collection<Long> letters) throws ArchiveException {
            indexer.purge(letters);
            reports.forget();
            forget.run(); // after the catalogue: what is read of them from now on goes nowhere
        }
    }

    /// What was read of attachments lately is in memory too, ours and that of the programs that
    /// read them.
    private void forgetTexts() {
        texts.ifPresent(TextFollower::forget);
    }

    /// Begins to have attachments read, in processes of their own, until the archive is closed.
    ///
    /// @param readers how many processes at most
    /// @throws ArchiveException where that cannot be on this machine; the archive works without
    public synchronized TextFollower readAttachments(ReaderProgram program, int readers) throws ArchiveException {
        if (texts.isEmpty()) {
            ReaderPool pool = new ReaderPool(program, directory.path(), readers, ReaderLimits.DEFAULT);
            TextFollower follower = TextFollower.start(vault, catalogue, index, indexer, pool, TextFollower.Pace.USUAL);
            opened.push(follower); // closed first
            texts = Optional.of(follower);
        }
        return texts.get();
    }

    /// Who sees to it that attachments are read, where anybody does.
    public Optional<TextFollower> texts() {
        return texts;
    }

    /// Brings the ledger up to the vault's end and has it follow. Less than a tile of frames is
    /// missing after a clean end, a few more after a crash, all of them where its files were removed.
    private void followWithLedger() throws ArchiveException {
        long end = vault.end().frames();
        if (end - ledger.size() > FEW_FRAMES || !vault.lostKeys().isEmpty()) {
            vault.walk(new Position(0, 0, ledger.size()), new Vault.Walker() {
                @Override
                public void frame(Kept kept) {
                    sealed(kept.head());
                }

                @Override
                public void sealed(FrameHead head) {
                    ledger.add(head.number(), head.leafData());
                }

                @Override
                public void damaged(Vault.Damage damage) {
                    // The ledger finds the gap, and `check` the damage.
                }
            });
        } else {
            for (long number = ledger.size() + 1; number <= end; number++) {
                try {
                    vault.frame(number)
                            .ifPresent(kept ->
                                    ledger.add(kept.number(), kept.head().leafData()));
                } catch (ArchiveException e) {
                    if (e.laterHelps()) {
                        throw e;
                    } // else as above: damage keeps nobody from opening the archive
                }
            }
        }
        ledger.start(end);
        vault.follow(forced ->
                forced.forEach(kept -> ledger.add(kept.number(), kept.head().leafData())));
    }

    /// The one way in. When this returns the arrival is kept; wakes the indexer, so that the letter
    /// is found soon.
    public Receipt accept(Arrival arrival) throws ArchiveException {
        try {
            Receipt receipt = intake.accept(arrival);
            lastFailure.kept();
            indexer.signal();
            dictionaries.wake();
            return receipt;
        } catch (ArchiveException e) {
            lastFailure.failed(String.valueOf(e.getMessage()));
            throw e;
        }
    }

    /// Whether letters came in which nobody is known.
    boolean isUnknown(ArrivalEntry entry) {
        return intake.isUnknown(entry);
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

    public SegmentFileVault vault() {
        return vault;
    }

    /// The keys of the archive.
    public Keyring keyring() {
        return directory.keyring();
    }

    /// Tells the clear copies that this archive's journaling agent has made.
    public ClearMark clearMark() {
        return new ClearMark(directory.keyring().partKey().derive('D').aes());
    }

    /// What seals what synchronisations keep from one run to the next.
    public Key syncKey() {
        return directory.syncKey();
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

    /// What must be kept, and for how long.
    public Keeping keeping() {
        return keeping;
    }

    /// The one way to let go for good, and to be kept from it.
    public Erasure erasure() {
        return erasure;
    }

    /// Mail in quarantine, and its ways out. What leaves is indexed soon.
    public Quarantine quarantine() {
        return quarantine;
    }

    public People people() {
        return people;
    }

    /// Who may do what.
    public Roles roles() {
        return roles;
    }

    /// Tokens of programs.
    public ApiTokens tokens() {
        return tokens;
    }

    /// People's saved searches.
    public SavedSearches savedSearches() {
        return savedSearches;
    }

    /// People's passkeys.
    public Passkeys passkeys() {
        return passkeys;
    }

    /// Where everything dangerous passes.
    public Gate gate() {
        return gate;
    }

    /// The directories that people are synchronised with.
    public Syncs syncs() {
        return syncs;
    }

    /// The rules of the journaling agent.
    public JournalRules journalRules() {
        return journalRules;
    }

    /// Reports of the journaling agent that are not delivered yet.
    public ReportQueue reports() {
        return reports;
    }

    /// How people log in, besides by a password here.
    public LogIns logIns() {
        return logIns;
    }

    /// How people want to have what is theirs.
    public Preferences preferences() {
        return preferences;
    }

    public Sources sources() {
        return sources;
    }

    public Acts acts() {
        return acts;
    }

    /// The tree over all frames.
    public FileLedger ledger() {
        return ledger;
    }

    /// Time stamps over its checkpoints.
    public TimestampFiles stamps() {
        return stamps;
    }

    /// Who stamps, and where checkpoints are lodged.
    public Arrangements arrangements() {
        return arrangements;
    }

    public Custody custody() {
        return custody;
    }

    /// Makes proofs of letters.
    public Prover prover() {
        return new Prover(vault, ledger, stamps);
    }

    /// What jobs must remember.
    public JobStore jobs() {
        return jobs;
    }

    /// Mail that a size limit kept out, by source.
    public Refusals refusals() {
        return refusals;
    }

    /// The networks that a source may name by a word, as they are now.
    public NetworkFiles networks() {
        return networks;
    }

    /// Reports that are known to be missing.
    public Gaps gaps() {
        return gaps;
    }

    /// The backups that were made of it.
    public Backups backups() {
        return backups;
    }

    /// The file that the master key came from when the archive was opened; absent where it came
    /// from no file.
    public Optional<Path> masterKeyFile() {
        return directory.masterKeyFile();
    }

    /// Who looks after this archive.
    public Watch watch() {
        return watch;
    }

    /// Why nothing new is taken, if so.
    public Optional<String> trouble() {
        return vault.trouble()
                .map(why -> "the vault takes nothing more until the archive is opened again: " + why)
                .or(projection::trouble);
    }

    /// The same, or why the last mail was not kept, where none was since: for those who look after the
    /// archive. The next mail may well be kept, so nothing is refused for this.
    public Optional<String> condition() {
        return trouble().or(lastFailure::sentence);
    }

    /// What needs an administrator although mail is taken, in sentences.
    public List<String> concerns() {
        List<String> concerns = new ArrayList<>(vault.lostKeys());
        concerns.addAll(erasure.unfinished());
        ledger.standing().trouble().ifPresent(concerns::add);
        concerns.addAll(custody.trouble());
        return concerns;
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
