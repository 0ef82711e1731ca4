package io.carteggio.server.secret;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.keys.Keyring;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Secrets in the keyring, sealed under the master key.
///
/// @param prefix whose they are: it stands before each name
public record Sealed(Keyring keyring, String prefix) implements Secrets {
    @Override
    public Optional<String> get(String name) {
        return keyring.secret(prefix + name).map(octets -> new String(octets, StandardCharsets.UTF_8));
    }

    @Override
    public void put(String name, String secret) throws ArchiveException {
        keep(Map.of(name, secret));
    }

    /// The names of those there are.
    public List<String> names() {
        return keyring.secrets().stream()
                .filter(name -> name.startsWith(prefix))
                .map(name -> name.substring(prefix.length()))
                .toList();
    }

    /// Keeps them in place of those of the same names; an empty one is forgotten.
    public void keep(Map<String, String> secrets) throws ArchiveException {
        Map<String, byte[]> sealed = new HashMap<>();
        secrets.forEach((name, secret) -> sealed.put(prefix + name, secret.getBytes(StandardCharsets.UTF_8)));
        try {
            keyring.putSecrets(sealed);
        } catch (IOException e) {
            throw new ArchiveException("the keyring cannot be written: " + e.getMessage(), true, e);
        }
    }

    /// Forgets all of them.
    public void forget() throws ArchiveException {
        Map<String, String> none = new HashMap<>();
        names().forEach(name -> none.put(name, ""));
        if (!none.isEmpty()) {
            keep(none);
        }
    }
}
