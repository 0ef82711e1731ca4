package io.carteggio.mail.report;

import io.carteggio.mail.Content;
import io.carteggio.mail.mime.TransferEncoding;
import io.carteggio.mail.structure.Entity;
import io.carteggio.mail.structure.MediaType;
import io.carteggio.mail.structure.Part;
import io.carteggio.mail.structure.Structure;
import java.io.IOException;

/// Everything in a mail that may be a mail itself, however deep: for finding again what must be found, not for
/// believing it. Looks into what [Unwrapper] never looks into.
///
/// Belongs to one thread.
public final class Inside {
    /// Mails in mails, and parts in parts, deeper than this are not looked into.
    public static final int DEPTH_LIMIT = 50;

    /// So many parts are looked at.
    public static final int PARTS_LIMIT = 10_000;

    /// Takes what is found.
    @FunctionalInterface
    public interface Visitor {
        /// Takes what may be a mail.
        ///
        /// @param candidate octets, decoded; a window onto the whole mail wherever that is possible
        void take(Content candidate) throws IOException;
    }

    private final Visitor visitor;
    private int parts;
    private boolean all = true;

    private Inside(Visitor visitor) {
        this.visitor = visitor;
    }

    /// Shows the mail itself, then every part of it, those that are mails with all that is in them.
    ///
    /// @return false where something stayed closed: encrypted, or over a limit
    /// @throws IOException only where the content cannot be read, or the visitor fails
    public static boolean visit(Content mail, Visitor visitor) throws IOException {
        Inside inside = new Inside(visitor);
        inside.mail(mail, 0);
        inside.reported(mail);
        return inside.all;
    }

    /// What a report in TNEF holds has no parts to go through.
    private void reported(Content mail) throws IOException {
        Unwrapped unwrapped = Unwrapper.unwrap(mail);
        if (unwrapped instanceof Unwrapped.Report report) {
            originals(report);
        } else if (unwrapped instanceof Unwrapped.Ndr ndr && ndr.report().isPresent()) {
            originals(ndr.report().get());
        }
    }

    private void originals(Unwrapped.Report report) throws IOException {
        for (Original original : report.originals()) {
            visitor.take(original.bytes());
        }
    }

    private void mail(Content mail, int depth) throws IOException {
        visitor.take(mail);
        entity(mail, Structure.scan(mail), depth);
    }

    private void entity(Content whole, Entity entity, int depth) throws IOException {
        all &= entity.complete() && !isEncrypted(entity.type());
        for (Part part : entity.children()) {
            if (depth >= DEPTH_LIMIT || ++parts > PARTS_LIMIT) {
                all = false;
                return;
            }
            MediaType type = part.header().contentType();
            if (type.isMultipart()) {
                entity(whole, Structure.scan(whole, part), depth + 1);
            } else {
                all &= !isEncrypted(type);
                leaf(whole, part, isMail(part, type), depth);
            }
        }
        if (entity.type().isMessage()) { // the mail as a whole is another's wrapper
            leaf(whole, entity.self(), true, depth);
        }
    }

    private void leaf(Content whole, Part part, boolean isMail, int depth) throws IOException {
        Content stored = whole.slice(part.bodyOffset(), part.bodySizeBytes());
        TransferEncoding encoding = Unwrapper.encoding(part);
        if (encoding != TransferEncoding.IDENTITY) {
            leaf(DecodedContent.of(stored, encoding), isMail, depth);
        }
        if (encoding == TransferEncoding.IDENTITY || isMail) { // mails that say they are encoded often are not
            leaf(stored, isMail, depth);
        }
    }

    private void leaf(Content body, boolean isMail, int depth) throws IOException {
        if (!isMail) {
            visitor.take(body);
        } else if (depth >= DEPTH_LIMIT || ++parts > PARTS_LIMIT) {
            all = false;
        } else {
            mail(body, depth + 1);
        }
    }

    private static boolean isMail(Part part, MediaType type) {
        return type.isMessage() || Unwrapper.fileName(type, part.header()).endsWith(".eml");
    }

    private static boolean isEncrypted(MediaType type) {
        return type.is("multipart", "encrypted")
                || type.is("application", "x-microsoft-rpmsg-message")
                || ((type.is("application", "pkcs7-mime") || type.is("application", "x-pkcs7-mime"))
                        && !type.parameter("smime-type").orElse("").equalsIgnoreCase("signed-data"));
    }
}
