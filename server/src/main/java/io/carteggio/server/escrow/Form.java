package io.carteggio.server.escrow;

import io.carteggio.mail.report.Protection;
import io.carteggio.mail.structure.Header;
import io.carteggio.mail.structure.MediaType;
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

    static boolean isPgpEncrypted(Header header) {
        MediaType type = header.contentType();
        return type.is("multipart", "encrypted")
                && type.parameter("protocol")
                        .map(protocol -> protocol.equalsIgnoreCase("application/pgp-encrypted"))
                        .orElse(true);
    }
}
