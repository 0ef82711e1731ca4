package io.carteggio.server.escrow;

import io.carteggio.server.escrow.Decryption.Why;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.bcpg.SymmetricKeyAlgorithmTags;
import org.bouncycastle.openpgp.PGPCompressedData;
import org.bouncycastle.openpgp.PGPEncryptedData;
import org.bouncycastle.openpgp.PGPEncryptedDataList;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPLiteralData;
import org.bouncycastle.openpgp.PGPObjectFactory;
import org.bouncycastle.openpgp.PGPOnePassSignatureList;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyEncryptedData;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureList;
import org.bouncycastle.openpgp.PGPUtil;
import org.bouncycastle.openpgp.bc.BcPGPObjectFactory;
import org.bouncycastle.openpgp.operator.PublicKeyDataDecryptorFactory;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentVerifierBuilderProvider;
import org.bouncycastle.openpgp.operator.bc.BcPublicKeyDataDecryptorFactory;

/// Opens one encrypted message of OpenPGP (RFC 9580, RFC 4880). Only what has an integrity check is
/// decrypted, and none of it is looked at before that was good; what is encrypted by a passphrase is to
/// nobody here. Safe for many threads.
final class OpenPgp {
    /// Recipients that are looked at, and how many that name no key are tried with all keys.
    private static final int RECIPIENTS = 1_000;

    private static final int NAMELESS = 8;

    /// Compression within compression.
    private static final int COMPRESSIONS = 4;

    /// Packets of one message, marks and paddings included.
    private static final int PACKETS = 100;

    private static final Map<Integer, String> CIPHERS = Map.of(
            SymmetricKeyAlgorithmTags.TRIPLE_DES, "3des",
            SymmetricKeyAlgorithmTags.CAST5, "cast5",
            SymmetricKeyAlgorithmTags.AES_128, "aes-128",
            SymmetricKeyAlgorithmTags.AES_192, "aes-192",
            SymmetricKeyAlgorithmTags.AES_256, "aes-256",
            SymmetricKeyAlgorithmTags.TWOFISH, "twofish",
            SymmetricKeyAlgorithmTags.CAMELLIA_256, "camellia-256");

    private final List<EscrowKey.OfPgp> keys;
    private final Bounded limits;

    OpenPgp(List<EscrowKey.OfPgp> keys, Bounded limits) {
        this.keys = List.copyOf(keys);
        this.limits = limits;
    }

    /// What is inside.
    ///
    /// @return empty where it is encrypted to nobody here
    Optional<Layer> open(byte[] message) throws NotDecryptedException, IOException, PGPException {
        PGPObjectFactory packets = new BcPGPObjectFactory(PGPUtil.getDecoderStream(new ByteArrayInputStream(message)));
        for (int n = 0; n < PACKETS; n++) {
            Object packet = packets.nextObject();
            if (packet == null) {
                break;
            }
            if (packet instanceof PGPEncryptedDataList list) {
                return decrypted(list);
            }
        }
        throw new NotDecryptedException(Why.DAMAGED, "no encrypted message is in it");
    }

    private Optional<Layer> decrypted(PGPEncryptedDataList list)
            throws NotDecryptedException, IOException, PGPException {
        int seen = 0;
        int nameless = 0;
        for (PGPEncryptedData one : list) {
            if (++seen > RECIPIENTS) {
                break;
            }
            if (!(one instanceof PGPPublicKeyEncryptedData recipient)) {
                continue;
            }
            boolean anybody =
                    recipient.getKeyIdentifier().isWildcard(); // RFC 9580, 5.1.8: the sender does not say to whom
            if (anybody && ++nameless > NAMELESS) {
                continue;
            }
            for (EscrowKey.OfPgp key : keys) {
                if (anybody
                        || recipient
                                .getKeyIdentifier()
                                .matchesExplicit(key.open().getKeyIdentifier())) {
                    PublicKeyDataDecryptorFactory way = new BcPublicKeyDataDecryptorFactory(key.pair());
                    Optional<Integer> cipher = cipher(recipient, way, anybody);
                    if (cipher.isPresent()) {
                        return Optional.of(content(recipient, way, cipher.get()));
                    }
                }
            }
        }
        return Optional.empty();
    }

    /// The cipher of the content; empty where the session key is not for this one, of which only a recipient
    /// that names no key leaves a doubt.
    private static Optional<Integer> cipher(
            PGPPublicKeyEncryptedData recipient, PublicKeyDataDecryptorFactory way, boolean doubtful)
            throws PGPException {
        try {
            return Optional.of(recipient.getSymmetricAlgorithm(way));
        } catch (PGPException | RuntimeException e) {
            if (doubtful) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private Layer content(PGPPublicKeyEncryptedData recipient, PublicKeyDataDecryptorFactory way, int cipher)
            throws NotDecryptedException, IOException, PGPException {
        if (!recipient.isIntegrityProtected() && !recipient.isAEAD()) {
            throw new NotDecryptedException(
                    Why.UNPROTECTED, "its ciphertext has no integrity protection: anybody may have changed it");
        }
        byte[] packets;
        try (InputStream in = recipient.getDataStream(way)) {
            packets = limits.all(in);
        }
        if (!recipient.isAEAD() && !recipient.verify()) {
            throw new NotDecryptedException(Why.CHANGED, "its integrity check is wrong");
        }
        Message message = new Message();
        message.read(packets, 0);
        byte[] entity = message.literal.orElseThrow(
                () -> new NotDecryptedException(Why.DAMAGED, "what was encrypted is no message"));
        List<Signature> signatures = new ArrayList<>();
        for (PGPSignature signature : message.signatures) {
            signatures.add(signature(entity, signature));
        }
        if (signatures.isEmpty() && message.announced) {
            signatures.add(Signature.unreadable(Form.OPENPGP)); // its end was cut off
        }
        return Layer.decrypted(entity, CIPHERS.getOrDefault(cipher, "cipher-" + cipher), true, signatures);
    }

    /// The packets that were encrypted.
    private final class Message {
        private Optional<byte[]> literal = Optional.empty();
        private final List<PGPSignature> signatures = new ArrayList<>();
        private boolean announced;
        private int seen;

        private void read(byte[] packets, int compressions) throws NotDecryptedException, IOException, PGPException {
            PGPObjectFactory factory = new BcPGPObjectFactory(packets);
            for (Object packet = factory.nextObject(); packet != null; packet = factory.nextObject()) {
                if (++seen > PACKETS) {
                    throw new NotDecryptedException(Why.TOO_DEEP, "it has more than " + PACKETS + " packets");
                }
                switch (packet) {
                    case PGPCompressedData compressed -> {
                        if (compressions == COMPRESSIONS) {
                            throw new NotDecryptedException(
                                    Why.TOO_DEEP, "it is compressed more than " + COMPRESSIONS + " times");
                        }
                        try (InputStream in = compressed.getDataStream()) {
                            read(limits.all(in), compressions + 1);
                        }
                    }
                    case PGPOnePassSignatureList _ -> announced = true;
                    case PGPLiteralData data -> {
                        if (literal.isPresent()) { // which of both the reader saw, nobody can tell
                            throw new NotDecryptedException(Why.DAMAGED, "it has more than one content");
                        }
                        try (InputStream in = data.getInputStream()) {
                            literal = Optional.of(limits.all(in));
                        }
                    }
                    case PGPSignatureList list -> list.forEach(this::add);
                    default -> {} // a mark or padding says nothing
                }
            }
        }

        private void add(PGPSignature signature) {
            if (signatures.size() < Signature.LIMIT) {
                signatures.add(signature);
            }
        }
    }

    /// The signatures of a `multipart/signed` (RFC 3156, 5).
    List<Signature> detached(byte[] content, byte[] armored) {
        List<Signature> found = new ArrayList<>();
        try {
            PGPObjectFactory packets =
                    new BcPGPObjectFactory(PGPUtil.getDecoderStream(new ByteArrayInputStream(armored)));
            if (packets.nextObject() instanceof PGPSignatureList list) {
                for (PGPSignature signature : list) {
                    if (found.size() < Signature.LIMIT) {
                        found.add(signature(content, signature));
                    }
                }
            }
        } catch (IOException | RuntimeException e) {
            // as where there is none
        }
        return found.isEmpty() ? List.of(Signature.unreadable(Form.OPENPGP)) : found;
    }

    private Signature signature(byte[] content, PGPSignature signature) {
        long id = signature.getKeyID();
        String key = HexFormat.of().withUpperCase().toHexDigits(id);
        Optional<EscrowKey.OfPgp> known =
                keys.stream().filter(k -> k.open().getKeyID() == id).findFirst();
        if (known.isEmpty()) {
            return new Signature(Signature.State.UNKNOWN_KEY, Form.OPENPGP, key, "");
        }
        return new Signature(
                isGood(content, signature, known.get().open()) ? Signature.State.VALID : Signature.State.INVALID,
                Form.OPENPGP,
                key,
                known.get().about().owner());
    }

    private static boolean isGood(byte[] content, PGPSignature signature, PGPPublicKey key) {
        int type = signature.getSignatureType();
        if (type != PGPSignature.BINARY_DOCUMENT && type != PGPSignature.CANONICAL_TEXT_DOCUMENT) {
            return false; // made over something else than a document
        }
        try {
            signature.init(new BcPGPContentVerifierBuilderProvider(), key);
            signature.update(content);
            return signature.verify();
        } catch (PGPException | RuntimeException e) {
            return false;
        }
    }
}
