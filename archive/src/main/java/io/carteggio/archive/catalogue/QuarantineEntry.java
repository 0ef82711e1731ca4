package io.carteggio.archive.catalogue;

import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.vault.Place;

/// An arrival that is kept whole because nobody could read it. An administrator sees envelope and reason, not the
/// mail.
///
/// @param number of the arrival's frame, which names it for commands and pages
public record QuarantineEntry(long number, ArrivalEntry entry, Place whole) {}
