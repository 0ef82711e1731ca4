package io.carteggio.archive.intake;

import io.carteggio.archive.entry.Provenance;
import io.carteggio.mail.Content;

/// One mail as it came in through one source at one instant.
///
/// @param mail its bytes, whole and untouched; must stay readable until [Intake#take] returns
public record Arrival(Source source, Content mail, Provenance provenance) {}
