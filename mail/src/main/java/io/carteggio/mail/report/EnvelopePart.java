package io.carteggio.mail.report;

import io.carteggio.mail.Address;
import io.carteggio.mail.Envelope;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import io.carteggio.mail.structure.Field;
import io.carteggio.mail.structure.LineScanner;
import io.carteggio.mail.structure.Structure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Reads the lines of a report's envelope part ([MS-XJRNL] 2.1; tolerance: JOURNAL-FORMATS 2.8, steps 2 to 7).
///
/// Takes the text line by line, so that 100,000 recipients cost their own memory and no more. Belongs to one thread.
final class EnvelopePart {
    /// Recipients of one report; one more makes it unreadable, for to cut recipients off is to lose mail.
    static final int MOST_RECIPIENTS = 100_000;

    private static final int LINE_BYTES = Structure.FIELD_BYTES;
    private static final int LONGEST_NAME = 40;

    private enum Last {
        NOTHING,
        SUBJECT,
        RECIPIENT,
        LIST,
        OTHER
    }

    private final Warnings warnings;
    private final Optional<String> parentMessageId;
    private final Optional<Charset> charset;

    private final List<Recipient> recipients = new ArrayList<>();
    private Optional<String> sender = Optional.empty();
    private Optional<String> onBehalfOf = Optional.empty();
    private Optional<String> subject = Optional.empty();
    private Optional<String> messageId = Optional.empty();
    private Optional<String> label = Optional.empty();
    private Optional<String> mailbox = Optional.empty();
    private Optional<String> sentUtc = Optional.empty();
    private Optional<String> receivedUtc = Optional.empty();

    private Last last = Last.NOTHING;
    private Role listRole = Role.RECIPIENT;
    private final StringBuilder heldRecipient = new StringBuilder(); // a recipient line that may yet be continued
    private boolean holdsRecipient;
    private StringBuilder subjectMore = new StringBuilder();
    private boolean recipientBeforeId;
    private boolean overLimit;
    private int knownLines;

    /// @param charset as the part declares it; empty where octets are to be read as UTF-8, else as windows-1252
    EnvelopePart(Warnings warnings, Optional<String> parentMessageId, Optional<Charset> charset) {
        this.warnings = warnings;
        this.parentMessageId = parentMessageId;
        this.charset = charset;
    }

    /// Reads all lines of the decoded text.
    EnvelopePart read(InputStream text, long expectedBytes) throws IOException {
        LineScanner lines = new LineScanner(text, 0, expectedBytes);
        StringBuilder long_ = new StringBuilder();
        boolean cut = false;
        while (lines.next() && !overLimit) {
            String octets = lines.latin1(0, lines.textLength());
            if (lines.wholeLine()) {
                line(octets);
                continue;
            }
            if (lines.startsLine()) {
                long_.setLength(0);
                cut = false;
            }
            if (long_.length() + octets.length() <= LINE_BYTES) {
                long_.append(octets);
            } else if (!cut) {
                cut = true;
                warnings.add(Warning.Code.OVER_LIMIT, "a line of the envelope part was cut");
            }
            if (lines.endsLine()) {
                line(long_.toString());
            }
        }
        endHeld();
        check();
        return this;
    }

    /// Whether anything of the grammar was there.
    boolean anything() {
        return knownLines > 0;
    }

    boolean tooManyRecipients() {
        return overLimit;
    }

    Envelope envelope() {
        return new Envelope(sender.flatMap(s -> address(s)), onBehalfOf.flatMap(s -> address(s)), recipients);
    }

    Optional<String> subject() {
        return subject.map(s -> s + subjectMore).filter(s -> !s.isBlank());
    }

    Optional<String> messageId() {
        return messageId.filter(s -> !s.isEmpty());
    }

    Optional<String> label() {
        return label;
    }

    Optional<String> mailbox() {
        return mailbox;
    }

    Optional<String> sentUtc() {
        return sentUtc;
    }

    Optional<String> receivedUtc() {
        return receivedUtc;
    }

    private void line(String octets) {
        // A lone CR ends a line too: were it kept, a person reading the evidence would see two lines and we
        // one.
        int start = 0;
        for (int cr = octets.indexOf('\r'); cr >= 0; cr = octets.indexOf('\r', start)) {
            textLine(octets.substring(start, cr));
            start = cr + 1;
        }
        textLine(octets.substring(start));
    }

    private void textLine(String octets) {
        String line = clean(
                charset.isPresent()
                        ? new String(octets.getBytes(StandardCharsets.ISO_8859_1), charset.get())
                        : Field.text(octets));
        if (line.isBlank()) {
            endHeld();
            last = Last.NOTHING;
            return;
        }
        boolean folded = line.charAt(0) == ' ' || line.charAt(0) == '\t';
        if (last == Last.LIST && (folded || line.indexOf('@') >= 0) && !known(line)) {
            listed(line);
            return;
        }
        if (!folded) {
            int colon = nameLength(line);
            if (colon > 0) {
                String value = line.substring(colon + 1).strip();
                if (field(line.substring(0, colon).toLowerCase(Locale.ROOT), value)) {
                    knownLines++;
                    return;
                }
            }
        }
        continued(line, folded);
    }

    private static String clean(String line) {
        String clean = line.indexOf('\0') >= 0 ? line.replace("\0", "") : line;
        clean = clean.startsWith("\uFEFF") ? clean.substring(1) : clean;
        return clean.stripTrailing();
    }

    /// Length of `[A-Za-z][A-Za-z-]*` before a colon; 0 where there is no such name.
    private static int nameLength(String line) {
        int limit = Math.min(line.length(), LONGEST_NAME);
        for (int i = 0; i < limit; i++) {
            char c = line.charAt(i);
            if (c == ':') {
                return i;
            }
            if (!isLetter(c) && (c != '-' || i == 0)) {
                return 0;
            }
        }
        return 0;
    }

    private static boolean isLetter(char c) {
        char lower = (char) (c | 0x20);
        return lower >= 'a' && lower <= 'z';
    }

    private static boolean known(String line) {
        int colon = nameLength(line);
        return colon > 0
                && switch (line.substring(0, colon).toLowerCase(Locale.ROOT)) {
                    case "sender", "on-behalf-of", "subject", "message-id", "label", "mailbox" -> true;
                    case "sentutc", "receivedutc", "to", "cc", "bcc", "recipient", "recipients" -> true;
                    default -> false;
                };
    }

    private boolean field(String name, String value) {
        switch (name) {
            case "sender" -> sender = once("Sender", sender, value);
            case "on-behalf-of" -> onBehalfOf = once("On-Behalf-Of", onBehalfOf, value);
            case "subject" -> {
                boolean first = subject.isEmpty();
                subject = once("Subject", subject, value);
                last = first ? Last.SUBJECT : Last.OTHER;
                return true;
            }
            case "message-id" -> messageId(value);
            case "label" -> label = once("Label", label, value);
            case "mailbox" -> mailbox = once("Mailbox", mailbox, value);
            case "sentutc" -> sentUtc = once("SentUtc", sentUtc, value);
            case "receivedutc" -> receivedUtc = once("ReceivedUtc", receivedUtc, value);
            case "to" -> held(Role.TO, value);
            case "cc" -> held(Role.CC, value);
            case "bcc" -> held(Role.BCC, value);
            case "recipient" -> held(Role.RECIPIENT, value);
            case "recipients" -> {
                endHeld();
                last = Last.LIST;
                if (!value.isEmpty()) {
                    listed(value);
                }
                return true;
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private Optional<String> once(String name, Optional<String> before, String value) {
        endHeld();
        last = Last.OTHER;
        if (before.isPresent()) {
            warnings.add(Warning.Code.SUSPECT_ENVELOPE, "a second " + name + ": " + value);
            return before;
        }
        return Optional.of(value);
    }

    private void messageId(String value) {
        endHeld();
        last = Last.OTHER;
        recipientBeforeId |= !recipients.isEmpty();
        String id = unbracketed(value);
        if (messageId.isPresent()) {
            warnings.add(Warning.Code.SUSPECT_ENVELOPE, "a second Message-Id: " + value);
            // A smuggled line comes from the subject and stands first; the report's header knows the true one.
            if (parentMessageId.equals(Optional.of(id))) {
                messageId = parentMessageId;
            }
            return;
        }
        messageId = Optional.of(id);
    }

    private void held(Role role, String value) {
        endHeld();
        last = Last.RECIPIENT;
        listRole = role;
        heldRecipient.setLength(0);
        heldRecipient.append(value);
        holdsRecipient = true;
    }

    /// A line that the grammar does not know.
    private void continued(String line, boolean folded) {
        if (last == Last.SUBJECT) {
            // Where the original's subject had a line break in it, or the reporter folded it.
            if (subjectMore.length() < LINE_BYTES) {
                subjectMore.append(folded ? "" : " ").append(line);
            }
            warnings.add(Warning.Code.FOLDED_LINE, "Subject goes on: " + line.strip());
        } else if (folded && last == Last.RECIPIENT && holdsRecipient && heldRecipient.length() < LINE_BYTES) {
            heldRecipient.append(line);
            warnings.add(Warning.Code.FOLDED_LINE, "recipient goes on: " + line.strip());
        } else {
            endHeld();
            warnings.add(Warning.Code.UNKNOWN_LINE, line.strip());
        }
    }

    private void endHeld() {
        if (holdsRecipient) {
            holdsRecipient = false;
            recipient(listRole, heldRecipient.toString());
        }
    }

    /// The list of the 2003 dialect: one or several a line, `;` between them, `(To)` behind where it is known.
    private void listed(String line) {
        for (String item : splitOutsideQuotes(line)) {
            String value = item.strip();
            if (value.isEmpty()) {
                continue;
            }
            Role role = Role.RECIPIENT;
            String lower = value.toLowerCase(Locale.ROOT);
            for (Role suffix : List.of(Role.TO, Role.CC, Role.BCC)) {
                String mark = "(" + suffix.word() + ")";
                if (lower.endsWith(mark)) {
                    role = suffix;
                    value = value.substring(0, value.length() - mark.length()).strip();
                }
            }
            recipient(role, value);
        }
    }

    private static List<String> splitOutsideQuotes(String line) {
        List<String> items = new ArrayList<>();
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted) {
                i++;
            } else if (c == ';' && !quoted) {
                items.add(line.substring(start, i));
                start = i + 1;
            }
        }
        items.add(line.substring(start));
        return items;
    }

    private void recipient(Role role, String value) {
        List<Redirection> redirections = redirections(value, quotesAreClosed(value));
        String own = redirections.isEmpty()
                ? value
                : value.substring(0, redirections.getFirst().comma());
        Optional<Address> address = address(own);
        if (address.isEmpty()) {
            warnings.add(Warning.Code.ODD_ADDRESS, "a recipient without an address: " + value);
            return;
        }
        if (address.get().raw().indexOf('@') < 0) {
            warnings.add(Warning.Code.ODD_ADDRESS, value);
        }
        List<Address> expanded = new ArrayList<>();
        List<Address> forwarded = new ArrayList<>();
        for (int i = 0; i < redirections.size(); i++) {
            Redirection redirection = redirections.get(i);
            int end = i + 1 < redirections.size() ? redirections.get(i + 1).comma() : value.length();
            address(value.substring(redirection.value(), end))
                    .ifPresentOrElse(
                            (redirection.expanded() ? expanded : forwarded)::add,
                            () -> warnings.add(Warning.Code.ODD_ADDRESS, "a redirection names nobody"));
        }
        int rows = Math.max(1, Math.max(expanded.size(), forwarded.size()));
        if (rows > 1) {
            warnings.add(Warning.Code.CHAINED_REDIRECTION, value);
        }
        for (int row = 0; row < rows; row++) {
            if (recipients.size() >= MOST_RECIPIENTS) {
                overLimit = true;
                return;
            }
            recipients.add(new Recipient(role, address.get(), at(expanded, row), at(forwarded, row)));
        }
    }

    private static Optional<Address> at(List<Address> list, int index) {
        return index < list.size() ? Optional.of(list.get(index)) : Optional.empty();
    }

    private record Redirection(int comma, int value, boolean expanded) {}

    private static boolean quotesAreClosed(String value) {
        boolean quoted = false;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted) {
                i++;
            }
        }
        return !quoted;
    }

    /// Finds every `, Expanded:` and `, Forwarded:`.
    private static List<Redirection> redirections(String value, boolean mindQuotes) {
        int first = value.indexOf(',');
        if (first < 0) {
            return List.of();
        }
        List<Redirection> found = new ArrayList<>();
        boolean quoted = false;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (mindQuotes && c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted) {
                i++;
            } else if (c == ',' && !quoted) {
                int word = i + 1;
                while (word < value.length() && (value.charAt(word) == ' ' || value.charAt(word) == '\t')) {
                    word++;
                }
                if (value.regionMatches(true, word, "Expanded:", 0, 9)) {
                    found.add(new Redirection(i, word + 9, true));
                    i = word + 8;
                } else if (value.regionMatches(true, word, "Forwarded:", 0, 10)) {
                    found.add(new Redirection(i, word + 10, false));
                    i = word + 9;
                } else {
                    i = word - 1;
                }
            }
        }
        return found;
    }

    /// `a@b`, `<a@b>`, `Name <a@b>`, `"x, y"@b`; empty for nothing and for the null path `<>`.
    static Optional<Address> address(String value) {
        String text = value.strip();
        if (text.endsWith(">")) {
            int open = -1;
            boolean quoted = false;
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '"') {
                    quoted = !quoted;
                } else if (c == '\\' && quoted) {
                    i++;
                } else if (c == '<' && !quoted) {
                    open = i;
                }
            }
            open = open < 0 ? text.lastIndexOf('<') : open;
            if (open >= 0) {
                text = text.substring(open + 1, text.length() - 1).strip();
            }
        }
        return text.isEmpty() ? Optional.empty() : Optional.of(new Address(text));
    }

    /// A Message-ID without its angle brackets.
    static String unbracketed(String value) {
        String id = value.strip();
        return id.length() >= 2 && id.startsWith("<") && id.endsWith(">")
                ? id.substring(1, id.length() - 1).strip()
                : id;
    }

    private void check() {
        if (recipientBeforeId) {
            warnings.add(Warning.Code.SUSPECT_ENVELOPE, "a recipient stands before the Message-Id");
        }
        if (messageId.isPresent()
                && parentMessageId.isPresent()
                && !messageId.get().equals(parentMessageId.get())) {
            warnings.add(
                    Warning.Code.SUSPECT_ENVELOPE,
                    "Message-Id is " + messageId.get() + ", the report's header says " + parentMessageId.get());
        }
        if (sender.isEmpty()) {
            warnings.add(Warning.Code.NO_SENDER, "");
        }
        if (recipients.isEmpty()) {
            warnings.add(Warning.Code.NO_RECIPIENTS, "");
        }
    }
}
