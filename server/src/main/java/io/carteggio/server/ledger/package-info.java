/// What makes the ledger worth something to others: time stamps over its checkpoints by an authority (RFC
/// 3161), and copies lodged in a second place. Start at [Custody].
///
/// Speaks to authorities that an administrator named, and to no others; never sends more than a hash. Never
/// writes to the vault.
@NullMarked
package io.carteggio.server.ledger;

import org.jspecify.annotations.NullMarked;
