/// Keys and certificates for what the server offers over TLS. Start at [SelfSigned] and [PemIdentity].
///
/// Never a trust store for anything that matters: whom a connection speaks with is decided by who uses it. All
/// methods may be called from any thread.
@NullMarked
package io.carteggio.server.tls;

import org.jspecify.annotations.NullMarked;
