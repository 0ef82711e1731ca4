/// The catalogue in one SQLite file. Start at [SqliteCatalogue].
///
/// A projection: with another version of its schema, or broken, it is thrown away and made anew from the vault.
@NullMarked
package io.carteggio.embedded.catalogue;

import org.jspecify.annotations.NullMarked;
