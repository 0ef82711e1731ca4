/// What people did, kept for good. Start at [Acts].
@NullMarked
package io.carteggio.archive.audit;

import org.jspecify.annotations.NullMarked;
