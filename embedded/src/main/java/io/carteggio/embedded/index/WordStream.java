package io.carteggio.embedded.index;

import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.lang.UProperty;
import com.ibm.icu.lang.UScript;
import io.carteggio.embedded.index.Words.Token;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.icu.ICUFoldingFilter;
import org.apache.lucene.analysis.tokenattributes.BytesTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;
import org.apache.lucene.util.BytesRef;

/// The words of a text, the same as [Words#INDEX] finds in it, several times as fast: lines that hold only what
/// western languages are written with are read here by a table, all others are handed to that rule.
///
/// A line end parts words in every script, so each line can be read by itself. Belongs to one thread.
final class WordStream extends TokenStream {
    /// So much of a line is handed to the rule at once: its tokenizer cuts what is longer, wherever that may
    /// be.
    private static final int LINE_CHARS = 4_000;

    private final BytesTermAttribute term = addAttribute(BytesTermAttribute.class);
    private final PositionIncrementAttribute increment = addAttribute(PositionIncrementAttribute.class);
    private final BytesRef word = new BytesRef(new byte[Table.FOLDED_BYTES * Words.WORD_LIMIT_CODE_POINTS]);

    private String text;
    private int at;
    private int lineEnd;
    private int position = -1;
    private int linePosition;
    private Iterator<Token> others = List.<Token>of().iterator();

    WordStream(String text) {
        this.text = text;
    }

    @Override
    public void reset() {
        at = 0;
        lineEnd = 0;
        position = -1;
        linePosition = 0;
        others = List.<Token>of().iterator();
    }

    @Override
    public boolean incrementToken() {
        while (true) {
            if (others.hasNext()) {
                Token other = others.next();
                BytesRef octets = new BytesRef(other.word());
                term.setBytesRef(octets);
                int now = linePosition + other.position();
                increment.setPositionIncrement(now - position);
                position = now;
                return true;
            }
            if (at >= lineEnd) {
                if (at >= text.length()) {
                    return false;
                }
                nextLine();
            } else if (nextWord()) {
                term.setBytesRef(word);
                increment.setPositionIncrement(1);
                position++;
                return true;
            }
        }
    }

    /// Looks whether the table knows all of the next line; hands it to the rule where not.
    private void nextLine() {
        int start = at;
        int end = start;
        int length = text.length();
        boolean known = true;
        for (; end < length; end++) {
            char c = text.charAt(end);
            if (c == '\n') {
                break;
            }
            known &= Table.of(c) != Table.UNKNOWN;
        }
        if (known) {
            lineEnd = Math.min(end + 1, length);
            return;
        }
        int stop = end - start <= LINE_CHARS ? end : cut(start);
        linePosition = position + 1;
        others = Words.tokens(text.substring(start, stop)).iterator();
        at = stop;
        lineEnd = stop;
    }

    private int cut(int start) {
        int blank = text.lastIndexOf(' ', start + LINE_CHARS);
        int stop = blank > start ? blank + 1 : start + LINE_CHARS;
        return Character.isLowSurrogate(text.charAt(stop)) ? stop - 1 : stop;
    }

    /// The next word of a line that the table knows. False where there is none.
    private boolean nextWord() {
        String s = text;
        int i = at;
        int end = lineEnd;
        while (i < end && Table.of(s.charAt(i)) < Table.WORD) {
            i++;
        }
        if (i == end) {
            at = i;
            return false;
        }
        byte[] octets = word.bytes;
        int n = 0;
        int points = 0;
        for (; i < end; i++) {
            char c = s.charAt(i);
            byte kind = Table.of(c);
            if (kind < Table.WORD && (kind != Table.JOINT || !joins(s, i, end))) {
                break;
            }
            if (points < Words.WORD_LIMIT_CODE_POINTS) {
                if (c < 0x80) {
                    octets[n++] = Table.LOWER[c];
                    points++;
                } else {
                    for (byte octet : Table.FOLDED[c - 0x80]) {
                        if (points < Words.WORD_LIMIT_CODE_POINTS) {
                            octets[n++] = octet;
                            points++;
                        }
                    }
                }
            }
        }
        word.length = n;
        at = i;
        return true;
    }

    /// A dot, comma or semicolon between two digits is part of a number.
    private static boolean joins(String s, int i, int end) {
        return i + 1 < end && isDigit(s.charAt(i - 1)) && isDigit(s.charAt(i + 1));
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    @Override
    public void close() {
        text = "";
    }

    /// What characters are in lines that need no rule: those of ASCII, of Latin-1 and Latin Extended-A, and
    /// common punctuation. Unicode's own tables say which, when the class is loaded; `WordStreamTest` compares
    /// with the rule.
    private static final class Table {
        static final byte UNKNOWN = -1;
        static final byte BREAK = 0;
        static final byte JOINT = 1;
        static final byte WORD = 2;

        /// Octets of what one character is folded to, at most.
        static final int FOLDED_BYTES = 4;

        private static final int LETTERS_END = 0x180;
        private static final int PUNCTUATION = 0x2010;
        private static final int PUNCTUATION_END = 0x2040;

        private static final byte[] LOW = new byte[LETTERS_END];
        private static final byte[] HIGH = new byte[PUNCTUATION_END - PUNCTUATION];
        static final byte[] LOWER = new byte[0x80];
        static final byte[][] FOLDED = new byte[LETTERS_END - 0x80][];

        static {
            for (char c = 0; c < 0x80; c++) {
                LOWER[c] = (byte) Character.toLowerCase(c);
                boolean letter = LOWER[c] >= 'a' && LOWER[c] <= 'z';
                LOW[c] = letter || isDigit(c) ? WORD : c == '.' || c == ',' || c == ';' ? JOINT : BREAK;
            }
            for (char c = 0x80; c < LETTERS_END; c++) {
                FOLDED[c - 0x80] = ICUFoldingFilter.NORMALIZER
                        .normalize(String.valueOf(c))
                        .toLowerCase(Locale.ROOT)
                        .getBytes(StandardCharsets.UTF_8);
                LOW[c] = isFoldedLetter(c) ? WORD : isBreak(c) ? BREAK : UNKNOWN;
            }
            for (char c = PUNCTUATION; c < PUNCTUATION_END; c++) {
                HIGH[c - PUNCTUATION] = isBreak(c) ? BREAK : UNKNOWN;
            }
        }

        private Table() {}

        static byte of(char c) {
            if (c < LETTERS_END) {
                return LOW[c];
            }
            return c >= PUNCTUATION && c < PUNCTUATION_END ? HIGH[c - PUNCTUATION] : UNKNOWN;
        }

        /// A Latin letter that folds to letters of ASCII.
        private static boolean isFoldedLetter(char c) {
            byte[] folded = FOLDED[c - 0x80];
            if (folded.length == 0 || folded.length > FOLDED_BYTES) {
                return false;
            }
            for (byte octet : folded) {
                if (octet < 'a' || octet > 'z') {
                    return false;
                }
            }
            return UScript.getScript(c) == UScript.LATIN
                    && UCharacter.getIntPropertyValue(c, UProperty.WORD_BREAK) == UCharacter.WordBreak.ALETTER;
        }

        /// What is in no word in any company, or what [WordBreaks] makes a blank of.
        private static boolean isBreak(char c) {
            return c == '’'
                    || c == '‘'
                    || c == '·'
                    || (UCharacter.getIntPropertyValue(c, UProperty.WORD_BREAK) == UCharacter.WordBreak.OTHER
                            && !UCharacter.hasBinaryProperty(c, UProperty.EMOJI)
                            && !UCharacter.hasBinaryProperty(c, UProperty.EXTENDED_PICTOGRAPHIC));
        }
    }
}
