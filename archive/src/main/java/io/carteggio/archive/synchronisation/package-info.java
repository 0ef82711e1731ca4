/// The directory brought up to what another directory says: start at [SyncPlan]. A function of both, without
/// I/O: whoever reads the other directory makes a [Snapshot] of it.
///
/// What was decided by hand is never undone, every change is dated at the run's instant, and who is not in a
/// snapshot any more is gone, unless too many would be at once. [Syncs] has the settings, as the acts made
/// them.
@NullMarked
package io.carteggio.archive.synchronisation;

import org.jspecify.annotations.NullMarked;
