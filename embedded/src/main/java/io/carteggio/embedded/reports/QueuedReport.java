package io.carteggio.embedded.reports;

import io.carteggio.mail.Address;
import io.carteggio.mail.report.ReportWriter.Octets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A report, or the notice of one, in the queue.
///
/// @param id names it for good
/// @param notice whether it is a notice that a report could not be delivered (NDR), on its way to the alternate mailbox
/// @param mailbox where it goes
/// @param alternate where a notice of it goes where it does not reach the mailbox; none for notices
/// @param rules the names of the rules because of which it was made
/// @param reportId the report's Message-ID, without angle brackets; of a notice: that of its report
/// @param needs what it needs of the way
/// @param queued since when it is tried
/// @param attempts how often it was
/// @param next when it is tried next
/// @param last the last answer, or why there was none
/// @param remote who gave it
public record QueuedReport(
        long id,
        State state,
        boolean notice,
        Address mailbox,
        Optional<Address> alternate,
        List<String> rules,
        String reportId,
        Octets needs,
        long sizeBytes,
        Instant queued,
        int attempts,
        Instant next,
        Optional<String> last,
        Optional<String> remote) {
    /// How far it is.
    public enum State {
        /// Written, while it is not yet sure that its message goes on.
        PENDING,
        /// To be delivered.
        WAITING,
        /// It did not reach its mailbox, and the alternate mailbox has it. It is kept, to be sent again.
        RETURNED,
        /// It reached neither its mailbox nor an alternate one. It is kept, to be sent again.
        DEAD;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public QueuedReport {
        rules = List.copyOf(rules);
    }

    QueuedReport as(State other) {
        return new QueuedReport(
                id, other, notice, mailbox, alternate, rules, reportId, needs, sizeBytes, queued, attempts, next, last,
                remote);
    }

    /// What is known of a report before it is queued.
    public record Draft(
            boolean notice,
            Address mailbox,
            Optional<Address> alternate,
            List<String> rules,
            String reportId,
            Octets needs) {
        public Draft {
            rules = List.copyOf(rules);
        }
    }
}
