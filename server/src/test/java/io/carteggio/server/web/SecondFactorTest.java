package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.entry.PersonRole;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Codes of RFC 6238, and logging in with them.
class SecondFactorTest {
    private static final Pattern HALF = Pattern.compile("name=\"half\" value=\"([^\"]+)\"");

    @TempDir
    Path dir;

    private Firm firm;
    private WebServer server;
    private String adaId;

    @BeforeEach
    void start() throws Exception {
        firm = new Firm(dir);
        adaId = firm.person("Ada", PersonRole.ADMINISTRATOR);
        server = WebServer.start(WebConfig.local(), firm, firm.clock);
        firm.clock.forward(Duration.ofSeconds(30));
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        firm.close();
    }

    /// RFC 6238, appendix B, the last six of its eight digits.
    @Test
    void theCodesOfTheRfc() {
        byte[] secret = "12345678901234567890".getBytes(StandardCharsets.US_ASCII);
        record Case(long seconds, String code) {}
        for (Case c : List.of(
                new Case(59, "287082"),
                new Case(1111111109, "081804"),
                new Case(1111111111, "050471"),
                new Case(1234567890, "005924"),
                new Case(2000000000, "279037"),
                new Case(20000000000L, "353130"))) {
            assertThat(Totp.code(secret, Totp.step(Instant.ofEpochSecond(c.seconds))))
                    .isEqualTo(c.code);
        }
        assertThat(Totp.base32("foobar".getBytes(StandardCharsets.US_ASCII))).isEqualTo("MZXW6YTBOI");
        assertThat(Totp.base32("fooba".getBytes(StandardCharsets.US_ASCII))).isEqualTo("MZXW6YTB");
        assertThat(Totp.base32(new byte[0])).isEmpty();
    }

    @Test
    void aCodeIsGoodAroundItsTimeAndOnce() {
        byte[] secret = "12345678901234567890".getBytes(StandardCharsets.US_ASCII);
        Instant now = Instant.ofEpochSecond(3_000_000);
        long step = Totp.step(now);
        for (int off = -3; off <= 3; off++) {
            OptionalLong accepted = Totp.accepted(secret, Totp.code(secret, step + off), now, -1);
            assertThat(accepted.isPresent()).as("%d steps off", off).isEqualTo(Math.abs(off) <= 1);
        }
        String code = Totp.code(secret, step);
        assertThat(Totp.accepted(secret, code, now, step)).as("used").isEmpty();
        assertThat(Totp.accepted(secret, code, now, step - 1)).hasValue(step);
        for (String wrong : List.of("", "0", code + "0", " " + code, "abcdef", "٠٠٠٠٠٠")) {
            assertThat(Totp.accepted(secret, wrong, now, -1)).as(wrong).isEmpty();
        }
    }

    private byte[] secret() {
        return firm.secret("second-factor:" + adaId).orElseThrow();
    }

    private String code() {
        return Totp.code(secret(), Totp.step(firm.clock.instant()));
    }

    private List<String> turnOn() throws Exception {
        try (Browser ada = new Browser(server).logIn("Ada")) {
            Matcher secret = Pattern.compile("id=\"secret\" type=\"text\" readonly value=\"([A-Z2-7]{32})\"")
                    .matcher(ada.get("/account/second-factor").body());
            assertThat(secret.find()).isTrue();
            assertThat(ada.fill("/account/second-factor", "/account/second-factor", "code", "000000")
                            .statusCode())
                    .isEqualTo(422);
            byte[] octets = octets(secret.group(1));
            String code = Totp.code(octets, Totp.step(firm.clock.instant()));
            String page = ada.fill("/account/second-factor", "/account/second-factor", "code", code)
                    .body();
            List<String> recovery = new ArrayList<>();
            Pattern.compile("<code>([a-z2-7-]+)</code>").matcher(page).results().forEach(m -> recovery.add(m.group(1)));
            assertThat(recovery).hasSize(SecondFactors.RECOVERY_CODES).doesNotHaveDuplicates();
            assertThat(secret()).isEqualTo(octets);
            return recovery;
        }
    }

    private static byte[] octets(String base32) {
        java.math.BigInteger number = java.math.BigInteger.ZERO;
        for (int i = 0; i < base32.length(); i++) {
            int digit = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(base32.charAt(i));
            number = number.shiftLeft(5).add(java.math.BigInteger.valueOf(digit));
        }
        byte[] octets = new byte[20];
        byte[] all = number.toByteArray();
        int length = Math.min(20, all.length);
        System.arraycopy(all, all.length - length, octets, 20 - length, length);
        return octets;
    }

    private String half(Browser browser) throws Exception {
        HttpResponse<String> answer =
                browser.fill("/log-in", "/log-in", "account", "Ada", "password", Firm.PASSWORD, "next", "/people");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(browser.get("/people").statusCode()).as("not in yet").isEqualTo(303);
        Matcher half = HALF.matcher(answer.body());
        assertThat(half.find()).isTrue();
        return half.group(1);
    }

    private HttpResponse<String> answer(Browser browser, String half, String code) throws Exception {
        return browser.fill("/log-in", "/log-in/code", "half", half, "code", code, "next", "/people");
    }

    @Test
    void itTakesBothAndNoCodeTwice() throws Exception {
        turnOn();
        try (Browser first = new Browser(server);
                Browser second = new Browser(server)) {
            assertThat(answer(first, half(first), code()).statusCode())
                    .as("the code that turned it on was used")
                    .isEqualTo(422);
            firm.clock.forward(Duration.ofSeconds(30));
            String half = half(first);
            for (String forged : List.of(
                    "", "x", half + "x", (half.charAt(0) == '0' ? "1" : "0") + half.substring(1), "a.b.c", "..")) {
                assertThat(answer(first, forged, code()).statusCode())
                        .as(forged)
                        .isEqualTo(422);
            }
            HttpResponse<String> in = answer(first, half, code());
            assertThat(in.statusCode()).isEqualTo(303);
            assertThat(in.headers().firstValue("Location")).contains("/people");
            assertThat(first.get("/people").statusCode()).isEqualTo(200);
            assertThat(answer(second, half(second), code()).statusCode())
                    .as("replayed within its window")
                    .isEqualTo(422);
            firm.clock.forward(Duration.ofMinutes(6));
            assertThat(answer(second, half, code()).statusCode())
                    .as("the password was long ago")
                    .isEqualTo(422);
        }
    }

    @Test
    void aRecoveryCodeIsGoodOnceAndAStartForgetsNothing() throws Exception {
        List<String> recovery = turnOn();
        try (Browser browser = new Browser(server)) {
            assertThat(answer(browser, half(browser), recovery.getFirst()).statusCode())
                    .isEqualTo(303);
        }
        server.close();
        server = WebServer.start(WebConfig.local(), firm, firm.clock);
        try (Browser browser = new Browser(server)) {
            String half = half(browser);
            assertThat(answer(browser, half, recovery.getFirst()).statusCode()).isEqualTo(422);
            assertThat(answer(browser, half, code()).statusCode())
                    .as("perhaps used before the start")
                    .isEqualTo(422);
            assertThat(answer(browser, half, " " + recovery.get(1).toUpperCase(java.util.Locale.ROOT) + " ")
                            .statusCode())
                    .isEqualTo(303);
        }
        try (Stream<Path> files = Files.walk(dir)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String octets = Files.readString(file, StandardCharsets.ISO_8859_1);
                assertThat(octets)
                        .as(file.toString())
                        .doesNotContain(new String(secret(), StandardCharsets.ISO_8859_1));
            }
        }
    }

    @Test
    void guessingCodesIsSlowedDown() throws Exception {
        turnOn();
        try (Browser browser = new Browser(server)) {
            String half = half(browser);
            int braked = 0;
            for (int i = 0; i < 20; i++) {
                braked += answer(browser, half, "999999").statusCode() == 429 ? 1 : 0;
            }
            assertThat(braked).isGreaterThanOrEqualTo(14);
        }
    }

    @Test
    void herCodeTurnsItOff() throws Exception {
        List<String> recovery = turnOn();
        try (Browser browser = new Browser(server)) {
            assertThat(answer(browser, half(browser), recovery.getFirst()).statusCode())
                    .isEqualTo(303);
            assertThat(browser.fill("/account/second-factor", "/account/second-factor/off", "code", "1")
                            .statusCode())
                    .isEqualTo(422);
            assertThat(browser.fill("/account/second-factor", "/account/second-factor/off", "code", recovery.get(1))
                            .statusCode())
                    .isEqualTo(303);
        }
        try (Browser again = new Browser(server).logIn("Ada")) {
            assertThat(again.get("/people").statusCode()).isEqualTo(200);
        }
    }
}
