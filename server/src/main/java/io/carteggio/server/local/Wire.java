package io.carteggio.server.local;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Frames on one connection: a letter for the kind, the length of the payload in 4 octets (big-endian), the payload.
///
/// The caller speaks first: `Q` (request, JSON), then `O` (octets of the body) as often as it takes, then `E`
/// (end). The archive answers `L` (line, JSON) or `F` (offer, JSON) as often as it takes, then `D` (done,
/// JSON). After `F` the caller says `Y` or `N` (wanted or not); after `Y` come `O` and `E`. Instead of `F` the archive
/// may say `G` (given, JSON) where the caller has said in its request that it wants everything: `O` and `E` follow
/// at once. After `D` the connection is free for the next request.
///
/// Frames are collected and leave when the buffer is full, before this side waits for the other, and with
/// [#flush]. Belongs to one thread, but for [#progressNanos] and [#close].
final class Wire implements AutoCloseable {
    /// The most octets in one frame `O`.
    static final int CHUNK_BYTES = 64 * 1024;

    /// The longest request: parameters, never a mail.
    static final int REQUEST_LIMIT_BYTES = 1 << 20;

    /// The longest line of a reply: an envelope of 100,000 recipients (DESIGN 5) with room to spare.
    static final int LINE_LIMIT_BYTES = 128 << 20;

    /// Of a payload that is not there yet, no more than this is believed at a time.
    private static final int STEP_BYTES = 1 << 20;

    static final JsonMapper JSON = JsonMapper.builder().build();

    /// What a frame is.
    enum Kind {
        REQUEST('Q'),
        OCTETS('O'),
        END('E'),
        LINE('L'),
        OFFER('F'),
        GIVEN('G'),
        WANTED('Y'),
        UNWANTED('N'),
        DONE('D');

        private final byte letter;

        Kind(char letter) {
            this.letter = (byte) letter;
        }

        private int limitBytes() {
            return switch (this) {
                case REQUEST -> REQUEST_LIMIT_BYTES;
                case OCTETS -> CHUNK_BYTES;
                case LINE, OFFER, GIVEN, DONE -> LINE_LIMIT_BYTES;
                case END, WANTED, UNWANTED -> 0;
            };
        }

        private static Optional<Kind> ofLetter(byte letter) {
            for (Kind kind : values()) {
                if (kind.letter == letter) {
                    return Optional.of(kind);
                }
            }
            return Optional.empty();
        }
    }

    /// One frame as it was read. Its payload is good until the next is read.
    record Piece(Kind kind, ByteBuffer payload) {
        ObjectNode json() throws PeerGoneException {
            try {
                byte[] bytes = new byte[payload.remaining()];
                payload.duplicate().get(bytes);
                JsonNode json = JSON.readTree(bytes);
                if (json instanceof ObjectNode object) {
                    return object;
                }
            } catch (JacksonException e) {
                throw new PeerGoneException("the peer sent what is not JSON", e);
            }
            throw new PeerGoneException("the peer sent JSON that is no object");
        }
    }

    private static final int HEAD_BYTES = 5;

    private final ByteChannel channel;
    private final ByteBuffer out = ByteBuffer.allocate(HEAD_BYTES + CHUNK_BYTES);
    private final ByteBuffer in = ByteBuffer.allocate(HEAD_BYTES + CHUNK_BYTES).flip();
    private volatile long progressNanos = System.nanoTime();

    Wire(ByteChannel channel) {
        this.channel = channel;
    }

    /// When octets last moved, on the clock of [System#nanoTime].
    long progressNanos() {
        return progressNanos;
    }

    void send(Kind kind) throws PeerGoneException {
        send(kind, new byte[0], 0, 0);
    }

    void send(Kind kind, ObjectNode json) throws PeerGoneException {
        byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
        send(kind, bytes, 0, bytes.length);
    }

    void send(Kind kind, byte[] bytes, int offset, int length) throws PeerGoneException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length > kind.limitBytes()) {
            throw new IllegalArgumentException(kind + " of " + length + " octets is over " + kind.limitBytes());
        }
        if (out.remaining() < HEAD_BYTES + length) {
            flush();
        }
        out.put(kind.letter).putInt(length);
        if (length <= out.remaining()) {
            out.put(bytes, offset, length);
        } else {
            flush();
            write(ByteBuffer.wrap(bytes, offset, length));
        }
    }

    /// Lets go of what was collected.
    void flush() throws PeerGoneException {
        try {
            write(out.flip());
        } finally {
            out.clear();
        }
    }

    private void write(ByteBuffer octets) throws PeerGoneException {
        try {
            while (octets.hasRemaining()) {
                channel.write(octets);
                progressNanos = System.nanoTime();
            }
        } catch (IOException e) {
            throw new PeerGoneException("the peer went away", e);
        }
    }

    /// The next frame; empty where the peer closed the connection between two frames.
    Optional<Piece> receive() throws PeerGoneException {
        if (!fill(1)) {
            return Optional.empty();
        }
        need(HEAD_BYTES);
        byte letter = in.get();
        long length = in.getInt() & 0xffffffffL;
        Kind kind = Kind.ofLetter(letter)
                .orElseThrow(() -> new PeerGoneException("the peer sent a frame of kind " + (letter & 0xff)));
        if (length > kind.limitBytes()) {
            throw new PeerGoneException("the peer sent a frame " + kind + " of " + length + " octets");
        }
        if (length <= CHUNK_BYTES) {
            need((int) length);
            ByteBuffer payload = ByteBuffer.wrap(in.array(), in.position(), (int) length);
            in.position(in.position() + (int) length);
            return Optional.of(new Piece(kind, payload));
        }
        return Optional.of(new Piece(kind, ByteBuffer.wrap(large((int) length))));
    }

    /// A frame that is not of one of these kinds ends the connection.
    Piece expect(Kind... kinds) throws PeerGoneException {
        Piece piece = receive().orElseThrow(() -> new PeerGoneException("the peer went away"));
        for (Kind kind : kinds) {
            if (piece.kind == kind) {
                return piece;
            }
        }
        throw new PeerGoneException("the peer sent " + piece.kind + " out of turn");
    }

    /// Reads a payload larger than the buffer. Memory follows what has come, not what was announced.
    private byte[] large(int length) throws PeerGoneException {
        byte[] bytes = new byte[Math.min(length, STEP_BYTES)];
        int have = Math.min(in.remaining(), length);
        in.get(bytes, 0, have);
        while (have < length) {
            if (have == bytes.length) {
                bytes = java.util.Arrays.copyOf(bytes, (int) Math.min(length, 2L * bytes.length));
            }
            int n = read(ByteBuffer.wrap(bytes, have, bytes.length - have));
            if (n < 0) {
                throw new PeerGoneException("the peer went away in the middle of a frame");
            }
            have += n;
        }
        return bytes;
    }

    private void need(int octets) throws PeerGoneException {
        if (!fill(octets)) {
            throw new PeerGoneException("the peer went away in the middle of a frame");
        }
    }

    private boolean fill(int octets) throws PeerGoneException {
        if (in.remaining() >= octets) {
            return true;
        }
        in.compact();
        try {
            while (in.position() < octets) {
                if (read(in) < 0) {
                    return false;
                }
            }
            return true;
        } finally {
            in.flip();
        }
    }

    private int read(ByteBuffer into) throws PeerGoneException {
        flush();
        try {
            int n = channel.read(into);
            progressNanos = System.nanoTime();
            return n;
        } catch (IOException e) {
            throw new PeerGoneException("the peer went away", e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /// The octets of frames `O` up to `E`. Ends only at `E`: a connection that breaks before is an exception,
    /// so that half a mail is never taken for a whole one.
    static final class Body extends InputStream {
        private final Wire wire;
        private ByteBuffer rest = ByteBuffer.allocate(0);
        private boolean ended;

        Body(Wire wire) {
            this.wire = wire;
        }

        @Override
        public int read() throws IOException {
            return more() ? rest.get() & 0xff : -1;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, into.length);
            if (length == 0) {
                return 0;
            }
            if (!more()) {
                return -1;
            }
            int n = Math.min(length, rest.remaining());
            rest.get(into, offset, n);
            return n;
        }

        /// Reads on to the end and forgets it, so that the next frame is what follows.
        void drain() throws PeerGoneException {
            while (more()) {
                rest.position(rest.limit());
            }
        }

        private boolean more() throws PeerGoneException {
            while (!ended && !rest.hasRemaining()) {
                Piece piece = wire.expect(Kind.OCTETS, Kind.END, Kind.DONE);
                if (piece.kind() == Kind.DONE) { // only an archive that could not go on says this here
                    throw new PeerGoneException("the archive broke off: "
                            + piece.json().path("error").asString("it did not say why"));
                }
                rest = piece.payload();
                ended = piece.kind() == Kind.END;
            }
            return rest.hasRemaining();
        }
    }
}
