/// Mailboxes by IMAP. Start at [ImapProtocol].
@NullMarked
package io.carteggio.server.fetch.imap;

import org.jspecify.annotations.NullMarked;
