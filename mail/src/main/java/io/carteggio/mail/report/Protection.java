package io.carteggio.mail.report;

import io.carteggio.mail.Content;
import io.carteggio.mail.structure.Header;
import io.carteggio.mail.structure.MediaType;
import io.carteggio.mail.structure.Part;
import io.carteggio.mail.structure.Structure;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// How a mail is encrypted as a whole, by what its header and its first parts say; nothing is decrypted. What
/// is encrypted in one part beside others is an attachment.
public enum Protection {
    /// Microsoft's (JOURNAL-FORMATS 3.1): nobody outside of Microsoft's services can undo it.
    RIGHTS_MANAGEMENT("rights management"),
    /// RFC 8551.
    SMIME("S/MIME"),
    /// PGP/MIME (RFC 3156).
    OPENPGP("OpenPGP");

    /// A protected mail is known by its first parts; no more of it than this is looked at.
    private static final int FIRST_BYTES = 1024 * 1024;

    /// Signatures around one another.
    private static final int DEPTH = 8;

    /// Kinds of CMS that hide nothing (RFC 8551, 3.2.2).
    private static final Set<String> OPEN = Set.of("signed-data", "certs-only", "compressed-data", "signed-receipt");

    private final String title;

    Protection(String title) {
        this.title = title;
    }

    /// By what it is protected, in words.
    public String title() {
        return title;
    }

    /// How a mail is protected; empty where it is not.
    ///
    /// @param head of the mail
    public static Optional<Protection> of(Content mail, Part head) throws IOException {
        boolean rights = head.header()
                .text("Content-Class")
                .filter(value -> value.equalsIgnoreCase("rpmsg.message"))
                .isPresent();
        if (rights) {
            return Optional.of(RIGHTS_MANAGEMENT);
        }
        Part at = head;
        for (int depth = 0; depth < DEPTH; depth++) {
            Optional<Protection> said = said(at.header());
            MediaType type = at.header().contentType();
            if (said.isPresent() || !type.isMultipart()) {
                return said;
            }
            long end = at.bodyOffset() + Math.min(at.bodySizeBytes(), FIRST_BYTES);
            List<Part> parts = Structure.scan(mail, at.offset(), end).children();
            if (parts.stream()
                    .anyMatch(part -> part.header().contentType().is("application", "x-microsoft-rpmsg-message"))) {
                return Optional.of(RIGHTS_MANAGEMENT);
            }
            if (!type.is("multipart", "signed") || parts.isEmpty()) {
                return Optional.empty();
            }
            at = parts.getFirst();
        }
        return Optional.empty();
    }

    private static Optional<Protection> said(Header header) {
        MediaType type = header.contentType();
        if (type.is("multipart", "encrypted")) {
            return Optional.of(OPENPGP);
        }
        String kind = type.parameter("smime-type").orElse("").toLowerCase(Locale.ROOT);
        String name = Unwrapper.fileName(type, header);
        boolean open = OPEN.contains(kind) || name.endsWith(".p7s") || name.endsWith(".p7c");
        return isCms(header) && !open ? Optional.of(SMIME) : Optional.empty();
    }

    /// Whether the entity is one of CMS: encrypted, signed in one piece, or compressed. Old programs name it by its
    /// file alone (RFC 8551, 3.2.1).
    public static boolean isCms(Header header) {
        MediaType type = header.contentType();
        return type.is("application", "pkcs7-mime")
                || type.is("application", "x-pkcs7-mime")
                || (type.is("application", "octet-stream")
                        && Unwrapper.fileName(type, header).endsWith(".p7m"));
    }
}
