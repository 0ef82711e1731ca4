package io.carteggio.server.escrow;

import io.carteggio.mail.Sha256;
import io.carteggio.server.escrow.EscrowKey.About;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;

/// What certificates say of themselves.
final class Certificates {
    /// Larger RSA keys, and public exponents of more bits, take a checker longer than they are worth.
    private static final int MODULUS_BITS = 8_192;

    private static final int EXPONENT_BITS = 64;

    /// Other keys, those of ML-DSA among them, are shorter.
    private static final int KEY_BYTES = 4_096;

    private Certificates() {}

    static About about(X509CertificateHolder certificate) {
        return new About(
                Form.SMIME,
                fingerprint(certificate),
                owner(certificate),
                Optional.of(certificate.getNotAfter().toInstant()));
    }

    /// SHA-256 in hexadecimal digits.
    static String fingerprint(X509CertificateHolder certificate) {
        try {
            return Sha256.of(certificate.getEncoded()).toString();
        } catch (IOException e) {
            throw new UncheckedIOException("a certificate that was read cannot be written", e);
        }
    }

    /// The common name and the mail addresses, or the whole subject where there is neither.
    static String owner(X509CertificateHolder certificate) {
        List<String> words = new ArrayList<>(values(certificate, BCStyle.CN));
        for (String address : addresses(certificate)) {
            words.add("<" + address + ">");
        }
        return EscrowFile.named(words.isEmpty() ? certificate.getSubject().toString() : String.join(" ", words));
    }

    /// Mail addresses: of the subject's alternative names (RFC 8550, 3), else of the subject itself.
    private static List<String> addresses(X509CertificateHolder certificate) {
        List<String> addresses = new ArrayList<>();
        try {
            GeneralNames names =
                    GeneralNames.fromExtensions(certificate.getExtensions(), Extension.subjectAlternativeName);
            for (GeneralName name : names == null ? new GeneralName[0] : names.getNames()) {
                if (name.getTagNo() == GeneralName.rfc822Name) {
                    addresses.add(name.getName().toString());
                }
            }
        } catch (RuntimeException e) {
            // a stranger's certificate: what cannot be read in it names nobody
        }
        return addresses.isEmpty() ? values(certificate, BCStyle.EmailAddress) : addresses;
    }

    private static List<String> values(X509CertificateHolder certificate, ASN1ObjectIdentifier type) {
        List<String> values = new ArrayList<>();
        for (RDN rdn : certificate.getSubject().getRDNs(type)) {
            values.add(IETFUtils.valueToString(rdn.getFirst().getValue()));
        }
        return values;
    }

    /// Whether a signature by it is checked in bounded time.
    static boolean isReasonable(SubjectPublicKeyInfo key) {
        if (!key.getAlgorithm().getAlgorithm().equals(PKCSObjectIdentifiers.rsaEncryption)) {
            return key.getPublicKeyData().getBytes().length <= KEY_BYTES;
        }
        try {
            RSAPublicKey rsa = RSAPublicKey.getInstance(key.parsePublicKey());
            BigInteger exponent = rsa.getPublicExponent();
            return rsa.getModulus().bitLength() <= MODULUS_BITS && exponent.bitLength() <= EXPONENT_BITS;
        } catch (IOException e) {
            return false;
        }
    }
}
