package io.carteggio.embedded.index;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.cjk.CJKBigramFilter;
import org.apache.lucene.analysis.icu.ICUFoldingFilter;
import org.apache.lucene.analysis.icu.segmentation.DefaultICUTokenizerConfig;
import org.apache.lucene.analysis.icu.segmentation.ICUTokenizer;
import org.apache.lucene.analysis.miscellaneous.LengthFilter;
import org.apache.lucene.analysis.miscellaneous.TruncateTokenFilter;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;

/// What counts as a word, and which words count as equal: one rule for all languages, since a mailbox holds
/// them all.
///
/// Words are parted by Unicode's rules (UAX 29) and compared without case, accents and width (UTR 30): `Müller`
/// is `muller`, `Straße` is `strasse`, `Ελλάς` is `ελλας`. Chinese, Japanese and Korean are cut into
/// overlapping pairs of characters, since no dictionary knows the names that people look for. Nothing is
/// stemmed and nothing is left out, so an exact phrase is exact. Safe for many threads.
final class Words {
    /// What is longer is cut: it is no word, and nobody types more.
    static final int WORD_LIMIT_CODE_POINTS = 64;

    /// Of Chinese, Japanese and Korean each character, and at the same position the pair that begins with it.
    static final Analyzer INDEX = new Rule();

    private Words() {}

    /// Words at the same position; the positions may have gaps.
    record Token(String word, int position) {}

    /// The words as they are indexed: those of one position together.
    static List<List<String>> slots(String text) {
        Optional<List<List<String>>> simple = simple(text);
        if (simple.isPresent()) {
            return simple.get();
        }
        return anySlots(text);
    }

    static List<List<String>> anySlots(String text) {
        List<List<String>> slots = new ArrayList<>();
        for (Token token : tokens(text)) {
            while (slots.size() < token.position()) {
                slots.add(List.of());
            }
            if (slots.size() == token.position()) {
                slots.add(List.of(token.word()));
            } else {
                List<String> both = new ArrayList<>(slots.getLast());
                both.add(token.word());
                slots.set(token.position(), List.copyOf(both));
            }
        }
        return slots;
    }

    /// The same for the plainest of texts, which most names and addresses are, twenty times as fast.
    static Optional<List<List<String>>> simple(String text) {
        List<List<String>> slots = new ArrayList<>();
        int start = -1; // of the word under way
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : ' ';
            if (c >= 0x80 || (i > 0 && isJoint(text, i))) {
                return Optional.empty();
            }
            if (isAsciiWord(c)) {
                start = start < 0 ? i : start;
            } else if (start >= 0) {
                String word = text.substring(start, Math.min(i, start + WORD_LIMIT_CODE_POINTS));
                slots.add(List.of(word.toLowerCase(Locale.ROOT)));
                start = -1;
            }
        }
        return Optional.of(slots);
    }

    private static boolean isAsciiWord(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    /// What stands between two digits without parting them.
    private static boolean isJoint(String text, int i) {
        return i + 1 < text.length()
                && ".,;".indexOf(text.charAt(i)) >= 0
                && isDigit(text.charAt(i - 1))
                && isDigit(text.charAt(i + 1));
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /// The words to look for, where the index has them: of each position the longest, which says the most. The
    /// last character of a run adds nothing to the pair before it.
    static List<Token> wanted(String text) {
        List<Token> wanted = new ArrayList<>();
        List<List<String>> slots = slots(text);
        for (int i = 0; i < slots.size(); i++) {
            if (!slots.get(i).isEmpty()) {
                String longest = slots.get(i).getLast();
                boolean told = i == slots.size() - 1 && i > 0 && isTold(longest, slots.get(i - 1));
                if (!told) {
                    wanted.add(new Token(longest, i));
                }
            }
        }
        return wanted;
    }

    private static boolean isTold(String last, List<String> before) {
        return before.size() == 2 && before.getLast().endsWith(last);
    }

    /// The words by the rule itself.
    static List<Token> tokens(String text) {
        return anySpans(text).stream()
                .map(s -> new Token(s.word(), s.position()))
                .toList();
    }

    /// A word with where it stands in the text, in UTF-16 units.
    record Spot(String word, int position, int start, int end) {}

    /// The words, and where they stand.
    static List<Spot> spans(String text) {
        return simpleSpans(text).orElseGet(() -> anySpans(text));
    }

    /// The same for the plainest of texts, as [#simple].
    private static Optional<List<Spot>> simpleSpans(String text) {
        List<Spot> spots = new ArrayList<>();
        int start = -1; // of the word under way
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : ' ';
            if (c >= 0x80 || (i > 0 && isJoint(text, i))) {
                return Optional.empty();
            }
            if (isAsciiWord(c)) {
                start = start < 0 ? i : start;
            } else if (start >= 0) {
                String word = text.substring(start, Math.min(i, start + WORD_LIMIT_CODE_POINTS));
                spots.add(new Spot(word.toLowerCase(Locale.ROOT), spots.size(), start, i));
                start = -1;
            }
        }
        return Optional.of(spots);
    }

    /// The words by the rule itself, and where they stand.
    static List<Spot> anySpans(String text) {
        List<Spot> spots = new ArrayList<>();
        try (TokenStream stream = INDEX.tokenStream("words", text)) {
            CharTermAttribute term = stream.addAttribute(CharTermAttribute.class);
            PositionIncrementAttribute increment = stream.addAttribute(PositionIncrementAttribute.class);
            OffsetAttribute offset = stream.addAttribute(OffsetAttribute.class);
            stream.reset();
            int position = -1;
            while (stream.incrementToken()) {
                position += spots.isEmpty() ? 1 : increment.getPositionIncrement();
                spots.add(new Spot(term.toString(), position, offset.startOffset(), offset.endOffset()));
            }
            stream.end();
        } catch (IOException e) {
            throw new IllegalStateException("text in memory can be read", e);
        }
        return spots;
    }

    private static final class Rule extends Analyzer {
        @Override
        protected TokenStreamComponents createComponents(String field) {
            Tokenizer tokenizer = new ICUTokenizer(new DefaultICUTokenizerConfig(false, true));
            TokenStream words = new ICUFoldingFilter(tokenizer);
            words = new CJKBigramFilter(
                    words,
                    CJKBigramFilter.HAN | CJKBigramFilter.HIRAGANA | CJKBigramFilter.KATAKANA | CJKBigramFilter.HANGUL,
                    true);
            words = TruncateTokenFilter.truncateAfterCodePoints(words, WORD_LIMIT_CODE_POINTS);
            words = new LengthFilter(words, 1, Integer.MAX_VALUE); // folding may leave nothing
            return new TokenStreamComponents(tokenizer, words);
        }

        @Override
        protected Reader initReader(String field, Reader reader) {
            return new WordBreaks(reader);
        }
    }
}
