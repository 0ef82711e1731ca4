/// The firm of `./carteggio serve --demo`: invented people and the journal reports of their letters, so that a newcomer
/// sees a living archive at once and acceptance tests have a set whose outcome is known beforehand.
///
/// Start at [DemoFirm]. It makes bytes and expectations from a seed and an instant, and nothing else: it never opens a
/// file or a socket (but for its word lists beside the classes), never looks at a clock, and never goes round the
/// intake. Whoever wants the firm in an archive adds its people and sends its mails, in their order, to the archive's
/// own SMTP listener. The reports are written here octet by octet (layout: JOURNAL-FORMATS 2.4), by no code that the
/// archive reads them with: two independent halves that must agree.
///
/// A [DemoFirm] may be used by many threads; an iterator over its mails belongs to one.
@NullMarked
package io.carteggio.server.demo;

import org.jspecify.annotations.NullMarked;
