package io.carteggio.archive.ledger;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/// A text with signatures under it (C2SP signed-note).
///
/// @param text ends with a line feed
record SignedNote(String text, List<Signature> signatures) {
    /// A line under the text.
    ///
    /// @param name of the key
    /// @param base64 of four octets that hint at the key (a hash over name and key) and the signature itself
    record Signature(String name, String base64) {
        static Signature of(String name, int keyId, byte[] signature) {
            byte[] all = ByteBuffer.allocate(Integer.BYTES + signature.length)
                    .putInt(keyId)
                    .put(signature)
                    .array();
            return new Signature(name, Base64.getEncoder().encodeToString(all));
        }

        int keyId() {
            return ByteBuffer.wrap(Base64.getDecoder().decode(base64)).getInt();
        }

        byte[] bytes() {
            byte[] all = Base64.getDecoder().decode(base64);
            return Arrays.copyOfRange(all, Integer.BYTES, all.length);
        }
    }

    /// A checkpoint has a few hundred octets; signatures of witnesses may come on top.
    static final int SIZE_LIMIT_BYTES = 64 * 1024;

    static final int SIGNATURES_LIMIT = 100;
    private static final String BEGIN = "\u2014 ";

    SignedNote {
        signatures = List.copyOf(signatures);
    }

    /// The note as it is written.
    String form() {
        StringBuilder form = new StringBuilder(text).append('\n');
        signatures.forEach(s -> form.append(BEGIN + s.name() + ' ' + s.base64() + '\n'));
        return form.toString();
    }

    /// Reads a note; what it says is worth nothing before [VerifierKey#signed].
    static SignedNote parse(String note) throws MalformedException {
        if (note.length() > SIZE_LIMIT_BYTES) {
            throw new MalformedException("the note is too long");
        }
        if (note.chars().anyMatch(c -> c < 0x20 && c != '\n')) {
            throw new MalformedException("the note has characters that no note may have");
        }
        int blank = note.lastIndexOf("\n\n");
        if (blank < 1 || !note.endsWith("\n") || blank + 2 == note.length()) {
            throw new MalformedException("the note has no signatures");
        }
        String text = note.substring(0, blank + 1);
        List<Signature> signatures = new ArrayList<>();
        for (String line : note.substring(blank + 2, note.length() - 1).split("\n", -1)) {
            signatures.add(signature(line));
        }
        if (signatures.size() > SIGNATURES_LIMIT) {
            throw new MalformedException("the note has over " + SIGNATURES_LIMIT + " signatures");
        }
        return new SignedNote(text, signatures);
    }

    private static Signature signature(String line) throws MalformedException {
        String[] words = line.split(" ", -1);
        if (words.length != 3 || !line.startsWith(BEGIN) || !isKeyName(words[1])) {
            throw new MalformedException("the note has a line that is no signature");
        }
        if (Strict.base64(words[2], "a signature").length <= Integer.BYTES) {
            throw new MalformedException("a signature ends too early");
        }
        return new Signature(words[1], words[2]);
    }

    /// Key names hold neither spaces nor plus signs, and control characters have no place in a note.
    static boolean isKeyName(String name) {
        return !name.isEmpty()
                && name.codePoints()
                        .noneMatch(c -> c == '+' || Character.isWhitespace(c) || Character.isSpaceChar(c) || c < 0x20);
    }

    /// Text out of octets that must be UTF-8.
    static String utf8(byte[] bytes) throws MalformedException {
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return text.toString();
        } catch (CharacterCodingException e) {
            throw new MalformedException("it is not UTF-8");
        }
    }
}
