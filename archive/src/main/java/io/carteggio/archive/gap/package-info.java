/// Reports that are known to be missing. Start at [Gaps].
///
/// A gap is opened by a notice alone (a journal report came back without its original) and closed by an act
/// alone, so a rebuild finds the same ones. Safe for many threads.
@NullMarked
package io.carteggio.archive.gap;

import org.jspecify.annotations.NullMarked;
