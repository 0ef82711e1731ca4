/// Mailboxes by POP3. Start at [Pop3Protocol].
@NullMarked
package io.carteggio.server.fetch.pop3;

import org.jspecify.annotations.NullMarked;
