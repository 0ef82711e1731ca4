package io.carteggio.server.smtp;

import io.carteggio.mail.Sha256;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Optional;

/// Who is at the other end of a connection, as far as can be seen from here.
///
/// @param remote address and port of the TCP connection
/// @param helo the name the client gave itself; proves nothing
/// @param connected when the connection was accepted
public record Peer(InetSocketAddress remote, Optional<String> helo, Optional<TlsFacts> tls, Instant connected) {

    /// How the connection is secured.
    ///
    /// @param protocol such as `TLSv1.3`
    /// @param cipher the cipher suite's standard name
    public record TlsFacts(String protocol, String cipher, Optional<ClientCertificate> client) {}

    /// The certificate the client showed. The client holds its key, but any issuer is accepted: to recognise a client,
    /// compare the sum, or believe the name only where the issuer is trusted.
    ///
    /// @param subject the distinguished name as in RFC 2253
    /// @param sum over the DER form
    /// @param trusted whether it leads to an authority that this system trusts
    public record ClientCertificate(String subject, Sha256 sum, boolean trusted) {}
}
