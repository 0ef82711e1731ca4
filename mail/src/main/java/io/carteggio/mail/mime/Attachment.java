package io.carteggio.mail.mime;

import io.carteggio.mail.Sha256;
import java.util.Optional;

/// A part of a letter that is kept beside its text.
///
/// @param index the number under which [LetterReader#openAttachment] finds it
/// @param name as the sender wrote it, decoded (RFC 2231, RFC 2047); may hold anything, also slashes and control
///     characters
/// @param type media type in lower case, without parameters, as the sender claims
/// @param sizeBytes size after undoing the transfer encoding
/// @param sha256 sum of those octets
/// @param inline whether the sender wants it shown within the text (RFC 2183 2.1)
/// @param contentId without angle brackets; what `cid:` links in HTML name (RFC 2392)
/// @param nature what its first octets tell
public record Attachment(
        int index,
        Optional<String> name,
        String type,
        long sizeBytes,
        Sha256 sha256,
        boolean inline,
        Optional<String> contentId,
        Nature nature) {}
