/// Who looks after the archive while nobody looks: metrics, alarms, the canary. Start at [Watch].
///
/// Nothing here stops the archive or makes mail wait: what happens is noted in memory, and threads of its own
/// write and send. Safe for many threads.
@NullMarked
package io.carteggio.server.watch;

import org.jspecify.annotations.NullMarked;
