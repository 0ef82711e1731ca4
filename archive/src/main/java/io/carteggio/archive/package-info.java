/// The heart of the archive: what a letter is, how it comes in, whose it is, who may see it.
///
/// Start at [io.carteggio.archive.intake.Intake] (the one way in) and [io.carteggio.archive.access.Reading] (the one
/// way out). Nothing here opens a socket, a database or an index: those are drivers behind the interfaces
/// [io.carteggio.archive.vault.Vault], [io.carteggio.archive.catalogue.Catalogue] and
/// [io.carteggio.archive.search.SearchIndex].
@NullMarked
package io.carteggio.archive;

import org.jspecify.annotations.NullMarked;
