package io.carteggio.server.demo;

import io.carteggio.mail.Envelope;
import io.carteggio.mail.Sha256;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// One mail for the journaling address, with what an archive must make of it.
///
/// The octets end every line with CRLF, no line is longer than 998 octets without it (RFC 5321 4.5.3.1.6), and where
/// [#eightBit] they need `BODY=8BITMIME` (RFC 6152).
public final class DemoMail {
    private final String mailFrom;
    private final byte[] report;
    private final Instant sent;
    private final String what;
    private final Expectation expectation;

    DemoMail(String mailFrom, byte[] report, Instant sent, String what, Expectation expectation) {
        this.mailFrom = mailFrom;
        this.report = report;
        this.sent = sent;
        this.what = what;
        this.expectation = expectation;
    }

    /// The reverse path for `MAIL FROM`, without brackets; empty for the null reverse path.
    public String mailFrom() {
        return mailFrom;
    }

    /// The octets to send; a fresh copy.
    public byte[] report() {
        return report.clone();
    }

    /// The number of octets to send.
    public int sizeBytes() {
        return report.length;
    }

    /// When the mail system sent it, never after the firm's "now"; the mails come in the order of these instants.
    public Instant sent() {
        return sent;
    }

    /// What the mail is an example of, one lower-case word of [DemoFirm#KINDS].
    public String what() {
        return what;
    }

    /// What an archive must make of the mail when all mails before it have come in, each once, in order.
    public Expectation expectation() {
        return expectation;
    }

    /// Whether an octet over 127 occurs.
    public boolean eightBit() {
        for (byte b : report) {
            if (b < 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return what + " of " + report.length + " octets, " + expectation.disposition();
    }

    /// The dispositions that occur in the demo (DESIGN 3, P3).
    public enum Disposition {
        LETTERS,
        EVIDENCE,
        NOTICE,
        QUARANTINED
    }

    /// One mail inside the report, exactly as it lies there.
    ///
    /// @param subject as a reader sees it, decoded
    /// @param messageId with angle brackets; empty where the mail has none
    /// @param said the instant of its `Date` field
    /// @param attachments the parts of its own (not of mails inside it) that say
    ///     `Content-Disposition: attachment`, in their order; whole mails (`message/rfc822`) are among them
    public record Original(
            Sha256 sha256,
            long sizeBytes,
            String subject,
            Optional<String> messageId,
            Instant said,
            List<Attachment> attachments) {
        public Original {
            attachments = List.copyOf(attachments);
        }
    }

    /// An attachment as it is once its transfer encoding is undone.
    public record Attachment(String name, String type, long sizeBytes, Sha256 sha256) {}

    /// What must come of a mail.
    ///
    /// @param originals in the order of their parts; empty where there is none or none can be found
    /// @param envelope what the report vouches for; [Envelope#EMPTY] where there is no readable report
    /// @param vouched the instant of the report's `Date` field
    /// @param owners names of the people who held, at `vouched`, the sender's address, the one written for, or
    ///     a recipient's. A list that was expanded or a mailbox that forwarded does not count by itself; where
    ///     somebody holds such an address, it has a line of its own in these reports
    public record Expectation(
            Disposition disposition, List<Original> originals, Envelope envelope, Instant vouched, Set<String> owners) {
        public Expectation {
            originals = List.copyOf(originals);
            owners = Set.copyOf(owners);
        }
    }
}
