package io.carteggio.archive.catalogue;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Kept;
import java.util.Optional;

/// Gives frames of the vault by their number: all that the catalogue asks of it.
@FunctionalInterface
public interface Frames {
    /// Empty where there is no such frame, or where it is damaged.
    Optional<Kept> frame(long number) throws ArchiveException;
}
