package io.carteggio.server.command;

import io.carteggio.embedded.home.DataDirectory;
import io.carteggio.embedded.keys.MasterKey;
import io.carteggio.server.local.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Where the master key is to be had from: an option, else the environment. Two that contradict each other are
/// refused; which of them was meant is not guessed.
final class KeySource {
    private static final String KEY_FILE_VARIABLE = "CARTEGGIO_KEY_FILE";
    private static final String KEY_VARIABLE = "CARTEGGIO_KEY";
    private static final String PASSPHRASE_VARIABLE = "CARTEGGIO_PASSPHRASE";

    /// A passphrase's file is read up to this size.
    private static final int PASSPHRASE_FILE_BYTES = 64 * 1024;

    private KeySource() {}

    static Optional<MasterKey> of(Optional<Path> keyFile, Optional<Path> passphraseFile, Console console)
            throws IOException, Refusal {
        if (keyFile.isPresent() && passphraseFile.isPresent()) {
            throw Refusal.usage("--key-file or --passphrase-file, not both");
        }
        if (keyFile.isPresent()) {
            return Optional.of(new MasterKey.InFile(keyFile.get()));
        }
        if (passphraseFile.isPresent()) {
            return Optional.of(passphrase(passphraseFile.get()));
        }
        List<MasterKey> given = new ArrayList<>();
        console.variable(KEY_FILE_VARIABLE).ifPresent(file -> given.add(new MasterKey.InFile(Path.of(file))));
        console.variable(KEY_VARIABLE).ifPresent(digits -> given.add(new MasterKey.Digits(digits.strip())));
        console.variable(PASSPHRASE_VARIABLE).ifPresent(words -> given.add(new MasterKey.Passphrase(words)));
        if (given.size() > 1) {
            throw Refusal.usage("only one of " + KEY_FILE_VARIABLE + ", " + KEY_VARIABLE + " and " + PASSPHRASE_VARIABLE
                    + " may be set");
        }
        return given.stream().findFirst();
    }

    /// The first line of a file that only its owner can read.
    static MasterKey.Passphrase passphrase(Path file) throws IOException, Refusal {
        if (!Files.isRegularFile(file)) {
            throw Refusal.no("the passphrase file " + file + " is missing. Nothing was changed.");
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        if (permissions.stream().anyMatch(p -> !p.name().startsWith("OWNER_"))) {
            throw Refusal.no("the passphrase file " + file + " can be read by others; run: chmod 600 " + file);
        }
        if (Files.size(file) > PASSPHRASE_FILE_BYTES) {
            throw Refusal.no("the passphrase file " + file + " is too long");
        }
        String words = Files.readString(file, StandardCharsets.UTF_8)
                .lines()
                .findFirst()
                .orElse("");
        return new MasterKey.Passphrase(words);
    }

    /// Looks whether the directory has a key of its own, so that one made later can be told of.
    static Watch watch(Path directory) {
        Path file = directory.resolve(DataDirectory.MASTER_KEY);
        return new Watch(file, Files.exists(file, LinkOption.NOFOLLOW_LINKS));
    }

    /// @param wasThere whether the key's file was there before the archive was opened
    record Watch(Path file, boolean wasThere) {
        void tellOfNewKey(Console console) {
            if (!wasThere && Files.exists(file)) {
                console.complain(
                        "a new master key lies in " + file + ". Whoever has it can read the archive, without"
                                + " it nobody can: move it to another disk, keep a copy in a safe, and name it with --key-file.");
            }
        }
    }
}
