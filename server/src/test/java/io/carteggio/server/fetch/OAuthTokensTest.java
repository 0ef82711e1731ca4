package io.carteggio.server.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.carteggio.server.fetch.DriverTests.Known;
import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.secret.Secrets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Tokens from an issuer that plays a list of answers.
class OAuthTokensTest {
    private final List<String> asked = new ArrayList<>();
    private final List<String> answers = new ArrayList<>();
    private final HttpServer issuer = issuer();
    private final Moving clock = new Moving();
    private final OAuthTokens tokens = new OAuthTokens(clock);

    private static final class Moving extends Clock {
        private Instant now = Instant.parse("2026-03-01T10:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    /// An answer is its status, a blank, its body.
    private HttpServer issuer() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
            server.createContext("/token", exchange -> {
                asked.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                String answer = answers.removeFirst();
                byte[] body = answer.substring(4).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(Integer.parseInt(answer.substring(0, 3)), body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.start();
            return server;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void stop() {
        issuer.stop(0);
    }

    private Settings settings() {
        return new Settings(new TreeMap<>(Map.of(
                "host",
                "x",
                "user",
                "u",
                "auth",
                "xoauth2",
                "client-id",
                "app",
                "scope",
                "https://x/.default",
                "token-url",
                "http://127.0.0.1:" + issuer.getAddress().getPort() + "/token")));
    }

    private static Known secrets(String... all) {
        Map<String, String> secrets = new HashMap<>();
        for (int i = 0; i < all.length; i += 2) {
            secrets.put(all[i], all[i + 1]);
        }
        return new Known(secrets);
    }

    @Test
    void clientCredentialsAreAskedForOncePerLife() throws Exception {
        Known secrets = secrets(Secrets.CLIENT_SECRET, "s&cret");
        answers.add("200 {\"access_token\":\"one\",\"expires_in\":3600}");
        answers.add("200 {\"access_token\":\"two\",\"expires_in\":3600}");
        answers.add("200 {\"access_token\":\"three\",\"expires_in\":3600}");
        assertThat(tokens.of("a", settings(), secrets)).isEqualTo("one");
        clock.now = clock.now.plus(Duration.ofMinutes(57));
        assertThat(tokens.of("a", settings(), secrets)).isEqualTo("one");
        clock.now = clock.now.plus(Duration.ofMinutes(2));
        assertThat(tokens.of("a", settings(), secrets)).as("before it expires").isEqualTo("two");
        tokens.forget("a");
        assertThat(tokens.of("a", settings(), secrets)).as("it was refused").isEqualTo("three");
        assertThat(asked.getFirst())
                .isEqualTo("grant_type=client_credentials&client_id=app&client_secret=s%26cret"
                        + "&scope=https%3A%2F%2Fx%2F.default");
    }

    @Test
    void aRefreshTokenThatIsRenewedIsKept() throws Exception {
        Known secrets = secrets(Secrets.REFRESH_TOKEN, "old");
        answers.add("200 {\"access_token\":\"one\",\"expires_in\":60,\"refresh_token\":\"new\"}");
        answers.add("200 {\"access_token\":\"two\",\"expires_in\":60}");
        tokens.of("a", settings(), secrets);
        assertThat(secrets.get(Secrets.REFRESH_TOKEN)).contains("new");
        assertThat(tokens.of("a", settings(), secrets))
                .as("a life below the margin is not kept")
                .isEqualTo("two");
        assertThat(asked).first().asString().contains("grant_type=refresh_token&refresh_token=old");
        assertThat(asked).last().asString().contains("refresh_token=new");
    }

    @Test
    void refusalsAndTroubleAreToldApartAndTellNoSecret() {
        Known secrets = secrets(Secrets.CLIENT_SECRET, "hush");
        Map<String, Kind> cases = Map.of(
                "401 {\"error\":\"invalid_client\",\"error_description\":\"no\\nsuch\"}", Kind.LOG_IN,
                "400 {\"error\":\"invalid_grant\"}", Kind.LOG_IN,
                "503 busy", Kind.BUSY,
                "429 {}", Kind.BUSY,
                "302 {}", Kind.LOG_IN,
                "200 [1]", Kind.LOG_IN,
                "200 <html>", Kind.LOG_IN);
        cases.forEach((answer, kind) -> {
            answers.add(answer);
            FetchException trouble = DriverTests.trouble(() -> tokens.of("a", settings(), secrets));
            assertThat(trouble.kind()).as(answer).isEqualTo(kind);
            assertThat(trouble.getMessage()).doesNotContain("hush").doesNotContain("\n");
        });
        issuer.stop(0);
        assertThat(DriverTests.trouble(() -> tokens.of("a", settings(), secrets))
                        .kind())
                .isEqualTo(Kind.UNREACHABLE);
    }

    @Test
    void aTokenThatSomebodyElseRenewsIsTakenAsItIs() throws Exception {
        Settings plain = new Settings(Map.of("host", "x", "user", "u", "auth", "xoauth2"));
        assertThat(tokens.of("a", plain, secrets(Secrets.TOKEN, "given"))).isEqualTo("given");
        assertThat(DriverTests.trouble(() -> tokens.of("a", plain, secrets())).kind())
                .isEqualTo(Kind.LOG_IN);
    }
}
