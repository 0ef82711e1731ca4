/// The data directory of an archive: its format, its lock, its keys. Start at [DataDirectory].
@NullMarked
package io.carteggio.embedded.home;

import org.jspecify.annotations.NullMarked;
