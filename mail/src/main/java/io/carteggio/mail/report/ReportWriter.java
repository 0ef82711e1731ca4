package io.carteggio.mail.report;

import io.carteggio.mail.Address;
import io.carteggio.mail.Concatenation;
import io.carteggio.mail.Content;
import io.carteggio.mail.Envelope;
import io.carteggio.mail.OctetSearch;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.mime.HeaderField;
import io.carteggio.mail.mime.HeaderText;
import io.carteggio.mail.mime.LetterHeader;
import io.carteggio.mail.mime.LetterReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/// Writes journal reports in the form of Exchange Online (MS-XJRNL; JOURNAL-FORMATS 2.4), so that every archive that
/// understands those takes ours. The original stands in it octet for octet.
///
/// Nothing that a stranger chose can add a line: in the subject, in addresses and in identifiers every control
/// character is a blank. What only Exchange can say (`X-OriginatorOrg` and the like) is not said. Safe for many threads
/// if the source of random names is.
public final class ReportWriter {
    /// A line of a mail, without its CRLF (RFC 5322, 2.1.1).
    private static final int LINE_OCTETS = 998;

    /// What encoders are asked to stay below (RFC 2045, 6.7).
    private static final int QUOTED_LINE = 76;

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM uuuu HH:mm:ss xx", Locale.ENGLISH);

    private static final String CRLF = "\r\n";

    private final Address sender;
    private final String host;
    private final Supplier<UUID> names;
    private final Seal seal;

    /// Lets the agent know its own reports again where they pass it.
    @FunctionalInterface
    public interface Seal {
        /// What stands in [#MARK].
        ///
        /// @param messageId of the report
        /// @param body the sum of all that stands behind its header
        String of(String messageId, Sha256 body);
    }

    /// The header field with a report's seal.
    public static final String MARK = "X-Journal-Mark";

    /// @param sender who stands in `Sender:`: the agent's own address
    /// @param host this system's name
    /// @param names a name for each report and each delimiter, never the same again
    public ReportWriter(Address sender, String host, Supplier<UUID> names, Seal seal) {
        this.sender = sender;
        this.host = host;
        this.names = names;
        this.seal = seal;
    }

    /// What a report tells besides the original.
    ///
    /// @param envelope who really sent and got it
    /// @param at when it is journaled
    /// @param rules the names of the rules because of which it is
    /// @param clear what of a protected original could be read, as a mail of its own
    /// @param decryption what came of decrypting it, for a person; absent where nobody tried
    public record Facts(
            Envelope envelope, Instant at, List<String> rules, Optional<Content> clear, Optional<String> decryption) {
        public Facts {
            rules = List.copyOf(rules);
        }

        public Facts(Envelope envelope, Instant at, List<String> rules) {
            this(envelope, at, rules, Optional.empty(), Optional.empty());
        }
    }

    /// What a mail needs of whoever carries it further (RFC 6152, RFC 3030).
    public enum Octets {
        SEVEN_BIT,
        EIGHT_BIT,
        BINARY
    }

    /// A report that was written.
    ///
    /// @param messageId its own, without angle brackets
    /// @param content all of it
    /// @param needs what the original, and the clear copy, need of the way
    public record Written(String messageId, Content content, Octets needs) {}

    /// Writes one.
    ///
    /// @param original must stay readable for as long as the report is
    /// @throws IOException where the original cannot be read
    public Written write(Facts facts, Content original) throws IOException {
        LetterHeader header = LetterReader.header(original);
        Optional<String> parent = header.messageId().map(HeaderText::oneLine).filter(id -> !id.isBlank());
        String reportId = names.get() + "@journal.report.generator";
        String boundary = boundary(facts, original);
        Octets needs = octets(original);
        Octets clearNeeds = facts.clear().isPresent() ? octets(facts.clear().get()) : Octets.SEVEN_BIT;
        List<Content> body = body(facts, original, header, parent, boundary, needs);
        StringBuilder head = new StringBuilder(2_000);
        field(head, "Content-Type", "multipart/mixed;" + CRLF + "\tboundary=\"" + boundary + "\"");
        field(head, "Subject", HeaderText.encoded(header.subject().orElse("")));
        copy(head, "To", header);
        if (!copy(head, "From", header)) {
            field(head, "From", "<" + printable(sender) + ">");
        }
        field(head, "MIME-Version", "1.0");
        field(head, "Sender", CRLF + "\t<" + printable(sender) + ">");
        field(head, "Message-ID", "<" + reportId + ">");
        field(head, "Date", DATE.format(facts.at().atOffset(ZoneOffset.UTC)));
        field(head, "X-MS-PublicTrafficType", "Email");
        field(head, "X-MS-Journal-Report", "");
        parent.filter(id -> HeaderText.isPlain(id) && id.length() < LINE_OCTETS - 10)
                .ifPresent(id -> field(head, "X-MS-Exchange-Parent-Message-Id", CRLF + "\t<" + id + ">"));
        field(head, "Auto-Submitted", "auto-generated");
        field(head, "X-MS-Exchange-Generated-Message-Source", "Journal Agent");
        field(head, "X-MS-TrafficTypeDiagnostic", HeaderText.oneLine(host) + ":JournalingReport");
        facts.rules().forEach(rule -> field(head, "X-Journal-Rule", HeaderText.encoded(rule)));
        field(
                head,
                "X-Journal-Envelope-From",
                HeaderText.encoded(
                        "<" + facts.envelope().sender().map(Address::raw).orElse("") + ">"));
        field(head, "X-Journal-Digest", "sha-256=" + Sha256.of(original));
        facts.decryption().ifPresent(what -> field(head, "X-Journal-Decryption", HeaderText.encoded(what)));
        field(head, MARK, seal.of(reportId, Sha256.of(new Concatenation(body))));
        head.append(CRLF);
        body.addFirst(text(head));
        return new Written(reportId, new Concatenation(body), needs.compareTo(clearNeeds) < 0 ? clearNeeds : needs);
    }

    private static List<Content> body(
            Facts facts, Content original, LetterHeader header, Optional<String> parent, String boundary, Octets needs)
            throws IOException {
        String envelope = envelopePart(facts.envelope(), header.subject().orElse(""), parent);
        boolean plain = envelope.lines().allMatch(line -> HeaderText.isPlain(line) && line.length() <= LINE_OCTETS);
        boolean eight = !plain && needs != Octets.SEVEN_BIT && hasShortLines(envelope);
        StringBuilder before = new StringBuilder(1_000);
        before.append("--").append(boundary).append(CRLF);
        field(before, "Content-Type", "text/plain; charset=\"" + (plain ? "us-ascii" : "utf-8") + "\"");
        field(before, "Content-Transfer-Encoding", plain ? "7bit" : eight ? "8bit" : "quoted-printable");
        before.append(CRLF)
                .append(plain || eight ? envelope : quotedPrintable(envelope))
                .append(CRLF);
        part(before, boundary, needs);
        List<Content> body = new ArrayList<>();
        body.add(text(before));
        body.add(original);
        if (facts.clear().isPresent()) {
            StringBuilder between = new StringBuilder(CRLF);
            part(between, boundary, octets(facts.clear().get()));
            body.add(text(between));
            body.add(facts.clear().get());
        }
        body.add(text(new StringBuilder(CRLF + "--" + boundary + "--" + CRLF)));
        return body;
    }

    private static void part(StringBuilder out, String boundary, Octets needs) {
        out.append("--").append(boundary).append(CRLF);
        field(out, "Content-Type", "message/rfc822");
        switch (needs) {
            case SEVEN_BIT -> {}
            case EIGHT_BIT -> field(out, "Content-Transfer-Encoding", "8bit");
            case BINARY -> field(out, "Content-Transfer-Encoding", "binary");
        }
        out.append(CRLF);
    }

    private static Content text(StringBuilder text) {
        byte[] octets = text.toString().getBytes(StandardCharsets.UTF_8);
        return Content.owning(octets, octets.length);
    }

    private static void field(StringBuilder out, String name, String value) {
        out.append(name)
                .append(value.startsWith(CRLF) ? ":" : ": ")
                .append(value)
                .append(CRLF);
    }

    /// Copies an address field of the original for whoever looks at the report; nothing is ever decided by it. One
    /// that could not stand in a header of ours is left out.
    private static boolean copy(StringBuilder out, String name, LetterHeader header) {
        Optional<String> value = header.first(name)
                .map(HeaderField::raw)
                .map(HeaderText::oneLine)
                .filter(raw -> !raw.isBlank() && HeaderText.isPlain(raw))
                .flatMap(ReportWriter::folded);
        value.ifPresent(folded -> field(out, name, folded));
        return value.isPresent();
    }

    /// The value in lines of 78 characters where it has blanks to break at; empty where a line would be too long.
    private static Optional<String> folded(String value) {
        StringBuilder folded = new StringBuilder(value.length() + 16);
        int line = 10;
        for (String word : value.split("(?<! ) ", -1)) {
            if (word.length() > LINE_OCTETS - 10) {
                return Optional.empty();
            }
            if (folded.isEmpty()) {
                folded.append(word);
            } else if (line + 1 + word.length() > 78 && !word.isBlank()) {
                folded.append(CRLF).append(' ').append(word);
                line = 0;
            } else {
                folded.append(' ').append(word);
            }
            line += 1 + word.length();
        }
        return Optional.of(folded.toString());
    }

    /// The envelope in the grammar of MS-XJRNL 2.1: a line each, never folded. Without a Message-ID its line is
    /// missing.
    private static String envelopePart(Envelope envelope, String subject, Optional<String> messageId) {
        StringBuilder text = new StringBuilder(500);
        line(text, "Sender", envelope.sender().map(ReportWriter::written).orElse("<>"));
        envelope.onBehalfOf().ifPresent(of -> line(text, "On-Behalf-Of", written(of)));
        line(text, "Subject", HeaderText.oneLine(subject).strip());
        messageId.ifPresent(id -> line(text, "Message-Id", "<" + id + ">"));
        for (Recipient recipient : envelope.recipients()) {
            String role = recipient.role().word();
            StringBuilder value = new StringBuilder(written(recipient.address()));
            recipient.expanded().ifPresent(group -> value.append(", Expanded: ").append(written(group)));
            if (recipient.expanded().isEmpty()) { // the grammar has room for one of both
                recipient
                        .forwarded()
                        .ifPresent(mailbox -> value.append(", Forwarded: ").append(written(mailbox)));
            }
            line(text, Character.toUpperCase(role.charAt(0)) + role.substring(1), value.toString());
        }
        return text.toString();
    }

    private static void line(StringBuilder out, String name, String value) {
        out.append(name).append(": ").append(value).append(CRLF);
    }

    private static String written(Address address) {
        return HeaderText.oneLine(address.raw());
    }

    private static String printable(Address address) {
        String raw = written(address);
        return HeaderText.isPlain(raw) ? raw : "postmaster";
    }

    private static boolean hasShortLines(String text) {
        return text.lines().allMatch(line -> line.getBytes(StandardCharsets.UTF_8).length <= LINE_OCTETS);
    }

    /// Text in lines of CRLF as quoted-printable (RFC 2045, 6.7), not base64: archives are known that look for the
    /// lines of this part as they stand in the mail (JOURNAL-FORMATS 2.9).
    static String quotedPrintable(String text) {
        StringBuilder out = new StringBuilder(text.length() + 64);
        int column = 0;
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < octets.length; i++) {
            int c = octets[i] & 0xff;
            if (c == '\r' && i + 1 < octets.length && octets[i + 1] == '\n') {
                out.append(CRLF);
                column = 0;
                i++;
                continue;
            }
            boolean atEnd = i + 1 == octets.length || octets[i + 1] == '\r';
            boolean bare = (c > ' ' && c < 0x7f && c != '=') || (c == ' ' && !atEnd);
            int width = bare ? 1 : 3;
            if (column + width > QUOTED_LINE - (atEnd ? 0 : 1)) {
                out.append('=').append(CRLF);
                column = 0;
            }
            if (bare) {
                out.append((char) c);
            } else {
                out.append('=').append(hex(c >> 4)).append(hex(c & 15));
            }
            column += width;
        }
        return out.toString();
    }

    private static char hex(int digit) {
        return "0123456789ABCDEF".charAt(digit);
    }

    /// A delimiter that stands in neither of the mails.
    private String boundary(Facts facts, Content original) throws IOException {
        while (true) {
            String boundary = "_" + names.get() + "_";
            if (!has(original, boundary)
                    && (facts.clear().isEmpty() || !has(facts.clear().get(), boundary))) {
                return boundary;
            }
        }
    }

    private static boolean has(Content mail, String text) throws IOException {
        byte[] wanted = text.getBytes(StandardCharsets.US_ASCII);
        byte[] buffer = new byte[64 * 1024];
        int end = 0;
        try (InputStream in = mail.open()) {
            for (int n = in.read(buffer); n > 0; n = in.read(buffer, end, buffer.length - end)) {
                end += n;
                if (indexOf(buffer, end, wanted) >= 0) {
                    return true;
                }
                int kept = Math.min(end, wanted.length - 1);
                System.arraycopy(buffer, end - kept, buffer, 0, kept);
                end = kept;
            }
        }
        return false;
    }

    private static int indexOf(byte[] octets, int end, byte[] wanted) {
        int last = end - wanted.length;
        int at = last < 0 ? -1 : OctetSearch.indexOf(octets, 0, last + 1, wanted[0]);
        while (at >= 0) {
            if (Arrays.equals(octets, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at;
            }
            at = at == last ? -1 : OctetSearch.indexOf(octets, at + 1, last + 1, wanted[0]);
        }
        return -1;
    }

    /// What a mail needs of the way: lines of more than 998 octets count as short ones, since they are common and
    /// travel well.
    public static Octets octets(Content mail) throws IOException {
        boolean eight = false;
        int before = '\n';
        byte[] buffer = new byte[64 * 1024];
        try (InputStream in = mail.open()) {
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                for (int i = 0; i < n; i++) {
                    int c = buffer[i];
                    if (c == 0 || (c == '\n') != (before == '\r')) {
                        return Octets.BINARY;
                    }
                    eight |= c < 0;
                    before = c;
                }
            }
        }
        return before == '\r' ? Octets.BINARY : eight ? Octets.EIGHT_BIT : Octets.SEVEN_BIT;
    }
}
