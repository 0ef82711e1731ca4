package io.carteggio.embedded.home;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.disk.DurableFiles;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An archive's data directory, held by this process alone until closed.
///
/// ```
/// FORMAT             one line: what this directory is, and its version
/// lock               held by the one process that owns the vault
/// vault/             segments; with the keyring all that a rebuild needs
/// vault/keyring      the archive's id and the key that makes the letters' ids, kept twice
/// catalogue.db       derived
/// index/             derived
/// spool/             mail that is coming in
/// ```
public final class DataDirectory implements AutoCloseable {
    /// The version in `FORMAT`. A directory of another version is refused, never migrated in passing.
    public static final int VERSION = 1;

    private static final String FORMAT_LINE = "carteggio archive, format ";
    private static final String KEYRING_LINE = "carteggio keyring, format ";

    private final Path path;
    private final FileChannel lockFile;
    private final byte[] archiveId;
    private final byte[] idKey;

    private DataDirectory(Path path, FileChannel lockFile, byte[] archiveId, byte[] idKey) {
        this.path = path;
        this.lockFile = lockFile;
        this.archiveId = archiveId;
        this.idKey = idKey;
    }

    /// Opens the directory, or makes a new archive where there is nothing yet.
    ///
    /// @return empty where another process holds the archive
    /// @throws ArchiveException where the directory holds something else, or an archive that this program must not
    ///     touch
    public static Optional<DataDirectory> open(Path path) throws ArchiveException {
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
            return Optional.of(locked(path, lockFile));
        } catch (IOException e) {
            throw new ArchiveException("the data directory " + path + " cannot be opened: " + e, true, e);
        }
    }

    private static DataDirectory locked(Path path, FileChannel lockFile) throws IOException, ArchiveException {
        try {
            checkFormat(path);
            DurableFiles.createDirectories(path.resolve("vault"));
            Map<String, String> keyring = keyring(path.resolve("vault"));
            return new DataDirectory(
                    path,
                    lockFile,
                    HexFormat.of().parseHex(keyring.getOrDefault("archive-id", "")),
                    HexFormat.of().parseHex(keyring.getOrDefault("id-key", "")));
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

    /// The keyring is small and irreplaceable, so it is kept twice, each copy with its sum.
    private static Map<String, String> keyring(Path vault) throws IOException, ArchiveException {
        Path first = vault.resolve("keyring");
        Path second = vault.resolve("keyring.copy");
        for (Path copy : List.of(first, second)) {
            Optional<Map<String, String>> read = readKeyring(copy);
            if (read.isPresent()) {
                return read.get();
            }
        }
        if (Files.exists(first) || Files.exists(second) || hasSegments(vault)) {
            throw new ArchiveException(
                    "the keyring " + first + " and its copy are missing or damaged, but the vault has segments."
                            + " Restore one of them from a backup. Nothing was changed.",
                    false);
        }
        SecureRandom random = new SecureRandom();
        byte[] archiveId = new byte[16];
        byte[] idKey = new byte[32];
        random.nextBytes(archiveId);
        random.nextBytes(idKey);
        String text = KEYRING_LINE + VERSION + "\narchive-id " + HexFormat.of().formatHex(archiveId) + "\nid-key "
                + HexFormat.of().formatHex(idKey) + "\n";
        text += "sha256 " + Sha256.of(text.getBytes(StandardCharsets.UTF_8)) + "\n";
        DurableFiles.write(second, text.getBytes(StandardCharsets.UTF_8));
        DurableFiles.write(first, text.getBytes(StandardCharsets.UTF_8));
        return readKeyring(first).orElseThrow();
    }

    private static Optional<Map<String, String>> readKeyring(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        int sumLine = text.indexOf("sha256 ");
        if (!text.startsWith(KEYRING_LINE + VERSION + "\n") || sumLine < 0) {
            return Optional.empty();
        }
        String sum = Sha256.of(text.substring(0, sumLine).getBytes(StandardCharsets.ISO_8859_1))
                .toString();
        if (!text.substring(sumLine).strip().equals("sha256 " + sum)) {
            return Optional.empty();
        }
        Map<String, String> values = new HashMap<>();
        text.lines().forEach(line -> {
            int space = line.indexOf(' ');
            values.put(line.substring(0, Math.max(0, space)), line.substring(space + 1));
        });
        return Optional.of(values);
    }

    private static boolean hasSegments(Path vault) throws IOException {
        try (DirectoryStream<Path> segments = Files.newDirectoryStream(vault, "*.seg")) {
            return segments.iterator().hasNext();
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
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

    public Path index() {
        return path.resolve("index");
    }

    public Path spool() {
        return path.resolve("spool");
    }

    /// 16 octets that name this archive in every segment.
    public byte[] archiveId() {
        return archiveId.clone();
    }

    /// 32 octets that make the letters' ids.
    public byte[] idKey() {
        return idKey.clone();
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
