/// The built-in journaling mailbox: SMTP over sockets. Start at [SmtpServer]; what is kept and how is behind
/// [JournalMailbox].
///
/// What to say is decided in `io.carteggio.mail.smtp`; here bytes move, time is kept, and limits on connections
/// hold. A mail is acknowledged only when [JournalMailbox.Reception#keep] has returned. Nothing here looks into a
/// mail, and nothing here relays. One thread serves one connection; [SmtpServer] is safe for many
/// threads, a [SmtpClient] belongs to one.
@NullMarked
package io.carteggio.server.smtp;

import org.jspecify.annotations.NullMarked;
