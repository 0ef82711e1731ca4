package io.carteggio.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/// A raw socket that says what a test wants said.
final class Client implements AutoCloseable {
    private Socket socket;
    private InputStream in;

    Client(InetSocketAddress server) throws IOException {
        socket = new Socket(server.getAddress(), server.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(5_000);
        in = new BufferedInputStream(socket.getInputStream());
    }

    Client send(byte[] octets) throws IOException {
        socket.getOutputStream().write(octets);
        return this;
    }

    /// Sends the text, one octet a character.
    Client send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// The next line, or `closed`.
    String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int c;
            try {
                c = in.read();
            } catch (java.net.SocketException reset) {
                c = -1;
            }
            if (c < 0) {
                return line.isEmpty() ? "closed" : line + " (cut)";
            }
            if (c == '\n') {
                return line.substring(0, line.length() - 1);
            }
            line.append((char) c);
        }
    }

    /// The last line of the next reply.
    String reply() throws IOException {
        String line = line();
        while (line.length() > 3 && line.charAt(3) == '-') {
            line = line();
        }
        return line;
    }

    Client expect(String start) throws IOException {
        assertThat(reply()).startsWith(start);
        return this;
    }

    /// Goes as far as a mail to the journaling mailbox that wants DATA or BDAT.
    Client begin() throws IOException {
        return expect("220 ")
                .send("HELO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<journal@archive.example>\r\n")
                .expect("250 ")
                .expect("250 ")
                .expect("250 ");
    }

    Client data() throws IOException {
        return begin().send("DATA\r\n").expect("354 ");
    }

    void startTls(SSLContext context) throws IOException {
        SSLSocket over = (SSLSocket) context.getSocketFactory().createSocket(socket, null, true);
        over.setUseClientMode(true);
        over.startHandshake();
        socket = over;
        in = new BufferedInputStream(over.getInputStream());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
