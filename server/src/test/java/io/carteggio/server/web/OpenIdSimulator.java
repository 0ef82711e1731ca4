package io.carteggio.server.web;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// An OpenID provider on loopback, whose answers a test writes: honest, unless it is told otherwise. There
/// is no page to log in at: a test says who did.
final class OpenIdSimulator implements AutoCloseable {
    static final String CLIENT = "archive";
    static final String SECRET = "the client's secret";

    /// Makes the octets of a token.
    @FunctionalInterface
    interface Signer {
        String token(JWTClaimsSet claims) throws JOSEException;
    }

    private record Issued(Map<String, String> query, JWTClaimsSet.Builder claims) {}

    private final HttpServer server;
    private final Clock clock;
    private final Map<String, Issued> codes = new ConcurrentHashMap<>();
    final AtomicInteger discoveries = new AtomicInteger();
    final AtomicInteger redeemed = new AtomicInteger();
    volatile RSAKey key = key("k1");
    volatile Signer signer = this::honest;
    volatile Map<String, Object> metadata = Map.of();
    volatile Map<String, Object> userInfo = Map.of();
    volatile Optional<String> discovery = Optional.empty();
    volatile int status = 200;

    OpenIdSimulator(Clock clock) throws IOException {
        this.clock = clock;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/.well-known/openid-configuration", this::discover);
        server.createContext(
                "/keys", x -> answer(x, status, new JWKSet(key).toPublicJWKSet().toString()));
        server.createContext("/token", this::redeem);
        server.createContext("/userinfo", x -> answer(x, 200, json(userInfo)));
        server.start();
    }

    static RSAKey key(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).keyUse(KeyUse.SIGNATURE).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    String issuer() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private static String json(Map<String, ?> map) {
        return JsonMapper.shared().writeValueAsString(map);
    }

    private void discover(HttpExchange exchange) throws IOException {
        discoveries.incrementAndGet();
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("issuer", issuer());
        said.put("authorization_endpoint", issuer() + "/authorize");
        said.put("token_endpoint", issuer() + "/token");
        said.put("jwks_uri", issuer() + "/keys");
        said.put("userinfo_endpoint", issuer() + "/userinfo");
        said.put("end_session_endpoint", issuer() + "/end");
        said.put("id_token_signing_alg_values_supported", List.of("RS256", "HS256", "none"));
        said.putAll(metadata);
        answer(exchange, status, discovery.orElse(json(said)));
    }

    /// The person logs in there.
    ///
    /// @param asked where the archive sent the browser
    /// @return what the browser brings back
    String code(URI asked, Map<String, Object> claims) {
        Map<String, String> query = query(asked.getRawQuery());
        Date now = Date.from(clock.instant());
        JWTClaimsSet.Builder all = new JWTClaimsSet.Builder()
                .issuer(issuer())
                .audience(CLIENT)
                .issueTime(now)
                .expirationTime(Date.from(clock.instant().plusSeconds(300)))
                .claim("nonce", query.get("nonce"));
        claims.forEach(all::claim);
        String code = UUID.randomUUID().toString();
        codes.put(code, new Issued(query, all));
        return code;
    }

    static Map<String, String> query(String text) {
        Map<String, String> query = new LinkedHashMap<>();
        for (String one : text.split("&", -1)) {
            int at = one.indexOf('=');
            query.put(
                    URLDecoder.decode(one.substring(0, at), StandardCharsets.UTF_8),
                    URLDecoder.decode(one.substring(at + 1), StandardCharsets.UTF_8));
        }
        return query;
    }

    String honest(JWTClaimsSet claims) throws JOSEException {
        return signed(key, claims, new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()));
    }

    static String signed(RSAKey by, JWTClaimsSet claims, JWSHeader.Builder header) throws JOSEException {
        SignedJWT token = new SignedJWT(header.build(), claims);
        token.sign(new RSASSASigner(by));
        return token.serialize();
    }

    static String typed(RSAKey by, JWTClaimsSet claims, String type) throws JOSEException {
        return signed(
                by,
                claims,
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(by.getKeyID()).type(new JOSEObjectType(type)));
    }

    private void redeem(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Map<String, String> form = query(body);
        String basic = Base64.getEncoder()
                .encodeToString((CLIENT + ":" + java.net.URLEncoder.encode(SECRET, StandardCharsets.UTF_8))
                        .getBytes(StandardCharsets.UTF_8));
        if (!("Basic " + basic).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            answer(exchange, 401, json(Map.of("error", "invalid_client")));
            return;
        }
        Issued issued = codes.remove(form.getOrDefault("code", ""));
        if (issued == null
                || !form.getOrDefault("redirect_uri", "").equals(issued.query.get("redirect_uri"))
                || !challenge(form.getOrDefault("code_verifier", "")).equals(issued.query.get("code_challenge"))) {
            answer(exchange, 400, json(Map.of("error", "invalid_grant")));
            return;
        }
        redeemed.incrementAndGet();
        ObjectNode answer = JsonMapper.shared().createObjectNode();
        answer.put("access_token", "access").put("token_type", "Bearer");
        try {
            answer.put("id_token", signer.token(issued.claims.build()));
        } catch (JOSEException e) {
            throw new IOException(e);
        }
        answer(exchange, 200, answer.toString());
    }

    private static String challenge(String verifier) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(
                        Sha256.of(verifier.getBytes(StandardCharsets.US_ASCII)).toBytes());
    }

    private static void answer(HttpExchange exchange, int status, String body) {
        byte[] octets = body.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, octets.length);
            exchange.getResponseBody().write(octets);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
