/// What each page shows, as plain values: the templates in `src/main/jte` only lay them out. Start at [Frame].
///
/// Everything here is text still to be escaped, which the templates do; nothing here is HTML. Public because templates
/// are compiled into a package of their own. Immutable.
@NullMarked
package io.carteggio.server.web.page;

import org.jspecify.annotations.NullMarked;
