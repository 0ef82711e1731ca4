package io.carteggio.mail.mime;

import io.carteggio.mail.Sha256;
import java.util.Optional;

/// A letter attached to a letter (`message/rfc822`, `message/global`), as it lies in the outer one: without the line
/// end before the boundary, which belongs to the boundary (RFC 2046 5.1.1).
///
/// @param index the number under which [LetterReader#openNested] finds it
/// @param sizeBytes its size after undoing the transfer encoding, if there is one
/// @param sha256 the sum of those octets
public record NestedLetter(
        int index, Optional<String> messageId, Optional<String> subject, long sizeBytes, Sha256 sha256) {}
