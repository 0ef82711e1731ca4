package io.carteggio.archive.entry;

import io.carteggio.mail.Sha256;

/// The certificate that a client showed when its connection was secured. It holds the key of it.
///
/// @param subject the distinguished name in the form of RFC 2253; anybody can give himself any
/// @param sum over the DER form
/// @param trusted whether it led to an authority that this system trusts when it was shown: only then does the
///     subject say anything
public record ClientCertificate(String subject, Sha256 sum, boolean trusted) {}
