/// Drivers for one node: segment files, SQLite, Lucene. Each is named by what sets it apart.
@NullMarked
package io.carteggio.embedded;

import org.jspecify.annotations.NullMarked;
