package io.carteggio.mail.structure;

import io.carteggio.mail.Content;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Finds the header and the children of one entity, with the offset of each in the content.
///
/// Reads any octets: line breaks may be CRLF, LF, both mixed, or CR throughout ([LineScanner]); a delimiter may
/// have blanks behind it; the close delimiter may be missing; a boundary may be the beginning of another. A
/// line in a header that is no field is stepped over, but where it begins with `--` the header ends there, for
/// then the blank line is missing and a delimiter is more likely than a field. A `From ` line of mbox before
/// the header is stepped over too.
///
/// Pure functions, safe for many threads. They throw only where the content cannot be read.
public final class Structure {
    /// More octets of a field's value than this are cut off.
    public static final int FIELD_BYTES = 1024 * 1024;

    /// Header octets kept in one call, the children's headers included; fields beyond are found but not kept.
    public static final int HEADER_BYTES = 8 * 1024 * 1024;

    /// Fields kept of one header.
    public static final int MOST_FIELDS = 10_000;

    /// Children kept of one multipart.
    public static final int MOST_PARTS = 10_000;

    /// RFC 2046 says 70; some programs do not care.
    private static final int BOUNDARY_BYTES = 1000;

    private static final byte[] DASHES = {'-', '-'};
    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] LF = {'\n'};
    private static final byte[] CR = {'\r'};
    private static final byte[] NONE = {};

    private Structure() {}

    /// The header of a mail and where its body lies; reads no further than the header.
    public static Part head(Content mail) throws IOException {
        return head(mail, 0, mail.sizeBytes());
    }

    /// The header and body of the entity in `[offset, end)`; reads no further than the header. All offsets
    /// count from the beginning of `whole`.
    public static Part head(Content whole, long offset, long end) throws IOException {
        Objects.checkFromToIndex(offset, end, whole.sizeBytes());
        try (InputStream in = whole.open(offset, end - offset)) {
            Collector header = new Collector(new Budget(), offset, false);
            LineScanner lines = new LineScanner(in, offset, end - offset);
            while (lines.next()) {
                if (header.take(lines)) {
                    break;
                }
            }
            return header.part(end);
        }
    }

    /// A mail and its children.
    public static Entity scan(Content mail) throws IOException {
        return scan(mail, 0, mail.sizeBytes());
    }

    /// A child of a multipart and its own children; all offsets count from the beginning of `whole`.
    public static Entity scan(Content whole, Part part) throws IOException {
        return scan(whole, part.offset(), part.bodyEnd());
    }

    /// The entity in `[offset, end)` and its children; all offsets count from the beginning of `whole`.
    public static Entity scan(Content whole, long offset, long end) throws IOException {
        Objects.checkFromToIndex(offset, end, whole.sizeBytes());
        try (InputStream in = whole.open(offset, end - offset)) {
            Budget budget = new Budget();
            Collector header = new Collector(budget, offset, false);
            LineScanner lines = new LineScanner(in, offset, end - offset);
            boolean more = lines.next();
            while (more && !header.take(lines)) {
                more = lines.next();
            }
            Part self = header.part(end);
            MediaType type = self.header().contentType();
            byte[] delimiter = delimiter(type);
            if (!more || delimiter.length == 0) {
                return new Entity(self, type, List.of(), false, true);
            }
            if (lines.endOffset() == self.bodyOffset()) { // the blank line; else the line is the body's first
                more = lines.next();
            }
            return children(lines, more, self, type, delimiter, budget);
        }
    }

    /// Blocks of fields with blank lines between them, as in `message/delivery-status` (RFC 3464, 2.1). All
    /// blocks together are held to the limits of one header; where they do not fit, the last block is not
    /// complete.
    public static List<Header> blocks(Content whole, long offset, long end) throws IOException {
        Objects.checkFromToIndex(offset, end, whole.sizeBytes());
        List<Header> blocks = new ArrayList<>();
        try (InputStream in = whole.open(offset, end - offset)) {
            Budget budget = new Budget();
            LineScanner lines = new LineScanner(in, offset, end - offset);
            Collector block = new Collector(budget, offset, false);
            boolean any = false;
            while (lines.next()) {
                if (lines.blankLine()) {
                    if (any) {
                        blocks.add(block.part(end).header());
                        block = new Collector(budget, lines.endOffset(), false);
                        any = false;
                    }
                } else {
                    block.take(lines);
                    any = true;
                }
            }
            if (any) {
                blocks.add(block.part(end).header());
            }
        }
        return blocks;
    }

    private static Entity children(
            LineScanner lines, boolean first, Part self, MediaType type, byte[] delimiter, Budget budget)
            throws IOException {
        List<Part> parts = new ArrayList<>();
        Collector part = null; // the child that is being read; none in the preamble
        boolean inBody = false;
        boolean complete = true;
        long breakOffset = self.bodyOffset(); // where the line break before the current line begins
        for (boolean more = first; more; more = lines.next()) {
            Delimiter found = lines.wholeLine() ? delimiterIn(lines, delimiter) : Delimiter.NONE;
            if (found != Delimiter.NONE) {
                if (part != null && parts.size() == MOST_PARTS - 1) {
                    complete = false; // the last one takes the rest
                    found = Delimiter.NONE;
                }
            }
            if (found == Delimiter.NONE) {
                if (part != null && !inBody) {
                    inBody = part.take(lines);
                }
            } else {
                if (part != null) {
                    parts.add(part.part(breakOffset));
                }
                if (found == Delimiter.CLOSE) {
                    return new Entity(self, type, parts, true, complete);
                }
                part = new Collector(budget, lines.endOffset(), true);
                inBody = false;
            }
            if (lines.endsLine()) {
                breakOffset = lines.endOffset() - lines.breakBytes();
            }
        }
        if (part != null) {
            parts.add(part.part(self.bodyEnd()));
        }
        return new Entity(self, type, parts, false, complete);
    }

    private static byte[] delimiter(MediaType type) {
        if (!type.isMultipart()) {
            return new byte[0];
        }
        String boundary = type.parameter("boundary").orElse("").stripTrailing();
        return boundary.isEmpty() || boundary.length() > BOUNDARY_BYTES
                ? new byte[0]
                : ("--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
    }

    private enum Delimiter {
        NONE,
        NEXT,
        CLOSE
    }

    /// The line must be the delimiter and blanks, nothing else (RFC 2046, 5.1.1), so that a boundary which is
    /// the beginning of an inner one is not mistaken for it.
    private static Delimiter delimiterIn(LineScanner line, byte[] delimiter) {
        if (!line.textStartsWith(delimiter)) {
            return Delimiter.NONE;
        }
        int length = line.textLength();
        int at = delimiter.length;
        boolean close = at + 1 < length && line.at(at) == '-' && line.at(at + 1) == '-';
        at += close ? 2 : 0;
        for (; at < length; at++) {
            byte c = line.at(at);
            if (c != ' ' && c != '\t' && c != '\r') {
                return Delimiter.NONE;
            }
        }
        return close ? Delimiter.CLOSE : Delimiter.NEXT;
    }

    /// How many header octets may still be kept.
    private static final class Budget {
        int left = HEADER_BYTES;
    }

    /// Takes the lines of one header.
    private static final class Collector {
        private final Budget budget;
        private final long offset;
        private final List<Field> fields = new ArrayList<>();
        private boolean complete = true;
        private long bodyOffset = -1;
        private long lastEnd;

        private final boolean child;
        private boolean open; // a field is being read
        private String name = "";
        private long fieldOffset;
        private long fieldEnd;
        private String firstLine = ""; // most fields have one line; then no buffer is needed
        private byte[] pendingBreak = NONE; // behind the last line, written only when another follows
        private final ByteArrayOutputStream folded = new ByteArrayOutputStream(0);
        private boolean isFolded;
        private int kept;

        Collector(Budget budget, long offset, boolean child) {
            this.budget = budget;
            this.offset = offset;
            this.child = child;
            this.lastEnd = offset;
        }

        /// Takes one segment; true where the header ends with it. Then the segment is the blank line, or, where
        /// there is none, already the body's.
        boolean take(LineScanner line) {
            if (!line.startsLine()) {
                append(line);
            } else if (line.blankLine()) {
                close();
                bodyOffset = line.endOffset();
                return true;
            } else if (line.at(0) == ' ' || line.at(0) == '\t') {
                append(line);
            } else if (!begin(line) && (line.textStartsWith(DASHES) || (child && fields.isEmpty()))) {
                bodyOffset = line.offset();
                return true;
            }
            lastEnd = line.endOffset();
            return false;
        }

        private boolean begin(LineScanner line) {
            close();
            int length = line.textLength();
            int nameLength = 0;
            while (nameLength < length && isNameOctet(line.at(nameLength))) {
                nameLength++;
            }
            int colon = nameLength;
            while (colon < length && (line.at(colon) == ' ' || line.at(colon) == '\t')) {
                colon++;
            }
            if (nameLength == 0 || colon == length || line.at(colon) != ':') {
                return false;
            }
            if (fields.size() >= MOST_FIELDS || budget.left < length) {
                complete = false;
                return true;
            }
            open = true;
            name = line.latin1(0, nameLength);
            fieldOffset = line.offset();
            fieldEnd = line.endOffset();
            kept = length - colon - 1;
            firstLine = line.latin1(colon + 1, kept);
            pendingBreak = lineBreak(line);
            isFolded = false;
            budget.left -= length;
            return true;
        }

        private void append(LineScanner line) {
            if (!open) {
                return;
            }
            fieldEnd = line.endOffset();
            if (!isFolded) {
                isFolded = true;
                folded.reset();
                folded.writeBytes(firstLine.getBytes(StandardCharsets.ISO_8859_1));
            }
            int length = line.textLength();
            int take = Math.min(length, Math.min(FIELD_BYTES - kept, budget.left) - pendingBreak.length);
            if (take < length) {
                complete = false;
            }
            if (take > 0) {
                folded.writeBytes(pendingBreak);
                byte[] octets = new byte[take];
                line.copy(0, take, octets, 0);
                folded.writeBytes(octets);
                kept += take + pendingBreak.length;
                budget.left -= take + pendingBreak.length;
            }
            pendingBreak = lineBreak(line);
        }

        private static byte[] lineBreak(LineScanner line) {
            return switch (line.length() - line.textLength()) {
                case 0 -> NONE;
                case 1 -> line.at(line.length() - 1) == '\r' ? CR : LF;
                default -> CRLF;
            };
        }

        private void close() {
            if (open) {
                open = false;
                String octets = isFolded ? folded.toString(StandardCharsets.ISO_8859_1) : firstLine;
                fields.add(new Field(name, octets, fieldOffset, fieldEnd - fieldOffset));
            }
        }

        private static boolean isNameOctet(byte c) {
            return c > ' ' && c != ':' && c != 0x7f;
        }

        Part part(long end) {
            close();
            long entityEnd = Math.max(offset, end);
            long body = Math.min(bodyOffset >= 0 ? bodyOffset : lastEnd, entityEnd);
            return new Part(new Header(fields, complete), offset, body, entityEnd);
        }
    }
}
