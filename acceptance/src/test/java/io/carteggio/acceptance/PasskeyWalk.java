package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.io.IOException;
import java.net.URI;

/// Somebody makes a passkey and logs in by it, in a real Chromium with an authenticator that the browser plays
/// (WebAuthn level 3, 11). At this machine's own name: to one of numbers no browser gives a passkey.
final class PasskeyWalk implements AutoCloseable {
    private final Serving server;
    private final Looker looker;
    private final String password;
    private final BrowserContext context;
    private final Page page;
    private final String here;
    private final CDPSession authenticators;
    private final String authenticator;

    /// Who looks at a page that was come to.
    interface Looker {
        void look(Page page, String what) throws IOException;
    }

    PasskeyWalk(Browser browser, Serving server, String password, Looker looker) {
        this.server = server;
        this.looker = looker;
        this.password = password;
        here = "http://localhost:" + URI.create(server.url()).getPort();
        context = browser.newContext(
                new Browser.NewContextOptions().setViewportSize(1280, 900).setLocale("en-GB"));
        context.setDefaultTimeout(15_000);
        page = context.newPage();
        authenticators = context.newCDPSession(page);
        authenticators.send("WebAuthn.enable");
        JsonObject options = new JsonObject();
        options.addProperty("protocol", "ctap2");
        options.addProperty("transport", "internal");
        options.addProperty("hasResidentKey", true);
        options.addProperty("hasUserVerification", true);
        options.addProperty("isUserVerified", true);
        options.addProperty("automaticPresenceSimulation", true);
        JsonObject added = new JsonObject();
        added.add("options", options);
        authenticator = authenticators
                .send("WebAuthn.addVirtualAuthenticator", added)
                .get("authenticatorId")
                .getAsString();
    }

    private void verifies(boolean can) {
        JsonObject said = new JsonObject();
        said.addProperty("authenticatorId", authenticator);
        said.addProperty("isUserVerified", can);
        authenticators.send("WebAuthn.setUserVerified", said);
    }

    private void byPassword(String account) {
        page.navigate(here + "/log-in");
        page.fill("#account", account);
        page.fill("#password", password);
        page.click("#log-in");
    }

    private void logOut() {
        page.click("#log-out");
        page.navigate(here + "/log-in");
    }

    private void isIn(String account) {
        page.waitForURL(url -> !url.contains("log-in"));
        assertThat(page.textContent("#account-link")).contains(account);
    }

    void go(String account) throws IOException {
        byPassword(account);
        isIn(account);
        page.navigate(here + "/account");
        page.click("#passkeys-link");
        looker.look(page, "passkeys-none");
        page.fill("#name", "her phone");
        page.click("#make-passkey");
        page.waitForSelector("#passkeys li");
        assertThat(page.textContent("#news")).contains("You can log in with her phone now");
        looker.look(page, "passkeys");

        logOut();
        page.waitForSelector("#use-passkey");
        looker.look(page, "log-in-passkey");
        verifies(false);
        page.click("#use-passkey");
        page.waitForSelector("form[data-passkey] .fault"); // said by the page itself: nothing was sent
        looker.look(page, "log-in-passkey-failed");
        verifies(true);
        page.click("#use-passkey");
        isIn(account);

        page.navigate(here + "/account/passkeys");
        assertThat(page.textContent("#passkeys")).contains("Last used");
        page.click("#ask-passkey");
        assertThat(page.textContent("main")).contains("Your password alone does not let you in");
        logOut();
        byPassword(account);
        looker.look(page, "code-passkey");
        assertThat(page.locator("#code").count()).as("no code is asked for").isZero();
        page.click("#use-passkey");
        isIn(account);

        page.navigate(here + "/account/passkeys");
        page.locator("#passkeys button").first().click();
        assertThat(page.textContent("#news")).contains("opens nothing any more");
        logOut();
        page.click("#use-passkey"); // the device still has it
        page.waitForSelector("#fault");
        assertThat(page.textContent("#fault")).contains("lets nobody in here");
        byPassword(account);
        isIn(account);
        page.click("#log-out");

        page.navigate(server.url() + "/log-in");
        page.waitForSelector(
                "form[data-passkey]",
                new Page.WaitForSelectorOptions().setState(WaitForSelectorState.HIDDEN)); // not at this address
        assertThat(page.locator("#use-passkey").isVisible()).isFalse();
    }

    @Override
    public void close() {
        context.close();
    }
}
