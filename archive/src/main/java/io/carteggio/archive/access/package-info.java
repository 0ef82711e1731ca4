/// Who may see what. Start at [Reading], the one way out of the archive (P10).
///
/// A question comes in with its [Viewer], is narrowed to what the viewer may see, is written into the audit
/// trail where it reaches beyond the viewer's own letters, and only then reaches the index; the catalogue
/// confirms each answer. No other package hands out a letter's bytes to a person.
@NullMarked
package io.carteggio.archive.access;

import org.jspecify.annotations.NullMarked;
