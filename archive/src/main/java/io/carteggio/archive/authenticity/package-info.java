/// Whether a mail really came from whom its source expects. Start at [Authenticity].
///
/// Functions of what a source wants, what the listener saw of the connection, and a mail's header; no I/O. The
/// answer is never a reason to bounce a mail: what does not fit goes into quarantine with the reason in words.
/// Safe for many threads.
@NullMarked
package io.carteggio.archive.authenticity;

import org.jspecify.annotations.NullMarked;
