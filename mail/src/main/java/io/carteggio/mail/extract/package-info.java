/// What the archive and the program that reads attachments for it say to each other through a pipe: a grammar,
/// as that of SMTP. Start at [ExtractWire].
///
/// The other program reads what anybody may have sent, so what it says is believed no more than a stranger on
/// the network: every length is bounded before anything is read. Nothing here opens a pipe, a file or a
/// process.
@NullMarked
package io.carteggio.mail.extract;

import org.jspecify.annotations.NullMarked;
