package io.carteggio.server.agent;

import io.carteggio.embedded.reports.QueuedReport;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.smtp.Reply;
import java.util.Optional;

/// Gives a report to the journaling mailbox it goes to. Safe for many threads.
interface HandOver {
    /// What came of it.
    sealed interface Answer {
        /// Whoever answers for the mailbox has it.
        record Taken() implements Answer {}

        /// Not now.
        ///
        /// @param said in a line
        /// @param remote who said it
        record Later(Cause cause, String said, Optional<String> remote) implements Answer {}

        /// This mail is refused for good, whatever becomes of others.
        record Never(Reply reply, Optional<String> remote) implements Answer {}
    }

    /// What is in the way.
    enum Cause {
        /// The address is refused: there is no such mailbox, or nobody may write to it.
        REFUSED,
        /// Nobody takes the mail.
        UNREACHABLE,
        /// This mail alone.
        REPORT
    }

    Answer give(QueuedReport report, Content mail);

    /// Asks for a mailbox without a report: whether its address is taken now, as far as that can be known without one.
    ///
    /// @param from who would be the sender; empty for the null sender
    Answer ask(Address mailbox, Optional<Address> from);

    /// How many reports a mailbox is given at a time, at most.
    int atATime(Address mailbox);
}
