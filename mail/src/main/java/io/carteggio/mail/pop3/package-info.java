/// The part of POP3 (RFC 1939, 2449, 2595, 5034) that a client needs who fetches and removes mail. Start at
/// [Pop3Reader].
///
/// Nothing here knows a socket or a clock. What a server says is taken for hostile: everything has a
/// limit but a mail, whose octets go straight to where the reader of the mail wants them.
@NullMarked
package io.carteggio.mail.pop3;

import org.jspecify.annotations.NullMarked;
