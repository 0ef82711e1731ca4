package io.carteggio.server.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/// A server's key and certificates as the administrator gives them: PEM files, as every authority hands them out.
///
/// @param chain the server's certificate first
public record PemIdentity(List<X509Certificate> chain, PrivateKey key) {
    private static final String BEGIN_PKCS8 = "-----BEGIN PRIVATE KEY-----";

    public PemIdentity {
        chain = List.copyOf(chain);
    }

    /// The context for a server with the identity in these files (RFC 7468).
    ///
    /// @param chainFile certificates, the server's first; other things in the file are passed over
    /// @param keyFile the private key, not encrypted: PKCS#8, or the older forms of OpenSSL; may be the same file
    /// @throws IOException where a file cannot be read or holds something else, naming the file
    public static SSLContext contextFor(Path chainFile, Path keyFile) throws IOException {
        PemIdentity identity = load(chainFile, keyFile);
        try {
            return TlsContexts.server(identity.chain(), identity.key());
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot use " + chainFile + " with " + keyFile, e);
        }
    }

    /// Reads the files.
    public static PemIdentity load(Path chainFile, Path keyFile) throws IOException {
        List<X509Certificate> chain = certificates(chainFile);
        PrivateKey key = key(keyFile);
        if (chain.isEmpty()) {
            throw new IOException("no certificate in " + chainFile);
        }
        if (!belong(chain.getFirst().getPublicKey(), key)) {
            throw new IOException("the first certificate in " + chainFile + " is not for the key in " + keyFile);
        }
        return new PemIdentity(chain, key);
    }

    /// Whether what the one signs the other verifies. Said at the start, not by every client at its handshake.
    private static boolean belong(PublicKey certified, PrivateKey key) {
        String algorithm = switch (key.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            default -> key.getAlgorithm(); // EdDSA and its curves sign under their own name
        };
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            byte[] signed = signature.sign();
            signature.initVerify(certified);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static List<X509Certificate> certificates(Path file) throws IOException {
        StringBuilder only = new StringBuilder(); // the JDK's reader stumbles over a key in the same file
        boolean inside = false;
        for (String line : Files.readAllLines(file)) {
            inside |= line.startsWith("-----BEGIN CERTIFICATE-----");
            if (inside) {
                only.append(line).append('\n');
            }
            inside &= !line.startsWith("-----END CERTIFICATE-----");
        }
        try (InputStream in = new ByteArrayInputStream(only.toString().getBytes(StandardCharsets.US_ASCII))) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (CertificateException e) {
            throw new IOException("no certificate in " + file, e);
        }
    }

    private static PrivateKey key(Path file) throws IOException {
        String text = Files.readString(file);
        Optional<PrivateKey> usual = pkcs8(text);
        if (usual.isPresent()) {
            return usual.get();
        }
        return OtherForms.key(file, text);
    }

    /// The first key in PKCS#8, the form that most have, by the JDK alone: the library for the others is signed, and
    /// verifying that took a fifth of each start. Empty where there is none that it can read.
    private static Optional<PrivateKey> pkcs8(String text) {
        int begin = text.indexOf(BEGIN_PKCS8);
        int end = text.indexOf("-----END PRIVATE KEY-----", Math.max(0, begin));
        if (begin < 0 || end < 0) {
            return Optional.empty();
        }
        PKCS8EncodedKeySpec encoded;
        try {
            encoded = new PKCS8EncodedKeySpec(
                    Base64.getMimeDecoder().decode(text.substring(begin + BEGIN_PKCS8.length(), end)));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
        for (String algorithm : List.of("EC", "RSA", "EdDSA")) {
            try {
                return Optional.of(KeyFactory.getInstance(algorithm).generatePrivate(encoded));
            } catch (GeneralSecurityException ofAnother) {
                // each refuses what is not its own
            }
        }
        return Optional.empty();
    }

    /// Keys as OpenSSL used to write them. Apart, so that the library's signed archives are only opened and verified
    /// where there is such a key.
    private static final class OtherForms {
        private static PrivateKey key(Path file, String text) throws IOException {
            try (Reader in = new StringReader(text);
                    PEMParser pem = new PEMParser(in)) {
                for (Optional<Object> one = next(pem); one.isPresent(); one = next(pem)) {
                    if (one.get() instanceof PrivateKeyInfo key) {
                        return new JcaPEMKeyConverter().getPrivateKey(key);
                    }
                    if (one.get() instanceof PEMKeyPair pair) {
                        return new JcaPEMKeyConverter().getKeyPair(pair).getPrivate();
                    }
                }
            } catch (PEMException e) {
                throw new IOException("no usable private key in " + file, e);
            }
            throw new IOException("no unencrypted private key in " + file);
        }

        private static Optional<Object> next(PEMParser pem) throws IOException {
            return Optional.ofNullable(pem.readObject());
        }
    }
}
