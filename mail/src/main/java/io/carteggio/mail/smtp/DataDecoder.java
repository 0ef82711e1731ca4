package io.carteggio.mail.smtp;

import io.carteggio.mail.OctetSearch;

/// Takes a mail out of what follows DATA: undoes dot-stuffing and finds the end (RFC 5321 section 4.5.2).
///
/// **Only CRLF.CRLF ends a mail.** A bare CR or LF is content like any other octet and comes out as it came in;
/// whoever takes LF.LF, LF.CRLF, CR.CR or the like for the end lets a sender smuggle a second mail into the
/// first.
///
/// For one mail and one thread.
public final class DataDecoder {
    private static final byte[] CR = {'\r'};

    private enum At {
        /// somewhere in a line
        INSIDE,
        /// behind a CR
        AFTER_CR,
        /// behind a CRLF, or at the very start
        LINE_START,
        /// behind a dot at the start of a line; the dot is held back
        AFTER_DOT,
        /// behind such a dot and a CR; both are held back
        AFTER_DOT_CR,
        END
    }

    private At at = At.LINE_START;

    /// Whether the end of the mail has been seen.
    public boolean ended() {
        return at == At.END;
    }

    /// Decodes what is in the buffer up to the end of the mail or of the buffer, hands on the content (in one
    /// piece but for a rare odd octet), and says how many octets it consumed. What follows the end is not
    /// touched; what was consumed is overwritten, for the content is moved together in place.
    public int decode(byte[] buffer, int offset, int length, ByteSink sink) {
        int end = offset + length;
        int i = offset; // the next octet to look at
        int from = offset; // the first octet looked at and not yet moved
        int kept = offset; // where the content that is moved together ends
        while (i < end && at != At.END) {
            switch (at) {
                case INSIDE -> {
                    int cr = OctetSearch.indexOf(buffer, i, end, (byte) '\r'); // nearly all octets pass here
                    i = cr < 0 ? end : cr + 1;
                    at = cr < 0 ? At.INSIDE : At.AFTER_CR;
                }
                case AFTER_CR -> {
                    byte c = buffer[i++];
                    at = c == '\n' ? At.LINE_START : c == '\r' ? At.AFTER_CR : At.INSIDE;
                }
                case LINE_START -> {
                    if (buffer[i] == '.') {
                        kept = move(buffer, from, i, kept);
                        i++;
                        from = i;
                        at = At.AFTER_DOT;
                    } else {
                        at = At.INSIDE;
                    }
                }
                case AFTER_DOT -> {
                    if (buffer[i] == '\r') {
                        i++;
                        at = At.AFTER_DOT_CR;
                    } else {
                        at = At.INSIDE;
                    }
                }
                case AFTER_DOT_CR -> {
                    if (buffer[i] == '\n') {
                        i++;
                        from = i;
                        at = At.END;
                    } else {
                        if (i == offset) { // the CR was the last octet of the buffer before
                            sink.take(CR, 0, 1);
                        }
                        at = At.AFTER_CR;
                    }
                }
                case END -> throw new IllegalStateException("not reached");
            }
        }
        if (at == At.AFTER_DOT_CR) {
            from = i; // hold the CR back
        }
        kept = move(buffer, from, i, kept);
        if (kept > offset) {
            sink.take(buffer, offset, kept - offset);
        }
        return i - offset;
    }

    private static int move(byte[] buffer, int from, int to, int kept) {
        if (from != kept) {
            System.arraycopy(buffer, from, buffer, kept, to - from);
        }
        return kept + to - from;
    }
}
