package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.entry.PersonRole;
import java.lang.management.ManagementFactory;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Rows of the attack table in docs/operations/access.md that have no test of their own elsewhere; the
/// table names the test of each row, and this one sees to it that they are there.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AttackTableTest {
    private static final int TRIES = 25;

    private Firm firm;
    private WebServer server;

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        firm = new Firm(dir);
        firm.person("Ada", PersonRole.ADMINISTRATOR, "ada@example.com");
        firm.person("Bruna", PersonRole.USER, "bruna@example.com");
        server = WebServer.start(WebConfig.local(), firm, firm.clock);
    }

    @AfterAll
    void stop() throws Exception {
        server.close();
        firm.close();
    }

    /// What issue and table say was tried: each has a row, and each row names tests that are there.
    @Test
    void everyRowOfTheTableHasItsTests() throws Exception {
        Path root = Path.of(System.getProperty("carteggio.root", ".."));
        String page = Files.readString(root.resolve("docs/operations/access.md"));
        String table = page.substring(page.indexOf("| attack | answer | shown by |"));
        List<String> rows =
                table.substring(0, table.indexOf("\n\n")).lines().skip(2).toList();
        assertThat(rows).hasSizeGreaterThan(20);
        assertThat(String.join("\n", rows))
                .contains(
                        "brute force",
                        "session fixation",
                        "CSRF",
                        "IDOR by guessed ids",
                        "header injection in addresses",
                        "LDAP injection",
                        "open redirect",
                        "token replayed",
                        "`alg` none",
                        "timing of unknown user against wrong password");
        Map<String, String> tests = new HashMap<>();
        for (String module : List.of("server", "acceptance")) {
            try (Stream<Path> files = Files.walk(root.resolve(module + "/src/test/java"))) {
                for (Path file : (Iterable<Path>) files.filter(f -> f.toString().endsWith("Test.java"))::iterator) {
                    tests.merge(
                            file.getFileName().toString().replace(".java", ""), Files.readString(file), String::concat);
                }
            }
        }
        for (String row : rows) {
            String shown = row.split("(?<!\\\\)\\|", -1)[3];
            List<MatchResult> named = Pattern.compile("`([A-Za-z]+Test)(?:#([A-Za-z]+))?`")
                    .matcher(shown)
                    .results()
                    .toList();
            assertThat(named.size() + (shown.contains("the same") ? 1 : 0))
                    .as(row)
                    .isPositive();
            for (MatchResult test : named) {
                String source = tests.getOrDefault(test.group(1), "");
                assertThat(source).as(test.group()).isNotEmpty();
                if (test.group(2) != null) {
                    assertThat(source).as(test.group()).contains("void " + test.group(2) + "(");
                }
            }
        }
    }

    /// The time that a log-in takes tells nothing of whether there is such a person.
    @Test
    void anUnknownNameTakesAsLongAsAWrongPassword() throws Exception {
        double[] unknown = new double[TRIES];
        double[] wrong = new double[TRIES];
        try (Browser browser = new Browser(server)) {
            String token = browser.token("/log-in");
            for (int i = -3; i < TRIES; i++) { // the first ones warm up
                double[] took = {millis(browser, token, "Nobody" + i), millis(browser, token, "Bruna")};
                if (i >= 0) {
                    unknown[i] = took[0];
                    wrong[i] = took[1];
                }
                firm.clock.forward(Brake.LONGEST);
            }
        }
        double ratio = median(unknown) / median(wrong);
        System.out.printf(
                "AttackTableTest: unknown name %.1f ms, wrong password %.1f ms, ratio of medians %.2f (load %.1f)%n",
                median(unknown),
                median(wrong),
                ratio,
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        assertThat(ratio).isBetween(0.5, 2.0);
    }

    private static double millis(Browser browser, String token, String account) throws Exception {
        long before = System.nanoTime();
        HttpResponse<String> answer =
                browser.send("/log-in", "token", token, "account", account, "password", "a wrong pass phrase");
        assertThat(answer.statusCode()).isEqualTo(422);
        return (System.nanoTime() - before) / 1e6;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /// What is typed as an address becomes no header, and no line of one.
    @Test
    void noAddressHasALineBreak() throws Exception {
        try (Browser ada = new Browser(server).logIn("Ada")) {
            for (String address : List.of(
                    "a@example.com\r\nSet-Cookie: x=y",
                    "a@example.com\nBcc: b@example.com",
                    "a@example.com\0",
                    "a b@example.com",
                    "a@exam\tple.com")) {
                HttpResponse<String> answer =
                        ada.fill("/people", "/people", "name", "Evil", "role", "user", "address", address);
                assertThat(answer.statusCode()).as(address).isEqualTo(422);
                assertThat(answer.headers().allValues("Set-Cookie")).noneMatch(c -> c.contains("x=y"));
                HttpResponse<String> logIn = ada.fill(
                        "/account", "/log-in", "account", address, "password", "a wrong pass phrase", "next", address);
                assertThat(logIn.statusCode()).as(address).isEqualTo(422);
                assertThat(logIn.headers().allValues("Set-Cookie")).noneMatch(c -> c.contains("x=y"));
            }
        }
        assertThat(firm.people().directory().people()).hasSize(2);
    }
}
