package io.carteggio.mail.extract;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// Why words may be in a letter that no search finds. The words stand in queries, metrics and answers, and
/// stay; the codes stand in the pipe and in the index.
public enum Shortfall {
    /// Attachments that nobody has read yet.
    WAITING(0, "waiting", "attachments wait to be read"),
    /// It is larger than what is read.
    LARGE(1, "large", "too large to be read"),
    /// Encrypted: a password, S/MIME, PGP, rights management.
    ENCRYPTED(2, "encrypted", "encrypted"),
    /// Its octets are not what they should be, or cannot be had.
    DAMAGED(3, "damaged", "damaged"),
    /// Reading it took too long.
    SLOW(4, "slow", "reading it took too long"),
    /// Reading it ended the program that did, or took more memory than there is.
    CRASHED(5, "crashed", "reading it ended the reader"),
    /// No reader knows its form.
    UNKNOWN(6, "unknown", "of a form that is not read"),
    /// Pages that are pictures of text.
    SCAN(7, "scan", "pictures of pages, without text"),
    /// Read up to a limit.
    CUT(8, "cut", "read in part, up to a limit");

    private final int code;
    private final String word;
    private final String sentence;

    Shortfall(int code, String word, String sentence) {
        this.code = code;
        this.word = word;
        this.sentence = sentence;
    }

    public int code() {
        return code;
    }

    /// As queries and answers name it.
    public String word() {
        return word;
    }

    /// What it says of an attachment.
    public String sentence() {
        return sentence;
    }

    public static Optional<Shortfall> ofCode(int code) {
        return Arrays.stream(values()).filter(s -> s.code == code).findFirst();
    }

    public static Optional<Shortfall> ofWord(String word) {
        String lower = word.toLowerCase(Locale.ROOT);
        return Arrays.stream(values()).filter(s -> s.word.equals(lower)).findFirst();
    }
}
