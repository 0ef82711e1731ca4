package io.carteggio.mail.mbox;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.carteggio.mail.structure.LineScanner;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/// Takes a mailbox apart, message by message, without keeping one.
///
/// A message begins at a line `From ` that stands first or behind a blank line and has the time of day and a
/// year in it: so Python's mailbox and procmail's formail cut alike, and so a paragraph that begins with "From
/// " and that nobody quoted is not taken for a message. Without a blank line before it, it must be perfect and
/// a field must follow. The blank line before it belongs to the mailbox, not to the message. Lines end at LF or
/// CRLF, or at CR where the mailbox knows nothing else. What stands before the first such line is a message
/// without one (an mbox has none, but nothing is dropped); blank lines there are nothing.
///
/// Belongs to one thread; memory is bounded by one line buffer, whatever the mailbox holds.
public final class MboxReader {
    private static final byte[] FROM = "From ".getBytes(US_ASCII);
    private static final byte[] NONE = {};
    private static final Pattern PERFECT = Pattern.compile(
            "From \\S.{0,300} (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
                    + "[ 0-3]?\\d \\d\\d:\\d\\d(?::\\d\\d)?(?: [A-Z]{1,5}){0,2} \\d{4}(?: [+-]\\d{4})?");
    private static final int LONGEST_FROM_LINE = 1000;

    private final LineScanner lines;
    private final Quoting quoting;

    private boolean ready; // the current segment has not been used yet
    private boolean ended;
    private boolean afterBlank = true; // also at the very beginning
    private Optional<String> nextFromLine = Optional.empty(); // already read
    private byte[] heldBreak = NONE; // a blank line of which nobody knows yet whether the message goes on behind it

    /// Takes something for each message.
    @FunctionalInterface
    public interface Sink {
        /// Takes one message. What is left unread of it is stepped over.
        ///
        /// @param fromLine the line that begins it, without its line break; empty where there is none
        /// @param message the message without quoting; of no use after this returns
        void message(Optional<String> fromLine, InputStream message) throws IOException;
    }

    private MboxReader(InputStream mailbox, Quoting quoting) {
        this.lines = new LineScanner(mailbox, 0, LineScanner.WHOLE_LINE_BYTES);
        this.quoting = quoting;
    }

    /// Reads a mailbox to its end as [MboxWriter] writes it. The caller closes the stream.
    ///
    /// @return the number of messages
    public static long read(InputStream mailbox, Sink sink) throws IOException {
        return read(mailbox, Quoting.MBOXRD, sink);
    }

    /// Reads a mailbox to its end. The caller closes the stream.
    ///
    /// @return the number of messages
    public static long read(InputStream mailbox, Quoting quoting, Sink sink) throws IOException {
        MboxReader reader = new MboxReader(mailbox, quoting);
        long count = 0;
        reader.skipBlankLines();
        while (reader.segment() || reader.nextFromLine.isPresent()) {
            Optional<String> fromLine = reader.takeFromLine();
            try (InputStream message = reader.new Message()) {
                sink.message(fromLine, message);
                message.transferTo(OutputStream.nullOutputStream());
            }
            count++;
        }
        return count;
    }

    /// Whether a file that begins with these octets can be a mailbox: its first line with anything on it says
    /// so.
    public static boolean looksLikeMbox(byte[] head) {
        int start = 0;
        while (start < head.length && (head[start] == '\r' || head[start] == '\n')) {
            start++;
        }
        int end = start;
        while (end < head.length && head[end] != '\r' && head[end] != '\n') {
            end++;
        }
        return isFromLine(new String(head, start, end - start, ISO_8859_1));
    }

    private boolean segment() throws IOException {
        if (!ready && !ended) {
            ready = lines.next();
            ended = !ready;
        }
        return ready;
    }

    private void skipBlankLines() throws IOException {
        while (segment() && lines.blankLine()) {
            ready = false;
        }
    }

    private boolean atFromLine() {
        return afterBlank
                && lines.wholeLine()
                && lines.textStartsWith(FROM)
                && lines.textLength() <= LONGEST_FROM_LINE
                && isFromLine(lines.latin1(0, lines.textLength()));
    }

    private Optional<String> takeFromLine() {
        if (nextFromLine.isPresent()) {
            Optional<String> line = nextFromLine;
            nextFromLine = Optional.empty();
            afterBlank = false;
            return line;
        }
        if (!atFromLine()) {
            afterBlank = false;
            return Optional.empty();
        }
        Optional<String> line = Optional.of(lines.latin1(0, lines.textLength()));
        ready = false;
        afterBlank = false;
        return line;
    }

    /// A `From ` line right behind a line of the message: some programs forget the blank line. It must be
    /// perfect then, and a field must follow.
    private boolean atCrowdedFromLine() {
        return !afterBlank
                && lines.textStartsWith(FROM)
                && lines.textLength() <= LONGEST_FROM_LINE
                && PERFECT.matcher(lines.latin1(0, lines.textLength())).matches();
    }

    private boolean atField() {
        int n = lines.textLength();
        int i = 0;
        while (i < n && lines.at(i) > ' ' && lines.at(i) != ':') {
            i++;
        }
        return i > 0 && i < n && lines.at(i) == ':';
    }

    /// `From ` with hours and minutes and a year somewhere behind.
    static boolean isFromLine(String line) {
        if (!line.startsWith("From ")) {
            return false;
        }
        boolean time = false;
        boolean year = false;
        int digits = 0;
        for (int i = 5; i <= line.length(); i++) {
            char c = i < line.length() ? line.charAt(i) : ' ';
            if (c >= '0' && c <= '9') {
                digits++;
                continue;
            }
            time |= c == ':'
                    && digits > 0
                    && digits <= 2
                    && i + 2 < line.length()
                    && isDigit(line.charAt(i + 1))
                    && isDigit(line.charAt(i + 2));
            year |= digits == 4 && isBlank(c) && isBlank(line.charAt(i - 5));
            digits = 0;
        }
        return time && year;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    /// The octets of one message, taken from the scanner as they are asked for.
    private final class Message extends InputStream {
        private byte[] chunk = new byte[0];
        private int at;
        private int end;
        private boolean done;

        private boolean undecided; // whether the line is quoted
        private boolean heldQuote;
        private int matched; // octets of "From " behind the quotes

        @Override
        public int read() throws IOException {
            return fill() ? chunk[at++] & 0xff : -1;
        }

        @Override
        public int read(byte[] target, int from, int length) throws IOException {
            Objects.checkFromIndexSize(from, length, target.length);
            if (length == 0) {
                return 0;
            }
            int n = 0;
            while (n < length && fill()) { // a mailbox is lines; do not give them one by one
                int some = Math.min(length - n, end - at);
                System.arraycopy(chunk, at, target, from + n, some);
                at += some;
                n += some;
            }
            return n == 0 ? -1 : n;
        }

        /// Gets the next octets; false at the end of the message.
        private boolean fill() throws IOException {
            while (at == end && !done) {
                if (!segment() || (lines.startsLine() && atFromLine())) {
                    done = true;
                    heldBreak = NONE; // the blank line was the mailbox's
                } else if (lines.startsLine() && lines.wholeLine() && atCrowdedFromLine()) {
                    String fromLine = lines.latin1(0, lines.textLength());
                    byte[] octets = octets(0, lines.length());
                    ready = false;
                    if (segment() && atField()) {
                        nextFromLine = Optional.of(fromLine);
                        done = true;
                    } else {
                        put(octets, octets.length);
                    }
                } else if (lines.blankLine()) {
                    byte[] before = heldBreak;
                    heldBreak = octets(0, lines.length());
                    put(before, before.length);
                    afterBlank = true;
                    ready = false;
                } else {
                    takeLine();
                    afterBlank = false;
                    ready = false;
                }
            }
            return at < end;
        }

        /// Takes a segment of a line that belongs to the message, and one `>` off it where it was quoted.
        ///
        /// The quotes may go on over many segments, so that cannot be seen at once: one is held back until it
        /// is known.
        private void takeLine() {
            byte[] octets = new byte[heldBreak.length + lines.length() + 1 + FROM.length];
            System.arraycopy(heldBreak, 0, octets, 0, heldBreak.length);
            int n = heldBreak.length;
            heldBreak = NONE;
            if (lines.startsLine()) {
                undecided = quoting == Quoting.MBOXRD && lines.at(0) == '>';
                heldQuote = false;
                matched = 0;
            }
            int i = 0;
            for (; undecided && i < lines.length(); i++) {
                byte c = lines.at(i);
                if (matched == 0 && c == '>') {
                    if (heldQuote) {
                        octets[n++] = '>';
                    }
                    heldQuote = true;
                } else if (c == FROM[matched]) {
                    matched++;
                    if (matched == FROM.length) {
                        undecided = false;
                        heldQuote = false; // this is the one that the writer added
                        n = release(octets, n);
                    }
                } else {
                    undecided = false;
                    n = release(octets, n);
                    i--;
                }
            }
            if (undecided && lines.endsLine()) {
                n = release(octets, n);
            }
            lines.copy(i, lines.length() - i, octets, n);
            put(octets, n + lines.length() - i);
        }

        private int release(byte[] octets, int at) {
            int n = at;
            if (heldQuote) {
                octets[n++] = '>';
            }
            System.arraycopy(FROM, 0, octets, n, matched);
            return n + matched;
        }

        private void put(byte[] octets, int count) {
            chunk = octets;
            at = 0;
            end = count;
        }
    }

    private byte[] octets(int from, int count) {
        byte[] copy = new byte[count];
        lines.copy(from, count, copy, 0);
        return copy;
    }
}
