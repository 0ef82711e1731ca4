package io.carteggio.archive.ledger;

import io.carteggio.mail.Sha256;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/// The public half of an archive's ledger key: whoever has it can tell what the archive signed. Safe for many
/// threads.
///
/// Written `name+12345678+base64`, as other programs that read signed notes write it: the name, the key id in
/// hexadecimal digits, and the octet 1 (for Ed25519) with the 32 octets of the key.
public final class VerifierKey {
    public static final int SIZE_BYTES = 32;
    static final byte ED25519 = 1;

    private final String name;
    private final byte[] bytes;
    private final PublicKey key;

    /// @param name as it stands in signatures, without spaces and plus signs
    /// @param bytes the 32 octets of RFC 8032, 5.1.5
    /// @throws IllegalArgumentException where they are no key
    public VerifierKey(String name, byte[] bytes) {
        if (!SignedNote.isKeyName(name) || bytes.length != SIZE_BYTES) {
            throw new IllegalArgumentException("no ledger key: " + name + ", " + bytes.length + " octets");
        }
        this.name = name;
        this.bytes = bytes.clone();
        byte[] y = bytes.clone();
        boolean odd = y[SIZE_BYTES - 1] < 0;
        y[SIZE_BYTES - 1] &= 0x7f;
        for (int i = 0; i < SIZE_BYTES / 2; i++) {
            byte swap = y[i];
            y[i] = y[SIZE_BYTES - 1 - i];
            y[SIZE_BYTES - 1 - i] = swap;
        }
        try {
            key = KeyFactory.getInstance("Ed25519")
                    .generatePublic(new EdECPublicKeySpec(
                            NamedParameterSpec.ED25519, new EdECPoint(odd, new BigInteger(1, y))));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("no ledger key: " + name, e);
        }
    }

    /// Reads the written form; empty where it is none, or its id is not that of its name and key.
    public static Optional<VerifierKey> parse(String text) {
        String[] parts = text.strip().split("\\+", 3);
        if (parts.length != 3) {
            return Optional.empty();
        }
        try {
            byte[] typed = Strict.base64(parts[2], "the key");
            if (typed.length != SIZE_BYTES + 1 || typed[0] != ED25519) {
                return Optional.empty();
            }
            VerifierKey key = new VerifierKey(parts[0], Arrays.copyOfRange(typed, 1, typed.length));
            return HexFormat.of().toHexDigits(key.id()).equals(parts[1]) ? Optional.of(key) : Optional.empty();
        } catch (MalformedException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    public String name() {
        return name;
    }

    /// A copy of the 32 octets.
    public byte[] bytes() {
        return bytes.clone();
    }

    /// The first four octets of SHA-256 over name ‖ line feed ‖ 1 ‖ key.
    public int id() {
        MessageDigest digest = Sha256.digest();
        digest.update(name.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) '\n');
        digest.update(ED25519);
        return ByteBuffer.wrap(digest.digest(bytes)).getInt();
    }

    /// Whether the note bears a signature of this key. A signature under this name and id that is wrong
    /// spoils the note, also beside a right one.
    boolean signed(SignedNote note) {
        boolean found = false;
        for (SignedNote.Signature signature : note.signatures()) {
            if (signature.name().equals(name) && signature.keyId() == id()) {
                if (!verify(note.text().getBytes(StandardCharsets.UTF_8), signature.bytes())) {
                    return false;
                }
                found = true;
            }
        }
        return found;
    }

    private boolean verify(byte[] message, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false; // also for what has not the form of a signature or a key
        }
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof VerifierKey other && other.name.equals(name) && Arrays.equals(other.bytes, bytes);
    }

    @Override
    public int hashCode() {
        return id();
    }

    @Override
    public String toString() {
        byte[] typed =
                ByteBuffer.allocate(1 + SIZE_BYTES).put(ED25519).put(bytes).array();
        return name
                + '+'
                + HexFormat.of().toHexDigits(id())
                + '+'
                + Base64.getEncoder().encodeToString(typed);
    }
}
