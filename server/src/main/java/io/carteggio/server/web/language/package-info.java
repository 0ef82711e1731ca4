/// What the pages say, in the languages that people read: one bundle of texts a language, all with the same keys.
@NullMarked
package io.carteggio.server.web.language;

import org.jspecify.annotations.NullMarked;
