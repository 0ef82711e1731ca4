/// Mail that is encrypted to keys which the organisation holds in escrow, made readable for its journal
/// report: S/MIME (RFC 8551) and OpenPGP (RFC 3156). Start at [Decrypter].
///
/// Knows no archive and keeps nothing; keys come opened from [EscrowFile]. Never throws on what a stranger
/// wrote, and never hands out a part of what did not pass its integrity check.
@NullMarked
package io.carteggio.server.escrow;

import org.jspecify.annotations.NullMarked;
