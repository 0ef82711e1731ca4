package io.carteggio.mail.mime;

import java.io.IOException;
import java.io.InputStream;

/// Walks over a mail line by line and knows where each lies. A line longer than the buffer comes in pieces.
///
/// Lines end with LF or CRLF. In a mail whose first line ends with a bare CR (old Macintosh files), CR ends a line too.
final class OctetLines {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final InputStream in;
    private final byte[] buffer;
    private final boolean crEnds;
    private long bufferStart;
    private int limit;
    private int next;
    private boolean atEnd;

    private int from;
    private int contentEnd;
    private boolean startsLine;
    private boolean endsLine = true;

    OctetLines(InputStream in, long sizeBytes) throws IOException {
        this.in = in;
        this.buffer = new byte[Math.clamp(sizeBytes, 512, BUFFER_BYTES)];
        fill();
        this.crEnds = firstLineEndIsBareCr();
    }

    /// Goes to the next piece; false at the end.
    boolean next() throws IOException {
        startsLine = endsLine;
        int scan = next;
        while (true) {
            int end = scanForEnd(scan);
            if (end >= 0) {
                return piece(end);
            }
            if (atEnd) {
                if (next == limit) {
                    return false;
                }
                from = next;
                contentEnd = limit;
                next = limit;
                endsLine = true;
                return true;
            }
            if (next > 0) {
                int moved = next;
                scan = limit - moved;
                fill();
            } else if (limit < buffer.length) {
                scan = limit;
                fill();
            } else {
                // a line longer than the buffer: all but a last CR, whose LF may follow
                int keep = buffer[limit - 1] == '\r' ? 1 : 0;
                from = 0;
                contentEnd = limit - keep;
                next = contentEnd;
                endsLine = false;
                return true;
            }
            scan = Math.max(0, scan - 1);
        }
    }

    private int scanForEnd(int scan) {
        byte[] b = buffer;
        int end = limit;
        if (!crEnds) {
            for (int i = scan; i < end; i++) {
                if (b[i] == '\n') {
                    return i;
                }
            }
            return -1;
        }
        for (int i = Math.max(next, scan); i < end; i++) {
            if (b[i] == '\n') {
                return i;
            }
            if (b[i] == '\r' && (i + 1 < end || atEnd)) {
                return i + 1 < end && b[i + 1] == '\n' ? i + 1 : i;
            }
        }
        return -1;
    }

    private boolean piece(int end) {
        from = next;
        contentEnd = end > next && buffer[end] == '\n' && buffer[end - 1] == '\r' ? end - 1 : end;
        next = end + 1;
        endsLine = true;
        return true;
    }

    private boolean firstLineEndIsBareCr() {
        for (int i = 0; i < limit; i++) {
            if (buffer[i] == '\n') {
                return false;
            }
            if (buffer[i] == '\r') {
                return i + 1 < limit && buffer[i + 1] != '\n';
            }
        }
        return false;
    }

    private void fill() throws IOException {
        if (next > 0) {
            System.arraycopy(buffer, next, buffer, 0, limit - next);
            bufferStart += next;
            limit -= next;
            next = 0;
        }
        while (limit < buffer.length) {
            int n = in.read(buffer, limit, buffer.length - limit);
            if (n < 0) {
                atEnd = true;
                return;
            }
            limit += n;
        }
    }

    /// The array that holds the piece from [#from] to [#contentEnd]; valid until the next call of [#next].
    byte[] array() {
        return buffer;
    }

    int from() {
        return from;
    }

    /// Where the piece ends in the array, its line end not counted.
    int contentEnd() {
        return contentEnd;
    }

    int length() {
        return contentEnd - from;
    }

    boolean startsLine() {
        return startsLine;
    }

    boolean endsLine() {
        return endsLine;
    }

    /// Where the piece starts in the mail.
    long start() {
        return bufferStart + from;
    }

    /// Where the piece ends in the mail, its line end not counted.
    long contentEndOffset() {
        return bufferStart + contentEnd;
    }

    /// Where the piece ends in the mail with its line end.
    long end() {
        return bufferStart + next;
    }
}
