package io.carteggio.mail.mime;

/// How much of one mail is looked into. What lies beyond is kept unread, and the letter's notes say so.
///
/// @param textChars characters of text collected for each of [Letter#text], [Letter#html] and [Letter#searchText]
/// @param depth levels of multiparts and messages inside each other; deeper parts are opaque
/// @param parts parts in all, those of nested letters included
public record ReadLimits(int textChars, int depth, int parts) {
    /// Two million characters, 100 levels, 10,000 parts.
    public static final ReadLimits DEFAULT = new ReadLimits(2_000_000, 100, 10_000);

    public ReadLimits {
        if (textChars < 0 || depth < 1 || parts < 1) {
            throw new IllegalArgumentException("limits " + textChars + " " + depth + " " + parts);
        }
    }

    /// The same with another limit of text.
    public ReadLimits withTextChars(int chars) {
        return new ReadLimits(chars, depth, parts);
    }
}
