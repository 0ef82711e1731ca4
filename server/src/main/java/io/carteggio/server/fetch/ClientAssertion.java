package io.carteggio.server.fetch;

import io.carteggio.mail.Sha256;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/// What an application shows to a token's issuer in the place of a secret (RFC 7523): a statement signed with
/// the private key whose certificate the issuer knows.
final class ClientAssertion {
    static final String TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    /// Issuers want it short.
    private static final Duration LIFE = Duration.ofMinutes(5);

    private static final Pattern PART =
            Pattern.compile("-----BEGIN (PRIVATE KEY|CERTIFICATE)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

    private final PrivateKey key;
    private final X509Certificate certificate;

    private ClientAssertion(PrivateKey key, X509Certificate certificate) {
        this.key = key;
        this.certificate = certificate;
    }

    /// Reads a certificate and its private key (PKCS #8, RSA), both PEM, in any order.
    ///
    /// @throws IllegalArgumentException where it is not that
    static ClientAssertion of(String pem) {
        byte[] key = new byte[0];
        byte[] certificate = new byte[0];
        Matcher parts = PART.matcher(pem);
        while (parts.find()) {
            byte[] octets = Base64.getMimeDecoder().decode(parts.group(2));
            if (parts.group(1).equals("CERTIFICATE")) {
                certificate = certificate.length == 0 ? octets : certificate; // the first is its own, others lead to it
            } else {
                key = octets;
            }
        }
        if (key.length == 0 || certificate.length == 0) {
            throw new IllegalArgumentException(
                    "the client's key is a PEM file with a certificate and its private key (PKCS #8)");
        }
        try {
            return new ClientAssertion(
                    KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(key)),
                    (X509Certificate) CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(certificate)));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the client's key or certificate cannot be read", e);
        }
    }

    /// A statement for this issuer, good from now on for some minutes.
    String signed(URI issuer, String clientId, Instant now) {
        try {
            JsonMapper json = JsonMapper.shared();
            String head = json.createObjectNode()
                    .put("alg", "PS256")
                    .put("typ", "JWT")
                    .put("x5t#S256", text(Sha256.of(certificate.getEncoded()).toBytes()))
                    .toString();
            String claims = json.createObjectNode()
                    .put("aud", issuer.toString())
                    .put("iss", clientId)
                    .put("sub", clientId)
                    .put("jti", UUID.randomUUID().toString())
                    .put("nbf", now.getEpochSecond())
                    .put("exp", now.plus(LIFE).getEpochSecond())
                    .toString();
            String signed =
                    text(head.getBytes(StandardCharsets.UTF_8)) + "." + text(claims.getBytes(StandardCharsets.UTF_8));
            Signature signature = Signature.getInstance("RSASSA-PSS");
            signature.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
            signature.initSign(key);
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + text(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot sign", e);
        }
    }

    private static String text(byte[] octets) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
    }
}
