/// Where a mail waits while it comes in, before it is kept. Start at [Spools].
///
/// Nothing here survives a restart and nothing here is ever acknowledged.
@NullMarked
package io.carteggio.embedded.spool;

import org.jspecify.annotations.NullMarked;
