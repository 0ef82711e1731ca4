package io.carteggio.embedded.index;

import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.SearchIndex.Mark;
import java.util.List;
import java.util.Optional;

/// The stretch of a long text around the first words that a query looks for.
final class Excerpt {
    /// So much of a text is looked through at a time …
    private static final int STRETCH_CHARS = 8_192;

    /// … and so much more of it, so that no phrase is cut in two.
    private static final int OVERLAP_CHARS = 256;

    /// So much of a text is looked through in all: what stands behind costs more than it tells.
    static final int LIMIT_CHARS = 256 * 1024;

    /// A part of the stretch, one in so many, stands before the words.
    private static final int BEFORE_SHARE = 3;

    private Excerpt() {}

    static Optional<String> of(Query query, String text, int chars) {
        int end = Math.min(text.length(), LIMIT_CHARS);
        for (int from = 0; from < end; from += STRETCH_CHARS) {
            String stretch = text.substring(from, Math.min(end, from + STRETCH_CHARS + OVERLAP_CHARS));
            List<Mark> marks = Marks.of(query, stretch);
            if (!marks.isEmpty()) {
                return Optional.of(around(text, from + best(marks, chars), chars));
            }
        }
        return Optional.empty();
    }

    /// Where most of the words stand near each other, the first such place.
    private static int best(List<Mark> marks, int chars) {
        int best = 0;
        int most = 0;
        for (int i = 0; i < marks.size(); i++) {
            int near = i;
            while (near < marks.size() && marks.get(near).end() - marks.get(i).start() < chars / 2) {
                near++;
            }
            if (near - i > most) {
                most = near - i;
                best = i;
            }
        }
        return marks.get(best).start();
    }

    private static String around(String text, int at, int chars) {
        int from = Math.max(0, at - chars / BEFORE_SHARE);
        if (from > 0) { // at a word's beginning, where there is one before the words themselves
            int blank = from;
            while (blank < at && !Character.isWhitespace(text.charAt(blank))) {
                blank++;
            }
            from = blank < at ? blank : from;
            from += Character.isLowSurrogate(text.charAt(from)) ? 1 : 0;
        }
        StringBuilder line = new StringBuilder(chars + 2);
        int i = from;
        for (; i < text.length() && line.length() < chars; i++) {
            char c = text.charAt(i);
            boolean blank = Character.isWhitespace(c) || Character.isSpaceChar(c) || Character.isISOControl(c);
            if (!blank) {
                line.append(c);
            } else if (!line.isEmpty() && line.charAt(line.length() - 1) != ' ') {
                line.append(' ');
            }
        }
        if (!line.isEmpty() && Character.isHighSurrogate(line.charAt(line.length() - 1))) {
            line.setLength(line.length() - 1);
        }
        return (from > 0 ? "… " : "") + line.toString().strip() + (i < text.length() ? " …" : "");
    }
}
