package io.carteggio.server.escrow;

import io.carteggio.mail.Content;
import io.carteggio.mail.report.Protection;
import io.carteggio.mail.structure.Entity;
import io.carteggio.mail.structure.MediaType;
import io.carteggio.mail.structure.Part;
import io.carteggio.mail.structure.Structure;
import io.carteggio.server.escrow.Decryption.Account;
import io.carteggio.server.escrow.Decryption.Why;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.openpgp.PGPException;

/// Decrypts mails that are encrypted, as a whole, to keys that are held here.
///
/// A mail may be wrapped several times: signed, then encrypted, then signed again (RFC 2634). Each encryption,
/// and each signature and compression around one, is taken off; what lies within stays as it is, so a
/// `multipart/signed` inside can still be checked by others. What is encrypted in one part beside others is
/// never decrypted: that is how a stranger mixes ciphertext that he has found with text of his own (EFAIL).
///
/// Safe for many threads; one mail is decrypted at a time, which bounds the memory.
public final class Decrypter {
    /// Wrappings around one mail.
    private static final int LAYERS = 8;

    /// Where a text says that it is inline OpenPGP.
    private static final int INLINE_BYTES = 64 * 1024;

    private static final String INLINE = "-----BEGIN PGP MESSAGE-----";

    private final Cms cms;
    private final OpenPgp openPgp;
    private final Bounded limits;
    private final ClearMark mark;
    private final ReentrantLock one = new ReentrantLock();

    /// @param keys all that are held; expired ones too
    public Decrypter(List<EscrowKey> keys, ClearMark mark) {
        this(keys, mark, Bounded.ofHeap(Runtime.getRuntime().maxMemory()));
    }

    Decrypter(List<EscrowKey> keys, ClearMark mark, Bounded limits) {
        List<EscrowKey.OfCertificate> certificates = new ArrayList<>();
        List<EscrowKey.OfPgp> pgp = new ArrayList<>();
        for (EscrowKey key : keys) {
            switch (key) {
                case EscrowKey.OfCertificate c -> certificates.add(c);
                case EscrowKey.OfPgp p -> pgp.add(p);
            }
        }
        this.cms = new Cms(certificates, limits);
        this.openPgp = new OpenPgp(pgp, limits);
        this.limits = limits;
        this.mark = mark;
    }

    /// What comes of a mail.
    ///
    /// @throws IOException only where the mail cannot be read
    public Decryption decrypt(Content mail) throws IOException {
        Part head = Structure.head(mail);
        Optional<Form> form = Protection.of(mail, head).flatMap(Form::of);
        if (form.isEmpty()) {
            return isInline(mail, head)
                    ? new Decryption.Refused(
                            Form.OPENPGP, Why.INLINE, "it is inline OpenPGP, which does not say what it was")
                    : new Decryption.NotEncrypted();
        }
        if (mail.sizeBytes() > limits.sourceBytes()) {
            return new Decryption.Refused(
                    form.get(), Why.TOO_LARGE, "it has more than " + limits.sourceBytes() + " octets");
        }
        one.lock();
        try {
            byte[] octets = mail.toByteArray(Math.toIntExact(limits.sourceBytes()));
            return inMemory(Content.owning(octets, octets.length), form.get());
        } finally {
            one.unlock();
        }
    }

    /// Strangers choose every octet that the libraries read here, which throw what they do.
    private Decryption inMemory(Content mail, Form form) {
        try {
            return peeled(mail);
        } catch (NotDecryptedException e) {
            return new Decryption.Refused(form, e.why(), e.detail());
        } catch (IOException | CMSException | PGPException | RuntimeException e) {
            return new Decryption.Refused(
                    form, Why.DAMAGED, "it cannot be read (" + e.getClass().getSimpleName() + ")");
        } catch (StackOverflowError e) { // structures within structures, which a parser follows by recursion
            return new Decryption.Refused(form, Why.TOO_DEEP, "its structures are nested too deeply");
        }
    }

    private Decryption peeled(Content mail) throws NotDecryptedException, IOException, CMSException, PGPException {
        byte[] entity = mail.toByteArray(Math.toIntExact(limits.sourceBytes()));
        Optional<Layer> outermost = Optional.empty(); // of the encryptions
        boolean integrity = true;
        Optional<Form> outermostForm = Optional.empty();
        List<Signature> signatures = new ArrayList<>();
        for (int layers = 0; ; layers++) {
            Content here = Content.owning(entity, entity.length);
            Part head = Structure.head(here);
            Optional<Form> form = wrapping(here, head);
            Optional<SignedParts> signed = SignedParts.of(here, head);
            if (form.isEmpty()) {
                if (outermost.isPresent() && signed.isPresent()) {
                    signatures.addAll(signed.get().check(cms, openPgp, limits.clearBytes()));
                }
                break;
            }
            if (layers == LAYERS) {
                throw new NotDecryptedException(Why.TOO_DEEP, "it is wrapped more than " + LAYERS + " times");
            }
            if (signed.isPresent()) {
                signatures.addAll(signed.get().check(cms, openPgp, limits.clearBytes()));
                entity = signed.get().signed().toByteArray(entity.length);
                continue;
            }
            Optional<Layer> layer = open(here, head, form.get());
            if (layer.isEmpty()) {
                return new Decryption.LeftAlone(form.get());
            }
            if (layer.get().encrypted() && outermost.isEmpty()) {
                outermost = layer;
                outermostForm = form;
            }
            integrity &= layer.get().integrity();
            signatures.addAll(layer.get().signatures());
            entity = layer.get().entity();
        }
        if (outermost.isEmpty()) {
            return new Decryption.NotEncrypted(); // signed in one piece, or compressed
        }
        Account account = new Account(
                outermostForm.orElseThrow(),
                outermost.get().cipher(),
                integrity,
                signatures.subList(0, Math.min(signatures.size(), Signature.LIMIT)));
        return new Decryption.Clear(ClearCopy.write(mail, entity, account, mark), account);
    }

    private Optional<Layer> open(Content entity, Part head, Form form)
            throws NotDecryptedException, IOException, CMSException, PGPException {
        return switch (form) {
            case SMIME -> cms.open(SignedParts.body(entity, head));
            case OPENPGP -> openPgp.open(SignedParts.body(entity, encrypted(entity)));
        };
    }

    /// The second part of a `multipart/encrypted` (RFC 1847, 2.2): the first one tells the version.
    private static Part encrypted(Content entity) throws IOException, NotDecryptedException {
        List<Part> parts = Structure.scan(entity).children();
        if (parts.size() != 2) {
            throw new NotDecryptedException(
                    Why.DAMAGED, "a multipart/encrypted has two parts, this one has " + parts.size());
        }
        return parts.get(1);
    }

    /// By which standard an entity is wrapped: encrypted, or in one piece with a signature, or signed around
    /// one of both.
    private static Optional<Form> wrapping(Content entity, Part head) throws IOException {
        Optional<Form> form = wrapping(head);
        Part at = head;
        Content inside = entity;
        for (int depth = 0; form.isEmpty() && depth < LAYERS; depth++) {
            Optional<SignedParts> signed = SignedParts.of(inside, at);
            if (signed.isEmpty()) {
                break;
            }
            inside = signed.get().signed();
            at = Structure.head(inside);
            form = wrapping(at);
        }
        return form;
    }

    private static Optional<Form> wrapping(Part head) {
        if (Protection.isCms(head.header())) {
            return Optional.of(Form.SMIME);
        }
        return Form.isPgpEncrypted(head.header()) ? Optional.of(Form.OPENPGP) : Optional.empty();
    }

    private static boolean isInline(Content mail, Part head) throws IOException {
        Part text = head;
        if (head.header().contentType().isMultipart()) {
            Entity parts = Structure.scan(mail);
            if (parts.children().isEmpty()) {
                return false;
            }
            text = parts.children().getFirst();
        }
        MediaType type = text.header().contentType();
        if (!type.is("text", "plain")) {
            return false;
        }
        try (var in = SignedParts.open(mail, text)) {
            byte[] octets = in.readNBytes(INLINE_BYTES);
            String start = new String(octets, StandardCharsets.ISO_8859_1);
            int at = start.indexOf(INLINE);
            return at == 0 || (at > 0 && start.charAt(at - 1) == '\n');
        }
    }
}
