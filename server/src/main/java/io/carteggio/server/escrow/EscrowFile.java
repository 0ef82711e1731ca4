package io.carteggio.server.escrow;

import io.carteggio.mail.mime.HeaderText;
import io.carteggio.server.escrow.EscrowKey.About;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPSecretKey;
import org.bouncycastle.openpgp.PGPSecretKeyRing;
import org.bouncycastle.openpgp.PGPSecretKeyRingCollection;
import org.bouncycastle.openpgp.PGPUtil;
import org.bouncycastle.openpgp.operator.PBESecretKeyDecryptor;
import org.bouncycastle.openpgp.operator.bc.BcKeyFingerprintCalculator;
import org.bouncycastle.openpgp.operator.bc.BcPBESecretKeyDecryptorBuilder;
import org.bouncycastle.openpgp.operator.bc.BcPGPDigestCalculatorProvider;

/// Opens files of private keys: PKCS#12 (RFC 7292), or a keyring of OpenPGP secret keys (RFC 9580, 10.2),
/// armored or not. A function of its arguments.
public final class EscrowFile {
    /// A file may have so many octets: it lies in the keyring of the archive, which is written anew with each
    /// segment.
    public static final int SIZE_LIMIT_BYTES = 64 * 1024;

    private static final int KEYS_LIMIT = 64;

    private EscrowFile() {}

    /// The keys in a file.
    ///
    /// @param password empty where the file needs none
    /// @throws IllegalArgumentException where it is none of both, its password is another, or it holds no
    ///     private key; the reason says nothing of what is in it
    public static List<EscrowKey> open(byte[] octets, String password) {
        if (octets.length > SIZE_LIMIT_BYTES) {
            throw new IllegalArgumentException("the file has more than " + SIZE_LIMIT_BYTES + " octets");
        }
        List<EscrowKey> keys;
        try {
            keys = isPkcs12(octets) ? pkcs12(octets, password.toCharArray()) : openPgp(octets, password.toCharArray());
        } catch (IOException | GeneralSecurityException | PGPException e) {
            throw new IllegalArgumentException(
                    isPkcs12(octets)
                            ? "it is no PKCS#12 file, or its password is another one"
                            : "it is neither PKCS#12 nor a keyring of OpenPGP secret keys, or its passphrase is another one",
                    e);
        } catch (RuntimeException e) { // the libraries' parsers throw many kinds
            throw new IllegalArgumentException("it is neither PKCS#12 nor a keyring of OpenPGP secret keys", e);
        }
        if (keys.isEmpty() || keys.size() > KEYS_LIMIT) {
            throw new IllegalArgumentException(
                    keys.isEmpty() ? "it holds no private key" : "it holds more than " + KEYS_LIMIT + " keys");
        }
        return List.copyOf(keys);
    }

    /// What the keys of a file say of themselves, each once.
    public static List<About> about(List<EscrowKey> keys) {
        return keys.stream().map(EscrowKey::about).distinct().toList();
    }

    /// DER and BER begin with a SEQUENCE; no packet of OpenPGP and no armor does.
    private static boolean isPkcs12(byte[] octets) {
        return octets.length > 0 && octets[0] == 0x30;
    }

    private static List<EscrowKey> pkcs12(byte[] octets, char[] password) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(new ByteArrayInputStream(octets), password);
        List<EscrowKey> keys = new ArrayList<>();
        for (String alias : Collections.list(store.aliases())) {
            Key key = store.getKey(alias, password);
            Certificate certificate = store.getCertificate(alias);
            if (key instanceof PrivateKey secret && certificate != null) {
                X509CertificateHolder holder = new X509CertificateHolder(certificate.getEncoded());
                keys.add(new EscrowKey.OfCertificate(Certificates.about(holder), secret, holder));
            }
        }
        return keys;
    }

    private static List<EscrowKey> openPgp(byte[] octets, char[] passphrase) throws IOException, PGPException {
        PGPSecretKeyRingCollection rings = new PGPSecretKeyRingCollection(
                PGPUtil.getDecoderStream(new ByteArrayInputStream(octets)), new BcKeyFingerprintCalculator());
        PBESecretKeyDecryptor decryptor =
                new BcPBESecretKeyDecryptorBuilder(new BcPGPDigestCalculatorProvider()).build(passphrase);
        List<EscrowKey> keys = new ArrayList<>();
        for (PGPSecretKeyRing ring : rings) {
            About about = about(ring.getPublicKey());
            for (PGPSecretKey secret : ring) {
                if (!secret.isPrivateKeyEmpty()) { // a stub of GnuPG's: the key is on a card, or elsewhere
                    keys.add(new EscrowKey.OfPgp(about, secret.extractKeyPair(decryptor)));
                }
            }
        }
        return keys;
    }

    private static About about(PGPPublicKey primary) {
        Iterator<String> names = primary.getUserIDs();
        long seconds = primary.getValidSeconds();
        Instant made = primary.getCreationTime().toInstant();
        return new About(
                Form.OPENPGP,
                HexFormat.of().formatHex(primary.getFingerprint()).toUpperCase(Locale.ROOT),
                names.hasNext() ? named(names.next()) : "",
                seconds == 0 ? Optional.empty() : Optional.of(made.plusSeconds(seconds)));
    }

    static String named(String text) {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        String whole = new String(octets, StandardCharsets.UTF_8); // no half of a surrogate pair
        return HeaderText.oneLine(whole).strip();
    }
}
