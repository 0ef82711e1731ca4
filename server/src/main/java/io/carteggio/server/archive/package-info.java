/// An archive that is open: everything wired together on one data directory. Start at [Archive].
///
/// The only place that names drivers. What stands in front of it (pages, commands, the listener) sees the heart's own
/// types.
@NullMarked
package io.carteggio.server.archive;

import org.jspecify.annotations.NullMarked;
