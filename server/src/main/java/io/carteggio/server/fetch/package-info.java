/// Mail from mailboxes on other servers. Start at [RemoteMailbox]: what a protocol offers.
///
/// To add a protocol: write a [MailboxProtocol] with its [RemoteMailbox], and name it in the table of
/// protocols. A driver moves octets and keys. It never decides what becomes of a mail, keeps no state
/// between two openings, takes nothing for archived, and removes only what it is told to: one run does
/// the rest, in the one order that loses nothing.
///
/// A mailbox belongs to one thread, that of its run. What waits in it ends when that thread is interrupted.
@NullMarked
package io.carteggio.server.fetch;

import org.jspecify.annotations.NullMarked;
