package io.carteggio.mail.structure;

import io.carteggio.mail.OctetSearch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// Cuts a stream into lines without changing an octet, in bounded memory.
///
/// A line ends at LF; a CR before it belongs to the line break. A lone CR is an ordinary octet, unless the stream's
/// first buffer holds CRs and no LF at all: such mail (old Macintosh files) has CR as its line break throughout.
/// A line longer than the buffer comes in several segments. Belongs to one thread.
public final class LineScanner {
    /// Lines up to this length always come in one segment.
    public static final int WHOLE_LINE_BYTES = 64 * 1024;

    private static final int SMALLEST_BUFFER = 512;

    private final InputStream in;
    private final byte[] buffer;
    private int from; // start of the current segment
    private int end; // behind the current segment
    private int filled; // octets in the buffer
    private boolean ended; // the stream has no more
    private byte terminator;

    private long offset; // of the current segment
    private boolean starts = true;
    private boolean ends = true;
    private int breakBytes;
    private byte lastOctet;

    /// @param offset what [#offset] says of the first octet
    /// @param expectedBytes how much is likely to come; only sizes the buffer
    public LineScanner(InputStream in, long offset, long expectedBytes) {
        this.in = in;
        this.offset = offset;
        this.buffer = new byte[Math.clamp(expectedBytes, SMALLEST_BUFFER, WHOLE_LINE_BYTES) + 1];
    }

    /// Goes to the next segment; false at the end of the stream.
    public boolean next() throws IOException {
        offset += end - from;
        starts = ends;
        if (end > from) {
            lastOctet = buffer[end - 1];
        }
        from = end;
        int searched = from;
        while (true) {
            int found = indexOfTerminator(searched);
            if (found >= 0) {
                end = found + 1;
                ends = true;
                breakBytes = 1;
                if (terminator == '\n' && (found > from ? buffer[found - 1] == '\r' : !starts && lastOctet == '\r')) {
                    breakBytes = 2;
                }
                return true;
            }
            searched = filled;
            if (ended) {
                end = filled;
                ends = true;
                breakBytes = 0;
                return end > from;
            }
            if (filled == buffer.length) {
                if (from == 0) {
                    end = filled;
                    ends = false;
                    breakBytes = 0;
                    return true;
                }
                System.arraycopy(buffer, from, buffer, 0, filled - from);
                filled -= from;
                searched -= from;
                from = 0;
                end = 0;
            }
            fill();
        }
    }

    private int indexOfTerminator(int start) {
        return OctetSearch.indexOf(buffer, start, filled, terminator);
    }

    private void fill() throws IOException {
        boolean first = terminator == 0;
        do {
            int n = in.read(buffer, filled, buffer.length - filled);
            if (n < 0) {
                ended = true;
            } else {
                filled += n;
            }
        } while (first && !ended && filled < buffer.length);
        if (first) {
            terminator = '\n';
            boolean lf = false;
            boolean cr = false;
            for (int i = 0; i < filled && !lf; i++) {
                lf = buffer[i] == '\n';
                cr |= buffer[i] == '\r';
            }
            terminator = cr && !lf ? (byte) '\r' : (byte) '\n';
        }
    }

    /// Offset of the segment's first octet.
    public long offset() {
        return offset;
    }

    /// Offset behind the segment's last octet, line break included.
    public long endOffset() {
        return offset + (end - from);
    }

    /// Whether the segment is the first of its line.
    public boolean startsLine() {
        return starts;
    }

    /// Whether the segment is the last of its line.
    public boolean endsLine() {
        return ends;
    }

    /// Whether the segment is a whole line.
    public boolean wholeLine() {
        return starts && ends;
    }

    /// Octets of the line break that ends the line: 2 for CRLF, 1 for a single one, 0 for none (yet). Where a
    /// long line is cut between CR and LF this is 2 although the CR lies in the segment before.
    public int breakBytes() {
        return breakBytes;
    }

    /// Octets of the segment, line break included.
    public int length() {
        return end - from;
    }

    /// Octets of the segment without the line break.
    public int textLength() {
        return Math.max(0, end - from - breakBytes);
    }

    /// One octet of the segment, as -128 to 127.
    public byte at(int index) {
        return buffer[from + index];
    }

    /// Whether the segment is a whole line with nothing in it.
    public boolean blankLine() {
        return starts && ends && end - from == breakBytes;
    }

    /// Whether the segment's text begins with these octets.
    public boolean textStartsWith(byte[] prefix) {
        if (textLength() < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (buffer[from + i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    /// Copies `count` octets of the segment from `index` on.
    public void copy(int index, int count, byte[] target, int at) {
        System.arraycopy(buffer, from + index, target, at, count);
    }

    /// `count` octets of the segment from `index` on, each as the character of the same number (ISO 8859-1).
    public String latin1(int index, int count) {
        return new String(buffer, from + index, count, StandardCharsets.ISO_8859_1);
    }
}
