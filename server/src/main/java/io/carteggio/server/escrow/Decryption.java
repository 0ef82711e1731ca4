package io.carteggio.server.escrow;

import io.carteggio.mail.Content;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What came of looking for something to decrypt in a mail.
public sealed interface Decryption {
    /// The mail is not encrypted as a whole. Encrypted attachments stay as they are.
    record NotEncrypted() implements Decryption {}

    /// It is encrypted, and to no key that is held here.
    record LeftAlone(Form form) implements Decryption {}

    /// It is encrypted, perhaps to a key that is held here, and is not decrypted.
    ///
    /// @param detail for a person; nothing of the mail is in it
    record Refused(Form form, Why why, String detail) implements Decryption {}

    /// It was decrypted.
    ///
    /// @param content the mail in the clear, with the original's header and an account of what was done to it
    /// @param account the same as values
    record Clear(Content content, Account account) implements Decryption {}

    /// Why a mail is not decrypted.
    enum Why {
        /// Its ciphertext has no integrity protection (OpenPGP without MDC): anybody may have changed it on
        /// its way, so that it tells what nobody wrote.
        UNPROTECTED,
        /// It is not what was encrypted: an integrity check fails.
        CHANGED,
        /// It cannot be read.
        DAMAGED,
        /// It is larger than what is decrypted here, encrypted or when it is unpacked.
        TOO_LARGE,
        /// It is wrapped too often.
        TOO_DEEP,
        /// Inline OpenPGP: which character set and which parts it has, it does not say.
        INLINE;

        /// The word used in header fields.
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /// What was done to a mail, and what was found.
    ///
    /// @param form the standard of the outermost encryption
    /// @param cipher of the outermost encryption, as far as it has a name here
    /// @param integrity whether all its encryption had an integrity check, which was good
    /// @param signatures what was signed, outermost first; empty where nothing was
    record Account(Form form, String cipher, boolean integrity, List<Signature> signatures) {
        public Account {
            signatures = List.copyOf(signatures);
        }

        /// The same for whoever reads the letter.
        public List<Remark> remarks() {
            List<Remark> remarks = new ArrayList<>();
            remarks.add(new Remark(
                    "decrypted",
                    "Decrypted by the journaling agent (" + form.title() + ", " + cipher
                            + "); the mail as it was sent is kept beside it.",
                    List.of(form.title(), cipher)));
            if (!integrity) {
                remarks.add(new Remark(
                        "no-integrity",
                        "This encryption has no integrity check: what was changed on its way, nobody would notice.",
                        List.of()));
            }
            if (signatures.isEmpty()) {
                remarks.add(new Remark("not-signed", "It was not signed.", List.of()));
            }
            signatures.forEach(one -> remarks.add(one.remark()));
            return remarks;
        }
    }

    /// A sentence for whoever reads a decrypted letter.
    ///
    /// @param word what it says, for other languages
    /// @param sentence in English
    /// @param values what stands in it
    record Remark(String word, String sentence, List<String> values) {
        public Remark {
            values = List.copyOf(values);
        }
    }
}
