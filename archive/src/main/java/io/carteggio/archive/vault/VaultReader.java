package io.carteggio.archive.vault;

import io.carteggio.archive.ArchiveException;
import io.carteggio.mail.Content;
import java.util.Optional;

/// What can be read of a vault: the vault itself, or frames of it that were read ahead. Safe for many
/// threads.
public interface VaultReader {
    /// The content of a record, unsealed and put together. Not yet compared with the sum that the
    /// manifest has, but authentic: octets that are not what was sealed throw when they are read.
    ///
    /// @throws ArchiveException where there is no such record any more
    Content read(Place place) throws ArchiveException;

    /// A frame by its number; empty where there is none, or where it is damaged.
    Optional<Kept> frame(long number) throws ArchiveException;
}
