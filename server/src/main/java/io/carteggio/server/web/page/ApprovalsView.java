package io.carteggio.server.web.page;

import java.util.List;
import java.util.Optional;

/// What waits for a second person.
///
/// @param twoPersons whether dangerous acts take two
/// @param approvers who could decide
/// @param past what was decided, used or ran out, newest first
public record ApprovalsView(
        boolean twoPersons, List<String> approvers, List<Row> open, List<Row> past, Optional<String> fault) {
    /// A request.
    ///
    /// @param exactly what is to be done, for who wants to know it exactly
    /// @param own whether it was asked for by who looks
    public record Row(
            String id,
            String state,
            String operation,
            String object,
            String by,
            LetterView.Moment at,
            String reason,
            LetterView.Moment expires,
            String exactly,
            Optional<String> decision,
            boolean own) {}

    public ApprovalsView {
        approvers = List.copyOf(approvers);
        open = List.copyOf(open);
        past = List.copyOf(past);
    }
}
