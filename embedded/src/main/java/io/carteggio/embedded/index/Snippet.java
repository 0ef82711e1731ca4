package io.carteggio.embedded.index;

import io.carteggio.mail.mime.HtmlText;
import io.carteggio.mail.mime.Letter;
import java.util.Optional;

/// The line of text shown below a found letter's subject: the beginning of what its sender wrote himself.
final class Snippet {
    /// So much of the text is looked through for a line that is no quotation.
    private static final int LOOKED_AT_CHARS = 4_000;

    private Snippet() {}

    static Optional<String> of(Letter letter) {
        String text = letter.text()
                .filter(t -> !t.isBlank())
                .orElseGet(() -> letter.html()
                        .map(h -> HtmlText.of(Snippet.cut(h, 16 * LOOKED_AT_CHARS), LOOKED_AT_CHARS))
                        .orElse(""));
        StringBuilder line = new StringBuilder();
        collect(cut(text, LOOKED_AT_CHARS), false, line);
        if (line.isEmpty()) {
            collect(cut(text, LOOKED_AT_CHARS), true, line);
        }
        return line.isEmpty() ? Optional.empty() : Optional.of(cut(line.toString(), DocumentMaker.SNIPPET_CHARS));
    }

    private static void collect(String text, boolean quotations, StringBuilder into) {
        for (String raw : (Iterable<String>) text.lines()::iterator) {
            String line = raw.strip();
            if (line.isEmpty() || (line.startsWith(">") && !quotations) || isRule(line)) {
                continue;
            }
            if (!into.isEmpty()) {
                into.append(' ');
            }
            for (int i = 0; i < line.length() && into.length() <= DocumentMaker.SNIPPET_CHARS; i++) {
                char c = line.charAt(i);
                boolean blank = Character.isWhitespace(c) || Character.isSpaceChar(c) || Character.isISOControl(c);
                if (!blank) {
                    into.append(c);
                } else if (!into.isEmpty() && into.charAt(into.length() - 1) != ' ') {
                    into.append(' ');
                }
            }
            if (into.length() > DocumentMaker.SNIPPET_CHARS) {
                return;
            }
        }
    }

    private static boolean isRule(String line) {
        return line.chars().noneMatch(Character::isLetterOrDigit);
    }

    /// At most so many UTF-16 units, never half a character.
    static String cut(String text, int chars) {
        if (text.length() <= chars) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(chars - 1)) ? chars - 1 : chars;
        return text.substring(0, end);
    }
}
