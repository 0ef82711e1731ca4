/// What people may do beyond reading their own letters. Start at [Roles].
///
/// A role is given and withdrawn by acts, each with who did it, when and why; somebody may hold several. What a role
/// lets see is decided in `access`, what pages and commands it opens in the server.
@NullMarked
package io.carteggio.archive.role;

import org.jspecify.annotations.NullMarked;
