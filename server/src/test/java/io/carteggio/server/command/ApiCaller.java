package io.carteggio.server.command;

import java.io.IOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A program that calls the API of a running server: with a session, as a page's script would, or with a token.
final class ApiCaller implements AutoCloseable {
    private static final Pattern TOKEN = Pattern.compile("name=\"token\" value=\"([^\"]+)\"");

    private final URI base;
    private final Optional<String> bearer;
    private final HttpClient client = HttpClient.newBuilder()
            .cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_ALL))
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    private String formToken = "";

    private ApiCaller(URI base, Optional<String> bearer) {
        this.base = base;
        this.bearer = bearer;
    }

    static ApiCaller withToken(URI base, String bearer) {
        return new ApiCaller(base, Optional.of(bearer));
    }

    static ApiCaller loggedIn(URI base, String account, String password) throws IOException, InterruptedException {
        ApiCaller caller = new ApiCaller(base, Optional.empty());
        String form = "token=" + encoded(caller.tokenOf("/log-in")) + "&account=" + encoded(account) + "&password="
                + encoded(password);
        HttpResponse<String> answer = caller.client.send(
                HttpRequest.newBuilder(base.resolve("/log-in"))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(form))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 303) {
            throw new AssertionError(account + " cannot log in: " + answer.statusCode());
        }
        caller.formToken = caller.tokenOf("/account");
        return caller;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private String tokenOf(String page) throws IOException, InterruptedException {
        Matcher token = TOKEN.matcher(get(page).body());
        if (!token.find()) {
            throw new AssertionError("no form on " + page);
        }
        return token.group(1);
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path));
        bearer.ifPresent(token -> request.header("Authorization", "Bearer " + token));
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        List<String> headers = new ArrayList<>(List.of("Content-Type", "application/json"));
        headers.addAll(
                bearer.isPresent()
                        ? List.of("Authorization", "Bearer " + bearer.get())
                        : Arrays.asList("X-Form-Token", formToken));
        return client.send(
                HttpRequest.newBuilder(base.resolve(path))
                        .headers(headers.toArray(String[]::new))
                        .POST(HttpRequest.BodyPublishers.ofString(json))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        client.close();
    }
}
