/// The journaling agent: sees the messages of a mail system that has no journaling of its own, makes reports of
/// those that the rules want journaled, and sees to it that they arrive. Start at [JournalAgent].
///
/// In front stand [MilterServer] and, beside the proxy of `server.smtp`, [AgentOnlooker]; behind, reports for this
/// archive go the short way in where their message is sure to go on, all others through a queue ([Deliverer]). What
/// is acknowledged to the mail system is forced to disk.
@NullMarked
package io.carteggio.server.agent;

import org.jspecify.annotations.NullMarked;
