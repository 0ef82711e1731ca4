/// The program that reads attachments: a process of its own, started and ended by the archive's
/// `io.carteggio.embedded.extraction`. Start at [Main].
///
/// It reads what anybody may have sent with large libraries by others, so it is built to be ended at any
/// instant: it has no network where that can be had, no place to write but memory, and nobody believes what it
/// says (`mail.extract`). It never meets the server's class path.
@NullMarked
package io.carteggio.extract;

import org.jspecify.annotations.NullMarked;
