package io.carteggio.archive.role;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.entry.Act;
import io.carteggio.mail.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Tokens by which programs call operations as a person, as all acts so far have made them. Safe for many threads.
///
/// A token never opens more than its person may at that instant, and only the operations it was made for. What is kept
/// of it opens nothing.
public final class ApiTokens {
    /// No token is good for longer.
    public static final Duration LONGEST = Duration.ofDays(366);

    /// Tokens of one person that are good at a time.
    static final int LIMIT = 50;

    private static final String PREFIX = "carteggio_";
    private static final int ID_BYTES = 9;
    private static final int SECRET_BYTES = 32;
    private static final Pattern FORM = Pattern.compile("carteggio_([A-Za-z0-9_-]{12})_[A-Za-z0-9_-]{43}");
    private static final Pattern SCOPE = Pattern.compile("[a-z]+(\\.[a-z]+|\\.\\*)?");

    private final SecureRandom random = new SecureRandom();
    private final Map<String, ApiToken> tokens = new LinkedHashMap<>(); // by their ids; guarded by this

    /// What is known of a token.
    public record ApiToken(
            String id,
            String person,
            String name,
            List<String> scopes,
            Instant at,
            String by,
            Instant expires,
            String hash,
            Optional<Instant> revoked) {
        public ApiToken {
            scopes = List.copyOf(scopes);
        }

        public boolean isGood(Instant now) {
            return revoked.isEmpty() && now.isBefore(expires);
        }

        /// Whether it was made for this operation.
        public boolean covers(String operation) {
            return scopes.stream()
                    .anyMatch(s -> s.endsWith(".*")
                            ? operation.startsWith(s.substring(0, s.length() - 1))
                            : operation.equals(s));
        }
    }

    /// A token that was just made.
    ///
    /// @param secret the token itself, which nobody can be told again
    public record Made(ApiToken token, String secret) {}

    /// Takes an act into account. Acts about other things are ignored.
    public synchronized void apply(Act act) {
        if (act instanceof Act.TokenAdded a) {
            tokens.putIfAbsent(
                    a.token(),
                    new ApiToken(
                            a.token(),
                            a.person(),
                            a.name(),
                            a.scopes(),
                            a.at(),
                            a.by(),
                            a.expires(),
                            a.hash(),
                            Optional.empty()));
        } else if (act instanceof Act.TokenRevoked a) {
            tokens.computeIfPresent(
                    a.token(),
                    (_, t) -> new ApiToken(
                            t.id(),
                            t.person(),
                            t.name(),
                            t.scopes(),
                            t.at(),
                            t.by(),
                            t.expires(),
                            t.hash(),
                            t.revoked().or(() -> Optional.of(a.at()))));
        }
    }

    public synchronized List<ApiToken> all() {
        return List.copyOf(tokens.values());
    }

    /// The good token that this is.
    public Optional<ApiToken> of(String secret, Instant now) {
        var form = FORM.matcher(secret);
        if (!form.matches()) {
            return Optional.empty();
        }
        Optional<ApiToken> token;
        synchronized (this) {
            token = Optional.ofNullable(tokens.get(form.group(1)));
        }
        return token.filter(t -> t.isGood(now) && same(t.hash(), hash(secret)));
    }

    private static boolean same(String one, String other) {
        return MessageDigest.isEqual(
                one.getBytes(StandardCharsets.US_ASCII), other.getBytes(StandardCharsets.US_ASCII));
    }

    private static String hash(String secret) {
        return HexFormat.of()
                .formatHex(Sha256.of(secret.getBytes(StandardCharsets.UTF_8)).toBytes());
    }

    /// Makes a token.
    ///
    /// @throws IllegalArgumentException where it cannot be made like that
    public Made add(Acts acts, String by, String person, String name, List<String> scopes, Instant expires)
            throws ArchiveException {
        Instant now = acts.now();
        if (name.isBlank() || name.length() > 100) {
            throw new IllegalArgumentException("a token has a name of at most 100 characters");
        }
        if (scopes.isEmpty() || !scopes.stream().allMatch(s -> SCOPE.matcher(s).matches())) {
            throw new IllegalArgumentException("a token is for operations: job.list, or job.* for all of them");
        }
        if (!now.isBefore(expires) || expires.isAfter(now.plus(LONGEST))) {
            throw new IllegalArgumentException(
                    "a token is good until a day within the next " + LONGEST.toDays() + " days");
        }
        long good = all().stream()
                .filter(t -> t.person().equals(person) && t.isGood(now))
                .count();
        if (good >= LIMIT) {
            throw new IllegalArgumentException("nobody has more than " + LIMIT + " tokens");
        }
        String id = text(ID_BYTES);
        String secret = PREFIX + id + "_" + text(SECRET_BYTES);
        acts.keep(new Act.TokenAdded(now, by, id, person, name.strip(), scopes, expires, hash(secret)));
        ApiToken token = named(id)
                .orElseThrow(
                        () -> new ArchiveException("the token is kept, but the catalogue cannot show it now", true));
        return new Made(token, secret);
    }

    private String text(int bytes) {
        byte[] octets = new byte[bytes];
        random.nextBytes(octets);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
    }

    public synchronized Optional<ApiToken> named(String id) {
        return Optional.ofNullable(tokens.get(id));
    }

    /// Takes a token back.
    ///
    /// @throws IllegalArgumentException where it is none that is good
    public void revoke(Acts acts, String by, String id) throws ArchiveException {
        Instant now = acts.now();
        if (named(id).filter(t -> t.isGood(now)).isEmpty()) {
            throw new IllegalArgumentException("no token that is good has the id " + id);
        }
        acts.keep(new Act.TokenRevoked(now, by, id));
    }
}
