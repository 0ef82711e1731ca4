/// TNEF, the form in which Exchange and Outlook wrap what MIME cannot say ([MS-OXTNEF]): `winmail.dat`, and whole
/// messages inside an Exchange organisation. Start at [Tnef].
///
/// Reads a stream once, in order, and keeps only what names people and says text; files and messages inside are
/// windows onto the stream's own octets. Never descends into a message inside by itself. Any octets are an answer,
/// never an exception; memory is bounded. Everything public is immutable and safe for many threads.
@NullMarked
package io.carteggio.mail.tnef;

import org.jspecify.annotations.NullMarked;
