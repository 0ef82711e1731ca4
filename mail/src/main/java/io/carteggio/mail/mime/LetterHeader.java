package io.carteggio.mail.mime;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What a letter's header says. Nothing of it is proven: only the envelope is vouched for.
///
/// Of a field that may occur once, the first counts; of address fields, all do, in order, with groups flattened.
///
/// @param messageId without angle brackets
/// @param subject decoded, white space trimmed
/// @param date what `Date:` claims (*said*)
/// @param inReplyTo message identifiers without angle brackets
/// @param references message identifiers without angle brackets
/// @param fields all fields in order, as far as the limits let them be read
/// @param truncated whether a limit cut the header
public record LetterHeader(
        Optional<String> messageId,
        Optional<String> subject,
        List<Mailbox> from,
        List<Mailbox> sender,
        List<Mailbox> replyTo,
        List<Mailbox> to,
        List<Mailbox> cc,
        List<Mailbox> bcc,
        Optional<Instant> date,
        List<String> inReplyTo,
        List<String> references,
        List<HeaderField> fields,
        boolean truncated) {
    public LetterHeader {
        from = List.copyOf(from);
        sender = List.copyOf(sender);
        replyTo = List.copyOf(replyTo);
        to = List.copyOf(to);
        cc = List.copyOf(cc);
        bcc = List.copyOf(bcc);
        inReplyTo = List.copyOf(inReplyTo);
        references = List.copyOf(references);
        fields = List.copyOf(fields);
    }

    /// The first field of that name, if there is one.
    public Optional<HeaderField> first(String name) {
        for (HeaderField field : fields) {
            if (field.is(name)) {
                return Optional.of(field);
            }
        }
        return Optional.empty();
    }

    /// All fields of that name, in order.
    public List<HeaderField> all(String name) {
        return fields.stream().filter(field -> field.is(name)).toList();
    }
}
