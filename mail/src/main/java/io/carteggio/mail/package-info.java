/// Bytes of mail and the values they stand for. Start at [Content], [Address] and [Envelope].
///
/// Nothing below this package opens a file, a socket or a database: what it reads comes in as [Content] or as a
/// stream, so every part of it is tested with a table of bytes. All types are immutable unless they say
/// otherwise.
@NullMarked
package io.carteggio.mail;

import org.jspecify.annotations.NullMarked;
