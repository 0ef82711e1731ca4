/// What jobs must remember and no rebuild could bring back: which mails of other servers' mailboxes are
/// archived, what each run did, what is paused. Start at [JobStore].
///
/// Every change is forced before the call that makes it returns. Losing the file loses no mail: it is
/// fetched again, and what is known becomes evidence.
@NullMarked
package io.carteggio.embedded.jobs;

import org.jspecify.annotations.NullMarked;
