package io.carteggio.server.fetch.ews;

import io.carteggio.server.fetch.Connection;
import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.fetch.Lines;
import io.carteggio.server.fetch.Settings;
import io.carteggio.server.fetch.Settings.Tls;
import io.carteggio.server.fetch.Steps;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// HTTP/1.1 (RFC 9112) as a client of one server needs it: POST, one answer after the other on one
/// connection. NTLM logs in a connection, not a request, so which connection a request takes must be ours
/// to say; no client of the JDK leaves us that. Belongs to one thread.
final class HttpConnection implements AutoCloseable {
    static final int PORT_TLS = 443;
    static final int PORT = 80;

    /// Status line and fields of one answer.
    static final int HEAD_LIMIT_BYTES = 64 * 1024;

    static final int FIELDS_LIMIT = 200;

    /// Answers that only say that the real one comes later.
    static final int INTERIM_LIMIT = 10;

    /// What is left of an answer that is of no interest; beyond it, a new connection is cheaper.
    static final int DRAIN_LIMIT_BYTES = 1024 * 1024;

    private static final int CHUNK_LINE_LIMIT_BYTES = 4 * 1024;
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Settings settings;
    private final String path;
    private final Connection connection;
    private final InputStream in;
    private final OutputStream out;
    private boolean used;

    /// The connection went, without a word, while nothing was asked: as servers do after a while.
    static final class Stale extends IOException {
        private static final long serialVersionUID = 1L;

        Stale(IOException cause) {
            super(cause);
        }
    }

    /// A field of a request.
    record Field(String name, String value) {
        Field {
            if (value.chars().anyMatch(c -> c < ' ' || c > '~')) {
                throw new IllegalArgumentException("the field " + name + " has a character that HTTP cannot say");
            }
        }
    }

    /// What the server says.
    ///
    /// @param fields by their names in small letters
    record Answer(int status, Map<String, List<String>> fields, Body body, boolean stays) {
        Optional<String> field(String name) {
            List<String> all = fields.getOrDefault(name, List.of());
            return all.isEmpty() ? Optional.empty() : Optional.of(all.getFirst());
        }

        List<String> all(String name) {
            return fields.getOrDefault(name, List.of());
        }

        boolean xml() {
            return field("content-type")
                    .map(type -> type.toLowerCase(Locale.ROOT).strip().matches("(text|application)/(soap\\+)?xml\\b.*"))
                    .orElse(false);
        }
    }

    private HttpConnection(Settings settings, String path, Connection connection) throws FetchException {
        this.settings = settings;
        this.path = path;
        this.connection = connection;
        this.in = new BufferedInputStream(connection.in(), BUFFER_BYTES);
        this.out = connection.out();
    }

    static HttpConnection open(Settings settings, String path, Steps steps) throws FetchException {
        Connection connection = Connection.open(settings, PORT_TLS, PORT, steps);
        try {
            return new HttpConnection(settings, path, connection);
        } catch (FetchException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    Optional<String> tls() {
        return connection.tls();
    }

    Optional<X509Certificate> certificate() {
        return connection.certificate();
    }

    /// The server has its whole time again: what was waited for was ours.
    void expect() {
        connection.expect();
    }

    /// Asks, and reads the answer's head. The answer to what was asked before is gone.
    Answer post(List<Field> fields, byte[] body) throws IOException {
        boolean before = used;
        used = true;
        connection.expect();
        try {
            out.write(head(fields, body.length).getBytes(StandardCharsets.US_ASCII));
            out.write(body);
            out.flush();
            in.mark(1);
            if (in.read() < 0) {
                throw new EOFException("no answer");
            }
            in.reset();
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            if (before) {
                throw new Stale(e);
            }
            throw e;
        }
        return answer();
    }

    private String head(List<Field> fields, int length) {
        int port = settings.port(settings.tls() == Tls.NONE ? PORT : PORT_TLS);
        boolean usual = port == (settings.tls() == Tls.NONE ? PORT : PORT_TLS);
        String host = settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host();
        StringBuilder head = new StringBuilder("POST " + path + " HTTP/1.1\r\n");
        head.append("Host: ").append(host).append(usual ? "" : ":" + port).append("\r\n");
        head.append("User-Agent: Carteggio\r\n");
        head.append("Content-Length: ").append(length).append("\r\n");
        for (Field field : fields) {
            head.append(field.name).append(": ").append(field.value).append("\r\n");
        }
        return head.append("\r\n").toString();
    }

    private Answer answer() throws IOException {
        for (int interim = 0; interim <= INTERIM_LIMIT; interim++) {
            int[] left = {HEAD_LIMIT_BYTES};
            String status = line(left);
            if (!status.matches("HTTP/1\\.[01] [1-5]\\d\\d( .*)?")) {
                throw new SoapReader.Malformed("no HTTP: " + Lines.of(status));
            }
            int code = Integer.parseInt(status.substring(9, 12));
            Map<String, List<String>> fields = fields(left);
            if (code >= 200) {
                return answer(code, status.startsWith("HTTP/1.1"), fields);
            }
            if (code == 101) {
                break;
            }
        }
        throw new SoapReader.Malformed("answers without end that only announce one");
    }

    private Map<String, List<String>> fields(int[] left) throws IOException {
        Map<String, List<String>> fields = new TreeMap<>();
        int count = 0;
        for (String line = line(left); !line.isEmpty(); line = line(left)) {
            int colon = line.indexOf(':');
            if (colon < 1 || !line.substring(0, colon).matches("[!-~]+")) {
                throw new SoapReader.Malformed("a line of HTTP that is no field");
            }
            if (++count > FIELDS_LIMIT) {
                throw new SoapReader.Malformed("more than " + FIELDS_LIMIT + " fields of HTTP");
            }
            fields.computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
                    .add(line.substring(colon + 1).strip());
        }
        return fields;
    }

    private Answer answer(int code, boolean stays, Map<String, List<String>> fields) throws IOException {
        boolean close = fields.getOrDefault("connection", List.of()).stream()
                .anyMatch(value -> value.toLowerCase(Locale.ROOT).contains("close"));
        List<String> coding = fields.getOrDefault("transfer-encoding", List.of());
        List<String> length = fields.getOrDefault("content-length", List.of());
        List<String> content = fields.getOrDefault("content-encoding", List.of());
        if (!content.isEmpty() && !content.equals(List.of("identity"))) {
            throw new SoapReader.Malformed(
                    "the answer is packed as " + content.getFirst() + ", which was not asked for");
        }
        Body body;
        if (!coding.isEmpty()) {
            if (coding.size() > 1 || !coding.getFirst().equalsIgnoreCase("chunked") || !length.isEmpty()) {
                throw new SoapReader.Malformed("a transfer coding that was not asked for");
            }
            body = new Body(Form.CHUNKED, 0);
        } else if (!length.isEmpty()) {
            if (length.stream().distinct().count() > 1 || !length.getFirst().matches("\\d{1,15}")) {
                throw new SoapReader.Malformed("a Content-Length that is none");
            }
            body = new Body(Form.COUNTED, Long.parseLong(length.getFirst()));
        } else {
            body = code == 204 || code == 304 ? new Body(Form.COUNTED, 0) : new Body(Form.TO_THE_END, 0);
        }
        return new Answer(code, fields, body, stays && !close && body.form != Form.TO_THE_END);
    }

    private String line(int[] left) throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException("the answer ends in its head");
            }
            if (--left[0] < 0) {
                throw new SoapReader.Malformed("a line or a head that is too long for HTTP");
            }
            if (c == '\n') {
                int length = line.length();
                return length > 0 && line.charAt(length - 1) == '\r' ? line.substring(0, length - 1) : line.toString();
            }
            line.append((char) c);
        }
    }

    /// How long a body is.
    private enum Form {
        COUNTED,
        CHUNKED,
        TO_THE_END
    }

    /// The answer's content. Ends with -1 only where the server ended it; cut off, with an [EOFException].
    final class Body extends InputStream {
        private final Form form;
        private long left;
        private boolean begun;
        private boolean ended;

        private Body(Form form, long left) {
            this.form = form;
            this.left = left;
        }

        boolean ended() {
            return ended || (form == Form.COUNTED && left == 0);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (form == Form.CHUNKED && left == 0 && !ended) {
                nextChunk();
            }
            if (ended()) {
                return -1;
            }
            int most = form == Form.TO_THE_END ? length : (int) Math.min(length, left);
            int n = in.read(into, offset, most);
            if (n < 0) {
                if (form == Form.TO_THE_END) {
                    ended = true;
                    return -1;
                }
                throw new EOFException("the answer ends in the middle");
            }
            left -= form == Form.TO_THE_END ? 0 : n;
            return n;
        }

        private void nextChunk() throws IOException {
            int[] most = {CHUNK_LINE_LIMIT_BYTES};
            if (begun && !line(most).isEmpty()) {
                throw new SoapReader.Malformed("a chunk that does not end where it says");
            }
            begun = true;
            String line = line(most);
            int semicolon = line.indexOf(';');
            String size = (semicolon < 0 ? line : line.substring(0, semicolon)).strip();
            if (!size.matches("[0-9A-Fa-f]{1,12}")) {
                throw new SoapReader.Malformed("a chunk without a size");
            }
            left = Long.parseLong(size, 16);
            if (left == 0) {
                var _ = fields(new int[] {HEAD_LIMIT_BYTES});
                ended = true;
            }
        }
    }

    /// Reads away what is left of an answer.
    ///
    /// @return whether another request may follow on this connection
    boolean drained(Answer answer) throws IOException {
        if (!answer.stays) {
            return false;
        }
        byte[] nowhere = new byte[8 * 1024];
        int read = 0;
        while (read <= DRAIN_LIMIT_BYTES) {
            int n = answer.body.read(nowhere, 0, nowhere.length);
            if (n < 0) {
                return true;
            }
            read += n;
        }
        return false;
    }

    @Override
    public void close() {
        connection.close();
    }

    /// That HTTP is at the other end, but not what we need.
    static FetchException protocol(SoapReader.Malformed e) {
        return new FetchException(Kind.PROTOCOL, "the server says what it must not: " + Lines.of(e), e);
    }
}
