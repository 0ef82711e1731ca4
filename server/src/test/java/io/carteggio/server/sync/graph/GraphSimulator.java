package io.carteggio.server.sync.graph;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/// Microsoft Graph and the issuer of its tokens, written from JOURNAL-FORMATS.md 11. Shares no code with the
/// client that it tests. Strict: a request that is not as it is written there is refused, and stands in
/// [#refusals].
///
/// Users are rows of JSON that a test writes; pages have three, and a page in between is empty. Misbehaves on
/// order: [#next] says what becomes of the next request.
final class GraphSimulator implements AutoCloseable {
    private static final int PAGE = 3;

    private final HttpServer server;
    private final Map<String, String> users = new LinkedHashMap<>();
    private final Map<String, String> groups = new LinkedHashMap<>();
    private final Map<String, List<String>> members = new LinkedHashMap<>();
    private final Map<String, String> contacts = new LinkedHashMap<>();
    private final List<String> changes = new ArrayList<>(); // what deltas tell, in order
    private final Deque<Instead> orders = new ArrayDeque<>();
    final List<String> refusals = new CopyOnWriteArrayList<>();
    final List<String> asked = new CopyOnWriteArrayList<>();
    private Optional<X509Certificate> certificate = Optional.empty();
    private int tokens;
    private volatile int goodToken;
    private boolean forgotten;

    /// What becomes of a request that is in order.
    interface Instead {
        void answer(HttpExchange exchange) throws IOException;
    }

    GraphSimulator() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/tenant/oauth2/v2.0/token", this::token);
        server.createContext("/v1.0/", this::graph);
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    synchronized void user(String id, String json) {
        users.put(id, "{\"id\":\"" + id + "\"," + json + "}");
        changes.add("{\"id\":\"" + id + "\"," + json + "}");
    }

    /// A change that a delta tells as it stands: perhaps of some properties only.
    synchronized void tell(String json) {
        changes.add(json);
    }

    synchronized void remove(String id, String reason) {
        users.remove(id);
        changes.add("{\"id\":\"" + id + "\",\"@removed\":{\"reason\":\"" + reason + "\"}}");
    }

    synchronized void group(String id, String json, String... of) {
        groups.put(id, "{\"id\":\"" + id + "\"," + json + "}");
        members.put(id, List.of(of));
    }

    synchronized void contact(String id, String json) {
        contacts.put(id, "{\"id\":\"" + id + "\"," + json + "}");
    }

    /// Who asks for tokens signs with this certificate's key, from now on.
    void signedBy(X509Certificate by) {
        certificate = Optional.of(by);
    }

    synchronized void next(Instead instead) {
        orders.add(instead);
    }

    /// Tokens given until now are good no longer.
    synchronized void expireTokens() {
        goodToken = tokens + 1;
    }

    /// Where clients were is known no longer (410), once.
    synchronized void forget() {
        forgotten = true;
    }

    static Instead status(int status, String... fields) {
        return exchange -> {
            for (int i = 0; i < fields.length; i += 2) {
                exchange.getResponseHeaders().add(fields[i], fields[i + 1]);
            }
            say(
                    exchange,
                    status,
                    "{\"error\":{\"code\":\"Code" + status
                            + "\",\"message\":\"m\",\"innerError\":{\"request-id\":\"r1\"}}}");
        };
    }

    // ---- tokens

    private void token(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Map<String, String> form = new TreeMap<>();
        for (String pair : body.split("&", -1)) {
            int equals = pair.indexOf('=');
            form.put(pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
        }
        boolean right = "client_credentials".equals(form.get("grant_type"))
                && "https://graph.microsoft.com/.default".equals(form.get("scope"))
                && "app".equals(form.get("client_id"))
                && exchange.getRequestMethod().equals("POST");
        boolean proved = certificate.isPresent() ? signed(form) : "s3cret".equals(form.get("client_secret"));
        if (!right || !proved) {
            refusals.add("token " + form.keySet());
            say(exchange, 401, "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: no\"}");
            return;
        }
        int number;
        synchronized (this) {
            number = ++tokens;
            goodToken = number;
        }
        say(exchange, 200, "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access_token\":\"t" + number + "\"}");
    }

    private boolean signed(Map<String, String> form) {
        try {
            String[] parts = form.getOrDefault("client_assertion", "").split("\\.", -1);
            Base64.Decoder decoder = Base64.getUrlDecoder();
            String head = new String(decoder.decode(parts[0]), StandardCharsets.UTF_8);
            String claims = new String(decoder.decode(parts[1]), StandardCharsets.UTF_8);
            byte[] sum = MessageDigest.getInstance("SHA-256")
                    .digest(certificate.orElseThrow().getEncoded());
            String thumb = Base64.getUrlEncoder().withoutPadding().encodeToString(sum);
            Signature check = Signature.getInstance("RSASSA-PSS");
            check.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
            check.initVerify(certificate.orElseThrow().getPublicKey());
            check.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
            return check.verify(decoder.decode(parts[2]))
                    && head.contains("\"x5t#S256\":\"" + thumb + "\"")
                    && head.contains("\"alg\":\"PS256\"")
                    && claims.contains("\"aud\":\"" + address() + "/tenant/oauth2/v2.0/token\"")
                    && claims.contains("\"iss\":\"app\"")
                    && claims.contains("\"sub\":\"app\"")
                    && claims.contains("\"jti\":\"")
                    && "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
                            .equals(form.get("client_assertion_type"))
                    && !form.containsKey("client_secret");
        } catch (java.security.GeneralSecurityException | RuntimeException e) {
            return false;
        }
    }

    // ---- Graph

    private void graph(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String query = Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse("");
        asked.add(path + "?" + query);
        String bearer = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                .orElse("");
        if (!exchange.getRequestMethod().equals("GET") || !bearer.matches("Bearer t\\d+")) {
            refusals.add("request " + exchange.getRequestMethod() + " " + path);
            status(400).answer(exchange);
            return;
        }
        if (Integer.parseInt(bearer.substring(8)) < goodToken) {
            status(401).answer(exchange);
            return;
        }
        Optional<Instead> order;
        synchronized (this) {
            order = Optional.ofNullable(orders.poll());
        }
        if (order.isPresent()) {
            order.get().answer(exchange);
            return;
        }
        if (path.equals("/v1.0/users/delta")) {
            delta(exchange, query);
        } else if (path.equals("/v1.0/contacts") && query.startsWith("$select=id,displayName,mail,proxyAddresses")) {
            list(exchange, "/v1.0/contacts", query, List.copyOf(contacts.values()));
        } else if (path.equals("/v1.0/groups")
                && query.startsWith("$select=id,displayName,mail,mailEnabled,proxyAddresses,groupTypes")) {
            list(exchange, "/v1.0/groups", query, List.copyOf(groups.values()));
        } else if (path.matches("/v1\\.0/groups/[^/]+/transitiveMembers") && query.startsWith("$select=id")) {
            String id = path.split("/", -1)[3];
            if (!members.containsKey(id)) {
                status(404).answer(exchange);
                return;
            }
            list(exchange, path, query, members.get(id));
        } else {
            refusals.add(path + "?" + query);
            status(400).answer(exchange);
        }
    }

    private void delta(HttpExchange exchange, String query) throws IOException {
        boolean first = query.startsWith(
                "$select=id,displayName,userPrincipalName,mail,proxyAddresses,otherMails,accountEnabled");
        List<String> rows;
        int end;
        synchronized (this) {
            if (!first && forgotten) {
                forgotten = false;
                exchange.getResponseHeaders()
                        .add(
                                "Location",
                                address()
                                        + "/v1.0/users/delta?$select=id,displayName,userPrincipalName,mail,"
                                                .replace("$", "%24")
                                        + "proxyAddresses,otherMails,accountEnabled&again=1");
                status(410).answer(exchange);
                return;
            }
            if (!first && !query.matches("\\$(skip|delta)token=\\d+-\\d+-[a-z]+")) {
                refusals.add("delta " + query);
                status(400).answer(exchange);
                return;
            }
            end = changes.size();
        }
        String[] token = first
                ? new String[] {"0", Integer.toString(users.size()), "users"}
                : query.substring(query.indexOf('=') + 1).split("-", -1);
        int from = Integer.parseInt(token[0]);
        int to = token[1].equals("0") ? end : Integer.parseInt(token[1]);
        synchronized (this) {
            rows = token[2].equals("users") ? List.copyOf(users.values()) : List.copyOf(changes);
        }
        int until = Math.min(from + PAGE, to);
        boolean twice = from > 0 && !rows.isEmpty();
        String page = String.join(",", rows.subList(Math.min(from, until), until));
        String link;
        if (until < to) {
            link = "\"@odata.nextLink\":\"" + address() + "/v1.0/users/delta?%24skiptoken=" + until + "-" + to + "-"
                    + token[2] + "\"";
        } else {
            link = "\"@odata.deltaLink\":\"" + address() + "/v1.0/users/delta?%24deltatoken=" + end + "-0-changes\"";
        }
        String value = twice ? rows.get(from - 1) + (page.isEmpty() ? "" : ",") + page : page; // one is told twice
        say(exchange, 200, "{\"@odata.context\":\"c\"," + link + ",\"value\":[" + value + "]}");
    }

    private void list(HttpExchange exchange, String path, String query, List<String> rows) throws IOException {
        int from = query.contains("$skiptoken=")
                ? Integer.parseInt(query.substring(query.indexOf("$skiptoken=") + 11))
                : -1;
        if (from < 0 && rows.size() > PAGE) { // an empty page that leads to another
            say(exchange, 200, "{\"value\":[],\"@odata.nextLink\":\"" + next(path, query, 0) + "\"}");
            return;
        }
        int begin = Math.max(from, 0);
        int until = Math.min(begin + PAGE, rows.size());
        String link = until < rows.size() ? ",\"@odata.nextLink\":\"" + next(path, query, until) + "\"" : "";
        say(exchange, 200, "{\"value\":[" + String.join(",", rows.subList(begin, until)) + "]" + link + "}");
    }

    private String next(String path, String query, int from) {
        String select = query.replaceFirst("&\\$skiptoken=.*", "").replace("$", "%24");
        return address() + path + "?" + select + "&%24skiptoken=" + from;
    }

    private static void say(HttpExchange exchange, int status, String json) throws IOException {
        byte[] octets = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, octets.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(octets);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
