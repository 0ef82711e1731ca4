package io.carteggio.server.escrow;

import io.carteggio.mail.report.Protection;
import io.carteggio.mail.structure.Header;
import io.carteggio.mail.structure.MediaType;
import java.util.Locale;
import java.util.Optional;

/// The standards by which mail is encrypted and signed.
public enum Form {
    /// Cryptographic Message Syntax in MIME (RFC 8551).
    SMIME("smime", "S/MIME"),
    /// PGP/MIME (RFC 3156).
    OPENPGP("openpgp", "OpenPGP");

    private final String word;
    private final String title;

    Form(String word, String title) {
        this.word = word;
        this.title = title;
    }

    /// The word used in output and in header fields.
    public String word() {
        return word;
    }

    /// The standard's name.
    public String title() {
        return title;
    }

    static Optional<Form> ofWord(String word) {
        for (Form form : values()) {
            if (form.word.equals(word)) {
                return Optional.of(form);
            }
        }
        return Optional.empty();
    }

    /// The standard by which a mail is protected; empty where it is by none of these.
    static Optional<Form> of(Protection protection) {
        return switch (protection) {
            case SMIME -> Optional.of(SMIME);
            case OPENPGP -> Optional.of(OPENPGP);
            case RIGHTS_MANAGEMENT -> Optional.empty();
        };
    }

    /// Whether the entity is one of CMS: encrypted, signed in one piece, or compressed. Old programs name it
    /// by its file alone (RFC 8551, 3.2.1).
    static boolean isCms(Header header) {
        MediaType type = header.contentType();
        if (type.is("application", "pkcs7-mime") || type.is("application", "x-pkcs7-mime")) {
            return true;
        }
        return type.is("application", "octet-stream")
                && type.parameter("name")
                        .filter(name -> name.toLowerCase(Locale.ROOT).endsWith(".p7m"))
                        .isPresent();
    }

    static boolean isPgpEncrypted(Header header) {
        MediaType type = header.contentType();
        return type.is("multipart", "encrypted")
                && type.parameter("protocol")
                        .map(protocol -> protocol.equalsIgnoreCase("application/pgp-encrypted"))
                        .orElse(true);
    }
}
