package io.carteggio.server.web;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One browser without scripts or eyes: cookies, forms, no following of redirects.
public final class Browser implements AutoCloseable {
    /// What everybody of a test logs in with.
    public static final String PASSWORD = Firm.PASSWORD;

    private static final Pattern TOKEN = Pattern.compile("name=\"token\" value=\"([^\"]+)\"");

    private final URI base;
    private final CookieManager cookies = new CookieManager(null, CookiePolicy.ACCEPT_ALL);
    private final HttpClient client = HttpClient.newBuilder()
            .cookieHandler(cookies)
            .version(HttpClient.Version.HTTP_1_1)
            .build();

    Browser(WebServer server) {
        this(server.url());
    }

    public Browser(URI base) {
        this.base = base;
    }

    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(base.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<byte[]> bytes(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(base.resolve(path)).build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    /// Sends a form as it is, without its token unless given.
    public HttpResponse<String> send(String path, String... namesAndValues) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(base.resolve(path))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form(namesAndValues)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /// Sends an object of JSON, with the token of the session's forms beside it.
    HttpResponse<String> json(String path, String token, String json) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(base.resolve(path))
                        .header("Content-Type", "application/json; charset=utf-8")
                        .header("X-Form-Token", token)
                        .POST(HttpRequest.BodyPublishers.ofString(json))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /// Loads the page with the form, then sends it with the page's token.
    public HttpResponse<String> fill(String page, String path, String... namesAndValues)
            throws IOException, InterruptedException {
        String[] all = java.util.Arrays.copyOf(namesAndValues, namesAndValues.length + 2);
        all[namesAndValues.length] = "token";
        all[namesAndValues.length + 1] = token(page);
        return send(path, all);
    }

    /// Sends a form with a file, named `file`, as browsers do.
    public HttpResponse<String> upload(String page, String path, byte[] file, String... namesAndValues)
            throws IOException, InterruptedException {
        String boundary = "----carteggio";
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        String[] all = java.util.Arrays.copyOf(namesAndValues, namesAndValues.length + 2);
        all[namesAndValues.length] = "token";
        all[namesAndValues.length + 1] = token(page);
        for (int i = 0; i < all.length; i += 2) {
            body.writeBytes(("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + all[i] + "\"\r\n\r\n"
                            + all[i + 1] + "\r\n")
                    .getBytes(StandardCharsets.UTF_8));
        }
        body.writeBytes(
                ("--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"rules.csv\"\r\n"
                                + "Content-Type: text/csv\r\n\r\n")
                        .getBytes(StandardCharsets.UTF_8));
        body.writeBytes(file);
        body.writeBytes(("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.UTF_8));
        return client.send(
                HttpRequest.newBuilder(base.resolve(path))
                        .header("Content-Type", "multipart/form-data; boundary=" + boundary)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray()))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /// The token of the forms on a page.
    public String token(String page) throws IOException, InterruptedException {
        Matcher token = TOKEN.matcher(get(page).body());
        if (!token.find()) {
            throw new AssertionError("no form on " + page);
        }
        return token.group(1);
    }

    public Browser logIn(String account) throws IOException, InterruptedException {
        HttpResponse<String> answer = fill("/log-in", "/log-in", "account", account, "password", Firm.PASSWORD);
        if (answer.statusCode() != 303) {
            throw new AssertionError(account + " cannot log in: " + answer.statusCode() + "\n" + answer.body());
        }
        return this;
    }

    List<HttpCookie> cookies() {
        return cookies.getCookieStore().getCookies();
    }

    String cookie(String name) {
        return cookies().stream()
                .filter(c -> c.getName().equals(name))
                .map(HttpCookie::getValue)
                .findFirst()
                .orElse("");
    }

    /// A page but for the one script that it has, which is ours.
    static String withoutOurScript(String page) {
        return page.replaceFirst("<script src=\"/assets/[0-9a-f]{12}/carteggio\\.js\" defer></script>", "");
    }

    private static String form(String... namesAndValues) {
        StringBuilder form = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            form.append(i == 0 ? "" : "&")
                    .append(URLEncoder.encode(namesAndValues[i], StandardCharsets.UTF_8))
                    .append('=')
                    .append(URLEncoder.encode(namesAndValues[i + 1], StandardCharsets.UTF_8));
        }
        return form.toString();
    }

    @Override
    public void close() {
        client.close();
    }
}
