/// What is where, whose it is and how it got here: a projection of the vault that can be thrown away and made again.
/// Start at [Catalogue].
///
/// The catalogue never leads: what it says was forced in the vault before. It knows nothing that the vault does not.
@NullMarked
package io.carteggio.archive.catalogue;

import org.jspecify.annotations.NullMarked;
