/// What a mail system says to a filter beside it, and what it hears (the milter protocol of Sendmail, version 6, as
/// Postfix speaks it), without a socket. Start at [MilterCommand].
///
/// There is no standard. What is here was taken from Sendmail's `mfdef.h` and Postfix's `MILTER_README`, and is
/// what both send. Immutable values; safe for many threads.
@NullMarked
package io.carteggio.mail.milter;

import org.jspecify.annotations.NullMarked;
