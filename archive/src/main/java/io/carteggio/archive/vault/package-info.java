/// Where letters, evidence and acts lie for good. Start at [Vault].
///
/// Holds the words of the format ([Frame], [FrameRecord], [Place]) and its bytes ([SegmentFormat], [Cbor]); the
/// drivers that put the bytes on a disk or into an object store live elsewhere and share both. Never looks
/// inside a letter, never deletes one. The format as a document: `docs/format/segment.md`.
@NullMarked
package io.carteggio.archive.vault;

import org.jspecify.annotations.NullMarked;
