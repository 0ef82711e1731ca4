package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// That a page is looked at at all: else every test of pages would be content.
@Tag("peers")
class AxeTest {
    private static final String PAGE = """
            <!DOCTYPE html><html lang="en"><title>A page</title><main><h1>A page</h1>
            <p id="pale" style="color: #bbb; background: #fff">Too pale.</p><img id="unnamed" src="data:,">
            <iframe srcdoc="<p style='color: #ccc'>a letter</p><img src='data:,'>"></iframe></main></html>""";

    @Test
    void whatIsWrongIsFoundButForLetters() {
        try (BrowserContext context = Chromium.browser().newContext()) {
            Page page = context.newPage();
            page.setContent(PAGE);
            assertThat(Axe.violations(page))
                    .hasSize(2)
                    .anySatisfy(rule -> assertThat(rule)
                            .startsWith("color-contrast (serious) ")
                            .contains("\"pale\""))
                    .anySatisfy(rule ->
                            assertThat(rule).startsWith("image-alt (critical) ").contains("\"unnamed\""));
            page.evaluate("() => document.querySelector('#pale').style.color = '#222'");
            assertThat(Axe.violations(page))
                    .as("once more, as it stands now")
                    .singleElement()
                    .satisfies(rule -> assertThat(rule).startsWith("image-alt"));
            page.setContent(PAGE.replaceAll("<img[^>]*>", "").replace("#bbb", "#222"));
            assertThat(Axe.violations(page)).isEmpty();
        }
    }
}
