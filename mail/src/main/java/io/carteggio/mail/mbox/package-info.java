/// Mailboxes that are one file (RFC 4155 and what came before it), read and written as streams. Start at [MboxReader]
/// and [MboxWriter].
///
/// An mbox cannot say everything: whether a message ended without a line break is lost. What [MboxWriter] writes comes
/// back byte for byte with its [MboxManifest], which the exporter keeps beside the file; nothing is hidden in messages.
///
/// Never keeps a message in memory, never opens a file. Readers and writers belong to one thread.
@NullMarked
package io.carteggio.mail.mbox;

import org.jspecify.annotations.NullMarked;
