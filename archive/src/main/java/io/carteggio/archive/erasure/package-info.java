/// Letting go for good, and being kept from it: erasure of messages, holds, retention. Start at
/// [Erasure].
///
/// Never forgets in silence: each erasure is an act in the vault before anything is destroyed, and
/// what it destroyed leaves a tombstone that keeps books and proofs whole. [Keeping] says what must
/// stay. All types are safe for many threads.
@NullMarked
package io.carteggio.archive.erasure;

import org.jspecify.annotations.NullMarked;
