package io.carteggio.server.web;

import io.carteggio.server.web.language.Texts;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// Passwords as Argon2id hashes (RFC 9106) in the PHC string form, which carries its own parameters. Safe for many
/// threads; at most [#AT_ONCE] hashes are worked out at a time, since each takes 19 MiB.
public final class Passwords {
    public static final int LEAST_CHARS = 12;
    public static final int MOST_CHARS = 256;

    /// The memory bound: this many times [#MEMORY_KIB].
    static final int AT_ONCE = 2;

    private static final int MEMORY_KIB = 19_456;
    private static final int PASSES = 2;
    private static final int LANES = 1;
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final long PATIENCE_SECONDS = 10;
    /// A credential that asks for more than this was not made by us, and may not take our memory.
    private static final int MEMORY_LIMIT_KIB = 65_536;

    private static final int PASSES_LIMIT = 10;
    private static final Pattern PHC = Pattern.compile(
            "\\$argon2id\\$v=19\\$m=(\\d{1,6}),t=(\\d{1,2}),p=(\\d{1,2})\\$([A-Za-z0-9+/]+)\\$([A-Za-z0-9+/]+)");

    private static final Base64.Encoder ENCODER = Base64.getEncoder().withoutPadding();

    private final Semaphore atOnce = new Semaphore(AT_ONCE, true);
    private final SecureRandom random = new SecureRandom();
    private final String nobodys;

    public Passwords() {
        byte[] salt = salt();
        nobodys = phc(salt, new byte[HASH_BYTES]);
    }

    /// What is wrong with a new password, as a sentence for the person who chose it.
    public static Optional<String> fault(Texts texts, String password) {
        int length = password.codePointCount(0, password.length());
        if (length < LEAST_CHARS) {
            return Optional.of(texts.say("password.short", LEAST_CHARS, length));
        }
        if (length > MOST_CHARS) {
            return Optional.of(texts.say("password.long", MOST_CHARS));
        }
        if (password.chars().distinct().count() < 4) {
            return Optional.of(texts.say("password.repeats"));
        }
        if (KnownPasswords.has(password)) {
            return Optional.of(texts.say("password.known"));
        }
        return Optional.empty();
    }

    /// The encoded hash of a new password.
    public String hash(String password) throws Busy {
        byte[] salt = salt();
        return phc(salt, argon2(password, salt, MEMORY_KIB, PASSES, LANES, HASH_BYTES));
    }

    /// Whether the password is the one of this credential. Takes as long for a person without credential.
    public boolean matches(Optional<String> credential, String password) throws Busy {
        Matcher phc = PHC.matcher(credential.orElse(nobodys));
        boolean readable = phc.matches()
                && Integer.parseInt(phc.group(1)) <= MEMORY_LIMIT_KIB
                && Integer.parseInt(phc.group(2)) <= PASSES_LIMIT;
        if (!readable) {
            phc = PHC.matcher(nobodys);
            if (!phc.matches()) {
                throw new IllegalStateException("our own form of a hash is not readable");
            }
        }
        byte[] kept = Base64.getDecoder().decode(phc.group(5));
        byte[] got = argon2(
                password,
                Base64.getDecoder().decode(phc.group(4)),
                Integer.parseInt(phc.group(1)),
                Integer.parseInt(phc.group(2)),
                Integer.parseInt(phc.group(3)),
                kept.length);
        return MessageDigest.isEqual(kept, got) && readable && credential.isPresent();
    }

    private byte[] salt() {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return salt;
    }

    private static String phc(byte[] salt, byte[] hash) {
        return "$argon2id$v=19$m=" + MEMORY_KIB + ",t=" + PASSES + ",p=" + LANES + "$" + ENCODER.encodeToString(salt)
                + "$" + ENCODER.encodeToString(hash);
    }

    private byte[] argon2(String password, byte[] salt, int memoryKib, int passes, int lanes, int sizeBytes)
            throws Busy {
        // the same characters whatever the keyboard makes of them (RFC 8265 4.2.2)
        byte[] octets = Normalizer.normalize(password, Normalizer.Form.NFC).getBytes(StandardCharsets.UTF_8);
        byte[] hash = new byte[sizeBytes];
        try {
            if (!atOnce.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new Busy("too many passwords are being checked");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Busy("too many passwords are being checked");
        }
        try {
            Argon2BytesGenerator generator = new Argon2BytesGenerator();
            generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                    .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                    .withMemoryAsKB(memoryKib)
                    .withIterations(passes)
                    .withParallelism(lanes)
                    .withSalt(salt)
                    .build());
            generator.generateBytes(octets, hash);
        } finally {
            atOnce.release();
            Arrays.fill(octets, (byte) 0);
        }
        return hash;
    }
}
