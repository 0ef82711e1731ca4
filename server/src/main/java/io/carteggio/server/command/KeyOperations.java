package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.disk.DurableFiles;
import io.carteggio.embedded.disk.RealDisk;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.keys.MasterKey;
import io.carteggio.server.local.Exit;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// `key`: what opens the keyring. Never the key itself.
final class KeyOperations {
    /// A key or a passphrase is not longer.
    private static final int SECRET_BYTES = 64 * 1024;

    private final Desk desk;

    KeyOperations(Desk desk) {
        this.desk = desk;
    }

    Outcome show(Request request, Reply reply) throws IOException {
        tell(reply);
        return Outcome.DONE;
    }

    /// The body is the new key's digits, or the new passphrase: a secret belongs in no parameter, which might
    /// be shown where a request is told of.
    Outcome rotate(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        String kind = request.text("kind");
        byte[] secret = request.body().readNBytes(SECRET_BYTES);
        String words = new String(secret, StandardCharsets.UTF_8);
        desk.keyring()
                .rotate(
                        switch (kind) {
                            case "key" -> new MasterKey.Digits(words);
                            case "passphrase" -> new MasterKey.Passphrase(words);
                            default -> throw Refusal.usage("key.rotate: 'kind' is not key or passphrase");
                        });
        tell(reply);
        return Outcome.DONE;
    }

    /// Puts a new key in the place of the old one's file, at the machine that the archive is open at. The new
    /// key is forced to disk before the keyring is sealed under it, and takes the old one's name after:
    /// whatever breaks in between, both keys are there.
    Outcome renew(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Disk disk = new RealDisk();
        Path file = desk.masterKeyFile()
                .orElseThrow(() -> Refusal.no("the master key came from no file that could be replaced: 'key rotate"
                        + " --new-key-file' or '--new-passphrase-file', at the machine. Nothing was changed."));
        if (!fits(disk, file)) {
            throw Refusal.no("the key in " + file + " is not the one this archive is open with: 'key rotate', at the"
                    + " machine. Nothing was changed.");
        }
        Path beside = MasterKey.next(file);
        MasterKey next = disk.exists(beside) ? new MasterKey.InFile(beside) : MasterKey.create(disk, beside);
        desk.keyring().rotate(next);
        try {
            takePlace(beside, file);
        } catch (IOException e) {
            return Outcome.failed(
                    Exit.NO,
                    "the archive is locked with the new key in " + beside + ", which could not take the place of "
                            + file + ": " + e.getMessage() + ". Give it that name before the next start.");
        }
        tell(reply);
        return Outcome.DONE;
    }

    /// Puts a key's file in the place of another's, for good.
    static void takePlace(Path beside, Path file) throws IOException {
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        DurableFiles.forceDirectory(
                Optional.ofNullable(file.toAbsolutePath().getParent()).orElseThrow());
    }

    /// Whether the key in a file opens the archive now.
    private boolean fits(Disk disk, Path file) {
        try {
            return !desk.keyring().underPassphrase()
                    && new MasterKey.InFile(file)
                            .fingerprint(disk)
                            .equals(desk.keyring().fingerprint());
        } catch (ArchiveException notThere) {
            return false; // missing, damaged, or open to others: all of which the answer says
        }
    }

    private void tell(Reply reply) throws IOException {
        Keyring keyring = desk.keyring();
        Map<Long, Long> generations = keyring.generations();
        Optional<Path> file = desk.masterKeyFile();
        ObjectNode line = Json.object()
                .put("kind", keyring.underPassphrase() ? "passphrase" : "key")
                .put("fingerprint", keyring.fingerprint())
                .put("archive", HexFormat.of().formatHex(keyring.archiveId()))
                .put("revision", keyring.revision())
                .put("segments", generations.size())
                .put(
                        "generation",
                        generations.values().stream()
                                .mapToLong(Long::longValue)
                                .max()
                                .orElse(0))
                .put("secrets", keyring.secrets().size())
                .put("directory", desk.directory().toAbsolutePath().normalize().toString());
        line.set("file", Json.text(file.map(f -> f.toAbsolutePath().normalize().toString())));
        line.put("fileFits", file.filter(f -> fits(new RealDisk(), f)).isPresent());
        line.put(
                "inDataDirectory",
                file.filter(f -> f.toAbsolutePath()
                                .normalize()
                                .startsWith(desk.directory().toAbsolutePath().normalize()))
                        .isPresent());
        reply.line(line);
    }
}
