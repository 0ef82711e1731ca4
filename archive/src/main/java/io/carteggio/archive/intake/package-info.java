/// The one way into the archive (P10). Start at [Intake].
///
/// Here a mail as it arrived becomes one frame: unwrapped, its letters told from what is known already, the
/// evidence kept, a disposition given. Nothing here bounces or drops a mail because of what is in it.
@NullMarked
package io.carteggio.archive.intake;

import org.jspecify.annotations.NullMarked;
