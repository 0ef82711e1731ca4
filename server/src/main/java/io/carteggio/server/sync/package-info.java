/// People synchronised with other directories. Start at [SyncJobs]; a [RemoteDirectory] is read by a driver in
/// a package below, what that means for ours is worked out by `archive.synchronisation`.
///
/// A run reads the other directory whole, then decides and keeps all changes at once; one synchronisation never
/// runs twice at a time. Safe for many threads.
@NullMarked
package io.carteggio.server.sync;

import org.jspecify.annotations.NullMarked;
