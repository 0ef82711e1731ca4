package io.carteggio.mail.mime;

import io.carteggio.mail.Content;
import io.carteggio.mail.mime.Letter.Note;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/// Finds the parts of a mail and where they lie, in one pass, without recursion.
///
/// Own code rather than mime4j's reader, for three reasons: we need the *places* of parts, so that an
/// attachment is opened without reading what is before it and a nested letter comes out byte for byte; mime4j's
/// readers lie inside each other, one per level, which costs time and stack per level; and what it makes of
/// broken boundaries differs from what other readers of mail see.
final class Structure {
    /// A longer boundary is not looked for; RFC 2046 5.1.1 allows 70 characters.
    private static final int BOUNDARY_BYTES = 1_000;

    private final OctetLines lines;
    private final ReadLimits limits;
    private final int baseDepth;
    private final Set<Note> notes = EnumSet.noneOf(Note.class);
    private final List<Node> open = new ArrayList<>();
    private final Node root;
    private int parts = 1;
    private int partHeaderBytes;
    private long lastContentEnd;
    /// Where a line begins that looks out of place in the header being read; -1 where there is none.
    private long suspect = -1;

    private Structure(OctetLines lines, ReadLimits limits, int level, int baseDepth) {
        this.lines = lines;
        this.limits = limits;
        this.baseDepth = baseDepth;
        this.root = new Node(null, level, true);
    }

    /// The parts of a mail that itself lies in `level` letters and in `depth` entities.
    static Structure of(Content mail, ReadLimits limits, int level, int depth) throws IOException {
        try (InputStream in = mail.open()) {
            Structure structure = new Structure(new OctetLines(in, mail.sizeBytes()), limits, level, depth);
            structure.walk(mail.sizeBytes());
            return structure;
        }
    }

    /// Only the fields of the mail's header.
    static HeaderCollector header(Content mail) throws IOException {
        try (InputStream in = mail.open()) {
            OctetLines lines = new OctetLines(in, mail.sizeBytes());
            Structure structure = new Structure(lines, ReadLimits.DEFAULT, 0, 0);
            HeaderCollector header = structure.startHeader(structure.root, 0);
            structure.open.add(structure.root);
            // eight times the limit is enough to step over one field that is too large; then the rest is left
            // unread
            while (structure.root.header != null && lines.end() < 8L * HeaderCollector.BLOCK_BYTES && lines.next()) {
                structure.headerPiece(structure.root);
            }
            return header;
        }
    }

    Node root() {
        return root;
    }

    Set<Note> notes() {
        return notes;
    }

    int parts() {
        return parts;
    }

    private void walk(long sizeBytes) throws IOException {
        startHeader(root, 0);
        open.add(root);
        while (!isOpaque() && lines.next()) {
            if (!lines.startsLine() || !isDelimiter()) {
                Node innermost = open.getLast();
                if (innermost.header != null) {
                    headerPiece(innermost);
                }
            }
            lastContentEnd = lines.contentEndOffset();
        }
        closeDownTo(0, sizeBytes, sizeBytes);
    }

    /// Whether nothing that follows can begin or end a part: a body whose end is the mail's.
    private boolean isOpaque() {
        return open.size() == 1 && root.header == null && root.delimiter == null;
    }

    private HeaderCollector startHeader(Node node, long at) {
        Predicate<String> wanted =
                node.isMessage ? name -> true : name -> name.regionMatches(true, 0, "Content-", 0, 8);
        // all headers but the first share one allowance, so that many parts cannot take much memory
        int allowance =
                node == root ? HeaderCollector.BLOCK_BYTES : Math.max(0, HeaderCollector.BLOCK_BYTES - partHeaderBytes);
        HeaderCollector header = new HeaderCollector(wanted, allowance);
        node.header = header;
        node.bodyStart = at;
        return header;
    }

    /// One piece of a header's line. The header ends at an empty line, or before two lines that are none of a
    /// header: one alone is damage within the header (a fold without its blank), two are a body without the
    /// line that parts it off.
    private void headerPiece(Node node) {
        HeaderCollector header = node.header;
        if (header == null) {
            throw new IllegalStateException("no header is open");
        }
        int from = lines.from();
        int to = lines.contentEnd();
        if (!lines.startsLine()) {
            if (suspect < 0) {
                header.append(lines.array(), from, to);
            }
            return;
        }
        if (from == to) {
            endHeader(node, lines.end());
            return;
        }
        if (lines.start() == 0) {
            from += byteOrderMark(lines.array(), from, to);
        }
        if (suspect >= 0 ? header.takeField(lines.array(), from, to) : header.takeLine(lines.array(), from, to)) {
            suspect = -1;
        } else if (isMboxLine(lines.array(), from, to)) {
            suspect = -1;
        } else if (suspect < 0) {
            suspect = lines.start();
            notes.add(Note.DAMAGED_HEADER);
        } else {
            long first = suspect;
            endHeader(node, first);
            Node innermost = open.getLast();
            if (innermost.header != null) {
                suspect = first; // a message begins with this body, and both lines are its own
                headerPiece(innermost);
            }
        }
    }

    /// The line that an mbox writes before a message, quoted or not, is no part of the message's header.
    private static boolean isMboxLine(byte[] b, int from, int to) {
        int i = from < to && b[from] == '>' ? from + 1 : from;
        return to - i >= 5 && b[i] == 'F' && b[i + 1] == 'r' && b[i + 2] == 'o' && b[i + 3] == 'm' && b[i + 4] == ' ';
    }

    private static int byteOrderMark(byte[] b, int from, int to) {
        return to - from >= 3 && b[from] == (byte) 0xEF && b[from + 1] == (byte) 0xBB && b[from + 2] == (byte) 0xBF
                ? 3
                : 0;
    }

    private void endHeader(Node node, long afterHeader) {
        HeaderCollector header = node.header;
        if (header == null) {
            return;
        }
        node.fields = header.finish();
        node.header = null;
        if (node != root) {
            partHeaderBytes += header.blockBytes();
        }
        if (header.truncated()) {
            notes.add(Note.HEADER_TRUNCATED);
        }
        Node parent = node.parent;
        ContentType fallback =
                parent != null && parent.type.is("multipart/digest") ? ContentType.MESSAGE : ContentType.TEXT_PLAIN;
        node.type = node.field("Content-Type").map(ContentType::parse).orElse(fallback);
        if (node.type.value().indexOf('/') <= 0) {
            node.type = node.type.value().isEmpty() ? fallback : new ContentType("text/plain", node.type.parameters());
        }
        // a text's first line may be what looked like damage: nothing may be lost; other bodies must not begin
        // with it
        boolean suspectIsText = suspect >= 0 && node.type.isText() && node.encoding() == TransferEncoding.IDENTITY;
        long bodyStart = suspectIsText ? suspect : afterHeader;
        suspect = -1;
        node.bodyStart = bodyStart;
        if (node.type.isMultipart()) {
            beginMultipart(node);
        } else if (node.isNestedLetter() && node.encoding() == TransferEncoding.IDENTITY) {
            beginMessage(node, bodyStart);
        }
    }

    private void beginMultipart(Node node) {
        String boundary = node.type.parameters().get("boundary");
        if (boundary == null) {
            boundary = node.type.text("boundary").orElse("");
        }
        boundary = boundary.stripTrailing();
        if (boundary.isEmpty() || boundary.length() > BOUNDARY_BYTES) {
            notes.add(Note.DAMAGED_STRUCTURE);
            return;
        }
        if (isTooDeep(node)) {
            return;
        }
        node.kind = Node.Kind.MULTIPART;
        node.delimiter = ("--" + boundary).getBytes(StandardCharsets.UTF_8);
    }

    private void beginMessage(Node node, long at) {
        if (isTooDeep(node)) {
            return;
        }
        node.kind = Node.Kind.MESSAGE;
        Node message = new Node(node, node.level + 1, true);
        node.children.add(message);
        open.add(message);
        startHeader(message, at);
    }

    private boolean isTooDeep(Node node) {
        if (baseDepth + node.depth + 1 < limits.depth()) {
            return false;
        }
        notes.add(Note.TOO_DEEP);
        return true;
    }

    /// Whether the line is a delimiter of an open multipart; if so, what it ends is ended and what it begins
    /// begun.
    private boolean isDelimiter() {
        byte[] b = lines.array();
        int from = lines.from();
        int to = lines.contentEnd();
        if (to - from < 3 || b[from] != '-' || b[from + 1] != '-' || to - from > BOUNDARY_BYTES + 100) {
            return false;
        }
        while (to > from && (b[to - 1] == ' ' || b[to - 1] == '\t' || b[to - 1] == '\r')) {
            to--;
        }
        for (int i = open.size() - 1; i >= 0; i--) {
            Node node = open.get(i);
            byte[] delimiter = node.delimiter;
            if (delimiter == null || node.closed) {
                continue;
            }
            boolean closes = to - from == delimiter.length + 2 && b[to - 1] == '-' && b[to - 2] == '-';
            if ((closes || to - from == delimiter.length) && startsWith(b, from, delimiter)) {
                closeDownTo(i + 1, lines.start(), Math.min(lastContentEnd, lines.start()));
                if (closes) {
                    node.closed = true;
                } else {
                    beginPart(node);
                }
                return true;
            }
        }
        return false;
    }

    private static boolean startsWith(byte[] b, int from, byte[] prefix) {
        for (int i = prefix.length - 1; i >= 0; i--) {
            if (b[from + i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    private void beginPart(Node multipart) {
        if (parts >= limits.parts()) {
            notes.add(Note.TOO_MANY_PARTS);
            multipart.closed = true;
            return;
        }
        parts++;
        Node part = new Node(multipart, multipart.level, false);
        multipart.children.add(part);
        open.add(part);
        startHeader(part, lines.end());
    }

    /// Ends all open entities from index `keep` on. Their bodies end at `contentEnd`: the line end before a
    /// delimiter belongs to the delimiter (RFC 2046 5.1.1).
    private void closeDownTo(int keep, long headerEnd, long contentEnd) {
        for (int i = open.size() - 1; i >= keep; i--) {
            // ending a header may open a message inside: that is closed at once
            Node node = open.get(i);
            endHeader(node, headerEnd);
            while (open.size() > i + 1) {
                Node inner = open.removeLast();
                inner.header = null;
                inner.bodyStart = headerEnd;
                inner.bodyEnd = headerEnd;
            }
            node.bodyEnd = Math.max(node.bodyStart, contentEnd);
            if (node.kind == Node.Kind.MULTIPART && node.children.isEmpty()) {
                node.kind = Node.Kind.LEAF;
                notes.add(Note.DAMAGED_STRUCTURE);
            }
            if (node.delimiter != null && !node.closed) {
                notes.add(Note.DAMAGED_STRUCTURE);
            }
            open.removeLast();
        }
    }
}
