package io.carteggio.server.login;

import io.carteggio.archive.vault.Octets;
import io.carteggio.mail.Sha256;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/// An authenticator in software, that also does what no authenticator may: octets written by hand, not by the
/// library that reads them (WebAuthn level 3, 6.1 and 6.5).
public final class SoftKey {
    public static final int PRESENT = 0x01;
    public static final int VERIFIED = 0x04;
    public static final int BACKUP_ELIGIBLE = 0x08;
    private static final int ATTESTED = 0x40;

    private final Kind kind;
    private final KeyPair keys;
    private final byte[] credential = new byte[32];
    public String rpId = "localhost";
    public String origin;
    public String type = "";
    public int flags = PRESENT | VERIFIED;
    public long counter;
    public boolean crossOrigin;
    public String more = "";

    /// A kind of key.
    public enum Kind {
        ED25519("Ed25519", "Ed25519"),
        P256("EC", "SHA256withECDSA"),
        RSA("RSA", "SHA256withRSA"),
        P384("EC", "SHA384withECDSA");

        private final String keys;
        private final String signature;

        Kind(String keys, String signature) {
            this.keys = keys;
            this.signature = signature;
        }
    }

    public SoftKey(Kind kind, String origin) throws GeneralSecurityException {
        this.kind = kind;
        this.origin = origin;
        KeyPairGenerator generator = KeyPairGenerator.getInstance(kind.keys);
        switch (kind) {
            case P256 -> generator.initialize(256);
            case P384 -> generator.initialize(384);
            case RSA -> generator.initialize(2048);
            case ED25519 -> {}
        }
        keys = generator.generateKeyPair();
        new SecureRandom().nextBytes(credential);
    }

    /// One whose credential has the name of another's.
    public SoftKey impersonating(SoftKey other) {
        System.arraycopy(other.credential, 0, credential, 0, credential.length);
        return this;
    }

    public Octets credential() {
        return Octets.of(credential);
    }

    // ---- CBOR (RFC 8949), as much as is needed

    private static byte[] head(int major, int value) {
        if (value < 24) {
            return new byte[] {(byte) (major << 5 | value)};
        }
        return value < 256
                ? new byte[] {(byte) (major << 5 | 24), (byte) value}
                : new byte[] {(byte) (major << 5 | 25), (byte) (value >> 8), (byte) value};
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] number(int value) {
        return value >= 0 ? head(0, value) : head(1, -1 - value);
    }

    private static byte[] octets(byte[] value) {
        return join(head(2, value.length), value);
    }

    private static byte[] text(String value) {
        return join(head(3, value.length()), value.getBytes(StandardCharsets.US_ASCII));
    }

    /// The public key as COSE has it.
    private byte[] cose() {
        return switch (kind) {
            case ED25519 -> {
                byte[] spki = keys.getPublic().getEncoded();
                yield join(
                        head(5, 4),
                        number(1),
                        number(1),
                        number(3),
                        number(-8),
                        number(-1),
                        number(6),
                        number(-2),
                        octets(Arrays.copyOfRange(spki, spki.length - 32, spki.length)));
            }
            case P256, P384 -> {
                ECPublicKey key = (ECPublicKey) keys.getPublic();
                int size = kind == Kind.P256 ? 32 : 48;
                yield join(
                        head(5, 5),
                        number(1),
                        number(2),
                        number(3),
                        number(kind == Kind.P256 ? -7 : -35),
                        number(-1),
                        number(kind == Kind.P256 ? 1 : 2),
                        number(-2),
                        octets(fixed(key.getW().getAffineX(), size)),
                        number(-3),
                        octets(fixed(key.getW().getAffineY(), size)));
            }
            case RSA -> {
                RSAPublicKey key = (RSAPublicKey) keys.getPublic();
                yield join(
                        head(5, 4),
                        number(1),
                        number(3),
                        number(3),
                        number(-257),
                        number(-1),
                        octets(fixed(key.getModulus(), 256)),
                        number(-2),
                        octets(key.getPublicExponent().toByteArray()));
            }
        };
    }

    private static byte[] fixed(BigInteger value, int size) {
        byte[] octets = value.toByteArray();
        byte[] fixed = new byte[size];
        int length = Math.min(size, octets.length);
        System.arraycopy(octets, octets.length - length, fixed, size - length, length);
        return fixed;
    }

    // ---- what it brings

    private byte[] clientData(String wanted, String challenge) {
        String said = type.isEmpty() ? wanted : type;
        return ("{\"type\":\"" + said + "\",\"challenge\":\""
                        + Base64.getUrlEncoder()
                                .withoutPadding()
                                .encodeToString(challenge.getBytes(StandardCharsets.UTF_8))
                        + "\",\"origin\":\"" + origin + "\",\"crossOrigin\":" + crossOrigin + more + "}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private byte[] authenticatorData(boolean attested) {
        byte[] head = ByteBuffer.allocate(37)
                .put(Sha256.of(rpId.getBytes(StandardCharsets.UTF_8)).toBytes())
                .put((byte) (flags | (attested ? ATTESTED : 0)))
                .putInt((int) counter)
                .array();
        return attested ? join(head, new byte[16], new byte[] {0, (byte) credential.length}, credential, cose()) : head;
    }

    /// Makes a passkey.
    public WebAuthn.Creation create(String challenge) {
        byte[] data = authenticatorData(true);
        byte[] attestation = join(
                head(5, 3), text("fmt"), text("none"), text("attStmt"), head(5, 0), text("authData"), octets(data));
        return new WebAuthn.Creation(
                Octets.of(clientData("webauthn.create", challenge)), Octets.of(attestation), List.of("internal"));
    }

    /// Signs.
    ///
    /// @param userHandle whose it says it is
    public WebAuthn.Assertion sign(String challenge, Optional<String> userHandle) throws GeneralSecurityException {
        byte[] clientData = clientData("webauthn.get", challenge);
        byte[] data = authenticatorData(false);
        Signature signature = Signature.getInstance(kind.signature);
        signature.initSign(keys.getPrivate());
        signature.update(data);
        signature.update(Sha256.of(clientData).toBytes());
        return new WebAuthn.Assertion(
                credential(),
                Octets.of(clientData),
                Octets.of(data),
                Octets.of(signature.sign()),
                userHandle.map(id -> Octets.of(id.getBytes(StandardCharsets.UTF_8))));
    }
}
