/// Programs that read attachments, each in a process of its own. Start at [ReaderPool].
///
/// What they read is hostile, so they are started behind walls ([Walls]), are ended when they take too long or
/// too much, and what they say is bounded before it is believed. Nothing of an attachment is ever written to a
/// disk.
@NullMarked
package io.carteggio.embedded.extraction;

import org.jspecify.annotations.NullMarked;
