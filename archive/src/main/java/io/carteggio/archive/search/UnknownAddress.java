package io.carteggio.archive.search;

import java.time.Instant;

/// An address in the envelopes of letters that nobody owns.
///
/// @param key [io.carteggio.mail.Address#key]
/// @param letters in how many of those letters it is
/// @param sent how many of them name it as sender, in the envelope or the header
/// @param first when the oldest of them came, vouched for or, where that is not one instant, as the letter says
/// @param last when the newest came
public record UnknownAddress(String key, long letters, long sent, Instant first, Instant last) {
    public UnknownAddress {
        if (letters < 1 || sent < 0 || sent > letters || first.isAfter(last)) {
            throw new IllegalArgumentException(key + ": " + letters + ", " + sent + ", " + first + ", " + last);
        }
    }

    /// What comes before the last `@`; the whole where there is none.
    public String local() {
        int at = key.lastIndexOf('@');
        return at < 0 ? key : key.substring(0, at);
    }

    /// What comes after it; empty where there is none.
    public String domain() {
        int at = key.lastIndexOf('@');
        return at < 0 ? "" : key.substring(at + 1);
    }
}
