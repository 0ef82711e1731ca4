/// The recipes for files that must survive a power cut. Start at [DurableFiles].
@NullMarked
package io.carteggio.embedded.disk;

import org.jspecify.annotations.NullMarked;
