package io.carteggio.archive.role;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Change;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// How people want to have what is theirs alone, as all acts so far have it. Safe for many threads.
public final class Preferences {
    /// The language of pages, by its word in BCP 47.
    public static final String LANGUAGE = "language";

    /// Whether a passkey is asked for after a password: `yes`.
    public static final String PASSKEY_AFTER_PASSWORD = "passkey-after-password";

    private record Key(String person, String name) {}

    private final Map<Key, String> values = new HashMap<>(); // guarded by this

    /// Takes an act into account. Acts about other things are ignored.
    public synchronized void apply(Act act) {
        switch (act) {
            case Act.PreferenceSet a -> {
                Key key = new Key(a.person(), a.name());
                if (a.value().isEmpty()) {
                    values.remove(key);
                } else {
                    values.put(key, a.value());
                }
            }
            case Act.DirectoryChanged a ->
                a.changes().forEach(change -> {
                    if (change instanceof Change.Merged(String id, String _)) {
                        values.keySet().removeIf(key -> key.person().equals(id));
                    }
                });
            case Act _ -> {}
        }
    }

    public synchronized Optional<String> get(String person, String name) {
        return Optional.ofNullable(values.get(new Key(person, name)));
    }

    /// Sets how she wants it.
    ///
    /// @param value empty: as if it had never been set
    public void set(Acts acts, String by, String person, String name, String value) throws ArchiveException {
        if (!get(person, name).orElse("").equals(value)) {
            acts.keep(new Act.PreferenceSet(acts.now(), by, person, name, value));
        }
    }
}
