package io.carteggio.server.fetch.ews;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// NTLM, version 2 alone (MS-NLMP): three messages, of which we say the first and the third. Bound to the
/// server's certificate (RFC 5929 `tls-server-end-point`), without which an Exchange with Extended
/// Protection refuses even the right password. Functions of their arguments.
final class Ntlm {
    /// No server's challenge is longer: a few names.
    static final int CHALLENGE_LIMIT = 16 * 1024;

    private static final byte[] SIGNATURE = "NTLMSSP\0".getBytes(StandardCharsets.US_ASCII);
    private static final int UNICODE = 0x1;
    private static final int REQUEST_TARGET = 0x4;
    private static final int NTLM = 0x200;
    private static final int ALWAYS_SIGN = 0x8000;
    private static final int EXTENDED_SESSION_SECURITY = 0x80000;
    private static final int TARGET_INFO = 0x800000;
    private static final int VERSION = 0x2000000;
    private static final int KEY_OF_128_BITS = 0x20000000;
    private static final int OURS = UNICODE
            | REQUEST_TARGET
            | NTLM
            | ALWAYS_SIGN
            | EXTENDED_SESSION_SECURITY
            | TARGET_INFO
            | VERSION
            | KEY_OF_128_BITS;

    private static final int AV_END = 0;
    private static final int AV_FLAGS = 6;
    private static final int AV_TIMESTAMP = 7;
    private static final int AV_TARGET_NAME = 9;
    private static final int AV_CHANNEL_BINDINGS = 10;
    private static final int FLAG_MIC = 2;

    private static final int HEADER_BYTES = 88; // of the third message, with version and MIC
    private static final int MIC_AT = 72;
    private static final int CHALLENGE_HEADER_BYTES = 48;

    /// 100-nanosecond steps from 1601 to 1970.
    private static final long EPOCH = 116_444_736_000_000_000L;

    private Ntlm() {}

    /// What a server must not say.
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }

    /// Who logs in: `DOMAIN\\user`, `user@domain` or `user`.
    record Credentials(String user, String domain, String password) {
        static Credentials of(String name, String password) {
            int backslash = name.indexOf('\\');
            return backslash < 0
                    ? new Credentials(name, "", password)
                    : new Credentials(name.substring(backslash + 1), name.substring(0, backslash), password);
        }

        @Override
        public String toString() {
            return domain + "\\" + user; // and never the password
        }
    }

    /// The second message, as far as we need it.
    ///
    /// @param targetInfo pairs of attributes, without their end
    @SuppressWarnings("ArrayRecordComponent") // never compared, never leaves the package
    record Challenge(int flags, byte[] nonce, byte[] targetInfo, Optional<byte[]> timestamp) {}

    /// The first message.
    static byte[] negotiate() {
        return ByteBuffer.allocate(40)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(SIGNATURE)
                .putInt(1)
                .putInt(OURS)
                .putLong(0) // no domain
                .putLong(0) // no workstation
                .putLong(version())
                .array();
    }

    private static long version() {
        return 0x0f00_0000_0000_0000L; // no product's; revision 15 of NTLM, as all have it
    }

    /// Reads the second message.
    static Challenge challenge(byte[] message) throws Malformed {
        if (message.length < CHALLENGE_HEADER_BYTES || message.length > CHALLENGE_LIMIT) {
            throw new Malformed("a challenge of " + message.length + " octets");
        }
        ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        if (!Arrays.equals(Arrays.copyOf(message, 8), SIGNATURE) || in.getInt(8) != 2) {
            throw new Malformed("what should be an NTLM challenge is none");
        }
        int flags = in.getInt(20);
        if ((flags & UNICODE) == 0 || (flags & TARGET_INFO) == 0) {
            throw new Malformed("the server knows no NTLM version 2");
        }
        byte[] nonce = Arrays.copyOfRange(message, 24, 32);
        int length = in.getShort(40) & 0xffff;
        long at = in.getInt(44) & 0xffff_ffffL;
        if (at + length > message.length) {
            throw new Malformed("its target information lies outside of it");
        }
        return pairs(flags, nonce, Arrays.copyOfRange(message, (int) at, (int) at + length));
    }

    private static Challenge pairs(int flags, byte[] nonce, byte[] info) throws Malformed {
        ByteBuffer in = ByteBuffer.wrap(info).order(ByteOrder.LITTLE_ENDIAN);
        Optional<byte[]> timestamp = Optional.empty();
        while (in.remaining() >= 4) {
            int id = in.getShort() & 0xffff;
            int length = in.getShort() & 0xffff;
            if (id == AV_END) {
                return new Challenge(flags, nonce, Arrays.copyOf(info, in.position() - 4), timestamp);
            }
            if (length > in.remaining()) {
                break;
            }
            byte[] value = new byte[length];
            in.get(value);
            if (id == AV_TIMESTAMP) {
                if (length != 8) {
                    throw new Malformed("a time stamp of " + length + " octets");
                }
                timestamp = Optional.of(value);
            }
        }
        throw new Malformed("its target information has no end");
    }

    /// What of us goes into the third message.
    ///
    /// @param target the service's name, such as `HTTP/mail.example.com`
    /// @param binding of the connection; sixteen zeros where it has none
    @SuppressWarnings("ArrayRecordComponent") // as above
    record Bound(String target, byte[] binding, byte[] clientNonce, Instant now) {}

    /// The third message.
    static byte[] authenticate(byte[] first, byte[] second, Credentials credentials, Bound bound) throws Malformed {
        Challenge challenge = challenge(second);
        boolean mic = challenge.timestamp.isPresent();
        byte[] time = challenge.timestamp.orElseGet(() -> littleEndian(EPOCH + ticks(bound.now)));
        ByteArrayOutputStream info = new ByteArrayOutputStream();
        info.writeBytes(challenge.targetInfo);
        if (mic) {
            pair(info, AV_FLAGS, new byte[] {FLAG_MIC, 0, 0, 0});
        }
        pair(info, AV_CHANNEL_BINDINGS, bound.binding);
        pair(info, AV_TARGET_NAME, unicode(bound.target));
        pair(info, AV_END, new byte[0]);
        byte[] key = key(credentials);
        byte[] response = response(key, challenge.nonce, bound.clientNonce, time, info.toByteArray());
        // with a time stamp in the challenge the old response is to be sixteen and eight zeros (3.1.5.1.2)
        byte[] old = mic ? new byte[24] : oldResponse(key, challenge.nonce, bound.clientNonce);
        byte[] third = third(old, response, credentials, challenge.flags);
        if (mic) {
            byte[] sum = hmac(sessionKey(key, response), first, second, third);
            System.arraycopy(sum, 0, third, MIC_AT, sum.length);
        }
        return third;
    }

    private static long ticks(Instant now) {
        return now.getEpochSecond() * 10_000_000L + now.getNano() / 100;
    }

    private static byte[] littleEndian(long value) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }

    private static void pair(ByteArrayOutputStream out, int id, byte[] value) {
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) id)
                .putShort((short) value.length)
                .array());
        out.writeBytes(value);
    }

    private static byte[] third(byte[] old, byte[] response, Credentials credentials, int theirs) {
        byte[] domain = unicode(credentials.domain);
        byte[] user = unicode(credentials.user);
        int length = HEADER_BYTES + domain.length + user.length + old.length + response.length;
        ByteBuffer out = ByteBuffer.allocate(length);
        out.order(ByteOrder.LITTLE_ENDIAN);
        int domainAt = HEADER_BYTES;
        int userAt = domainAt + domain.length;
        int oldAt = userAt + user.length;
        int responseAt = oldAt + old.length;
        out.put(SIGNATURE).putInt(3);
        field(out, old.length, oldAt);
        field(out, response.length, responseAt);
        field(out, domain.length, domainAt);
        field(out, user.length, userAt);
        field(out, 0, oldAt); // no workstation
        field(out, 0, length); // no session key: nothing is signed with one
        out.putInt(OURS & (theirs | VERSION)).putLong(version()).put(new byte[16]);
        return out.put(domain).put(user).put(old).put(response).array();
    }

    private static void field(ByteBuffer out, int length, int at) {
        out.putShort((short) length).putShort((short) length).putInt(at);
    }

    /// NTOWFv2 (3.3.2).
    static byte[] key(Credentials credentials) {
        byte[] ofPassword = Md4.of(unicode(credentials.password));
        return hmac(ofPassword, unicode(credentials.user.toUpperCase(Locale.ROOT) + credentials.domain));
    }

    /// The proof, and what it proves.
    static byte[] response(byte[] key, byte[] nonce, byte[] clientNonce, byte[] time, byte[] info) {
        byte[] what = ByteBuffer.allocate(32 + info.length)
                .put(new byte[] {1, 1, 0, 0, 0, 0, 0, 0})
                .put(time)
                .put(clientNonce)
                .putInt(0)
                .put(info)
                .putInt(0)
                .array();
        byte[] proof = hmac(key, nonce, what);
        return ByteBuffer.allocate(proof.length + what.length)
                .put(proof)
                .put(what)
                .array();
    }

    /// LMv2.
    static byte[] oldResponse(byte[] key, byte[] nonce, byte[] clientNonce) {
        return ByteBuffer.allocate(24)
                .put(hmac(key, nonce, clientNonce))
                .put(clientNonce)
                .array();
    }

    /// The session's base key, which is the exported one too, for we exchange none.
    static byte[] sessionKey(byte[] key, byte[] response) {
        return hmac(key, Arrays.copyOf(response, 16));
    }

    /// What binds a log-in to a connection that shows this certificate: the MD5 of a `gss_channel_bindings_struct`
    /// (RFC 2744 3.11) of which only the application's data is there. The certificate's sum is made with the hash
    /// of its signature, with SHA-256 where that is MD5 or SHA-1 (RFC 5929 4.1).
    static byte[] binding(X509Certificate certificate) {
        try {
            byte[] sum = MessageDigest.getInstance(hash(certificate)).digest(certificate.getEncoded());
            byte[] prefix = "tls-server-end-point:".getBytes(StandardCharsets.US_ASCII);
            byte[] struct = ByteBuffer.allocate(20 + prefix.length + sum.length)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(0)
                    .putLong(0)
                    .putInt(prefix.length + sum.length)
                    .put(prefix)
                    .put(sum)
                    .array();
            return MessageDigest.getInstance("MD5").digest(struct);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that a handshake was made with", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has these", e);
        }
    }

    private static String hash(X509Certificate certificate) {
        String algorithm = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
        if (algorithm.contains("PSS")) { // its parameters tell
            algorithm = certificate.getSigAlgParams() == null ? "" : parameters(certificate);
        }
        return algorithm.contains("SHA384") || algorithm.contains("SHA-384")
                ? "SHA-384"
                : algorithm.contains("SHA512") || algorithm.contains("SHA-512") ? "SHA-512" : "SHA-256";
    }

    private static String parameters(X509Certificate certificate) {
        try {
            var parameters = java.security.AlgorithmParameters.getInstance("RSASSA-PSS");
            parameters.init(certificate.getSigAlgParams());
            return parameters
                    .getParameterSpec(java.security.spec.PSSParameterSpec.class)
                    .getDigestAlgorithm();
        } catch (GeneralSecurityException | java.io.IOException e) {
            PublicKey key = certificate.getPublicKey();
            throw new IllegalStateException("parameters of a signature by " + key.getAlgorithm(), e);
        }
    }

    private static byte[] hmac(byte[] key, byte[]... parts) {
        try {
            Mac mac = Mac.getInstance("HmacMD5");
            mac.init(new SecretKeySpec(key, "HmacMD5"));
            for (byte[] part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacMD5", e);
        }
    }

    private static byte[] unicode(String text) {
        return text.getBytes(StandardCharsets.UTF_16LE);
    }
}
