package io.carteggio.server.sync;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.synchronisation.Snapshot;
import io.carteggio.server.fetch.Settings;
import io.carteggio.server.secret.Secrets;
import java.util.Set;

/// A kind of directory that people are synchronised with. Safe for many threads.
public interface RemoteDirectory {
    /// Its name in settings: `csv`, `ldap`, `graph`.
    String word();

    /// The names of the settings that it understands.
    Set<String> settings();

    /// Refuses settings that cannot work.
    ///
    /// @throws IllegalArgumentException with a line for people
    void check(Settings settings);

    /// Reads all of it.
    ///
    /// @param name of the synchronisation
    /// @throws ArchiveException where it cannot be read whole: never a part of it
    Snapshot read(String name, Settings settings, Secrets secrets) throws ArchiveException;

    /// Forgets what it keeps of a synchronisation that is no more. Most keep nothing.
    default void forget(String name) throws ArchiveException {}
}
