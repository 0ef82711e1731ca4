package io.carteggio.archive.synchronisation;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.entry.Act;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The directories that people are synchronised with, as all acts so far have made them. Safe for many
/// threads.
public final class Syncs {
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N}._-]{0,63}");

    private final Map<String, Sync> byName = new LinkedHashMap<>();

    /// One of them.
    ///
    /// @param protocol `csv`, `ldap`, `graph`
    /// @param settings by name, as the protocol understands them
    public record Sync(String name, String protocol, Map<String, String> settings) {
        /// Whom it is about.
        ///
        /// @throws IllegalArgumentException where they make no sense
        public Rules rules() {
            return Rules.of(settings);
        }
    }

    /// Takes an act into account. Others are ignored.
    public synchronized void apply(Act act) {
        if (act instanceof Act.SyncSet a) {
            byName.put(a.name(), new Sync(a.name(), a.protocol(), a.settings()));
        } else if (act instanceof Act.SyncRemoved a) {
            byName.remove(a.name());
        }
    }

    public synchronized List<Sync> all() {
        return List.copyOf(byName.values());
    }

    public synchronized Optional<Sync> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /// Adds one.
    ///
    /// @throws IllegalArgumentException where the name is taken or none
    public void add(Acts acts, String by, Sync sync) throws ArchiveException {
        if (!NAME.matcher(sync.name()).matches()) {
            throw new IllegalArgumentException(
                    "a synchronisation's name has 1 to 64 letters, digits and . _ - : '" + sync.name() + "'");
        }
        if (named(sync.name()).isPresent()) {
            throw new IllegalArgumentException("there is a synchronisation named " + sync.name() + " already");
        }
        acts.keep(new Act.SyncSet(acts.now(), by, sync.name(), sync.protocol(), sync.settings()));
    }

    /// Sets one anew.
    ///
    /// @throws IllegalArgumentException where there is none of that name
    public void set(Acts acts, String by, Sync sync) throws ArchiveException {
        known(sync.name());
        acts.keep(new Act.SyncSet(acts.now(), by, sync.name(), sync.protocol(), sync.settings()));
    }

    /// Removes one. The people and groups it brought stay as they are.
    ///
    /// @throws IllegalArgumentException where there is none of that name
    public void remove(Acts acts, String by, String name) throws ArchiveException {
        known(name);
        acts.keep(new Act.SyncRemoved(acts.now(), by, name));
    }

    private void known(String name) {
        if (named(name).isEmpty()) {
            throw new IllegalArgumentException("there is no synchronisation named " + name);
        }
    }
}
