package io.carteggio.mail.imap;

import io.carteggio.mail.OctetSearch;
import io.carteggio.mail.imap.Response.Code;
import io.carteggio.mail.imap.Response.Status;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Reads responses from a server, one after the other. Belongs to one thread.
///
/// Tolerant where a server's meaning is clear (a bare LF, blanks too many, a `]` missing), strict where
/// it is not: then [MalformedReplyException].
public final class ImapReader {
    /// The longest word, string or line, but for a mail's octets.
    public static final int WORD_LIMIT_BYTES = 64 * 1024;

    /// Words in one response that is not understood.
    public static final int WORDS_LIMIT = 10_000;

    /// Brackets within brackets.
    public static final int DEPTH_LIMIT = 32;

    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int END = -1;

    /// `17-Jul-2018 14:13:28 +0200`, the day also with a blank before it.
    private static final DateTimeFormatter DATE_TIME = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .appendPattern("d-MMM-yyyy HH:mm:ss xx")
            .toFormatter(Locale.ENGLISH);

    /// What a response brings that is too much to be part of its value.
    public interface Handler {
        /// A mail's octets follow. The stream is not closed here.
        ///
        /// @param sizeBytes how many, as the server says; they are counted, and fewer are an [EOFException]
        OutputStream body(long sizeBytes) throws IOException;

        /// A search found this.
        void found(long number) throws IOException;
    }

    /// For responses that have neither.
    public static final Handler NOTHING = new Handler() {
        @Override
        public OutputStream body(long sizeBytes) {
            return OutputStream.nullOutputStream();
        }

        @Override
        public void found(long number) {}
    };

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int limit;
    private final StringBuilder word = new StringBuilder();
    private Optional<Long> origin = Optional.empty(); // of the item whose name was read last

    public ImapReader(InputStream in) {
        this.in = in;
    }

    /// Whether octets lie here that nobody asked for yet. After STARTTLS there must be none: they came in
    /// the clear.
    public boolean pending() {
        return at < limit;
    }

    /// Waits for the first octet of the next response and reads none of it: a time-out in here leaves the
    /// connection as it was.
    ///
    /// @throws EOFException where the connection ended
    public boolean await() throws IOException {
        if (peek() == END) {
            throw cut();
        }
        return true;
    }

    /// The next response.
    ///
    /// @throws EOFException where the connection ended, between responses or within one
    public Response read(Handler handler) throws IOException {
        String tag = atom();
        if (tag.equals("+")) {
            return new Response.GoOn(line());
        }
        if (!tag.equals("*")) {
            skipBlanks();
            return done(tag);
        }
        skipBlanks();
        String name = atom().toUpperCase(Locale.ROOT);
        if (!name.isEmpty() && name.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return numbered(number(name), handler);
        }
        return switch (name) {
            case "OK", "NO", "BAD", "BYE", "PREAUTH" -> {
                String line = line().stripLeading();
                yield new Response.Told(Status.valueOf(name), code(line), text(line));
            }
            case "CAPABILITY" -> new Response.Capabilities(words(line()));
            case "SEARCH", "SORT" -> search(handler);
            default -> new Response.Other(name, rest());
        };
    }

    private Response done(String tag) throws IOException {
        if (tag.isEmpty()) {
            throw new MalformedReplyException("a line without a tag: " + shown(line()));
        }
        String status = atom().toUpperCase(Locale.ROOT);
        return switch (status) {
            case "OK", "NO", "BAD" -> {
                String line = line().stripLeading();
                yield new Response.Done(tag, Status.valueOf(status), code(line), text(line));
            }
            default -> throw new MalformedReplyException("neither OK, NO nor BAD: " + shown(tag + " " + status));
        };
    }

    private static Set<String> words(String line) {
        Set<String> words = new HashSet<>();
        for (String word : line.strip().toUpperCase(Locale.ROOT).split(" +", -1)) {
            if (!word.isEmpty()) {
                words.add(word);
            }
        }
        return words;
    }

    /// The capabilities in a code.
    public static Set<String> capabilities(Code code) {
        return words(code.arguments());
    }

    private static Optional<Code> code(String line) {
        if (!line.startsWith("[")) {
            return Optional.empty();
        }
        int end = line.indexOf(']');
        String inside = line.substring(1, end < 0 ? line.length() : end).strip();
        int blank = inside.indexOf(' ');
        return Optional.of(
                blank < 0
                        ? new Code(inside.toUpperCase(Locale.ROOT), "")
                        : new Code(inside.substring(0, blank).toUpperCase(Locale.ROOT), inside.substring(blank + 1)));
    }

    private static String text(String line) {
        int end = line.startsWith("[") ? line.indexOf(']') : -1;
        return line.substring(end + 1).strip();
    }

    private Response search(Handler handler) throws IOException {
        long many = 0;
        while (true) {
            skipBlanks();
            int next = peek();
            if (endOfLine(next)) {
                endLine();
                return new Response.Found(many);
            }
            if (next == '(') { // (MODSEQ 17) of CONDSTORE
                value(new ArrayList<>(), 0);
                continue;
            }
            handler.found(number(atom()));
            many++;
        }
    }

    private Response numbered(long number, Handler handler) throws IOException {
        skipBlanks();
        String what = atom().toUpperCase(Locale.ROOT);
        if (!what.equals("FETCH")) {
            rest();
            return new Response.Count(number, what);
        }
        skipBlanks();
        expect('(');
        Optional<Long> uid = Optional.empty();
        Optional<Instant> received = Optional.empty();
        Set<String> flags = new HashSet<>();
        Optional<OutputStream> body = Optional.empty();
        boolean none = false;
        Optional<Long> from = Optional.empty();
        for (int items = 0; ; items++) {
            skipBlanks();
            if (peek() == ')') {
                take();
                break;
            }
            if (items > WORDS_LIMIT) {
                throw new MalformedReplyException("a FETCH response with too many items");
            }
            String item = itemName();
            skipBlanks();
            switch (item) {
                case "UID" -> uid = Optional.of(number(atom()));
                case "INTERNALDATE" -> received = instant(text());
                case "FLAGS" -> {
                    List<String> words = new ArrayList<>();
                    value(words, 0);
                    flags.addAll(words);
                }
                case "BODY[]", "RFC822" -> {
                    if (body.isPresent()) {
                        throw new MalformedReplyException("a FETCH response with two bodies");
                    }
                    from = origin;
                    body = body(handler);
                    none = body.isEmpty();
                }
                default -> value(new ArrayList<>(), 0);
            }
        }
        endLine();
        return new Response.Fetched(number, uid, received, flags, body, none, from);
    }

    /// `BODY[]`, `BODY[]<0>`, `BODY[HEADER.FIELDS (A B)]`: a name may have blanks in its brackets.
    private String itemName() throws IOException {
        word.setLength(0);
        boolean inside = false;
        while (true) {
            int c = peek();
            if (c == END) {
                throw cut();
            }
            boolean ends = inside ? c == '\r' || c == '\n' : c <= ' ' || c == '(' || c == ')' || c == '{' || c == '"';
            if (ends) {
                break;
            }
            inside = c == '[' || (inside && c != ']');
            append(take());
        }
        String name = word.toString().toUpperCase(Locale.ROOT);
        if (name.isEmpty() || inside) {
            throw new MalformedReplyException("a FETCH response without the name of an item");
        }
        int end = name.indexOf("]<");
        String piece = end < 0 ? "" : name.substring(end + 2);
        origin = piece.matches("\\d{1,18}>")
                ? Optional.of(Long.parseLong(piece.substring(0, piece.length() - 1)))
                : Optional.empty();
        return end < 0 ? name : name.substring(0, end + 1);
    }

    private Optional<OutputStream> body(Handler handler) throws IOException {
        int c = peek();
        if (c == '{' || c == '~') {
            long size = literalSize();
            OutputStream out = handler.body(size);
            copy(size, out);
            return Optional.of(out);
        }
        if (c == '"') {
            byte[] octets = text().getBytes(StandardCharsets.ISO_8859_1);
            OutputStream out = handler.body(octets.length);
            out.write(octets);
            return Optional.of(out);
        }
        String word = atom();
        if (!word.equalsIgnoreCase("NIL")) {
            throw new MalformedReplyException("a body that is no string: " + shown(word));
        }
        return Optional.empty();
    }

    private static Optional<Instant> instant(String text) {
        try {
            return Optional.of(OffsetDateTime.parse(text.strip(), DATE_TIME).toInstant());
        } catch (DateTimeException e) {
            return Optional.empty(); // it only vouches for an instant: without it there is none
        }
    }

    /// The words up to the end of the response.
    private List<String> rest() throws IOException {
        List<String> words = new ArrayList<>();
        while (true) {
            skipBlanks();
            if (endOfLine(peek())) {
                endLine();
                return words;
            }
            value(words, 0);
        }
    }

    /// One value of any kind; its words are added in a row.
    private void value(List<String> words, int depth) throws IOException {
        skipBlanks();
        int c = peek();
        if (c == '(') {
            if (depth >= DEPTH_LIMIT) {
                throw new MalformedReplyException("brackets deeper than " + DEPTH_LIMIT);
            }
            take();
            while (true) {
                skipBlanks();
                if (peek() == ')') {
                    take();
                    return;
                }
                if (endOfLine(peek())) {
                    throw new MalformedReplyException("a bracket that does not close");
                }
                value(words, depth + 1);
            }
        }
        if (words.size() >= WORDS_LIMIT) {
            throw new MalformedReplyException("a response of more than " + WORDS_LIMIT + " words");
        }
        if (c == '"' || c == '{' || c == '~') {
            words.add(text());
            return;
        }
        String atom = atom();
        if (atom.isEmpty()) {
            throw new MalformedReplyException("an odd sign: " + shown(Character.toString(take())));
        }
        words.add(atom);
    }

    /// A string in quotes or as a literal, an octet a character; an atom is taken for one.
    private String text() throws IOException {
        int c = peek();
        if (c == '{' || c == '~') {
            long size = literalSize();
            if (size > WORD_LIMIT_BYTES) {
                throw new MalformedReplyException("a string of " + size + " octets");
            }
            word.setLength(0);
            for (long i = 0; i < size; i++) {
                append(take());
            }
            return word.toString();
        }
        if (c != '"') {
            return atom();
        }
        take();
        word.setLength(0);
        while (true) {
            int q = take();
            if (q == '"') {
                return word.toString();
            }
            if (q == '\r' || q == '\n') {
                throw new MalformedReplyException("a string that does not end");
            }
            append(q == '\\' ? take() : q);
        }
    }

    /// `{17}`, `{17+}`, `~{17}` with its CRLF.
    private long literalSize() throws IOException {
        if (peek() == '~') {
            take();
        }
        expect('{');
        word.setLength(0);
        while (true) {
            int c = take();
            if (c == '}') {
                break;
            }
            if (c != '+') {
                append(c);
            }
        }
        long size = number(word.toString());
        endLine();
        return size;
    }

    private void copy(long size, OutputStream out) throws IOException {
        long left = size;
        while (left > 0) {
            if (at == limit && !fill()) {
                throw cut();
            }
            int n = (int) Math.min(left, limit - at);
            out.write(buffer, at, n);
            at += n;
            left -= n;
        }
    }

    /// Everything up to what separates words; empty at such a sign.
    private String atom() throws IOException {
        word.setLength(0);
        while (true) {
            int c = peek();
            if (c == END) {
                throw cut();
            }
            if (c <= ' ' || c == '(' || c == ')' || c == '{' || c == '"') {
                return word.toString();
            }
            append(take());
        }
    }

    private String line() throws IOException {
        word.setLength(0);
        while (true) {
            if (at == limit && !fill()) {
                throw cut();
            }
            int lf = OctetSearch.indexOf(buffer, at, limit, (byte) '\n');
            int end = lf < 0 ? limit : lf;
            if (word.length() + end - at > WORD_LIMIT_BYTES) {
                throw new MalformedReplyException("a line of more than " + WORD_LIMIT_BYTES + " octets");
            }
            word.append(new String(buffer, at, end - at, StandardCharsets.ISO_8859_1));
            at = lf < 0 ? limit : lf + 1;
            if (lf >= 0) {
                int length = word.length();
                if (length > 0 && word.charAt(length - 1) == '\r') {
                    word.setLength(length - 1);
                }
                return word.toString();
            }
        }
    }

    private void append(int c) throws IOException {
        if (word.length() >= WORD_LIMIT_BYTES) {
            throw new MalformedReplyException("a word of more than " + WORD_LIMIT_BYTES + " octets");
        }
        word.append((char) c);
    }

    private void skipBlanks() throws IOException {
        while (peek() == ' ' || peek() == '\t') {
            take();
        }
    }

    private static boolean endOfLine(int c) {
        return c == '\r' || c == '\n';
    }

    private void endLine() throws IOException {
        skipBlanks();
        if (peek() == '\r') {
            take();
        }
        expect('\n');
    }

    private void expect(char wanted) throws IOException {
        int c = take();
        if (c != wanted) {
            throw new MalformedReplyException(
                    "not '" + (wanted == '\n' ? "end of line" : wanted) + "' but " + shown(Character.toString(c)));
        }
    }

    private static long number(String digits) throws IOException {
        if (digits.isEmpty() || digits.length() > 18 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new MalformedReplyException("no number: " + shown(digits));
        }
        return Long.parseLong(digits);
    }

    private int peek() throws IOException {
        return at == limit && !fill() ? END : buffer[at] & 0xff;
    }

    private int take() throws IOException {
        int c = peek();
        if (c == END) {
            throw cut();
        }
        at++;
        return c;
    }

    private boolean fill() throws IOException {
        int n = in.read(buffer, 0, buffer.length);
        at = 0;
        limit = Math.max(n, 0);
        return n > 0;
    }

    private static EOFException cut() {
        return new EOFException("the server closed the connection");
    }

    private static String shown(String text) {
        StringBuilder shown = new StringBuilder("'");
        text.chars().limit(60).forEach(c -> shown.append(c >= ' ' && c < 127 ? (char) c : '?'));
        return shown.append('\'').toString();
    }
}
