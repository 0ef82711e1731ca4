package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import io.carteggio.server.smtp.Limits;
import io.carteggio.server.smtp.Onlooker;
import io.carteggio.server.smtp.ProxyServer;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A Postfix that lets the proxy say who its clients are for the log alone (XFORWARD), and judges them by the proxy's
/// own address.
@Tag("peers")
class ForwardedClientTest {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    /// Looks at nothing.
    private static final Onlooker NOBODY = () -> new Onlooker.Sight() {
        private final ByteArrayOutputStream octets = new ByteArrayOutputStream();

        @Override
        public void write(byte[] from, int offset, int length) {
            octets.write(from, offset, length);
        }

        @Override
        public Content content() {
            return Content.of(octets.toByteArray());
        }

        @Override
        public void seen(Onlooker.Passing mail) {}

        @Override
        public void wentOn() {}

        @Override
        public void refused() {}

        @Override
        public void close() {}
    };

    @Test
    void postfixLogsTheClientOfEachMail() throws Exception {
        Assumptions.assumeTrue(Postfix.available(), "skipped: no Postfix that this user may start");
        try (Postfix postfix = Postfix.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                "smtpd_authorized_xforward_hosts = 127.0.0.1")) {
            ProxyServer proxy = ProxyServer.start(
                    new ProxyServer.Config(
                            ANY, postfix.smtp(), "proxy.example", Optional.empty(), Limits.DEFAULT, false),
                    NOBODY);
            try {
                assertThat(twoMails(proxy.address(), "127.0.0.4"))
                        .hasSize(2)
                        .allMatch(answer -> answer.startsWith("250"));
            } finally {
                proxy.close();
            }
            assertThat(postfix.await(2, line -> line.contains(" client=")))
                    .as("the proxy is the client, for which the client proper stands in the log, at each mail")
                    .allSatisfy(line ->
                            assertThat(line).contains("[127.0.0.1]").contains("orig_client=unknown[127.0.0.4]"));
        }
    }

    /// The answers to two mails over one connection.
    private static List<String> twoMails(InetSocketAddress where, String from) throws IOException {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(where);
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            String greeting = in.readLine();
            assertThat(greeting).startsWith("220");
            say(socket, in, "EHLO client.example");
            return List.of(mail(socket, in), mail(socket, in));
        }
    }

    private static String mail(Socket socket, BufferedReader in) throws IOException {
        say(socket, in, "MAIL FROM:<x@outside.example>");
        say(socket, in, "RCPT TO:<y@outside.example>");
        say(socket, in, "DATA");
        return say(socket, in, "Subject: words\r\n\r\nwords\r\n.");
    }

    private static String say(Socket socket, BufferedReader in, String line) throws IOException {
        socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        String answer;
        do {
            answer = in.readLine();
        } while (answer.charAt(3) == '-');
        return answer;
    }
}
