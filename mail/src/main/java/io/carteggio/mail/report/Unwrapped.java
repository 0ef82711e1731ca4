package io.carteggio.mail.report;

import io.carteggio.mail.Content;
import io.carteggio.mail.Envelope;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What a mail turned out to be.
public sealed interface Unwrapped {
    /// A journal report that could be read.
    ///
    /// @param envelope who sent and got the original, as the report says; roles are the report's, not recovered
    /// @param subject the original's subject, decoded by the reporter; empty where there is none
    /// @param messageId the original's Message-ID without angle brackets; empty where there is none
    /// @param label retention label of managed-folder journaling
    /// @param mailbox mailbox of managed-folder journaling
    /// @param sentUtc as written; no certain format is known
    /// @param receivedUtc as written; no certain format is known
    /// @param journaled when the report was made (its `Date:`)
    /// @param reportId the report's own Message-ID without angle brackets; proves nothing
    /// @param parentMessageId the original's Message-ID as the report's header names it, without angle brackets
    /// @param envelopePart the text the envelope was read from, as it stands in the mail, not decoded
    /// @param originals at least one, in their order
    record Report(
            Dialect dialect,
            Envelope envelope,
            Optional<String> subject,
            Optional<String> messageId,
            Optional<String> label,
            Optional<String> mailbox,
            Optional<String> sentUtc,
            Optional<String> receivedUtc,
            Optional<Instant> journaled,
            Optional<String> reportId,
            Optional<String> parentMessageId,
            Content envelopePart,
            List<Original> originals,
            List<Warning> warnings)
            implements Unwrapped {
        public Report {
            originals = List.copyOf(originals);
            warnings = List.copyOf(warnings);
            if (originals.isEmpty()) {
                throw new IllegalArgumentException("a report without an original is unreadable");
            }
        }
    }

    /// A notice that mail could not be delivered (RFC 3464).
    ///
    /// @param returned the mail the notice is about, whole or only its header; empty where the notice carries
    ///     none
    /// @param headersOnly whether `returned` has no body
    /// @param report what is inside where the returned mail is a journal report; the spans of its originals
    ///     count from the beginning of the whole notice
    /// @param gap set where the returned mail was a journal report whose original is not here
    record Ndr(
            DeliveryStatus status,
            Optional<Original> returned,
            boolean headersOnly,
            Optional<Report> report,
            Optional<Gap> gap,
            List<Warning> warnings)
            implements Unwrapped {
        public Ndr {
            warnings = List.copyOf(warnings);
        }
    }

    /// A journal report was lost here: we know that it was, not what was in it (JOURNAL-FORMATS 7.2, step 5).
    ///
    /// @param reportId the report's own Message-ID without angle brackets
    /// @param parentMessageId the original's Message-ID without angle brackets, where the report's header is
    ///     there
    /// @param journaled when the report was made, where its header is there
    record Gap(Optional<String> reportId, Optional<String> parentMessageId, Optional<Instant> journaled, String why) {}

    /// A notice that mail is late (`Action: delayed`) and nothing has failed yet.
    record Delay(DeliveryStatus status) implements Unwrapped {}

    /// A notice that mail was delivered, relayed or expanded, and nothing failed.
    record Delivered(DeliveryStatus status) implements Unwrapped {}

    /// An ordinary mail: neither report nor notice.
    record Plain() implements Unwrapped {
        /// What is said of it where only reports should come.
        public static final String WORDS = "not a journal report";
    }

    /// A mail that has the marker of a journal report and cannot be read as one.
    record Unreadable(String why, List<Warning> warnings) implements Unwrapped {
        public Unreadable {
            warnings = List.copyOf(warnings);
        }
    }
}
