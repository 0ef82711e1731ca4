/// The keys that everything in the vault is sealed under. Start at [Keyring], which a [MasterKey]
/// opens.
///
/// Never writes a key in the clear, but for the master key's own file when an archive is made without
/// one.
@NullMarked
package io.carteggio.embedded.keys;

import org.jspecify.annotations.NullMarked;
