package io.carteggio.archive.vault;

import io.carteggio.mail.Concatenation;
import io.carteggio.mail.Content;
import io.carteggio.mail.Exactly;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/// How a letter is put together from octets that lie with it and parts that lie elsewhere
/// (`docs/format/segment.md`, "Records", step 1). Pure.
///
/// @param pieces in the letter's order; together they are the whole letter
public record Recipe(List<Piece> pieces) {
    /// A recipe with more pieces is not ours.
    static final int PIECES_LIMIT = 1 << 20;

    public Recipe {
        pieces = List.copyOf(pieces);
    }

    /// How base64 is broken into lines (RFC 2045 6.8), so that it can be made again octet for octet.
    ///
    /// @param line characters in a line, a multiple of 4
    /// @param crlf whether lines end with CR LF, else with LF
    /// @param ended whether the last line has an end, too
    public record Base64Form(int line, boolean crlf, boolean ended) {
        public Base64Form {
            if (line < 4 || line > 0xfffc || line % 4 != 0) {
                throw new IllegalArgumentException("base64 lines of " + line);
            }
        }

        private int ending() {
            return (crlf ? 2 : 1) + (ended ? 4 : 0);
        }

        private static Base64Form of(int line, int ending) {
            return new Base64Form(line, (ending & 3) == 2, (ending & 4) != 0);
        }

        /// How long so many octets are in this form.
        public long encodedBytes(long decodedBytes) {
            long characters = (decodedBytes + 2) / 3 * 4;
            long lines = (characters + line - 1) / line;
            return characters + Math.max(0, ended ? lines : lines - 1) * (crlf ? 2 : 1);
        }

        /// The octets as base64 in this form.
        public InputStream encode(InputStream decoded, long decodedBytes) {
            return new Encoding(decoded, decodedBytes, this);
        }
    }

    /// A stretch of a letter.
    public sealed interface Piece {
        /// Its length in the letter.
        long lengthBytes();

        /// Octets that lie with the letter as they are.
        record Inline(long lengthBytes) implements Piece {}

        /// Octets that lie with the letter, decoded.
        record InlineBase64(long decodedBytes, Base64Form form) implements Piece {
            @Override
            public long lengthBytes() {
                return form.encodedBytes(decodedBytes);
            }
        }

        /// Octets that are another record's content, decoded.
        record PartBase64(long decodedBytes, Base64Form form, PartName part) implements Piece {
            @Override
            public long lengthBytes() {
                return form.encodedBytes(decodedBytes);
            }
        }
    }

    /// A part's name as a letter's record has it.
    ///
    /// @param frame 0 for the letter's own frame
    public record PartName(long frame, int record) {
        /// The place, for a letter that lies in a frame.
        public Place in(long letterFrame) {
            return new Place(frame == 0 ? letterFrame : frame, record);
        }
    }

    /// Gives the content of a part.
    @FunctionalInterface
    public interface Parts {
        Content part(PartName name) throws IOException;
    }

    /// What is kept in the letter's stead: the recipe, then the octets of its inline pieces.
    public Content kept(Content letter) {
        List<Content> kept = new ArrayList<>();
        byte[] head = head();
        kept.add(Content.owning(head, head.length));
        long at = 0;
        for (Piece piece : pieces) {
            switch (piece) {
                case Piece.Inline(long length) -> kept.add(letter.slice(at, length));
                case Piece.InlineBase64 inline ->
                    kept.add(decoded(letter.slice(at, inline.lengthBytes()), inline.decodedBytes(), inline.form()));
                case Piece.PartBase64 _ -> {}
            }
            at += piece.lengthBytes();
        }
        return new Concatenation(kept);
    }

    /// The decoded octets of a stretch of base64 in this form.
    ///
    /// @param decodedBytes how many there are
    public static Content decoded(Content base64, long decodedBytes, Base64Form form) {
        return new Decoded(base64, decodedBytes, form);
    }

    /// The decoded octets of base64 in this form, all at once.
    ///
    /// @throws IllegalArgumentException where it is not base64
    public static byte[] decode(byte[] base64, Base64Form form) {
        byte[] characters = new byte[base64.length];
        int whole = form.line() + (form.crlf() ? 2 : 1);
        int n = 0;
        for (int at = 0; at < base64.length; at += whole) {
            int length = Math.min(form.line(), base64.length - at);
            System.arraycopy(base64, at, characters, n, length);
            n += length;
        }
        while (n > 0 && (characters[n - 1] == '\n' || characters[n - 1] == '\r')) {
            n--; // of a last line that is shorter
        }
        return Base64.getDecoder().decode(Arrays.copyOf(characters, n));
    }

    private byte[] head() {
        ByteBuffer b = ByteBuffer.allocate(Integer.BYTES + pieces.size() * 32);
        b.putInt(pieces.size());
        for (Piece piece : pieces) {
            switch (piece) {
                case Piece.Inline(long length) -> b.put((byte) 0).putLong(length);
                case Piece.InlineBase64(long decoded, Base64Form form) -> {
                    b.put((byte) 1).putLong(piece.lengthBytes()).putShort((short) form.line());
                    b.put((byte) form.ending()).putLong(decoded);
                }
                case Piece.PartBase64(long decoded, Base64Form form, PartName part) -> {
                    b.put((byte) 2).putLong(piece.lengthBytes()).putShort((short) form.line());
                    b.put((byte) form.ending()).putLong(part.frame()).putShort((short) part.record());
                }
            }
        }
        byte[] head = new byte[b.position()];
        b.flip().get(head);
        return head;
    }

    /// The letter that kept octets stand for, as a stream; closing it closes theirs.
    ///
    /// @throws IOException where the octets are no recipe, whose stream is closed then; the stream throws it
    ///     where they end early
    public static InputStream compose(InputStream kept, Parts parts) throws IOException {
        try {
            return new Composing(new DataInputStream(kept), parts);
        } catch (IOException | RuntimeException e) {
            kept.close();
            throw e;
        }
    }

    /// The parts that a recipe names, in its order.
    public static List<PartName> parts(InputStream kept) throws IOException {
        DataInputStream in = new DataInputStream(kept);
        List<PartName> names = new ArrayList<>();
        for (Read piece : read(in)) {
            if (piece.kind() == 2) {
                names.add(piece.part());
            }
        }
        return names;
    }

    private record Read(int kind, long length, Base64Form form, long decoded, PartName part) {}

    private static List<Read> read(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > PIECES_LIMIT) {
            throw new IOException("a recipe of " + count + " pieces");
        }
        List<Read> pieces = new ArrayList<>(count);
        PartName none = new PartName(0, 0);
        Base64Form plain = new Base64Form(4, false, false);
        for (int i = 0; i < count; i++) {
            int kind = in.readUnsignedByte();
            long length = in.readLong();
            if (length < 0 || kind > 2) {
                throw new IOException("a piece of kind " + kind + " and length " + length);
            }
            try {
                switch (kind) {
                    case 0 -> pieces.add(new Read(kind, length, plain, length, none));
                    case 1 -> {
                        Base64Form form = Base64Form.of(in.readUnsignedShort(), in.readUnsignedByte());
                        long decoded = in.readLong();
                        if (decoded < 0) {
                            throw new IOException("a piece of " + decoded + " octets");
                        }
                        pieces.add(new Read(kind, length, form, decoded, none));
                    }
                    default -> {
                        Base64Form form = Base64Form.of(in.readUnsignedShort(), in.readUnsignedByte());
                        pieces.add(
                                new Read(kind, length, form, 0, new PartName(in.readLong(), in.readUnsignedShort())));
                    }
                }
            } catch (IllegalArgumentException e) {
                throw new IOException("a piece of another form", e);
            }
        }
        return pieces;
    }

    private static final class Composing extends InputStream {
        private final DataInputStream kept;
        private final Parts parts;
        private final List<Read> pieces;
        private int next;
        private InputStream piece = InputStream.nullInputStream();
        private InputStream part = InputStream.nullInputStream();
        private long left;

        Composing(DataInputStream kept, Parts parts) throws IOException {
            this.kept = kept;
            this.parts = parts;
            this.pieces = Recipe.read(kept);
        }

        private boolean more() throws IOException {
            while (left == 0) {
                part.close();
                if (next == pieces.size()) {
                    return false;
                }
                Read p = pieces.get(next++);
                left = p.length();
                switch (p.kind()) {
                    case 0 -> piece = kept;
                    case 1 -> piece = p.form().encode(kept, p.decoded());
                    default -> {
                        Content content = parts.part(p.part());
                        part = content.open();
                        piece = p.form().encode(part, content.sizeBytes());
                    }
                }
            }
            return true;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int off, int len) throws IOException {
            Objects.checkFromIndexSize(off, len, into.length);
            if (len == 0) {
                return 0;
            }
            if (!more()) {
                return -1;
            }
            int n = piece.read(into, off, (int) Math.min(len, left));
            if (n < 0) {
                throw new IOException("a piece ends " + left + " octets early");
            }
            left -= n;
            return n;
        }

        @Override
        public void close() throws IOException {
            try {
                part.close();
            } finally {
                kept.close();
            }
        }
    }

    /// Base64 in lines.
    private static final class Encoding extends InputStream {
        private static final int LINES_AT_ONCE = 64;

        private final InputStream decoded;
        private final Base64Form form;
        private final Base64.Encoder encoder;
        private long left;
        private byte[] lines = new byte[0];
        private int at;
        private boolean begun;

        Encoding(InputStream decoded, long decodedBytes, Base64Form form) {
            this.decoded = decoded;
            this.form = form;
            this.left = decodedBytes;
            byte[] end = form.crlf() ? new byte[] {'\r', '\n'} : new byte[] {'\n'};
            this.encoder = Base64.getMimeEncoder(form.line(), end);
        }

        private boolean fill() throws IOException {
            while (at == lines.length) {
                if (left == 0) {
                    return false;
                }
                int n = (int) Math.min(left, (long) form.line() / 4 * 3 * LINES_AT_ONCE);
                byte[] octets = decoded.readNBytes(n);
                if (octets.length < n) {
                    throw new IOException("decoded octets end " + (left - octets.length) + " early");
                }
                left -= n;
                byte[] encoded = encoder.encode(octets);
                boolean before = begun;
                boolean after = left == 0 && form.ended();
                int end = form.crlf() ? 2 : 1;
                lines = new byte[encoded.length + (before ? end : 0) + (after ? end : 0)];
                int to = 0;
                if (before) {
                    to = lineEnd(0);
                }
                System.arraycopy(encoded, 0, lines, to, encoded.length);
                if (after) {
                    lineEnd(to + encoded.length);
                }
                begun = true;
                at = 0;
            }
            return true;
        }

        private int lineEnd(int to) {
            int next = to;
            if (form.crlf()) {
                lines[next++] = '\r';
            }
            lines[next++] = '\n';
            return next;
        }

        @Override
        public int read() throws IOException {
            return fill() ? lines[at++] & 0xff : -1;
        }

        @Override
        public int read(byte[] into, int off, int len) throws IOException {
            Objects.checkFromIndexSize(off, len, into.length);
            if (len == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int n = Math.min(len, lines.length - at);
            System.arraycopy(lines, at, into, off, n);
            at += n;
            return n;
        }
    }

    /// Base64 without its lines. Sequential: a stream from an offset reads what lies before it.
    private record Decoded(Content base64, long sizeBytes, Base64Form form) implements Content {
        private static final int AT_ONCE_BYTES = 1 << 20;

        @Override
        public InputStream open(long offset, long length) throws IOException {
            Objects.checkFromIndexSize(offset, length, sizeBytes);
            if (base64.sizeBytes() <= AT_ONCE_BYTES) {
                byte[] octets = decode(base64.toByteArray(AT_ONCE_BYTES), form);
                return new ByteArrayInputStream(octets, (int) offset, (int) length);
            }
            return Exactly.from(Base64.getMimeDecoder().wrap(base64.open()), offset, length);
        }
    }
}
