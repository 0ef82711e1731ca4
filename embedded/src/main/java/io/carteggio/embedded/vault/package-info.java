/// The vault as segment files in a directory. Start at [SegmentFileVault].
///
/// One platform thread writes; readers open files of their own and never wait for it. The bytes are those of
/// `docs/format/segment.md`.
@NullMarked
package io.carteggio.embedded.vault;

import org.jspecify.annotations.NullMarked;
