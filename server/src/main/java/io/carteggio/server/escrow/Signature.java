package io.carteggio.server.escrow;

import io.carteggio.server.escrow.Decryption.Remark;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What was found of one signature when a mail was decrypted.
///
/// @param state what is known of it
/// @param form by which standard it was made
/// @param key what names the key: the SHA-256 of the signer's certificate, or the OpenPGP key id, in
///     hexadecimal digits; `-` where the signature names none
/// @param signer whom the key says it belongs to, on one line; empty where the key is not known. Nobody has
///     vouched for it here
public record Signature(State state, Form form, String key, String signer) {
    /// Signatures of one mail that are looked at.
    static final int LIMIT = 8;

    private static final int SIGNER_CHARS = 200;

    /// What is known of a signature.
    public enum State {
        /// The signature was made with the named key over exactly this content. Whose the key is, its own
        /// certificate says; who issued that is not judged.
        VALID,
        /// The content, or the signature, is not what it was when it was signed; or it cannot be read.
        INVALID,
        /// The key that would tell is not known here.
        UNKNOWN_KEY;

        /// `valid`, `invalid`, `unknown-key`.
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        static Optional<State> ofWord(String word) {
            for (State state : values()) {
                if (state.word().equals(word)) {
                    return Optional.of(state);
                }
            }
            return Optional.empty();
        }
    }

    public Signature {
        signer = signer.length() > SIGNER_CHARS ? signer.substring(0, SIGNER_CHARS) : signer;
    }

    Remark remark() {
        String by = signer.isEmpty() ? key : signer;
        String sentence = switch (state) {
            case VALID ->
                "Signed with " + form.title() + " by " + by
                        + "; the signature matches. Who vouches for that key was not examined.";
            case INVALID ->
                "Signed with " + form.title() + ", it says by " + by + "; the signature does not match what is here.";
            case UNKNOWN_KEY ->
                "Signed with " + form.title() + " by a key that is not known here (" + by
                        + "); the signature could not be checked.";
        };
        return new Remark("signature-" + state.word(), sentence, List.of(form.title(), by));
    }

    static Signature unreadable(Form form) {
        return new Signature(State.INVALID, form, "-", "");
    }
}
