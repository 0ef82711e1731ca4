/// The part of IMAP (RFC 3501, 9051, 2177, 4315, 6851, 2087) that a client needs who fetches and removes
/// mail. Start at [ImapReader], which reads what a server says; [ImapText] and [UidSet] are for what a
/// client says.
///
/// Nothing here knows a socket or a clock. What a server says is taken for hostile: everything has a
/// limit but a mail, whose octets go straight to where the reader of the mail wants them.
@NullMarked
package io.carteggio.mail.imap;

import org.jspecify.annotations.NullMarked;
