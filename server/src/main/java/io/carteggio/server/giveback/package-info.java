/// Bringing a letter back to a mailbox of who may read it: sent with the original attached, or put there as it is.
/// Start at [io.carteggio.server.giveback.GiveBack].
@NullMarked
package io.carteggio.server.giveback;

import org.jspecify.annotations.NullMarked;
