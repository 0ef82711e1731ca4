/// What a journal report says, and where the originals in it lie. Start at [Unwrapper]. Those of our own agent are
/// written by [ReportWriter], notices of them by [NdrWriter].
///
/// Reads the reports of Exchange 2007 up to Exchange Online ([MS-XJRNL]), Amazon WorkMail and Exchange 2003, and the
/// delivery status notices about them (RFC 3464). Takes exactly one level of report apart, inside at most one notice:
/// a report inside an original is somebody's attachment. Bad mail is a case of [Unwrapped], never an exception.
///
/// Never decides what becomes of a mail, never looks at who may read it, never trusts: whether a source may
/// send reports at all is the caller's question (JOURNAL-FORMATS 5.4). Everything here is immutable and safe
/// for many threads.
@NullMarked
package io.carteggio.mail.report;

import org.jspecify.annotations.NullMarked;
