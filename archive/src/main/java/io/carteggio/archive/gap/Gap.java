package io.carteggio.archive.gap;

import java.time.Instant;
import java.util.Optional;

/// A journal report that was lost on its way: we know that it was, not what was in it.
///
/// @param arrival the number of the notice that tells of it; names it for commands
/// @param source whose report it was, as far as the notice says
/// @param told when the notice came
/// @param reportId the report's own Message-ID, without angle brackets
/// @param messageId the Message-ID of the mail that it reported, without angle brackets
/// @param journaled when the report was made
/// @param recipient whom the report could not be delivered to
/// @param why why the report is not in the notice
public record Gap(
        long arrival,
        String source,
        Instant told,
        Optional<String> reportId,
        Optional<String> messageId,
        Optional<Instant> journaled,
        Optional<String> recipient,
        String why,
        Optional<Closing> closing) {

    /// How it ended.
    ///
    /// @param found the arrival that brought the report, where one did
    public record Closing(Instant at, String by, String reason, Optional<Long> found) {}

    /// By what the missing report is known again: its own Message-ID. Another report of the same mail is not
    /// it, since it may name other recipients. Only where the notice kept no name of the report itself, the
    /// mail's must do.
    Optional<String> name() {
        return reportId.map(Gap::reportName).or(() -> messageId.map(Gap::messageName));
    }

    static String reportName(String id) {
        return "report " + id;
    }

    static String messageName(String id) {
        return "message " + id;
    }
}
