package io.carteggio.embedded.keys;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Key;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// Where the key comes from that opens the keyring. It is kept nowhere in the archive.
public sealed interface MasterKey {
    /// A file of 64 hexadecimal digits that only its owner can read.
    record InFile(Path file) implements MasterKey {}

    /// 64 hexadecimal digits, handed in by the environment.
    record Digits(String digits) implements MasterKey {
        @Override
        public String toString() {
            return "a master key";
        }
    }

    /// Words from which the key is made by Argon2id (RFC 9106).
    record Passphrase(String words) implements MasterKey {
        @Override
        public String toString() {
            return "a passphrase";
        }
    }

    /// A passphrase shorter than this is refused when an archive is made or its key changed.
    int PASSPHRASE_MINIMUM = 12;

    /// The keyring's line that says how the key is made.
    ///
    /// @param salt hexadecimal, empty where the key is no passphrase
    record Derivation(int memoryKib, int passes, int lanes, String salt) {
        private static final Pattern FORM = Pattern.compile(
                "master passphrase argon2id m=(\\d{1,7}) t=(\\d{1,3}) p=(\\d{1,2}) salt=([0-9a-f]{32})");
        static final String KEY_LINE = "master key";

        static Derivation none() {
            return new Derivation(0, 0, 0, "");
        }

        /// The recommendation of RFC 9106 section 4 for machines without memory to spare.
        static Derivation fresh() {
            byte[] salt = Arrays.copyOf(Key.random().toBytes(), 16);
            return new Derivation(65_536, 3, 4, HexFormat.of().formatHex(salt));
        }

        static Optional<Derivation> ofLine(String line) {
            Matcher m = FORM.matcher(line);
            if (line.equals(KEY_LINE)) {
                return Optional.of(none());
            }
            return m.matches()
                    ? Optional.of(new Derivation(
                            Integer.parseInt(m.group(1)),
                            Integer.parseInt(m.group(2)),
                            Integer.parseInt(m.group(3)),
                            m.group(4)))
                    : Optional.empty();
        }

        boolean isPassphrase() {
            return !salt.isEmpty();
        }

        String line() {
            return isPassphrase()
                    ? "master passphrase argon2id m=" + memoryKib + " t=" + passes + " p=" + lanes + " salt=" + salt
                    : KEY_LINE;
        }
    }

    /// Makes a new key file. The file must not be there.
    static InFile create(Disk disk, Path file) throws IOException {
        byte[] digits = (HexFormat.of().formatHex(Key.random().toBytes()) + "\n").getBytes(StandardCharsets.US_ASCII);
        disk.replace(file, digits);
        return new InFile(file);
    }

    /// Where the key lies that is to take the place of the one in a file, until it has.
    static Path next(Path file) {
        return file.resolveSibling(file.getFileName() + ".next");
    }

    /// How a key of this kind is made, for a new keyring.
    default Derivation derivation() throws ArchiveException {
        if (this instanceof Passphrase(String words)) {
            if (words.length() < PASSPHRASE_MINIMUM) {
                throw new ArchiveException(
                        "the passphrase is shorter than " + PASSPHRASE_MINIMUM + " characters", false);
            }
            return Derivation.fresh();
        }
        return Derivation.none();
    }

    /// The key itself.
    ///
    /// @throws ArchiveException where it cannot be had, saying why
    default Key key(Disk disk, Derivation derivation) throws ArchiveException {
        if (derivation.isPassphrase() != this instanceof Passphrase) {
            throw new ArchiveException(
                    derivation.isPassphrase()
                            ? "this archive is locked with a passphrase; give it with CARTEGGIO_PASSPHRASE or"
                                    + " --passphrase-file. Nothing was changed."
                            : "this archive is locked with a master key, not with a passphrase; give the key with"
                                    + " --key-file or CARTEGGIO_KEY. Nothing was changed.",
                    false);
        }
        return switch (this) {
            case InFile(Path file) -> inFile(disk, file);
            case Digits(String digits) -> parse(digits, "CARTEGGIO_KEY");
            case Passphrase(String words) -> stretch(words, derivation);
        };
    }

    /// A sum that names a key without telling it: the first 16 octets of a SHA-256 that serves nothing else.
    ///
    /// A key of 256 random bits cannot be found from it. From a passphrase's it can be tried, at the price of one
    /// Argon2id a try, as from the keyring itself.
    static String fingerprint(Key key) {
        byte[] label = "carteggio master key fingerprint\0".getBytes(StandardCharsets.US_ASCII);
        byte[] both = Arrays.copyOf(label, label.length + Key.SIZE_BYTES);
        System.arraycopy(key.toBytes(), 0, both, label.length, Key.SIZE_BYTES);
        return Sha256.of(both).toString().substring(0, 32);
    }

    /// The fingerprint of the key in a file or in the environment.
    ///
    /// @throws ArchiveException where there is no such key; also for a passphrase, whose key needs the salt in the
    ///     keyring
    default String fingerprint(Disk disk) throws ArchiveException {
        return fingerprint(key(disk, Derivation.none()));
    }

    private static Key inFile(Disk disk, Path file) throws ArchiveException {
        try {
            if (!disk.exists(file)) {
                throw new ArchiveException(
                        "the master key file " + file + " is missing; give it with --key-file. Nothing was changed.",
                        false);
            }
            if (Files.exists(file)) {
                Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
                if (permissions.stream().anyMatch(p -> !p.name().startsWith("OWNER_"))) {
                    throw new ArchiveException(
                            "the master key file " + file + " can be read by others; run: chmod 600 " + file, false);
                }
            }
            return parse(
                    new String(disk.readAll(file), StandardCharsets.ISO_8859_1).strip(), "the master key file " + file);
        } catch (IOException e) {
            throw new ArchiveException("the master key file " + file + " cannot be read: " + e, false, e);
        }
    }

    private static Key parse(String digits, String where) throws ArchiveException {
        if (!digits.matches("[0-9a-fA-F]{64}")) {
            throw new ArchiveException(where + " is not 64 hexadecimal digits", false);
        }
        return Key.of(HexFormat.of().parseHex(digits));
    }

    private static Key stretch(String words, Derivation derivation) {
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withMemoryAsKB(derivation.memoryKib())
                .withIterations(derivation.passes())
                .withParallelism(derivation.lanes())
                .withSalt(HexFormat.of().parseHex(derivation.salt()))
                .build());
        byte[] key = new byte[Key.SIZE_BYTES];
        generator.generateBytes(words.getBytes(StandardCharsets.UTF_8), key);
        return Key.of(key);
    }
}
