package io.carteggio.server.web.page;

import io.carteggio.server.web.page.LetterView.Moment;
import java.util.List;
import java.util.Optional;

/// The journaling agent's reports that are not delivered.
///
/// @param says how many there are, in words
/// @param chips by what the list can be narrowed
/// @param again whether any of all is there to be sent again
/// @param later the address of the next page
public record ReportsView(
        String says,
        List<Mailbox> mailboxes,
        List<Chip> chips,
        List<Row> rows,
        boolean again,
        Optional<String> later,
        Optional<String> fault) {
    /// What is queued for a mailbox, and whether it is in the way.
    ///
    /// @param trouble its word, where it is
    /// @param answer the last answer, as it was given
    public record Mailbox(
            String address,
            Optional<String> trouble,
            Optional<Moment> since,
            Optional<String> answer,
            String waiting,
            String returned,
            String dead,
            Optional<Moment> oldest,
            Optional<Moment> next) {}

    /// Reports of one state.
    public record Chip(String label, String count, String url, boolean chosen) {}

    /// A report.
    ///
    /// @param kept whether it waits for somebody
    /// @param answer what was said last, as it was given
    public record Row(
            long id,
            String state,
            String says,
            String mailbox,
            String rules,
            String size,
            Moment queued,
            Optional<Moment> next,
            boolean kept,
            Optional<String> answer) {}

    public ReportsView {
        mailboxes = List.copyOf(mailboxes);
        chips = List.copyOf(chips);
        rows = List.copyOf(rows);
    }

    /// Whether nothing is undelivered and no mailbox in the way.
    public boolean isEmpty() {
        return mailboxes.isEmpty() && rows.isEmpty();
    }

    /// Whether some of those that are shown can be sent again.
    public boolean choosable() {
        return rows.stream().anyMatch(Row::kept);
    }
}
