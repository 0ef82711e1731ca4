/// People and groups in a file of comma-separated values. Start at [CsvDirectory].
@NullMarked
package io.carteggio.server.sync.csv;

import org.jspecify.annotations.NullMarked;
