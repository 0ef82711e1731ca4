/// What a frame says: an [ArrivalEntry] for a mail that came in, an [Act] for what an administrator did.
///
/// These values are written into the vault by [EntryCodec] and are all that the catalogue is made from:
/// whatever is not in here cannot be rebuilt. Pure values, safe everywhere.
@NullMarked
package io.carteggio.archive.entry;

import org.jspecify.annotations.NullMarked;
