package io.carteggio.server.agent;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.server.escrow.EscrowFile;
import io.carteggio.server.escrow.EscrowKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where files of keys lie that are held in escrow: each as it came, with its password beside it, among the
/// secrets of the archive's keyring, which the master key seals. Safe for many threads.
public final class EscrowStore {
    private static final String FILE = "escrow:";
    private static final String PASSWORD = "escrow-password:";

    private final Keyring keyring;

    public EscrowStore(Keyring keyring) {
        this.keyring = keyring;
    }

    /// Keeps a file in place of what was kept by that name; forced to disk when this returns.
    public void keep(String name, byte[] file, String password) throws ArchiveException {
        put(Map.of(FILE + name, file, PASSWORD + name, password.getBytes(StandardCharsets.UTF_8)));
    }

    /// Forgets a file and its password.
    public void forget(String name) throws ArchiveException {
        put(Map.of(FILE + name, new byte[0], PASSWORD + name, new byte[0]));
    }

    private void put(Map<String, byte[]> secrets) throws ArchiveException {
        try {
            keyring.putSecrets(secrets);
        } catch (IOException e) {
            throw new ArchiveException("the keyring cannot be written: " + e.getMessage(), true, e);
        }
    }

    /// The keys of a file; empty where the keyring does not have it, as one from a backup may not.
    ///
    /// @throws IllegalArgumentException where it cannot be opened
    public Optional<List<EscrowKey>> open(String name) {
        String password = keyring.secret(PASSWORD + name)
                .map(octets -> new String(octets, StandardCharsets.UTF_8))
                .orElse("");
        return keyring.secret(FILE + name).map(file -> EscrowFile.open(file, password));
    }

    /// Whether the keyring has the file.
    public boolean has(String name) {
        return keyring.secret(FILE + name).isPresent();
    }
}
