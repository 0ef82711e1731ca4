/// Journal reports that wait for the journaling mailboxes they go to. Start at [ReportQueue].
///
/// What is here stands nowhere else until it is delivered: every change is forced before the call that makes it
/// returns. The mail itself lies sealed under a key of the archive's; where it goes to, and what came of that,
/// does not.
@NullMarked
package io.carteggio.embedded.reports;

import org.jspecify.annotations.NullMarked;
