/// The ledger of one node, in files below `DATA/ledger`. Start at [FileLedger].
///
/// Tiles and checkpoints are all that lies there; leaves that fill no tile yet are asked of the vault at each
/// start, so what a crash takes is made again. Never writes to the vault, never signs a tree that does not
/// continue the last signed one.
@NullMarked
package io.carteggio.embedded.ledger;

import org.jspecify.annotations.NullMarked;
