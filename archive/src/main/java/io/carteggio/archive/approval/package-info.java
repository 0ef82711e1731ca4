/// What takes two people. Start at [Gate].
///
/// One small engine for all that is dangerous: a request says exactly what is to be done; a second person approves or
/// refuses it; it expires; once approved, who asked for it does it by asking again, once. The states are a function of
/// the acts and the clock ([Asked]); [Approvals] folds them; nothing here knows what the operations are.
@NullMarked
package io.carteggio.archive.approval;

import org.jspecify.annotations.NullMarked;
