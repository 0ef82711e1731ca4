package io.carteggio.embedded.home;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.entry.StarterDictionary;
import io.carteggio.archive.vault.Key;
import io.carteggio.archive.vault.Position;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.disk.DurableFiles;
import io.carteggio.embedded.disk.RealDisk;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.keys.MasterKey;
import io.carteggio.embedded.vault.SegmentFileVault;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/// An archive's data directory, held by this process alone until closed.
///
/// ```
/// FORMAT             one line: what this directory is, and its version
/// lock               held by the one process that owns the vault
/// vault/             segments; with the keyring all that a rebuild needs
/// vault/keyring      the archive's id and all its keys, sealed under the master key, kept twice
/// master.key         the master key, unless it is kept elsewhere
/// ledger/            proofs: tiles are derived, signatures and time stamps are not
/// catalogue.db       derived
/// jobs.db            which mails of other servers are archived, the history of jobs: forced, not
/// derived
/// index/             derived
/// spool/             mail that is coming in
/// ```
public final class DataDirectory implements AutoCloseable {
    /// The version in `FORMAT`. A directory of another version is refused, never migrated in passing.
    public static final int VERSION = 2;

    /// The master key's file where none is given.
    public static final String MASTER_KEY = "master.key";

    private static final Disk DISK = new RealDisk();

    /// Where one of these is there, the archive had a keyring.
    private static final List<String> MADE_AFTER_THE_KEYRING =
            List.of("catalogue.db", "jobs.db", "ledger", "reports", "index");

    private static final String FORMAT_LINE = "carteggio archive, format ";

    private final Path path;
    private final FileChannel lockFile;
    private final Keyring keyring;
    private final Optional<Path> masterKeyFile;

    private DataDirectory(Path path, FileChannel lockFile, Keyring keyring, Optional<Path> masterKeyFile) {
        this.path = path;
        this.lockFile = lockFile;
        this.keyring = keyring;
        this.masterKeyFile = masterKeyFile;
    }

    /// Opens the directory with the master key that lies in it. See [#open(Path, Optional)].
    public static Optional<DataDirectory> open(Path path) throws ArchiveException {
        return open(path, Optional.empty());
    }

    /// Opens the directory, or makes a new archive where there is nothing yet.
    ///
    /// @param masterKey what opens the keyring; where absent, the file `master.key` in the directory,
    ///     which is made with a new archive
    /// @return empty where another process holds the archive
    /// @throws ArchiveException where the directory holds something else, or an archive that this
    ///     program must not touch
    public static Optional<DataDirectory> open(Path path, Optional<MasterKey> masterKey) throws ArchiveException {
        try {
            if (Files.isDirectory(path) && !Files.exists(path.resolve("FORMAT")) && !isEmpty(path)) {
                throw new ArchiveException(
                        path + " is no archive and not empty: give an empty or a new directory with --data", false);
            }
            DurableFiles.createDirectories(path);
            FileChannel lockFile =
                    FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                FileLock lock = lockFile.tryLock();
                if (lock == null) {
                    lockFile.close();
                    return Optional.empty();
                }
            } catch (OverlappingFileLockException heldInThisProcess) {
                lockFile.close();
                return Optional.empty();
            }
            return Optional.of(
                    locked(path, lockFile, masterKey.orElse(new MasterKey.InFile(path.resolve(MASTER_KEY)))));
        } catch (IOException e) {
            throw new ArchiveException("the data directory " + path + " cannot be opened: " + e, true, e);
        }
    }

    private static DataDirectory locked(Path path, FileChannel lockFile, MasterKey masterKey)
            throws IOException, ArchiveException {
        try {
            if (!Files.exists(path.resolve("FORMAT"))) {
                var _ = masterKey.derivation(); // refuses a passphrase that will not do before anything is made
            }
            checkFormat(path);
            return new DataDirectory(
                    path,
                    lockFile,
                    keyring(path, masterKey),
                    masterKey instanceof MasterKey.InFile(Path file) ? Optional.of(file) : Optional.empty());
        } catch (IOException | ArchiveException | RuntimeException e) {
            lockFile.close();
            throw e;
        }
    }

    private static void checkFormat(Path path) throws IOException, ArchiveException {
        Path file = path.resolve("FORMAT");
        if (!Files.exists(file)) {
            DurableFiles.write(file, (FORMAT_LINE + VERSION + "\n").getBytes(StandardCharsets.UTF_8));
            return;
        }
        String line = Files.readString(file, StandardCharsets.UTF_8).strip();
        if (!line.equals(FORMAT_LINE + VERSION)) {
            throw new ArchiveException(
                    file + " says '" + line + "', this program reads only format " + VERSION + ". Nothing was changed.",
                    false);
        }
    }

    /// The keyring is made with the archive, and never again: without it the segments are noise.
    private static Keyring keyring(Path path, MasterKey masterKey) throws IOException, ArchiveException {
        Path vault = path.resolve("vault");
        if (Keyring.exists(DISK, vault)) {
            return Keyring.open(DISK, vault, masterKey);
        }
        if (hasSegments(vault)) {
            throw new ArchiveException(
                    "the keyring " + vault.resolve("keyring") + " and its copy are missing, but the vault has segments."
                            + " Restore one of them from a backup. Nothing was changed.",
                    false);
        }
        for (String name : MADE_AFTER_THE_KEYRING) {
            if (Files.exists(path.resolve(name))) {
                throw new ArchiveException(
                        "there is no vault in " + vault + ", but " + path.resolve(name) + " tells that there was one."
                                + " Is its file system mounted? Put the vault back, or restore it from a backup."
                                + " Nothing was changed.",
                        false);
            }
        }
        DurableFiles.createDirectories(vault);
        if (masterKey instanceof MasterKey.InFile(Path file) && !DISK.exists(file)) {
            MasterKey.create(DISK, file);
        }
        return Keyring.create(DISK, vault, masterKey);
    }

    private static boolean hasSegments(Path vault) throws IOException {
        if (!Files.isDirectory(vault)) {
            return false;
        }
        try (DirectoryStream<Path> segments = Files.newDirectoryStream(vault, "*.seg")) {
            return segments.iterator().hasNext();
        }
    }

    /// A lock alone is what an attempt left that was refused; with a `FORMAT` that has not got its name yet, one
    /// that was killed.
    private static boolean isEmpty(Path directory) throws IOException {
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(directory, file -> !file.endsWith("lock") && !file.endsWith("FORMAT.new"))) {
            return !files.iterator().hasNext();
        }
    }

    public Path path() {
        return path;
    }

    public Path vault() {
        return path.resolve("vault");
    }

    public Path catalogue() {
        return path.resolve("catalogue.db");
    }

    public Path jobs() {
        return path.resolve("jobs.db");
    }

    public Path index() {
        return path.resolve("index");
    }

    public Path spool() {
        return path.resolve("spool");
    }

    /// The keys of the archive.
    public Keyring keyring() {
        return keyring;
    }

    /// The file that the master key came from at the opening; absent where it came from no file.
    public Optional<Path> masterKeyFile() {
        return masterKeyFile;
    }

    /// What seals the texts of attachments in the index. The index is derived, and so is this key.
    public Key textKey() {
        return keyring.partKey().derive('T');
    }

    /// What seals what synchronisations keep from one run to the next.
    public Key syncKey() {
        return keyring.partKey().derive('S');
    }

    /// Makes the letters' public ids.
    public LetterId.Maker ids() {
        return new LetterId.Maker(keyring.idKey().toBytes());
    }

    /// Opens the vault.
    ///
    /// @param acknowledged how far the catalogue knows it to have been forced
    public SegmentFileVault openVault(Position acknowledged, Clock clock) throws ArchiveException {
        return openVault(acknowledged, SegmentFileVault.Loss.REFUSED, clock);
    }

    /// The same, where it is known whether to go on without what is missing.
    public SegmentFileVault openVault(Position acknowledged, SegmentFileVault.Loss loss, Clock clock)
            throws ArchiveException {
        return SegmentFileVault.open(
                DISK, vault(), keyring, acknowledged, loss, Optional.of(StarterDictionary.make()), clock);
    }

    /// Refuses where the keyring opens a segment that is not there, before anything is written anywhere.
    public void refuseWithoutSegments() throws ArchiveException {
        SegmentFileVault.refuseWithoutSegments(DISK, vault(), keyring);
    }

    /// Lets another process have the archive.
    @Override
    public void close() throws ArchiveException {
        try {
            lockFile.close();
        } catch (IOException e) {
            throw new ArchiveException("the lock cannot be released", false, e);
        }
    }
}
