package io.carteggio.server.login;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.SignedJWT;
import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.fetch.Lines;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Whether an ID token (OpenID Connect Core 1.0, 2 and 3.1.3.7) is what it says. A function of its
/// arguments, but for the keys, which may have to be fetched.
final class IdTokens {
    /// Signatures with a key that only the issuer has. Neither `none`, nor anything that whoever can check
    /// could make.
    static final Set<JWSAlgorithm> ALGORITHMS = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512,
            JWSAlgorithm.ES256,
            JWSAlgorithm.ES384,
            JWSAlgorithm.ES512);

    static final int LIMIT_CHARS = 64 * 1024;
    static final int RSA_LEAST_BITS = 2048;

    /// How far its clock may be from ours.
    static final Duration SKEW = Duration.ofSeconds(60);

    /// It was made for us a moment ago.
    static final Duration OLDEST = Duration.ofMinutes(10);

    private IdTokens() {}

    /// What a token must say.
    ///
    /// @param algorithms those that the issuer says it uses
    /// @param since the person must have given her password since then
    record Expected(
            String issuer,
            String client,
            Set<JWSAlgorithm> algorithms,
            String nonce,
            Optional<Instant> since,
            Instant now) {}

    /// The issuer's keys that may have made a signature.
    @FunctionalInterface
    interface Keys {
        List<JWK> of(JWSHeader header) throws FetchException;
    }

    /// What comes of checking.
    sealed interface Checked {
        record Good(JWTClaimsSet claims) implements Checked {}

        /// It is not to be believed.
        ///
        /// @param why a part of a sentence
        record Bad(String why) implements Checked {}
    }

    static Checked check(String text, Keys keys, Expected expected) throws FetchException {
        if (text.length() > LIMIT_CHARS) {
            return new Checked.Bad("it is larger than a token is");
        }
        try {
            JWT parsed = JWTParser.parse(text);
            if (!(parsed instanceof SignedJWT token)) {
                return new Checked.Bad("it is not signed");
            }
            Optional<String> fault = header(token.getHeader(), expected);
            if (fault.isEmpty() && !isSigned(token, keys.of(token.getHeader()))) {
                fault = Optional.of("its signature is not the issuer's");
            }
            JWTClaimsSet claims = token.getJWTClaimsSet();
            fault = fault.or(() -> claims(claims, expected));
            return fault.isPresent() ? new Checked.Bad(fault.get()) : new Checked.Good(claims);
        } catch (ParseException | IllegalArgumentException e) {
            return new Checked.Bad("it cannot be read: " + Lines.of(e));
        }
    }

    private static Optional<String> header(JWSHeader header, Expected expected) {
        JWSAlgorithm algorithm = header.getAlgorithm();
        if (!ALGORITHMS.contains(algorithm) || !expected.algorithms().contains(algorithm)) {
            return Optional.of("it is signed by " + Lines.of(algorithm.getName()) + ", which proves nothing");
        }
        if (header.getCriticalParams() != null && !header.getCriticalParams().isEmpty()) {
            return Optional.of("its header asks for what we do not know");
        }
        JOSEObjectType type = header.getType();
        if (type != null && !type.equals(JOSEObjectType.JWT)) {
            return Optional.of("it is a token of another kind");
        }
        return Optional.empty();
    }

    /// Keys in the token itself (`jwk`, `jku`, `x5c`) are never looked at.
    private static boolean isSigned(SignedJWT token, List<JWK> keys) {
        for (JWK key : keys) {
            try {
                Optional<JWSVerifier> verifier = verifier(token.getHeader(), key);
                if (verifier.isPresent() && token.verify(verifier.get())) {
                    return true;
                }
            } catch (JOSEException e) {
                // this key does not go with this signature; perhaps another does
            }
        }
        return false;
    }

    private static Optional<JWSVerifier> verifier(JWSHeader header, JWK key) throws JOSEException {
        if (!(key instanceof AsymmetricJWK pair)
                || (key instanceof RSAKey rsa && rsa.size() < RSA_LEAST_BITS)
                || !(pair.toPublicKey() instanceof RSAPublicKey || pair.toPublicKey() instanceof ECPublicKey)) {
            return Optional.empty();
        }
        return Optional.of(new DefaultJWSVerifierFactory().createJWSVerifier(header, pair.toPublicKey()));
    }

    private static Optional<String> claims(JWTClaimsSet claims, Expected expected) {
        if (!expected.issuer().equals(claims.getIssuer())) {
            return Optional.of("it is of another issuer");
        }
        if (!claims.getAudience().equals(List.of(expected.client()))) {
            return Optional.of("it is for another audience");
        }
        Object party = claims.getClaim("azp");
        if (party != null && !expected.client().equals(party)) {
            return Optional.of("it was given to another party");
        }
        String subject = claims.getSubject();
        if (subject == null || subject.isBlank() || subject.length() > 255) {
            return Optional.of("it names nobody");
        }
        if (!expected.nonce().equals(claims.getClaim("nonce"))) {
            return Optional.of("it belongs to another log-in");
        }
        return times(claims, expected);
    }

    private static Optional<String> times(JWTClaimsSet claims, Expected expected) {
        Optional<Instant> expires = instant(claims.getExpirationTime());
        Optional<Instant> issued = instant(claims.getIssueTime());
        Instant now = expected.now();
        if (expires.isEmpty() || !now.isBefore(expires.get().plus(SKEW))) {
            return Optional.of("it has expired");
        }
        if (issued.isEmpty()
                || issued.get().isAfter(now.plus(SKEW))
                || issued.get().isBefore(now.minus(OLDEST))
                || instant(claims.getNotBeforeTime())
                        .filter(from -> from.isAfter(now.plus(SKEW)))
                        .isPresent()) {
            return Optional.of("it was not made now");
        }
        if (expected.since().isPresent()) {
            Optional<Instant> authenticated = authenticated(claims);
            if (authenticated.isEmpty()) {
                return Optional.of("it does not say when the password was given (auth_time)");
            }
            if (authenticated.get().isBefore(expected.since().get().minus(SKEW))) {
                return Optional.of("the password was not given again");
            }
        }
        return Optional.empty();
    }

    /// When the person last proved who she is, as far as that is told.
    static Optional<Instant> authenticated(JWTClaimsSet claims) {
        return claims.getClaim("auth_time") instanceof Number seconds
                        && seconds.longValue() > 0
                        && seconds.longValue() < Instant.MAX.getEpochSecond()
                ? Optional.of(Instant.ofEpochSecond(seconds.longValue()))
                : Optional.empty();
    }

    private static Optional<Instant> instant(@org.jspecify.annotations.Nullable Date date) {
        return Optional.ofNullable(date).map(Date::toInstant);
    }
}
