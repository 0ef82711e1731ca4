package io.carteggio.server.demo;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A mail as its author sends it, before any mail system adds its traces.
///
/// @param sender who pressed the button, where that is not `from`
/// @param id with angle brackets
/// @param references identifiers of the mails before it, oldest first; the last is the one answered
/// @param more fields of the author's program
record Draft(
        Party from,
        Optional<Party> sender,
        List<Party> to,
        List<Party> cc,
        String subject,
        Instant said,
        ZoneId zone,
        Optional<String> id,
        List<String> references,
        Head.Words words,
        Head more,
        Part body) {

    String fromValue() {
        return from.mailbox(words);
    }

    String toValue() {
        return to.isEmpty() ? "undisclosed-recipients:;" : Party.mailboxes(to, words);
    }

    String subjectValue() {
        return Head.encoded(subject, words);
    }

    /// The authored fields, with the blank line not yet written.
    Head head() {
        Head head = new Head();
        head.add("From", fromValue());
        sender.ifPresent(s -> head.add("Sender", s.mailbox(words)));
        head.add("To", toValue());
        if (!cc.isEmpty()) {
            head.add("Cc", Party.mailboxes(cc, words));
        }
        head.add("Subject", subjectValue());
        head.add("Date", OfficeTime.rfc5322(said, zone));
        id.ifPresent(i -> head.add("Message-ID", i));
        if (!references.isEmpty()) {
            head.add("In-Reply-To", references.getLast());
            head.add("References", String.join(" ", references));
        }
        head.append(more);
        head.add("MIME-Version", "1.0");
        body.head(head);
        return head;
    }

    /// The mail between two sets of transport fields: those that each server put on top, those that Exchange adds
    /// below.
    byte[] mail(Head above, Head below) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(above.bytes());
        out.writeBytes(head().bytes());
        out.writeBytes(below.bytes());
        out.writeBytes(new byte[] {'\r', '\n'});
        body.body(out);
        return out.toByteArray();
    }

    List<DemoMail.Attachment> attachments() {
        List<DemoMail.Attachment> found = new ArrayList<>();
        collect(body, found);
        return found;
    }

    private static void collect(Part part, List<DemoMail.Attachment> found) {
        switch (part) {
            case Part.Multi multi -> multi.parts().forEach(p -> collect(p, found));
            case Part.File file -> {
                if (file.attached()) {
                    found.add(file.enclosure().asAttachment());
                }
            }
            case Part.Text _, Part.Octets _ -> {}
        }
    }

    Draft withId(Optional<String> other) {
        return new Draft(from, sender, to, cc, subject, said, zone, other, references, words, more, body);
    }

    Draft withBody(Head more2, Part other) {
        return new Draft(from, sender, to, cc, subject, said, zone, id, references, words, more2, other);
    }
}
