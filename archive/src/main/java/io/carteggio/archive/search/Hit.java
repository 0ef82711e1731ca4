package io.carteggio.archive.search;

import io.carteggio.mail.Sha256;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A letter on a page of results, as its own header shows it. Not yet confirmed by the catalogue.
///
/// @param letter its number
/// @param date what its header says, else when it was vouched for or arrived
/// @param from the first address of `From`, with its name where it has one
/// @param to addresses of the header's `To`, `cc` of its `Cc`
/// @param snippet a line of its text
/// @param answering what it says of its conversation
public record Hit(
        long letter,
        Instant date,
        Optional<String> from,
        Optional<String> fromName,
        List<String> to,
        List<String> cc,
        Optional<String> subject,
        long sizeBytes,
        List<FoundAttachment> attachments,
        Optional<String> snippet,
        Answering answering) {
    /// An attachment of a found letter.
    public record FoundAttachment(String name, long sizeBytes, Sha256 sum, String type) {}

    public Hit {
        to = List.copyOf(to);
        cc = List.copyOf(cc);
        attachments = List.copyOf(attachments);
    }
}
