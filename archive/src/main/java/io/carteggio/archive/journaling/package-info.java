/// Which messages are journaled, where to, and with which recipients: the journaling agent's rules, as Exchange Online
/// has them, and what they decide (JOURNAL-FORMATS 8). Start at [Decider].
///
/// Decisions are functions of a message's envelope and header, the directory, the rules and an instant. Nothing here
/// sends anything.
@NullMarked
package io.carteggio.archive.journaling;

import org.jspecify.annotations.NullMarked;
