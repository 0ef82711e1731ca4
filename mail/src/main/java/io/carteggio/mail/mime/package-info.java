/// A mail's bytes read as a letter: header, text, attachments, letters inside. Start at [LetterReader].
///
/// Everything can be read somehow: damage is a note in the value, never an exception; the only exception is the
/// `IOException` of the [io.carteggio.mail.Content] itself. Nothing here changes a byte, keeps a mail in memory, opens
/// a file or follows a link. What mails contain is hostile; names and texts come out as they were written, and who
/// shows or stores them must escape them. All public types are immutable; methods may be called from any thread.
@NullMarked
package io.carteggio.mail.mime;

import org.jspecify.annotations.NullMarked;
