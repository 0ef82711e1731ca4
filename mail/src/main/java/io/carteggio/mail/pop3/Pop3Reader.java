package io.carteggio.mail.pop3;

import io.carteggio.mail.OctetSearch;
import io.carteggio.mail.smtp.DataDecoder;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Reads what a server says. Belongs to one thread.
public final class Pop3Reader {
    /// The longest line, but for those of a mail. RFC 2449 allows 512 octets; servers' greetings are
    /// known to be longer.
    public static final int LINE_LIMIT_BYTES = 8 * 1024;

    private static final int BUFFER_BYTES = 64 * 1024;

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int at;
    private int limit;

    public Pop3Reader(InputStream in) {
        this.in = in;
    }

    /// A server said what its protocol does not allow.
    public static final class Malformed extends IOException {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }

    /// Whether octets lie here that nobody asked for yet. After STLS there must be none: they came in the
    /// clear.
    public boolean pending() {
        return at < limit;
    }

    /// The next answer's first line.
    public Pop3Reply reply() throws IOException {
        String line = line();
        return Pop3Reply.of(line).orElseThrow(() -> new Malformed("no answer of POP3: " + shown(line)));
    }

    /// The next line of an answer of many lines; empty at its end.
    public Optional<String> item() throws IOException {
        String line = line();
        if (line.equals(".")) {
            return Optional.empty();
        }
        return Optional.of(line.startsWith(".") ? line.substring(1) : line);
    }

    /// A mail that follows, up to the line with a dot alone. Only CRLF.CRLF ends it.
    public void mail(OutputStream into) throws IOException {
        DataDecoder decoder = new DataDecoder();
        try {
            while (!decoder.ended()) {
                if (at == limit && !fill()) {
                    throw cut();
                }
                at += decoder.decode(buffer, at, limit - at, (octets, offset, length) -> {
                    try {
                        into.write(octets, offset, length);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            if (at == limit && !fill()) {
                throw cut();
            }
            int lf = OctetSearch.indexOf(buffer, at, limit, (byte) '\n');
            int end = lf < 0 ? limit : lf;
            if (line.length() + end - at > LINE_LIMIT_BYTES) {
                throw new Malformed("a line of more than " + LINE_LIMIT_BYTES + " octets");
            }
            line.append(new String(buffer, at, end - at, StandardCharsets.ISO_8859_1));
            at = lf < 0 ? limit : lf + 1;
            if (lf >= 0) {
                int length = line.length();
                if (length > 0 && line.charAt(length - 1) == '\r') {
                    line.setLength(length - 1);
                }
                return line.toString();
            }
        }
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
