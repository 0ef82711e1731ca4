/// Letters that nobody owns: by address, with a guess whose it is. Start at [UnknownDesk].
///
/// Nothing is filed here or moved from here. Giving a person an address is all it takes, for who owns a letter is
/// asked at each query.
@NullMarked
package io.carteggio.archive.unknown;

import org.jspecify.annotations.NullMarked;
