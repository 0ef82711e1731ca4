/// The ways out of quarantine: read again by today's code and rules, released by a person who looked, or discarded.
/// Start at [Quarantine].
///
/// Nothing that was accepted is taken away here. Each way out is one frame of the vault, which says what has become of
/// the arrival; its octets stay where they are until they are erased. Safe for many threads.
@NullMarked
package io.carteggio.archive.quarantine;

import org.jspecify.annotations.NullMarked;
