/// How the log is written.
@NullMarked
package io.carteggio.server.log;

import org.jspecify.annotations.NullMarked;
