package io.carteggio.server.escrow;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.carteggio.mail.Content;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.bcpg.ArmoredOutputStream;
import org.bouncycastle.bcpg.CompressionAlgorithmTags;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyAlgorithmTags;
import org.bouncycastle.bcpg.PublicKeyPacket;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cms.CMSCompressedDataGenerator;
import org.bouncycastle.cms.CMSEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.PasswordRecipient;
import org.bouncycastle.cms.RecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.JcePasswordRecipientInfoGenerator;
import org.bouncycastle.cms.jcajce.ZlibCompressor;
import org.bouncycastle.crypto.generators.RSAKeyPairGenerator;
import org.bouncycastle.crypto.params.RSAKeyGenerationParameters;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openpgp.PGPCompressedDataGenerator;
import org.bouncycastle.openpgp.PGPEncryptedDataGenerator;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPKeyRingGenerator;
import org.bouncycastle.openpgp.PGPLiteralData;
import org.bouncycastle.openpgp.PGPLiteralDataGenerator;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.operator.bc.BcPBESecretKeyEncryptorBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentSignerBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPDataEncryptorBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPDigestCalculatorProvider;
import org.bouncycastle.openpgp.operator.bc.BcPGPKeyPair;
import org.bouncycastle.openpgp.operator.bc.BcPublicKeyKeyEncryptionMethodGenerator;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

/// Makes keys, and mails encrypted to them, also such as no honest program makes.
public final class Sealing {
    public static final String ENTITY = "Content-Type: text/plain; charset=utf-8\r\n\r\nThe word is Wasserfall.\r\n";
    static final ASN1ObjectIdentifier CBC = new ASN1ObjectIdentifier("2.16.840.1.101.3.4.1.42");
    private static final BouncyCastleProvider PROVIDER = new BouncyCastleProvider();

    private Sealing() {}

    /// A key with a certificate that says it is its own issuer.
    public record Person(KeyPair pair, X509CertificateHolder certificate) {
        /// A file of it.
        public byte[] pkcs12(String password) throws Exception {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("key", pair.getPrivate(), password.toCharArray(), new java.security.cert.Certificate[] {
                new JcaX509CertificateConverter().getCertificate(certificate)
            });
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            store.store(out, password.toCharArray());
            return out.toByteArray();
        }
    }

    public static Person person(String address, Instant until) throws Exception {
        return person(address, until, new GeneralNames(new GeneralName(GeneralName.rfc822Name, address)).getEncoded());
    }

    /// @param names the subject's alternative names, whatever octets these are
    static Person person(String address, Instant until, byte[] names) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        X500Name name = new X500Name("CN=" + address.replaceFirst("@.*", ""));
        X509CertificateHolder certificate = new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.valueOf(address.length()),
                        Date.from(until.minus(Duration.ofDays(30 * 365))),
                        Date.from(until),
                        name,
                        pair.getPublic())
                .addExtension(Extension.subjectAlternativeName, false, names)
                .build(new JcaContentSignerBuilder("SHA256withRSA").build(pair.getPrivate()));
        return new Person(pair, certificate);
    }

    // ---- mails

    static Content mail(String entity) {
        return Content.of(("X-Before: 1\r\nFrom: Bert <bert@partner.example>\r\nTo: anna@firm.example\r\n"
                        + "Subject: outside\r\nMessage-ID: <m1@partner.example>\r\nMIME-Version: 1.0\r\n" + entity)
                .getBytes(UTF_8));
    }

    public static Content smime(byte[] der) {
        return smime("enveloped-data", der);
    }

    static Content smime(String kind, byte[] der) {
        return mail(cms(kind, der));
    }

    public static String cms(String kind, byte[] der) {
        return "Content-Type: application/pkcs7-mime; smime-type=" + kind + "; name=smime.p7m\r\n"
                + "Content-Transfer-Encoding: base64\r\n\r\n"
                + Base64.getMimeEncoder().encodeToString(der) + "\r\n";
    }

    public static Content pgp(byte[] message) throws Exception {
        return mail(pgpMime(armored(message)));
    }

    static String pgpMime(String armored) {
        return "Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b\r\n\r\n"
                + "--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n"
                + "--b\r\nContent-Type: application/octet-stream\r\n\r\n"
                + armored.replace("\r\n", "\n").replace("\n", "\r\n") + "\r\n--b--\r\n";
    }

    static String armored(byte[] packets) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ArmoredOutputStream armor = ArmoredOutputStream.builder().build(out)) {
            armor.write(packets);
        }
        return out.toString(StandardCharsets.US_ASCII);
    }

    public static byte[] octets(String text) {
        return text.getBytes(ISO_8859_1);
    }

    // ---- S/MIME

    public static byte[] enveloped(byte[] entity, Person... to) throws Exception {
        CMSEnvelopedDataGenerator generator = new CMSEnvelopedDataGenerator();
        for (Person one : to) {
            generator.addRecipientInfoGenerator(new JceKeyTransRecipientInfoGenerator(
                            new JcaX509CertificateConverter().getCertificate(one.certificate()))
                    .setProvider(PROVIDER));
        }
        return enveloped(entity, generator);
    }

    static byte[] underPassword(byte[] entity) throws Exception {
        RecipientInfoGenerator way = new JcePasswordRecipientInfoGenerator(CBC, "secret".toCharArray())
                .setProvider(PROVIDER)
                .setPasswordConversionScheme(PasswordRecipient.PKCS5_SCHEME2_UTF8);
        CMSEnvelopedDataGenerator generator = new CMSEnvelopedDataGenerator();
        generator.addRecipientInfoGenerator(way);
        return enveloped(entity, generator);
    }

    private static byte[] enveloped(byte[] entity, CMSEnvelopedDataGenerator generator) throws Exception {
        return generator
                .generate(
                        new CMSProcessableByteArray(entity),
                        new JceCMSContentEncryptorBuilder(CBC)
                                .setProvider(PROVIDER)
                                .build())
                .getEncoded();
    }

    public static byte[] signed(byte[] entity, Person by, boolean whole, boolean withCertificate) throws Exception {
        CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
        generator.addSignerInfoGenerator(
                new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().build())
                        .build(
                                new JcaContentSignerBuilder("SHA256withRSA")
                                        .build(by.pair().getPrivate()),
                                by.certificate()));
        if (withCertificate) {
            generator.addCertificates(new JcaCertStore(java.util.List.of(by.certificate())));
        }
        return generator.generate(new CMSProcessableByteArray(entity), whole).getEncoded();
    }

    static byte[] compressed(byte[] entity) throws Exception {
        return new CMSCompressedDataGenerator()
                .generate(new CMSProcessableByteArray(entity), new ZlibCompressor())
                .getEncoded();
    }

    // ---- OpenPGP

    /// A key that signs and decrypts.
    public record PgpPerson(PGPKeyPair pair, String name) {
        /// Its secret keyring.
        public byte[] keyring(String passphrase) throws Exception {
            var sums = new BcPGPDigestCalculatorProvider().get(HashAlgorithmTags.SHA1);
            PGPKeyRingGenerator generator = new PGPKeyRingGenerator(
                    PGPSignature.POSITIVE_CERTIFICATION,
                    pair,
                    name,
                    sums,
                    null,
                    null,
                    new BcPGPContentSignerBuilder(pair.getPublicKey().getAlgorithm(), HashAlgorithmTags.SHA256),
                    new BcPBESecretKeyEncryptorBuilder(SymmetricKeyAlgorithmTags.AES_256, sums)
                            .build(passphrase.toCharArray()));
            return generator.generateSecretKeyRing().getEncoded();
        }
    }

    public static PgpPerson pgpPerson(String name) throws Exception {
        RSAKeyPairGenerator generator = new RSAKeyPairGenerator();
        generator.init(new RSAKeyGenerationParameters(BigInteger.valueOf(65_537), new SecureRandom(), 2048, 80));
        return new PgpPerson(
                new BcPGPKeyPair(
                        PublicKeyPacket.VERSION_4,
                        PublicKeyAlgorithmTags.RSA_GENERAL,
                        generator.generateKeyPair(),
                        Date.from(Instant.parse("2026-01-01T00:00:00Z"))),
                name);
    }

    /// How a message of OpenPGP is protected against change.
    public enum Integrity {
        NONE,
        MDC,
        /// RFC 9580, 5.13.2.
        SEIPD_2,
        /// Of GnuPG since 2.3.
        OCB
    }

    public static byte[] encrypted(byte[] packets, Integrity integrity, PGPPublicKey... to) throws Exception {
        BcPGPDataEncryptorBuilder builder = new BcPGPDataEncryptorBuilder(SymmetricKeyAlgorithmTags.AES_256);
        switch (integrity) {
            case NONE -> builder.setWithIntegrityPacket(false);
            case MDC -> builder.setWithIntegrityPacket(true);
            case SEIPD_2 ->
                builder.setWithAEAD(org.bouncycastle.bcpg.AEADAlgorithmTags.OCB, 6)
                        .setUseV6AEAD();
            case OCB ->
                builder.setWithAEAD(org.bouncycastle.bcpg.AEADAlgorithmTags.OCB, 6)
                        .setUseV5AEAD();
        }
        PGPEncryptedDataGenerator generator = new PGPEncryptedDataGenerator(builder);
        for (PGPPublicKey one : to) {
            generator.addMethod(new BcPublicKeyKeyEncryptionMethodGenerator(one));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream in = generator.open(out, packets.length)) {
            in.write(packets);
        }
        return out.toByteArray();
    }

    public static byte[] literal(byte[] entity) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PGPLiteralDataGenerator generator = new PGPLiteralDataGenerator();
        try (OutputStream in =
                generator.open(out, PGPLiteralData.BINARY, "", entity.length, Date.from(Instant.EPOCH))) {
            in.write(entity);
        }
        return out.toByteArray();
    }

    static byte[] packed(byte[] packets) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PGPCompressedDataGenerator generator = new PGPCompressedDataGenerator(CompressionAlgorithmTags.ZLIB);
        try (OutputStream in = generator.open(out)) {
            in.write(packets);
        }
        return out.toByteArray();
    }

    static byte[] both(byte[] a, byte[] b) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(a);
        out.writeBytes(b);
        return out.toByteArray();
    }

    static byte[] flipped(byte[] octets, int fromEnd) {
        byte[] changed = octets.clone();
        changed[changed.length - fromEnd] ^= 1;
        return changed;
    }
}
