package io.carteggio.acceptance;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/// axe, which looks for what keeps people from using a page, on a page as it stands in a browser.
///
/// [AxeBuilder] asks each frame by itself and has a further window put the answers together, which takes longer than
/// all
/// the rules do. The only frames that we have hold letters, which are as their writers made them: so it is asked once,
/// and for all but those.
final class Axe {
    private static final String SOURCE = source();

    /// A line for each rule that is broken, with some of the elements that break it.
    private static final String RUN = """
            () => axe.run({exclude: [['iframe']]}, {iframes: false, resultTypes: ['violations']}).then(found =>
                found.violations.map(rule => `${rule.id} (${rule.impact}) ${rule.help} `
                    + rule.nodes.slice(0, 3).map(node => node.html).join(', ')))""";

    private Axe() {}

    /// What it finds wrong; empty where all is well.
    static List<String> violations(Page page) {
        if (!Boolean.TRUE.equals(page.evaluate("() => typeof axe === 'object'"))) { // each page is another world
            page.evaluate("() => {" + SOURCE + "}");
        }
        return ((List<?>) page.evaluate(RUN)).stream().map(String::valueOf).toList();
    }

    private static String source() {
        try (InputStream in =
                Objects.requireNonNull(AxeBuilder.class.getResourceAsStream("/axe.min.js"), "axe is in its jar")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
