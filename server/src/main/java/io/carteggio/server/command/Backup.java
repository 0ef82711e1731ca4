package io.carteggio.server.command;

import io.carteggio.archive.vault.SegmentFormat;
import io.carteggio.embedded.disk.DurableFiles;
import io.carteggio.embedded.home.DataDirectory;
import io.carteggio.mail.Sha256;
import io.carteggio.server.local.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Copies an archive's data directory while mail comes in. `docs/operations/backup.md` gives the order and its
/// reasons; in short, what is copied later is never older than what points at it:
///
/// 1. the ledger, which may lag behind the vault and must not lead it;
/// 2. (the caller has the vault close its open segment;) closed segments, of which a later compaction leaves out
///    only what a sidecar then says is erased;
/// 3. the sidecars, then the keyring that opens them; all again where the keyring was written meanwhile, so that it
///    names no closed segment that the backup has not.
///
/// A backup that is brought up to date stays what it was until all that is new lies beside it. Then the new sums are
/// written, and from there on the backup is the new one: whoever finds it half put in place ends that.
///
/// Belongs to one thread.
final class Backup {
    private static final Pattern SEGMENT = Pattern.compile("(\\d{10})\\.seg");
    private static final Pattern ARCHIVE_ID = Pattern.compile("(?m)^archive-id ([0-9a-f]{32})$");
    private static final Pattern REVISION = Pattern.compile("(?m)^revision (\\d{1,18})$");

    /// How often the keyring may be written under the backup's hands: by erasures and full segments.
    private static final int TRIES = 20;

    private final Path data;
    private final Path to;
    private final ProgressLine shown;
    private final Changes changes;
    private Map<String, Sha256> before = Map.of();
    private final Map<String, Sha256> sums = new TreeMap<>();
    private long segments;
    private long copied;
    private long copiedBytes;

    /// Hears of each file of the backup that is about to be written, renamed or deleted, and may keep it from that.
    @FunctionalInterface
    interface Changes {
        void about(Path file) throws IOException;
    }

    /// Begins a backup. An earlier one in the same place is brought up to date.
    ///
    /// @throws Refusal where `to` holds something else, or the backup of another archive
    Backup(Path data, Path to, ProgressLine shown) throws IOException, Refusal {
        this(data, to, shown, file -> {});
    }

    Backup(Path data, Path to, ProgressLine shown, Changes changes) throws IOException, Refusal {
        this.data = data;
        this.to = to;
        this.shown = shown;
        this.changes = changes;
        Path ours = data.toRealPath();
        Path theirs = Files.exists(to) ? to.toRealPath() : to.toAbsolutePath().normalize();
        if (theirs.startsWith(ours) || ours.startsWith(theirs)) {
            throw Refusal.no("a backup must lie outside of the data directory, not in " + to);
        }
        boolean begun = Files.exists(to.resolve(BackupFiles.INCOMPLETE));
        if (Files.isDirectory(to) && BackupFiles.readSums(to).isEmpty() && !begun && !isEmpty(to)) {
            throw Refusal.no(to + " is no backup and not empty: give an empty or a new directory with --to");
        }
        Path keyring = to.resolve("vault/keyring");
        if (Files.exists(keyring)) {
            String theirId = find(ARCHIVE_ID, Files.readString(keyring, StandardCharsets.ISO_8859_1));
            String ourId = find(ARCHIVE_ID, keyring());
            if (!theirId.equals(ourId)) {
                throw Refusal.no(to + " is the backup of another archive");
            }
        }
    }

    /// Ends what an earlier run left undone, says in the backup that it is being changed, and copies the ledger.
    void begin() throws IOException, Refusal {
        DurableFiles.createDirectories(to);
        if (Files.exists(to.resolve(BackupFiles.NEXT_SUMS))) {
            putInPlace();
        }
        Path incomplete = to.resolve(BackupFiles.INCOMPLETE);
        changes.about(incomplete);
        DurableFiles.write(incomplete, new byte[0]);
        for (Path file : filesBelow(to)) {
            if (BackupFiles.isBeside(file)) { // an older state of keys must not stay either
                changes.about(file);
                Files.delete(file);
            }
        }
        before = BackupFiles.readSums(to);
        Path ledger = data.resolve("ledger");
        if (Files.isDirectory(ledger)) {
            copyIfThere(ledger.resolve("checkpoints"));
            copyIfThere(ledger.resolve("checkpoint"));
            for (Path file : filesBelow(ledger)) {
                String name = name(file);
                boolean grows = name.equals("ledger/checkpoint") || name.equals("ledger/checkpoints");
                if (!grows && !name.endsWith(".new") && !sameTile(file, name)) {
                    copyIfThere(file);
                }
            }
        }
    }

    /// Tiles and time stamps never change once they are there.
    private boolean sameTile(Path file, String name) throws IOException {
        Path there = to.resolve(name);
        Sha256 known = before.get(name);
        if (known == null || !Files.exists(there) || Files.size(there) != Files.size(file)) {
            return false;
        }
        sums.put(name, known);
        return true;
    }

    /// Copies all segments before the open one, then the keys.
    ///
    /// @param open number of the open segment
    void finish(long open) throws IOException, Refusal {
        List<Long> there = segments(to.resolve("vault"));
        if (!there.isEmpty() && there.getLast() >= open) {
            throw Refusal.no(to + " has segment " + there.getLast() + ", which this archive has not: the archive is an"
                    + " older state of it. Give another directory with --to.");
        }
        Optional<String> revision = Optional.empty();
        for (int i = 0; i < TRIES && revision.isEmpty(); i++) {
            String now = find(REVISION, keyring());
            List<Long> closed = closed();
            for (long number : closed) {
                segment(number);
            }
            revision = keys(closed, now) ? Optional.of(now) : Optional.empty();
        }
        if (revision.isEmpty()) {
            throw Refusal.no("the keys keep changing; try again later");
        }
        for (String name : List.of("refused.tsv", "networks/exchange-online.txt", "FORMAT")) {
            copyIfThere(data.resolve(name));
        }
        changes.about(to.resolve(BackupFiles.NEXT_SUMS));
        BackupFiles.writeSums(to.resolve(BackupFiles.NEXT_SUMS), sums);
        putInPlace();
    }

    /// Gives what lies beside its name, in an order in which the directory as it lies opens after each step: as it
    /// was up to the keyring, with what is new from there on.
    private void putInPlace() throws IOException {
        Map<Integer, List<String>> ranks = new TreeMap<>();
        for (String name :
                BackupFiles.readSums(to.resolve(BackupFiles.NEXT_SUMS)).keySet()) {
            if (Files.exists(BackupFiles.beside(to, name))) {
                ranks.computeIfAbsent(rank(name), _ -> new ArrayList<>()).add(name);
            }
        }
        for (List<String> names : ranks.values()) {
            Set<Path> directories = new TreeSet<>();
            for (String name : names) {
                Path file = to.resolve(name);
                changes.about(file);
                Files.move(
                        BackupFiles.beside(to, name),
                        file,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
                directories.add(BackupFiles.directoryOf(file));
            }
            for (Path directory : directories) {
                DurableFiles.forceDirectory(directory);
            }
        }
        Path listed = to.resolve(BackupFiles.SUMS);
        changes.about(listed);
        Files.move(
                to.resolve(BackupFiles.NEXT_SUMS),
                listed,
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        DurableFiles.forceDirectory(to);
        Path incomplete = to.resolve(BackupFiles.INCOMPLETE);
        changes.about(incomplete);
        Files.deleteIfExists(incomplete);
        DurableFiles.forceDirectory(to);
    }

    /// What nobody knows of goes first. Of the two sidecars of a segment one opens with the keyring that is there, as
    /// when something is erased. A segment that was compacted is read with its new sidecar alone.
    private int rank(String name) {
        if (!name.startsWith("vault/")) {
            return 6;
        }
        if (name.equals("vault/keyring.copy")) {
            return 2;
        }
        if (name.equals("vault/keyring")) {
            return 3;
        }
        if (!Files.exists(to.resolve(name))) {
            return 0;
        }
        return name.endsWith(".keys.copy") ? 1 : name.endsWith(".keys") ? 4 : 5;
    }

    /// A closed segment changes only with its edition, which stands in its header.
    private boolean unchanged(Path file) throws IOException {
        String name = name(file);
        Path there = to.resolve(name);
        Sha256 known = before.get(name);
        if (known == null || !Files.exists(there) || Files.size(there) != Files.size(file)) {
            return false;
        }
        boolean same = Arrays.equals(
                BackupFiles.head(there, SegmentFormat.SEGMENT_HEADER_BYTES),
                BackupFiles.head(file, SegmentFormat.SEGMENT_HEADER_BYTES));
        if (same) {
            sums.put(name, known);
        }
        return same;
    }

    /// All segments but the last, which is open. A segment is begun only after the keyring tells that the one
    /// before it is closed.
    private List<Long> closed() throws IOException {
        List<Long> all = segments(data.resolve("vault"));
        return all.isEmpty() ? all : all.subList(0, all.size() - 1);
    }

    private void segment(long number) throws IOException, Refusal {
        Path file = data.resolve(String.format(Locale.ROOT, "vault/%010d.seg", number));
        if (sums.containsKey(name(file))) {
            return; // copied a moment ago; if it was compacted since, that copy serves as well
        }
        segments++;
        if (!unchanged(file)) {
            copy(file);
        }
        shown.done(1, 0);
    }

    /// The backup's older keyring and sidecars do not stay: who keeps them keeps the keys of what was erased.
    ///
    /// @return false where the keyring was written meanwhile: it may open later sidecars than were copied
    private boolean keys(List<Long> closed, String revision) throws IOException, Refusal {
        for (long number : closed) {
            String stem = String.format(Locale.ROOT, "vault/%010d", number);
            copyIfThere(data.resolve(stem + ".keys"));
            copyIfThere(data.resolve(stem + ".keys.copy"));
        }
        String keyring = keyring();
        if (!find(REVISION, keyring).equals(revision)) {
            return false;
        }
        byte[] octets = keyring.getBytes(StandardCharsets.ISO_8859_1);
        for (String name : List.of("vault/keyring.copy", "vault/keyring")) {
            Path file = target(name);
            changes.about(file);
            DurableFiles.createDirectories(BackupFiles.directoryOf(file));
            DurableFiles.write(file, octets);
            sums.put(name, Sha256.of(octets));
        }
        return true;
    }

    /// The keyring, from whichever copy is whole.
    private String keyring() throws IOException, Refusal {
        for (String name : List.of("vault/keyring", "vault/keyring.copy")) {
            Path file = data.resolve(name);
            String text = Files.exists(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "";
            int last = text.indexOf("sha256 ");
            if (last > 0
                    && text.substring(last)
                            .equals("sha256 "
                                    + Sha256.of(text.substring(0, last).getBytes(StandardCharsets.ISO_8859_1))
                                    + "\n")) {
                return text;
            }
        }
        throw Refusal.no("the keyring in " + data.resolve("vault") + " and its copy are damaged or missing");
    }

    /// The master key beside what it opens: whoever has this backup can then read it. Between [#begin] and [#finish].
    void addMasterKey(Path file) throws IOException, Refusal {
        Path copy = target(DataDirectory.MASTER_KEY);
        changes.about(copy);
        sums.put(DataDirectory.MASTER_KEY, BackupFiles.copy(file, copy, shown));
    }

    private void copyIfThere(Path file) throws IOException, Refusal {
        if (Files.exists(file)) {
            copy(file);
        }
    }

    private void copy(Path file) throws IOException, Refusal {
        String name = name(file);
        Path copy = target(name);
        changes.about(copy);
        sums.put(name, BackupFiles.copy(file, copy, shown));
        copied++;
        copiedBytes += Files.size(copy);
    }

    /// Beside its name, where there is a backup that must stay whole meanwhile.
    private Path target(String name) {
        return before.isEmpty() ? to.resolve(name) : BackupFiles.beside(to, name);
    }

    private String name(Path file) {
        return data.relativize(file).toString();
    }

    private static String find(Pattern pattern, String text) throws Refusal {
        Matcher found = pattern.matcher(text);
        if (!found.find()) {
            throw Refusal.no("the keyring is damaged");
        }
        return found.group(1);
    }

    private static List<Long> segments(Path vault) throws IOException {
        List<Long> numbers = new ArrayList<>();
        if (Files.isDirectory(vault)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(vault)) {
                for (Path file : files) {
                    Matcher name = SEGMENT.matcher(String.valueOf(file.getFileName()));
                    if (name.matches()) {
                        numbers.add(Long.valueOf(name.group(1)));
                    }
                }
            }
        }
        numbers.sort(null);
        return numbers;
    }

    private static List<Path> filesBelow(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.findAny().isEmpty();
        }
    }

    long segmentCount() {
        return segments;
    }

    long copiedFiles() {
        return copied;
    }

    long copiedBytes() {
        return copiedBytes;
    }

    /// How many files the backup now has.
    int files() {
        return sums.size();
    }

    /// Reads a whole backup back.
    ///
    /// @return names of files that are not as they were written
    static List<String> verify(Path backup, ProgressLine shown) throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, Sha256> each : BackupFiles.readSums(backup).entrySet()) {
            Path file = backup.resolve(each.getKey());
            Optional<Sha256> sum = Files.exists(file) ? Optional.of(BackupFiles.sum(file)) : Optional.empty();
            if (!sum.equals(Optional.of(each.getValue()))) {
                wrong.add(each.getKey());
            }
            shown.done(1, sum.isPresent() ? Files.size(file) : 0);
        }
        return wrong;
    }
}
