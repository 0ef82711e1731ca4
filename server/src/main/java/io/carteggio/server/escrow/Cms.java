package io.carteggio.server.escrow;

import io.carteggio.server.escrow.Decryption.Why;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.Provider;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSAuthEnvelopedData;
import org.bouncycastle.cms.CMSCompressedData;
import org.bouncycastle.cms.CMSEnvelopedData;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSTypedData;
import org.bouncycastle.cms.KeyAgreeRecipientInformation;
import org.bouncycastle.cms.KeyTransRecipientInformation;
import org.bouncycastle.cms.Recipient;
import org.bouncycastle.cms.RecipientInformation;
import org.bouncycastle.cms.RecipientInformationStore;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.cms.jcajce.JceKeyAgreeAuthEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyAgreeEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransAuthEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.JceKeyTransEnvelopedRecipient;
import org.bouncycastle.cms.jcajce.ZlibExpanderProvider;
import org.bouncycastle.crypto.io.InvalidCipherTextIOException;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.OperatorCreationException;

/// Opens one layer of CMS (RFC 5652, RFC 5083, RFC 3274). Keys are reached by key transport (RSA, also OAEP)
/// and key agreement (ECDH); what is encrypted by a password is to nobody here. Safe for many threads.
final class Cms {
    /// Recipients that are looked at.
    private static final int RECIPIENTS = 1_000;

    /// Names of ciphers that are common in mail; others are told by their numbers.
    private static final Map<ASN1ObjectIdentifier, String> CIPHERS = Map.of(
            NISTObjectIdentifiers.id_aes128_CBC, "aes-128-cbc",
            NISTObjectIdentifiers.id_aes192_CBC, "aes-192-cbc",
            NISTObjectIdentifiers.id_aes256_CBC, "aes-256-cbc",
            NISTObjectIdentifiers.id_aes128_GCM, "aes-128-gcm",
            NISTObjectIdentifiers.id_aes192_GCM, "aes-192-gcm",
            NISTObjectIdentifiers.id_aes256_GCM, "aes-256-gcm",
            PKCSObjectIdentifiers.des_EDE3_CBC, "3des-cbc",
            PKCSObjectIdentifiers.RC2_CBC, "rc2-cbc");

    private final Provider provider = new BouncyCastleProvider(); // never registered: nobody else's is replaced
    private final List<EscrowKey.OfCertificate> keys;
    private final Bounded limits;

    Cms(List<EscrowKey.OfCertificate> keys, Bounded limits) {
        this.keys = List.copyOf(keys);
        this.limits = limits;
    }

    /// What is inside.
    ///
    /// @return empty where it is encrypted to nobody here
    Optional<Layer> open(byte[] der) throws NotDecryptedException, IOException, CMSException {
        ContentInfo info = read(der);
        ASN1ObjectIdentifier type = info.getContentType();
        if (type.equals(CMSObjectIdentifiers.envelopedData)) {
            CMSEnvelopedData data = new CMSEnvelopedData(info);
            String cipher = cipher(data.getEncryptionAlgOID());
            return decrypted(data.getRecipientInfos(), false)
                    .map(entity -> Layer.decrypted(entity, cipher, false, List.of()));
        }
        if (type.equals(CMSObjectIdentifiers.authEnvelopedData)) {
            CMSAuthEnvelopedData data = new CMSAuthEnvelopedData(info);
            String cipher = cipher(data.getEncryptionAlgOID());
            return decrypted(data.getRecipientInfos(), true)
                    .map(entity -> Layer.decrypted(entity, cipher, true, List.of()));
        }
        if (type.equals(CMSObjectIdentifiers.signedData)) {
            CMSSignedData signed = new CMSSignedData(info);
            CMSTypedData content = signed.getSignedContent();
            if (content == null) {
                throw new NotDecryptedException(Why.DAMAGED, "what was signed is not in it");
            }
            return Optional.of(Layer.unwrapped(octets(content), signatures(signed)));
        }
        if (type.equals(CMSObjectIdentifiers.compressedData)) {
            CMSCompressedData data = new CMSCompressedData(info);
            try (InputStream in =
                    data.getContentStream(new ZlibExpanderProvider()).getContentStream()) {
                return Optional.of(Layer.unwrapped(limits.all(in), List.of()));
            }
        }
        throw new NotDecryptedException(Why.DAMAGED, "it is CMS of an unknown type, " + type.getId());
    }

    private static ContentInfo read(byte[] der) throws IOException, NotDecryptedException {
        try (ASN1InputStream in = new ASN1InputStream(der)) {
            ASN1Primitive object = in.readObject();
            if (object == null) {
                throw new NotDecryptedException(Why.DAMAGED, "it is empty");
            }
            return ContentInfo.getInstance(object);
        }
    }

    private static String cipher(String number) {
        return CIPHERS.getOrDefault(new ASN1ObjectIdentifier(number), number);
    }

    private byte[] octets(CMSTypedData content) throws IOException, CMSException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        content.write(out); // no more than the mail had itself
        return out.toByteArray();
    }

    private Optional<byte[]> decrypted(RecipientInformationStore recipients, boolean authenticated)
            throws NotDecryptedException, IOException, CMSException {
        int seen = 0;
        for (RecipientInformation recipient : recipients.getRecipients()) {
            if (++seen > RECIPIENTS) {
                break;
            }
            for (EscrowKey.OfCertificate key : keys) {
                if (isTo(key, recipient)) {
                    Optional<Recipient> way = way(recipient, key, authenticated);
                    if (way.isPresent()) {
                        return Optional.of(content(recipient, way.get()));
                    }
                }
            }
        }
        return Optional.empty();
    }

    @SuppressWarnings("unchecked") // a selector of certificates
    private static boolean isTo(EscrowKey.OfCertificate key, RecipientInformation recipient) {
        return recipient.getRID().match(key.certificate());
    }

    private Optional<Recipient> way(
            RecipientInformation recipient, EscrowKey.OfCertificate key, boolean authenticated) {
        return switch (recipient) {
            case KeyTransRecipientInformation _ ->
                Optional.of(
                        authenticated
                                ? new JceKeyTransAuthEnvelopedRecipient(key.key()).setProvider(provider)
                                : new JceKeyTransEnvelopedRecipient(key.key()).setProvider(provider));
            case KeyAgreeRecipientInformation _ ->
                Optional.of(
                        authenticated
                                ? new JceKeyAgreeAuthEnvelopedRecipient(key.key()).setProvider(provider)
                                : new JceKeyAgreeEnvelopedRecipient(key.key()).setProvider(provider));
            default -> Optional.empty();
        };
    }

    /// Nothing of it is handed out before its end was read, where the integrity check is.
    private byte[] content(RecipientInformation recipient, Recipient way)
            throws NotDecryptedException, IOException, CMSException {
        InputStream in = recipient.getContentStream(way).getContentStream();
        try (in) {
            return limits.all(in);
        } catch (InvalidCipherTextIOException e) {
            throw new NotDecryptedException(Why.CHANGED, "its integrity check, or its padding, is wrong");
        }
    }

    /// The signatures of a `multipart/signed` (RFC 8551, 3.5.3).
    List<Signature> detached(byte[] content, byte[] der) {
        try {
            return signatures(new CMSSignedData(new CMSProcessableByteArray(content), read(der)));
        } catch (IOException | CMSException | NotDecryptedException | RuntimeException e) {
            return List.of(Signature.unreadable(Form.SMIME));
        }
    }

    /// A signature that cannot be read keeps nobody from reading what was signed.
    private List<Signature> signatures(CMSSignedData signed) {
        List<Signature> found = new ArrayList<>();
        try {
            for (SignerInformation signer : signed.getSignerInfos()) {
                if (found.size() == Signature.LIMIT) {
                    break;
                }
                found.add(signature(signed, signer));
            }
        } catch (RuntimeException e) {
            found.add(Signature.unreadable(Form.SMIME));
        }
        return found;
    }

    private Signature signature(CMSSignedData signed, SignerInformation signer) {
        @SuppressWarnings("unchecked") // its selector takes certificates
        Collection<X509CertificateHolder> matching = signed.getCertificates().getMatches(signer.getSID());
        Optional<X509CertificateHolder> certificate = matching.stream().findFirst();
        if (certificate.isEmpty()) {
            return new Signature(Signature.State.UNKNOWN_KEY, Form.SMIME, "-", "");
        }
        return new Signature(
                isGood(signer, certificate.get()) ? Signature.State.VALID : Signature.State.INVALID,
                Form.SMIME,
                Certificates.fingerprint(certificate.get()),
                Certificates.owner(certificate.get()));
    }

    /// Also false where the certificate was not valid at the time at which the signature says it was made.
    private boolean isGood(SignerInformation signer, X509CertificateHolder certificate) {
        try {
            return Certificates.isReasonable(certificate.getSubjectPublicKeyInfo())
                    && signer.verify(new JcaSimpleSignerInfoVerifierBuilder()
                            .setProvider(provider)
                            .build(certificate));
        } catch (CMSException | OperatorCreationException | CertificateException | RuntimeException e) {
            return false;
        }
    }
}
