package io.carteggio.server.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.server.local.Wire.Kind;
import io.carteggio.server.local.Wire.Piece;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.JsonNodeFactory;

class WireTest {
    /// A channel that gives octets in pieces of a given size, and keeps what is written.
    private static final class Pipe implements ByteChannel {
        private final ByteBuffer in;
        private final int step;
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Pipe(byte[] in, int step) {
            this.in = ByteBuffer.wrap(in);
            this.step = step;
        }

        @Override
        public int read(ByteBuffer into) {
            if (!in.hasRemaining()) {
                return -1;
            }
            int n = Math.min(step, Math.min(in.remaining(), into.remaining()));
            into.put(in.slice(in.position(), n));
            in.position(in.position() + n);
            return n;
        }

        @Override
        public int write(ByteBuffer from) {
            int n = Math.min(step, from.remaining());
            byte[] bytes = new byte[n];
            from.get(bytes);
            out.writeBytes(bytes);
            return n;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static byte[] frame(char kind, long length, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(5 + payload.length);
        return frame.put((byte) kind).putInt((int) length).put(payload).array();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 64, 70_000, 1 << 20})
    void framesComeAsTheyWereSent(int step) throws Exception {
        Pipe sent = new Pipe(new byte[0], step);
        Wire wire = new Wire(sent);
        byte[] chunk = new byte[Wire.CHUNK_BYTES];
        new Random(7).nextBytes(chunk);
        String large = "x".repeat(300_000);
        wire.send(Kind.OCTETS, chunk, 0, chunk.length);
        wire.send(Kind.LINE, JsonNodeFactory.instance.objectNode().put("subject", "è " + large));
        wire.send(Kind.END);
        wire.flush();

        Wire back = new Wire(new Pipe(sent.out.toByteArray(), step));
        Piece octets = back.expect(Kind.OCTETS);
        byte[] came = new byte[octets.payload().remaining()];
        octets.payload().get(came);
        assertThat(came).isEqualTo(chunk);
        assertThat(back.expect(Kind.LINE).json().path("subject").stringValue()).isEqualTo("è " + large);
        assertThat(back.expect(Kind.END).payload().remaining()).isZero();
        assertThat(back.receive()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "X, 0, '', a frame of kind 88",
        "O, 65537, '', OCTETS of 65537",
        "O, 4294967295, '', OCTETS of 4294967295",
        "Q, 1048577, '', REQUEST of 1048577",
        "L, 134217729, '', LINE of 134217729",
        "E, 1, 'x', END of 1",
        "O, 5, 'abc', in the middle of a frame",
        "L, 100000000, 'abc', in the middle of a frame",
    })
    void whatIsNoFrameEndsTheConnection(char kind, long length, String payload, String why) {
        Wire wire = new Wire(new Pipe(frame(kind, length, utf8(payload)), 10));
        assertThatThrownBy(wire::receive).isInstanceOf(PeerGoneException.class).hasMessageContaining(why);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "null", "\"text\"", "{\"a\":}", "{}{"})
    void aPayloadThatIsNoObjectEndsTheConnection(String json) throws Exception {
        byte[] payload = utf8(json);
        Piece piece = new Wire(new Pipe(frame('L', payload.length, payload), 10)).expect(Kind.LINE);
        if (json.equals("{}{")) {
            return; // the parser reads the first value; what follows it is of no use to anybody
        }
        assertThatThrownBy(piece::json).isInstanceOf(PeerGoneException.class);
    }

    @Test
    void aBodyThatBreaksOffNeverLooksWhole() throws Exception {
        byte[] begun = frame('O', 5, utf8("Hello"));
        Wire.Body body = new Wire.Body(new Wire(new Pipe(begun, 4)));
        byte[] five = new byte[5];
        assertThat(body.readNBytes(five, 0, 5)).isEqualTo(5);
        assertThatThrownBy(body::read).isInstanceOf(PeerGoneException.class);
    }

    @Test
    void anArchiveThatBreaksOffSaysWhy() {
        byte[] done = utf8("{\"exit\":1,\"error\":\"the disk is on fire\"}");
        Wire.Body body = new Wire.Body(new Wire(new Pipe(frame('D', done.length, done), 100)));
        assertThatThrownBy(body::read).hasMessageContaining("the disk is on fire");
    }

    @Test
    void randomOctetsEndInOneKindOfExceptionOnly() {
        long seed = System.nanoTime();
        System.out.println("WireTest seed " + seed);
        Random random = new Random(seed);
        String kinds = "QOELFGYND";
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(64)];
            random.nextBytes(bytes);
            if (bytes.length > 5 && random.nextBoolean()) { // a head that is right, so that more than the head is tried
                bytes[0] = (byte) kinds.charAt(random.nextInt(kinds.length()));
                bytes[1] = 0;
                bytes[2] = 0;
                bytes[3] = 0;
                bytes[4] = (byte) random.nextInt(bytes.length);
            }
            Wire wire = new Wire(new Pipe(bytes, 1 + random.nextInt(20)));
            try {
                for (Optional<Piece> piece = wire.receive(); piece.isPresent(); piece = wire.receive()) {
                    if (piece.get().kind() == Kind.LINE || piece.get().kind() == Kind.REQUEST) {
                        piece.get().json();
                    }
                }
            } catch (PeerGoneException expected) {
                assertThat(expected).hasMessageStartingWith("the peer");
            }
        }
    }
}
