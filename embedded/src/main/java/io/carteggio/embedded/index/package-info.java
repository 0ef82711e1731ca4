/// The full-text index of one node: Lucene in a folder. Start at [LuceneIndex].
///
/// Holds no text of letters but a line to show; everything in it can be made again from the vault. What a
/// viewer may not see is not merely left out of what she gets, it cannot be asked for: lines of envelopes that
/// not everybody in a letter may see are searched apart from the rest and compared with the viewer's scope one
/// by one ([Envelopes]).
@NullMarked
package io.carteggio.embedded.index;

import org.jspecify.annotations.NullMarked;
