/// Passwords and tokens that this program gives to others: sealed under the master key, never shown.
@NullMarked
package io.carteggio.server.secret;

import org.jspecify.annotations.NullMarked;
