package io.carteggio.server.escrow;

import io.carteggio.mail.Content;
import io.carteggio.mail.mime.TransferEncoding;
import io.carteggio.mail.structure.Entity;
import io.carteggio.mail.structure.MediaType;
import io.carteggio.mail.structure.Part;
import io.carteggio.mail.structure.Structure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/// A `multipart/signed` (RFC 1847, 2.1): what was signed, and the signature beside it.
///
/// @param content where what was signed lies, header and all
/// @param signature the other part
record SignedParts(Form form, Content whole, Part content, Part signature) {
    /// Reads the entity's own parts; empty where it is none, or lacks one of both.
    static Optional<SignedParts> of(Content entity, Part head) throws IOException {
        MediaType type = head.header().contentType();
        if (!type.is("multipart", "signed")) {
            return Optional.empty();
        }
        Entity parts = Structure.scan(entity);
        if (parts.children().size() < 2) {
            return Optional.empty();
        }
        Part signature = parts.children().get(1);
        boolean pgp = signature.header().contentType().is("application", "pgp-signature");
        return Optional.of(new SignedParts(
                pgp ? Form.OPENPGP : Form.SMIME, entity, parts.children().getFirst(), signature));
    }

    Content signed() {
        return whole.slice(content.offset(), content.sizeBytes());
    }

    /// What is known of the signature.
    ///
    /// @param limit of octets in memory
    List<Signature> check(Cms cms, OpenPgp openPgp, int limit) throws IOException {
        byte[] octets = signed().toByteArray(limit);
        byte[] mark = body(whole, signature);
        List<Signature> found = check(cms, openPgp, octets, mark);
        // line ends may not be those that were signed (RFC 8551, 3.1.1; RFC 3156, 5)
        return found.stream().noneMatch(one -> one.state() == Signature.State.INVALID)
                ? found
                : check(cms, openPgp, canonical(octets), mark);
    }

    private List<Signature> check(Cms cms, OpenPgp openPgp, byte[] octets, byte[] mark) {
        return switch (form) {
            case OPENPGP -> openPgp.detached(octets, mark);
            case SMIME -> cms.detached(octets, mark);
        };
    }

    /// A part's body without its transfer encoding.
    static byte[] body(Content whole, Part part) throws IOException {
        try (InputStream in = open(whole, part)) {
            return in.readAllBytes();
        }
    }

    static InputStream open(Content whole, Part part) throws IOException {
        TransferEncoding encoding = TransferEncoding.of(
                part.header().text("Content-Transfer-Encoding").orElse(""));
        return encoding.decode(whole.open(part.bodyOffset(), part.bodySizeBytes()), () -> {});
    }

    private static byte[] canonical(byte[] octets) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(octets.length + 1024);
        int before = 0;
        for (byte c : octets) {
            if (c == '\n' && before != '\r') {
                out.write('\r');
            }
            out.write(c);
            before = c;
        }
        return out.toByteArray();
    }
}
