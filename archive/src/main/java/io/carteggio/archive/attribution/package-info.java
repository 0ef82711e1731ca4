/// Whose an address is, and since when. Start at [Directory].
///
/// Nothing is filed here: who owns a letter is asked at each query, from the addresses in its envelope and the
/// instant that the letter is vouched for. Values are immutable; [People] is safe for many threads.
@NullMarked
package io.carteggio.archive.attribution;

import org.jspecify.annotations.NullMarked;
