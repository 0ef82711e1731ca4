/// Where the parts of a mail lie, to the octet. Start at [Structure].
///
/// Finds header fields and the children of a multipart with their offsets, so that an original inside a journal
/// report is a window onto the report's own bytes and nothing is copied or re-made (RFC 2045, 2046, 5322).
/// Memory is bounded and time is linear in the octets read, whatever they are; there is no error in a mail that
/// makes it throw.
///
/// Never decodes a body, never descends by itself: one call looks at one level, the caller counts the depth.
/// Everything here is immutable but [LineScanner], which belongs to one thread.
@NullMarked
package io.carteggio.mail.structure;

import org.jspecify.annotations.NullMarked;
