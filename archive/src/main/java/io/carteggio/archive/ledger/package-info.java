/// The proof that nothing was changed, taken out, put in or back-dated (P7). Start at [Checkpoint] for what
/// is signed, at [TreeEdge] for how the tree grows, at [LetterProof] for what a third party gets.
///
/// Every frame of the vault is one leaf of a Merkle tree (RFC 9162, 2.1); a checkpoint (C2SP tlog-checkpoint)
/// signs how many leaves there are and what they hash to. Whoever once got a checkpoint can see later whether
/// the archive still contains all that it then contained. The document: `docs/format/ledger.md`.
///
/// Everything here is a function of octets: the tiles, the clock and the vault are handed in. Nothing here
/// knows a letter's words, and nothing here mends a tree that does not fit its checkpoints.
@NullMarked
package io.carteggio.archive.ledger;

import org.jspecify.annotations.NullMarked;
