package io.carteggio.archive.search;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Set;

/// A subject without what programs put before it when one answers: `Re:`, `AW:`, `R: Re[2]:` and so on. What stands
/// before a mail that was passed on (`Fwd:`) stays: that begins a conversation with others.
///
/// @param base folded: case, width and white space do not count
/// @param isAnswer whether something of the kind stood before it
public record AnswerSubject(String base, boolean isAnswer) {
    /// So much of a subject counts.
    static final int LIMIT_CHARS = 1_000;

    /// A shorter one, as `Hi`, says nothing.
    private static final int TELLING_LETTERS = 4;

    private static final int MARK_LIMIT_CHARS = 5;

    /// English and most others; German; Dutch; Scandinavian; Finnish; Italian; Portuguese; Polish; Turkish; Chinese.
    private static final Set<String> MARKS = Set.of(
            "re",
            "aw",
            "antw",
            "sv",
            "vs",
            "r",
            "rif",
            "ris",
            "res",
            "odp",
            "ynt",
            "\u56de\u590d",
            "\u7b54\u590d",
            "\u56de\u8986");

    /// Reads a subject.
    public static AnswerSubject of(String subject) {
        String cut = subject.length() <= LIMIT_CHARS ? subject : subject.substring(0, LIMIT_CHARS);
        String folded = Normalizer.normalize(cut, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT);
        StringBuilder one = new StringBuilder();
        for (int i = 0; i < folded.length(); i++) {
            char c = folded.charAt(i);
            boolean blank = Character.isWhitespace(c) || Character.isSpaceChar(c) || Character.isISOControl(c);
            if (!blank) {
                one.append(c);
            } else if (!one.isEmpty() && one.charAt(one.length() - 1) != ' ') {
                one.append(' ');
            }
        }
        String rest = one.toString().strip();
        boolean answer = false;
        for (int after = afterMark(rest); after > 0; after = afterMark(rest)) {
            answer = true;
            rest = rest.substring(after).strip();
        }
        return new AnswerSubject(rest, answer);
    }

    /// Where the text goes on behind one mark at its beginning; 0 where there is none.
    private static int afterMark(String text) {
        int end = 0;
        while (end < text.length() && end < MARK_LIMIT_CHARS && Character.isLetter(text.charAt(end))) {
            end++;
        }
        if (!MARKS.contains(text.substring(0, end))) {
            return 0;
        }
        int at = afterCount(text, end);
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
        return at < text.length() && text.charAt(at) == ':' ? at + 1 : 0;
    }

    /// Some programs count: `Re[2]:`, `Re(2):`, `Re^2:`.
    private static int afterCount(String text, int from) {
        if (from >= text.length() || "[(^".indexOf(text.charAt(from)) < 0) {
            return from;
        }
        int at = from + 1;
        while (at < text.length() && Character.isDigit(text.charAt(at))) {
            at++;
        }
        if (at == from + 1) {
            return from;
        }
        boolean closed = at < text.length() && "])".indexOf(text.charAt(at)) >= 0;
        return closed ? at + 1 : text.charAt(from) == '^' ? at : from;
    }

    /// Whether letters with this subject can be thought to be about the same.
    static boolean isTelling(String base) {
        return base.codePoints()
                                .filter(Character::isLetterOrDigit)
                                .limit(TELLING_LETTERS)
                                .count()
                        >= TELLING_LETTERS
                || base.codePoints().filter(Character::isIdeographic).limit(2).count() == 2;
    }
}
