/// Whose an address is, and since when. Start at [Directory].
///
/// The acts of all time are told, one [io.carteggio.archive.entry.Change] after the other, to a roll; a
/// [Directory] is what it says at one moment. Changes by hand are made by [Registrar], those of a
/// synchronisation are worked out by `archive.synchronisation`; both go through [People#change], so that what
/// is decided still holds when it is kept.
///
/// Nothing is filed here: who owns a letter is asked at each query, from the addresses in its envelope and the
/// instant that the letter is vouched for. Values are immutable; [People] is safe for many threads.
@NullMarked
package io.carteggio.archive.attribution;

import org.jspecify.annotations.NullMarked;
