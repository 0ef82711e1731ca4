package io.carteggio.acceptance;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/// Debian's Chromium, started once for all tests of a process. Belongs to the thread that runs them.
final class Chromium {
    private static final Path PROGRAM = Path.of("/usr/bin/chromium");

    private static Optional<Browser> browser = Optional.empty();

    private Chromium() {}

    /// The browser; where there is none the test is skipped.
    static Browser browser() {
        Assumptions.assumeTrue(Files.isExecutable(PROGRAM), "skipped: no Chromium");
        if (browser.isEmpty()) {
            browser = Optional.of(start());
        }
        return browser.orElseThrow();
    }

    private static Browser start() {
        Stage.endWithUs();
        return Playwright.create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")))
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(PROGRAM)
                        .setHeadless(true)
                        .setArgs(List.of(
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-quic",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync")));
    }
}
