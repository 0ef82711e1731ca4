/// Outlook's own files read as mail: `.msg` ([MS-OXMSG] in a compound file, [MS-CFB]) and `.pst` ([MS-PST]). Start at
/// [Outlook], which recognises them, and [Recomposer], which makes a mail of an item.
///
/// An item in such a file has properties and no RFC 5322 octets: the mail is *recomposed*, the same octets for the same
/// item at any time, and says so in its first header field. Everything read here is hostile. Sizes, depths and counts
/// have named limits, chains cannot run in circles, and what is damaged is a [DamagedException] for that file or item;
/// an attachment that cannot be read is left out of its mail with a part in its place that tells so. Bodies are held
/// in memory up to a limit, attachments never. No files are opened here: [io.carteggio.mail.Content] is all it knows.
///
/// Why these readers are our own: `docs/decisions/0009`.
@NullMarked
package io.carteggio.mail.outlook;

import org.jspecify.annotations.NullMarked;
