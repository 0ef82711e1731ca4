/// What a client says to prove who it is (RFC 4422). Functions alone: [Sasl].
@NullMarked
package io.carteggio.mail.sasl;

import org.jspecify.annotations.NullMarked;
