package io.carteggio.server.tls;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaMiscPEMGenerator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// A key and a certificate of our own making, so that STARTTLS works from the first start on.
///
/// It proves nothing to a client that does not know it already, but mail servers mostly do not ask for proof, and
/// then it keeps out listeners; whoever wants proof pins it, publishes it by DANE, or gives a [PemIdentity].
public final class SelfSigned {
    private static final String FILE = "smtp-tls.pem";

    /// Long, because those who look at such a certificate at all have pinned it, and a date that ends delivery of
    /// journal reports one night would protect nobody.
    private static final Duration VALID = Duration.ofDays(3653);

    private SelfSigned() {}

    /// The context for a server with the key and certificate in `smtp-tls.pem` in this directory, which is made
    /// (mode 0600, its directory too) where it is missing. It is then never made anew, also for another host
    /// name: somebody may have pinned it.
    ///
    /// @throws IOException where the file can be neither read nor made
    public static SSLContext contextFor(String hostname, Path dir) throws IOException {
        Path file = file(dir);
        if (!Files.exists(file)) {
            Files.createDirectories(dir);
            write(file, Making.made(hostname, Instant.now()));
        }
        return PemIdentity.contextFor(file, file);
    }

    /// Where key and certificate lie in this directory.
    public static Path file(Path dir) {
        return dir.resolve(FILE);
    }

    private static void write(Path file, String pem) throws IOException {
        Path beside = file.resolveSibling(FILE + ".new");
        Files.deleteIfExists(beside);
        try (FileChannel out = FileChannel.open(
                beside,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer octets = ByteBuffer.wrap(pem.getBytes(StandardCharsets.US_ASCII));
            while (octets.hasRemaining()) {
                out.write(octets);
            }
            out.force(true);
        }
        Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel dir = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            dir.force(true);
        }
    }

    /// Apart, so that the library's signed archives are only opened and verified where a certificate is made.
    private static final class Making {
        /// Makes a P-256 key and a certificate for it. P-256 with SHA-256 is what every TLS 1.2 and 1.3 client can
        /// do.
        private static String made(String hostname, Instant now) throws IOException {
            StringWriter pem = new StringWriter();
            try (JcaPEMWriter out = new JcaPEMWriter(pem)) {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
                generator.initialize(new ECGenParameterSpec("secp256r1"));
                KeyPair pair = generator.generateKeyPair();
                var name = new X500NameBuilder().addRDN(BCStyle.CN, hostname).build();
                X509CertificateHolder certificate = new JcaX509v3CertificateBuilder(
                                name,
                                new BigInteger(127, new SecureRandom()).add(BigInteger.ONE), // RFC 5280: positive
                                Date.from(now.minus(Duration.ofDays(1))), // other clocks may be behind ours
                                Date.from(now.plus(VALID)),
                                name,
                                pair.getPublic())
                        .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                        .addExtension(
                                Extension.subjectAlternativeName,
                                false,
                                new GeneralNames(new GeneralName(GeneralName.dNSName, hostname)))
                        .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
                out.writeObject(new JcaPKCS8Generator(pair.getPrivate(), null));
                out.writeObject(new JcaMiscPEMGenerator(certificate));
            } catch (GeneralSecurityException | OperatorException e) {
                throw new IllegalStateException("every Java platform has P-256", e);
            }
            return pem.toString();
        }
    }
}
