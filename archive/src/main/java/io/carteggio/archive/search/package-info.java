/// Finding letters again. Start at [SearchIndex], the driver's interface, and [Query], what a user's text means.
///
/// The index is derived: it follows the catalogue's outbox, may lag, never leads, and nothing is in it that the vault
/// does not have; [IndexCheck] proves it of each letter. A query without a scope cannot be written.
@NullMarked
package io.carteggio.archive.search;

import org.jspecify.annotations.NullMarked;
