/// What the archive does by itself, again and again. Start at [Jobs]; a [Job] is what runs, a [Schedule]
/// says when.
///
/// One virtual thread looks what is due; each run has one of its own. A job never runs twice at once.
@NullMarked
package io.carteggio.server.jobs;

import org.jspecify.annotations.NullMarked;
