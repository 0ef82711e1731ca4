package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.mail.Sha256;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// Second factors: a code that changes every half minute, or one of ten recovery codes, each good once. What they are
/// made of lies in the keyring, sealed under the master key. Safe for many threads.
///
/// A code is good once. What was used is known in memory: after a start the codes of that half minute, and of those
/// before, are good for nothing.
final class SecondFactors {
    static final int RECOVERY_CODES = 10;
    private static final int RECOVERY_BYTES = 10;
    private static final int HASH_BYTES = 32;

    private final ArchiveDesk desk;
    private final Clock clock;
    private final long started;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Long> lastUsed = new HashMap<>(); // by people's ids; guarded by this

    SecondFactors(ArchiveDesk desk, Clock clock) {
        this.desk = desk;
        this.clock = clock;
        this.started = Totp.step(clock.instant());
    }

    private static String secretOf(String person) {
        return "second-factor:" + person;
    }

    private static String recoveryOf(String person) {
        return "recovery:" + person;
    }

    boolean isOn(String person) {
        return desk.secret(secretOf(person)).isPresent();
    }

    /// A secret that counts for nothing yet.
    byte[] propose() {
        byte[] secret = new byte[Totp.SECRET_BYTES];
        random.nextBytes(secret);
        return secret;
    }

    /// From now on it takes this secret's code to log in.
    ///
    /// @return the recovery codes, which nobody can be told again; empty where the code is not the secret's
    synchronized Optional<List<String>> turnOn(String person, byte[] secret, String code) throws ArchiveException {
        OptionalLong step = Totp.accepted(secret, plain(code), clock.instant(), lastUsed.getOrDefault(person, -1L));
        if (step.isEmpty()) {
            return Optional.empty();
        }
        List<String> codes = new ArrayList<>();
        ByteArrayOutputStream hashes = new ByteArrayOutputStream();
        for (int i = 0; i < RECOVERY_CODES; i++) {
            byte[] octets = new byte[RECOVERY_BYTES];
            random.nextBytes(octets);
            String recovery = Totp.base32(octets).toLowerCase(Locale.ROOT);
            codes.add(recovery.substring(0, 8) + "-" + recovery.substring(8));
            hashes.writeBytes(hash(recovery));
        }
        desk.keepSecrets(Map.of(secretOf(person), secret, recoveryOf(person), hashes.toByteArray()));
        lastUsed.put(person, step.getAsLong());
        return Optional.of(codes);
    }

    /// A password is enough again.
    synchronized void turnOff(String person) throws ArchiveException {
        desk.keepSecrets(Map.of(secretOf(person), new byte[0], recoveryOf(person), new byte[0]));
    }

    /// Whether this is a code of hers that was not used; thereby it is.
    synchronized boolean use(String person, String typed) throws ArchiveException {
        Optional<byte[]> secret = desk.secret(secretOf(person));
        if (secret.isEmpty()) {
            return false;
        }
        String code = plain(typed);
        OptionalLong step = Totp.accepted(secret.get(), code, clock.instant(), lastUsed.getOrDefault(person, started));
        if (step.isPresent()) {
            lastUsed.put(person, step.getAsLong());
            return true;
        }
        return useRecovery(person, code);
    }

    private boolean useRecovery(String person, String code) throws ArchiveException {
        byte[] hashes = desk.secret(recoveryOf(person)).orElse(new byte[0]);
        byte[] wanted = hash(code);
        ByteArrayOutputStream left = new ByteArrayOutputStream();
        boolean found = false;
        for (int at = 0; at + HASH_BYTES <= hashes.length; at += HASH_BYTES) {
            byte[] one = Arrays.copyOfRange(hashes, at, at + HASH_BYTES);
            if (MessageDigest.isEqual(one, wanted)) {
                found = true;
            } else {
                left.writeBytes(one);
            }
        }
        if (found) {
            desk.keepSecrets(Map.of(recoveryOf(person), left.toByteArray()));
        }
        return found;
    }

    /// How many recovery codes are left.
    int recoveryCodes(String person) {
        return desk.secret(recoveryOf(person)).map(h -> h.length / HASH_BYTES).orElse(0);
    }

    private static String plain(String typed) {
        return typed.replaceAll("[\\s-]", "").toLowerCase(Locale.ROOT);
    }

    private static byte[] hash(String code) {
        return Sha256.of(code.getBytes(StandardCharsets.UTF_8)).toBytes();
    }
}
