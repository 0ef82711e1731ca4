package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.access.Reading;
import io.carteggio.archive.attribution.People;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.intake.Sources;
import io.carteggio.server.smtp.MailExchangers;
import io.carteggio.server.watch.Monitor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What people see when the world or our own code fails: a sentence and a number, never a stack trace.
class TroubleTest {
    @TempDir
    Path dir;

    /// A desk whose state of health cannot be had.
    private record Sick(Firm firm, Exception why) implements ArchiveDesk {
        @Override
        public Reading reading() {
            return firm.reading();
        }

        @Override
        public People people() {
            return firm.people();
        }

        @Override
        public io.carteggio.archive.role.Roles roles() {
            return firm.roles();
        }

        @Override
        public io.carteggio.archive.approval.Gate gate() {
            return firm.gate();
        }

        @Override
        public io.carteggio.archive.role.ApiTokens tokens() {
            return firm.tokens();
        }

        @Override
        public byte[] proof(io.carteggio.archive.access.OpenLetter letter) {
            return firm.proof(letter);
        }

        @Override
        public java.util.Optional<Listening> listening() {
            return firm.listening();
        }

        @Override
        public MailExchangers exchangers() {
            return firm.exchangers();
        }

        @Override
        public io.carteggio.server.giveback.GiveBack giveBack() {
            return firm.giveBack();
        }

        @Override
        public io.carteggio.archive.role.Preferences preferences() {
            return firm.preferences();
        }

        @Override
        public io.carteggio.archive.role.Passkeys passkeys() {
            return firm.passkeys();
        }

        @Override
        public io.carteggio.archive.search.SavedSearches savedSearches() {
            return firm.savedSearches();
        }

        @Override
        public java.util.Optional<byte[]> secret(String name) {
            return firm.secret(name);
        }

        @Override
        public io.carteggio.server.escrow.ClearMark clearMark() {
            return firm.clearMark();
        }

        @Override
        public void keepSecrets(java.util.Map<String, byte[]> secrets) throws ArchiveException {
            firm.keepSecrets(secrets);
        }

        @Override
        public io.carteggio.archive.role.LogIns logIns() {
            return firm.logIns();
        }

        @Override
        public Sources sources() {
            return firm.sources();
        }

        @Override
        public Acts acts() {
            return firm.acts();
        }

        @Override
        public Catalogue catalogue() {
            return firm.catalogue();
        }

        @Override
        public io.carteggio.server.local.Operations operations() {
            return firm.operations();
        }

        @Override
        public Monitor monitor() {
            return firm.monitor();
        }

        @Override
        public Condition condition() throws ArchiveException {
            if (why instanceof ArchiveException archive) {
                throw archive;
            }
            throw new IllegalStateException(why);
        }
    }

    @Test
    void troubleIsASentenceAndANumber() throws Exception {
        try (Firm firm = new Firm(dir)) {
            firm.person("Ada", PersonRole.ADMINISTRATOR);
            Object[][] table = {
                {new ArchiveException("secret: the disk is full", true), 503, "try again in a minute"},
                {new ArchiveException("secret: damaged", false), 500, "Something went wrong on our side"},
                {new IOException("secret: broken promise"), 500, "Something went wrong on our side"},
            };
            for (Object[] row : table) {
                try (WebServer server =
                                WebServer.start(WebConfig.local(), new Sick(firm, (Exception) row[0]), firm.clock);
                        Browser ada = new Browser(server).logIn("Ada")) {
                    var answer = ada.get("/books");
                    assertThat(answer.statusCode()).isEqualTo(row[1]);
                    assertThat(answer.body())
                            .contains((String) row[2])
                            .containsPattern("log: [0-9a-f]{8}<")
                            .doesNotContain("secret", "Exception", "at io.carteggio");
                }
            }
        }
    }

    @Test
    void whatIsNoRequestGetsAShortAnswerAndTheNextClientIsServed() throws Exception {
        try (Firm firm = new Firm(dir);
                WebServer server = WebServer.start(WebConfig.local(), firm, firm.clock)) {
            firm.person("Ada", PersonRole.ADMINISTRATOR);
            for (String request : new String[] {
                "nonsense\r\n\r\n",
                "GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /%2e%2e/%2e%2e/etc HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /letters/%00 HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: x\r\nX: " + "y".repeat(100_000) + "\r\n\r\n",
                "PROPFIND / HTTP/1.1\r\nHost: x\r\n\r\n",
                "TRACE / HTTP/1.1\r\nHost: x\r\nCookie: carteggio=secret\r\n\r\n",
                "PUT /letters/x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
            }) {
                String answer = raw(server.port(), request);
                assertThat(answer).as(request.lines().findFirst().orElse("")).contains("HTTP/1.1 4");
                assertThat(answer).doesNotContain("Exception", "\tat ", "Jetty", "secret");
            }
            try (Browser ada = new Browser(server).logIn("Ada")) {
                assertThat(ada.get("/books").statusCode()).isEqualTo(200);
            }
        }
    }

    private static String raw(int port, String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            socket.shutdownOutput(); // so that the server closes, too, once it has answered
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
