package io.carteggio.acceptance;

import java.io.IOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The pages as the administrator of a new archive has them before her: logged in by the set-up link, without
/// scripts or eyes.
final class Pages implements AutoCloseable {
    private static final Pattern TOKEN = Pattern.compile("name=\"token\" value=\"([^\"]+)\"");
    private static final String PASSWORD = "correct horse battery staple";

    private final HttpClient client = HttpClient.newBuilder()
            .cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_ALL))
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    private final URI base;

    private Pages(URI base) {
        this.base = base;
    }

    /// Becomes the administrator.
    static Pages ofAdministrator(Serving server) throws IOException, InterruptedException {
        Pages pages = new Pages(URI.create(server.url() + "/"));
        pages.post(
                server.setUpLink().getPath(),
                "name",
                "Ada Min",
                "address",
                "",
                "password",
                PASSWORD,
                "again",
                PASSWORD);
        pages.get("/books");
        return pages;
    }

    /// Nobody yet.
    static Pages ofNobody(Serving server) {
        return new Pages(URI.create(server.url() + "/"));
    }

    /// Tries to log in.
    ///
    /// @return how it was answered: 303 where that was right
    int logIn(String account, String password) throws IOException, InterruptedException {
        return send("/log-in", "account", account, "password", password).statusCode();
    }

    /// A page; fails where it is none.
    String get(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                client.send(HttpRequest.newBuilder(base.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() == 303) {
            return get(answer.headers().firstValue("Location").orElseThrow());
        }
        if (answer.statusCode() != 200) {
            throw new AssertionError(path + ": " + answer.statusCode() + "\n" + answer.body());
        }
        return answer.body();
    }

    private void post(String page, String... namesAndValues) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(page, namesAndValues);
        if (answer.statusCode() != 303) {
            throw new AssertionError(page + ": " + answer.statusCode() + "\n" + answer.body());
        }
    }

    private HttpResponse<String> send(String page, String... namesAndValues) throws IOException, InterruptedException {
        Matcher token = TOKEN.matcher(get(page));
        if (!token.find()) {
            throw new AssertionError("no form on " + page);
        }
        StringBuilder form = new StringBuilder("token=" + encoded(token.group(1)));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            form.append('&').append(namesAndValues[i]).append('=').append(encoded(namesAndValues[i + 1]));
        }
        return client.send(
                HttpRequest.newBuilder(base.resolve(page))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form.toString()))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        client.close();
    }
}
