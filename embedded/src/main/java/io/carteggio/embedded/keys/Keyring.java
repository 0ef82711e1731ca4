package io.carteggio.embedded.keys;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Cbor;
import io.carteggio.archive.vault.Key;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.keys.MasterKey.Derivation;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All keys of an archive, in one small file kept twice, sealed under the master key
/// (`docs/format/segment.md`, "Keys").
///
/// Every change is forced, in both copies, before the call that makes it returns. Safe for many
/// threads.
public final class Keyring {
    private static final Logger LOG = LoggerFactory.getLogger(Keyring.class);
    private static final String FORMAT_LINE = "carteggio keyring, format 2";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int ARCHIVE_ID_BYTES = 16;

    /// What opens one segment.
    ///
    /// @param generation 0 while the segment is open: `key` is the root of its key tree; else `key`
    ///     opens the sidecar of this generation
    public record SegmentKey(long segment, long generation, Key key) {}

    private final Disk disk;
    private final Path directory;
    private final byte[] archiveId;
    private final Contents contents;
    private Derivation derivation;
    private Key master;
    private long revision;
    private List<String> found = List.of();

    /// The last writing failed: what is in memory may lie in both files, in one or in none.
    private boolean unwritten;

    /// What lies sealed.
    private static final class Contents {
        private Key idKey = Key.random();
        private Key partKey = Key.random();
        private Key markKey = Key.random();
        private Key ledgerSeed = Key.random();
        private long erasedThrough;
        private final TreeMap<Long, SegmentKey> segments = new TreeMap<>();
        private final TreeMap<String, byte[]> secrets = new TreeMap<>();
    }

    private record Written(
            String text, String associated, String archiveId, Derivation derivation, long revision, String sealed) {
        byte[] sealedOctets() {
            return Base64.getDecoder().decode(sealed);
        }
    }

    /// Whether a directory has a keyring, in whatever state.
    public static boolean exists(Disk disk, Path directory) throws IOException {
        return disk.exists(directory.resolve("keyring")) || disk.exists(directory.resolve("keyring.copy"));
    }

    /// Makes the keyring of a new archive.
    public static Keyring create(Disk disk, Path directory, MasterKey masterKey) throws ArchiveException, IOException {
        byte[] id = Arrays.copyOf(Key.random().toBytes(), ARCHIVE_ID_BYTES);
        Derivation derivation = masterKey.derivation();
        Keyring keyring =
                new Keyring(disk, directory, id, new Contents(), derivation, masterKey.key(disk, derivation), 0);
        keyring.write();
        return keyring;
    }

    /// Opens a keyring.
    ///
    /// @throws ArchiveException where neither copy is whole, or the master key is not the right one
    public static Keyring open(Disk disk, Path directory, MasterKey masterKey) throws ArchiveException, IOException {
        Keyring keyring = read(disk, directory, masterKey);
        Optional<Written> first = read(disk, directory.resolve("keyring"));
        Optional<Written> second = read(disk, directory.resolve("keyring.copy"));
        boolean same = first.isPresent()
                && second.isPresent()
                && first.get().text().equals(second.get().text());
        if (!same) {
            keyring.found = damaged(disk, directory, first, second);
            LOG.warn("one copy of the keyring was missing, damaged or older; both are written anew");
            keyring.write();
        }
        return keyring;
    }

    /// Refuses a master key that does not open the keyring, and changes nothing either way.
    public static void verify(Disk disk, Path directory, MasterKey masterKey) throws ArchiveException, IOException {
        read(disk, directory, masterKey);
    }

    private static Keyring read(Disk disk, Path directory, MasterKey masterKey) throws ArchiveException, IOException {
        Optional<Written> first = read(disk, directory.resolve("keyring"));
        Optional<Written> second = read(disk, directory.resolve("keyring.copy"));
        if (first.isEmpty() && second.isEmpty()) {
            throw new ArchiveException(
                    "the keyring " + directory.resolve("keyring") + " and its copy are missing or damaged."
                            + " Restore one of them from a backup. Nothing was changed.",
                    false);
        }
        Written newest = first.isEmpty()
                        || (second.isPresent()
                                && second.get().revision() > first.get().revision())
                ? second.orElseThrow()
                : first.get();
        Key master = masterKey.key(disk, newest.derivation());
        Optional<Contents> contents = unseal(newest, master);
        if (contents.isEmpty()) {
            throw new ArchiveException(notOpened(newest, first, second, master) + next(disk, masterKey), false);
        }
        return new Keyring(
                disk,
                directory,
                HexFormat.of().parseHex(newest.archiveId()),
                contents.get(),
                newest.derivation(),
                master,
                newest.revision());
    }

    /// A change of the master key writes the copy first. Where it was interrupted there, the old key still
    /// opens the other one, but going on with it would leave the new key's copy behind, to win at some later
    /// start.
    private static String notOpened(Written newest, Optional<Written> first, Optional<Written> second, Key master) {
        boolean opensOlder = Stream.of(first, second)
                .flatMap(Optional::stream)
                .anyMatch(w ->
                        w.revision() < newest.revision() && unseal(w, master).isPresent());
        if (opensOlder) {
            return "a change of the master key was interrupted, and this is the old key: give the new one,"
                    + " which finishes the change. Nothing was changed.";
        }
        return "the " + (newest.derivation().isPassphrase() ? "passphrase" : "master key")
                + " does not open the keyring of this archive. Nothing was changed.";
    }

    /// A copy that is missing, or older, is what a crash leaves; one that was never written so is not.
    private static List<String> damaged(Disk disk, Path directory, Optional<Written> first, Optional<Written> second)
            throws IOException {
        List<String> damaged = new ArrayList<>();
        if (first.isEmpty() && disk.exists(directory.resolve("keyring"))) {
            damaged.add("the keyring was damaged");
        }
        if (second.isEmpty() && disk.exists(directory.resolve("keyring.copy"))) {
            damaged.add("the keyring's copy was damaged");
        }
        return damaged;
    }

    /// What was wrong with the copies when this keyring was opened, and was mended by that.
    public List<String> mended() {
        return found.stream()
                .map(problem -> problem + "; it was written anew when the archive was opened")
                .toList();
    }

    /// Where a key that was to take the place of this one is left over.
    private static String next(Disk disk, MasterKey masterKey) throws IOException {
        if (masterKey instanceof MasterKey.InFile(Path file)) {
            Path next = MasterKey.next(file);
            if (disk.exists(next)) {
                return " A change of the key was interrupted: try " + next + ", and if it opens the archive give it"
                        + " the name of the old one.";
            }
        }
        return "";
    }

    /// Whether both copies are whole and the same, for `check`.
    public static List<String> problems(Disk disk, Path directory) throws IOException {
        List<String> problems = new ArrayList<>();
        Optional<Written> first = read(disk, directory.resolve("keyring"));
        Optional<Written> second = read(disk, directory.resolve("keyring.copy"));
        if (first.isEmpty()) {
            problems.add("the keyring is missing or damaged (its copy may serve)");
        }
        if (second.isEmpty()) {
            problems.add("the keyring's copy is missing or damaged");
        }
        if (first.isPresent()
                && second.isPresent()
                && !first.get().text().equals(second.get().text())) {
            problems.add("the two copies of the keyring differ");
        }
        return problems;
    }

    private Keyring(
            Disk disk,
            Path directory,
            byte[] archiveId,
            Contents contents,
            Derivation derivation,
            Key master,
            long revision) {
        this.disk = disk;
        this.directory = directory;
        this.archiveId = archiveId;
        this.contents = contents;
        this.derivation = derivation;
        this.master = master;
        this.revision = revision;
    }

    /// 16 octets that name this archive in every segment.
    public byte[] archiveId() {
        return archiveId.clone();
    }

    /// What makes the letters' ids.
    public Key idKey() {
        return contents.idKey;
    }

    /// What makes the marks by which equal parts and bodies are found.
    public Key partKey() {
        return contents.partKey;
    }

    /// What makes the marks by which erased letters are known again.
    public Key markKey() {
        return contents.markKey;
    }

    /// The Ed25519 private key (RFC 8032) that signs the ledger's checkpoints.
    public Key ledgerSeed() {
        return contents.ledgerSeed;
    }

    public synchronized Optional<SegmentKey> segment(long number) {
        return Optional.ofNullable(contents.segments.get(number));
    }

    /// The generation of the key of each segment, by its number.
    public synchronized Map<Long, Long> generations() {
        Map<Long, Long> generations = new TreeMap<>();
        contents.segments.values().forEach(key -> generations.put(key.segment(), key.generation()));
        return generations;
    }

    /// Keeps keys of segments, in place of those that were known for them, all in one writing.
    ///
    /// A generation never falls: the key of a closed segment is the only way to its letters.
    public synchronized void put(Collection<SegmentKey> keys) throws IOException {
        for (SegmentKey key : keys) {
            if (segment(key.segment())
                    .filter(known -> known.generation() > key.generation())
                    .isPresent()) {
                throw new IllegalStateException("segment " + key.segment() + " was closed; its key is not replaced");
            }
        }
        keys.forEach(k -> contents.segments.put(k.segment(), k));
        write();
    }

    /// Writes what an earlier call could not: after a failure that call's change stands in memory and
    /// perhaps in one of the files, and must not be followed by one that builds on its not having
    /// happened.
    public synchronized void settle() throws IOException {
        if (unwritten) {
            write();
        }
    }

    /// A secret of others that is kept here: a password at another server.
    public synchronized Optional<byte[]> secret(String name) {
        return Optional.ofNullable(contents.secrets.get(name)).map(byte[]::clone);
    }

    /// The names of all secrets that are kept.
    public synchronized List<String> secrets() {
        return List.copyOf(contents.secrets.keySet());
    }

    /// Keeps secrets in place of what was kept by their names; an empty one is forgotten. All in one
    /// writing.
    public synchronized void putSecrets(Map<String, byte[]> secrets) throws IOException {
        secrets.forEach((name, octets) -> {
            if (octets.length == 0) {
                contents.secrets.remove(name);
            } else {
                contents.secrets.put(name, octets.clone());
            }
        });
        write();
    }

    /// The number of the last act of which it was said that erasures were carried out so far; 0 for
    /// none.
    public synchronized long erasedThrough() {
        return contents.erasedThrough;
    }

    /// Says how far erasures were carried out.
    public synchronized void erasedThrough(long act) throws IOException {
        contents.erasedThrough = act;
        write();
    }

    /// Whether the master key is made from a passphrase.
    public synchronized boolean underPassphrase() {
        return derivation.isPassphrase();
    }

    /// A sum by which two holders of the master key can see that theirs is the same. It does not tell the key.
    public synchronized String fingerprint() {
        return MasterKey.fingerprint(master);
    }

    /// Raised with every writing.
    public synchronized long revision() {
        return revision;
    }

    /// Seals the keyring under another master key. No segment is touched.
    public synchronized void rotate(MasterKey next) throws ArchiveException, IOException {
        Derivation made = next.derivation();
        Key key = next.key(disk, made);
        Derivation before = derivation;
        Key masterBefore = master;
        derivation = made;
        master = key;
        try {
            write();
        } catch (IOException | RuntimeException e) {
            derivation = before;
            master = masterBefore;
            throw e;
        }
    }

    private synchronized void write() throws IOException {
        unwritten = true;
        revision++;
        String head = FORMAT_LINE + "\narchive-id " + HexFormat.of().formatHex(archiveId) + "\n" + derivation.line()
                + "\nrevision " + revision + "\n";
        byte[] nonce = new byte[NONCE_BYTES];
        new SecureRandom().nextBytes(nonce);
        byte[] sealed =
                seal(Cipher.ENCRYPT_MODE, master, nonce, head.getBytes(StandardCharsets.US_ASCII), encode(contents));
        byte[] both = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
        System.arraycopy(sealed, 0, both, NONCE_BYTES, sealed.length);
        String text = head + "sealed " + Base64.getEncoder().encodeToString(both) + "\n";
        text += "sha256 " + Sha256.of(text.getBytes(StandardCharsets.US_ASCII)) + "\n";
        disk.replace(directory.resolve("keyring.copy"), text.getBytes(StandardCharsets.US_ASCII));
        disk.replace(directory.resolve("keyring"), text.getBytes(StandardCharsets.US_ASCII));
        unwritten = false;
    }

    private static byte[] encode(Contents c) {
        return Cbor.map()
                .put("idKey", c.idKey.toBytes())
                .put("partKey", c.partKey.toBytes())
                .put("markKey", c.markKey.toBytes())
                .put("ledgerSeed", c.ledgerSeed.toBytes())
                .put("erasedThrough", c.erasedThrough)
                .putAll(
                        "segments",
                        new ArrayList<>(c.segments.values()),
                        k -> Cbor.map()
                                .put("segment", k.segment())
                                .put("generation", k.generation())
                                .put("key", k.key().toBytes()))
                .putAll(
                        "secrets",
                        List.copyOf(c.secrets.entrySet()),
                        e -> Cbor.map().put("name", e.getKey()).put("octets", e.getValue()))
                .toBytes();
    }

    private static Optional<Contents> unseal(Written written, Key master) {
        try {
            byte[] both = written.sealedOctets();
            byte[] nonce = Arrays.copyOf(both, NONCE_BYTES);
            byte[] sealed = Arrays.copyOfRange(both, NONCE_BYTES, both.length);
            byte[] associated = written.associated().getBytes(StandardCharsets.US_ASCII);
            Cbor.MapReader map = Cbor.readMap(seal(Cipher.DECRYPT_MODE, master, nonce, associated, sealed));
            Contents c = new Contents();
            c.idKey = Key.of(map.octets("idKey"));
            c.partKey = Key.of(map.octets("partKey"));
            c.markKey = Key.of(map.octets("markKey"));
            c.ledgerSeed = Key.of(map.octets("ledgerSeed"));
            c.erasedThrough = map.number("erasedThrough");
            for (Cbor.MapReader k : map.maps("segments")) {
                c.segments.put(
                        k.number("segment"),
                        new SegmentKey(k.number("segment"), k.number("generation"), Key.of(k.octets("key"))));
            }
            for (Cbor.MapReader s : map.maps("secrets")) {
                c.secrets.put(s.text("name"), s.octets("octets"));
            }
            return Optional.of(c);
        } catch (IllegalStateException | IllegalArgumentException notUnderThisKey) {
            return Optional.empty();
        }
    }

    private static byte[] seal(int mode, Key key, byte[] nonce, byte[] associated, byte[] octets) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, key.aes(), new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(associated);
            return cipher.doFinal(octets);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("not sealed under this key", e);
        }
    }

    private static Optional<Written> read(Disk disk, Path file) throws IOException {
        if (!disk.exists(file)) {
            return Optional.empty();
        }
        byte[] octets = disk.readAll(file);
        List<String> lines =
                new String(octets, StandardCharsets.ISO_8859_1).lines().toList();
        if (lines.size() != 6 || !lines.getFirst().equals(FORMAT_LINE)) {
            return Optional.empty();
        }
        String before = String.join("\n", lines.subList(0, 5)) + "\n";
        String head = String.join("\n", lines.subList(0, 4)) + "\n";
        Optional<Derivation> derivation = Derivation.ofLine(lines.get(2));
        String sum = Sha256.of(before.getBytes(StandardCharsets.ISO_8859_1)).toString();
        boolean good = lines.get(5).equals("sha256 " + sum)
                && (before + lines.get(5) + "\n").length() == octets.length
                && lines.get(1).matches("archive-id [0-9a-f]{32}")
                && lines.get(3).matches("revision \\d{1,18}")
                && lines.get(4).startsWith("sealed ")
                && derivation.isPresent();
        if (!good) {
            return Optional.empty();
        }
        return Optional.of(new Written(
                before,
                head,
                lines.get(1).substring("archive-id ".length()),
                derivation.get(),
                Long.parseLong(lines.get(3).substring("revision ".length())),
                lines.get(4).substring("sealed ".length())));
    }
}
