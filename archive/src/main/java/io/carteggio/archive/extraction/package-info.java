/// The text of attachments: who reads them ([Extractor], a driver's interface), and what follows the index so
/// that each letter's are read, once, in the background ([TextFollower]).
///
/// A letter is found by its own words at once; the words of its attachments follow. How far that has come
/// stands in the index alone, beside the words themselves, so there is nothing else that could disagree with
/// it.
@NullMarked
package io.carteggio.archive.extraction;

import org.jspecify.annotations.NullMarked;
