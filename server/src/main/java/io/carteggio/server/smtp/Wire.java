package io.carteggio.server.smtp;

import io.carteggio.mail.smtp.ByteSink;
import io.carteggio.mail.smtp.DataDecoder;
import io.carteggio.mail.smtp.Line;
import io.carteggio.mail.smtp.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;

/// Bytes in and out of one connection, buffered, each read with a time limit.
///
/// Replies leave when the client has nothing more in our buffer, so a pipelining client gets them in one packet
/// (RFC 2920). Belongs to the connection's thread, except [#deadlineNanos] and [#abort], which any thread may
/// use.
final class Wire {
    /// The buffer for commands and for most mails: 500 idle connections must not cost 32 MB.
    private static final int SMALL = 16 * 1024;

    /// The buffer while a mail comes in that is larger.
    private static final int LARGE = 64 * 1024;

    /// A line over the limit is read to its end up to here, so that the client hears which of its commands was
    /// wrong.
    private static final int ENDLESS_LINE = 256 * 1024;

    /// The connection has ended: the client closed it, or the server stops.
    static final class Gone extends IOException {
        private static final long serialVersionUID = 1;

        Gone(String why) {
            super(why);
        }
    }

    /// The client was too slow.
    static final class TooSlow extends IOException {
        private static final long serialVersionUID = 1;

        TooSlow() {
            super("too slow");
        }
    }

    private final Socket tcp;
    private final long idleNanos;
    private final byte[] line;
    private Socket socket;
    private InputStream in;
    private OutputStream out;
    private byte[] buffer = new byte[SMALL];
    private int position;
    private int limit;
    private byte[] pending = new byte[512];
    private int pendingLength;
    private volatile long deadlineNanos;

    /// A new connection.
    ///
    /// @param first how long the client has for its first command: set here, for whoever ends the late may look
    /// before the connection's thread runs
    Wire(Socket tcp, int maxLineBytes, Duration idle, Duration first) throws IOException {
        allow(first.toNanos());
        this.tcp = tcp;
        this.socket = tcp;
        this.in = tcp.getInputStream();
        this.out = tcp.getOutputStream();
        this.line = new byte[maxLineBytes];
        this.idleNanos = idle.toNanos();
    }

    /// From now on everything until the next call must be done within this time.
    void allow(long nanos) {
        deadlineNanos = System.nanoTime() + nanos;
    }

    /// When the present work must be done, on the scale of [System#nanoTime].
    long deadlineNanos() {
        return deadlineNanos;
    }

    /// Puts a reply behind those that wait to be sent.
    void reply(Reply reply) throws IOException {
        byte[] wire = reply.wire();
        if (pendingLength + wire.length > pending.length) {
            if (pendingLength > 8 * 1024) {
                flush(); // a client that sends on and on and never reads must not fill our memory
            }
            pending = Arrays.copyOf(pending, Math.max(2 * pending.length, pendingLength + wire.length));
        }
        System.arraycopy(wire, 0, pending, pendingLength, wire.length);
        pendingLength += wire.length;
    }

    void flush() throws IOException {
        if (pendingLength > 0) {
            out.write(pending, 0, pendingLength);
            out.flush();
            pendingLength = 0;
        }
    }

    /// The next line.
    Line readLine() throws IOException {
        if (position == limit && buffer.length > SMALL) {
            buffer = new byte[SMALL];
            position = 0;
            limit = 0;
        }
        int length = 0;
        boolean afterCr = false;
        while (true) {
            if (position == limit) {
                fill();
            }
            byte c = buffer[position++];
            if (c == '\n') {
                if (!afterCr) {
                    return new Line.Broken("Bare LF in command");
                }
                return length + 2 > line.length ? new Line.TooLong() : Line.of(line, 0, length);
            }
            if (afterCr) {
                return new Line.Broken("Bare CR in command");
            }
            if (c == '\r') {
                afterCr = true;
            } else {
                if (length < line.length) {
                    line[length] = c;
                }
                if (++length > ENDLESS_LINE) {
                    return new Line.Broken("Line without end");
                }
            }
        }
    }

    /// Whether octets wait behind the last line.
    boolean hasMore() throws IOException {
        return position < limit || in.available() > 0;
    }

    /// Reads a mail up to its end, or until `patience` octets were read without it. Says whether the end was
    /// there.
    boolean readMail(DataDecoder decoder, long patience, ByteSink sink) throws IOException {
        long left = patience;
        while (!decoder.ended() && left > 0) {
            if (patience - left >= SMALL) {
                enlarge();
            }
            if (position == limit) {
                fill();
            }
            int read = decoder.decode(buffer, position, limit - position, sink);
            position += read;
            left -= read;
        }
        return decoder.ended();
    }

    /// Reads exactly so many octets.
    void readChunk(long length, ByteSink sink) throws IOException {
        if (length > SMALL) {
            enlarge();
        }
        long left = length;
        while (left > 0) {
            if (position == limit) {
                fill();
            }
            int here = (int) Math.min(left, limit - position);
            sink.take(buffer, position, here);
            position += here;
            left -= here;
        }
    }

    /// What comes next, as a stream, within the same time. The end of the connection is an [IOException].
    InputStream input() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                if (position == limit) {
                    fill();
                }
                return buffer[position++] & 0xff;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                if (length == 0) {
                    return 0;
                }
                if (position == limit) {
                    fill();
                }
                int here = Math.min(length, limit - position);
                System.arraycopy(buffer, position, into, offset, here);
                position += here;
                return here;
            }
        };
    }

    private void enlarge() {
        if (buffer.length < LARGE) {
            byte[] large = new byte[LARGE];
            System.arraycopy(buffer, position, large, 0, limit - position);
            buffer = large;
            limit -= position;
            position = 0;
        }
    }

    private void fill() throws IOException {
        flush();
        long left = Math.min(idleNanos, deadlineNanos - System.nanoTime());
        if (left <= 0) {
            throw new TooSlow();
        }
        socket.setSoTimeout(Math.clamp((left + 999_999) / 1_000_000, 1, Integer.MAX_VALUE));
        int read;
        try {
            read = in.read(buffer, 0, buffer.length);
        } catch (SocketTimeoutException e) {
            throw new TooSlow();
        }
        if (read < 0) {
            throw new Gone("closed by the client");
        }
        position = 0;
        limit = read;
    }

    /// Goes on over a socket that lies over the first one. What was read in the clear and not yet used is
    /// forgotten.
    void upgrade(Socket over) throws IOException {
        socket = over;
        in = over.getInputStream();
        out = over.getOutputStream();
        position = 0;
        limit = 0;
    }

    /// Says goodbye so that the last reply arrives: a socket closed over unread input sends a reset, which may
    /// overtake the reply. So it is half closed, and what still comes is dropped, for a second at most.
    void close() {
        allow(Duration.ofSeconds(2).toNanos());
        try (tcp) {
            flush();
            tcp.setSoTimeout(200);
            if (!socket.equals(tcp)) {
                socket.shutdownOutput(); // TLS says close_notify
            }
            tcp.shutdownOutput();
            long until = System.nanoTime() + 1_000_000_000L;
            long left = 1 << 20;
            InputStream rest = tcp.getInputStream();
            while (left > 0 && System.nanoTime() < until) {
                int read = rest.read(buffer, 0, buffer.length);
                if (read < 0) {
                    return;
                }
                left -= read;
            }
        } catch (IOException gone) {
            // the client did not wait for our goodbye
        }
    }

    /// Ends the connection at once, from any thread.
    void abort() {
        try {
            tcp.close();
        } catch (IOException gone) {
            // nothing is left to end
        }
    }

    /// Lets the connection's thread see the end of input at its next read, from any thread.
    void endInput() {
        try {
            tcp.shutdownInput();
        } catch (IOException gone) {
            // it will see that as well
        }
    }
}
