package io.carteggio.embedded.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.embedded.index.Words.Token;
import io.carteggio.mail.Content;
import io.carteggio.mail.mime.LetterReader;
import io.carteggio.mail.mime.ReadLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.lucene.analysis.tokenattributes.BytesTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The quick reader of words finds exactly what the rule finds.
class WordStreamTest {
    /// The rule's tokenizer cuts lines that are longer, at any place.
    private static final int LINE_CHARS = 4_000;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                " \n\n a",
                "The quick brown fox",
                "1.250,00 EUR; 12.03.2024; a1.5b 1.a ,5, 5; ;5 1;2 1,,2 1.,2 1..2",
                "x.y@firm.it www.example.com/a_b:c?d=e&f='g'",
                "Müller Straße ÆON Łódź Ĳssel ŉ ſ µ ª º ½ ² ©®™ ÷×",
                "l’école “quoted” — dash … „tief“ • item",
                "東京都庁 abc\nabc def\n한국어 текст",
                "текст\n\n\nabc e\u0301t\u00e9 ﬁn\n",
                "a\u00ADb a\u200Bb a\u200Db \u0301 x\uFE0F 1\uFE0F\u20E3 ❤️ 😀",
                "a\rb\r\nc\td\u000Be\u00A0f",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                "ßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßß",
                "\u0600 \u05D0\"\u05D1 ไทย ສະບາຍ",
                "IBAN DE89 3704 0044 0532 0130 00 <20240506.abc$1@x-y.example>"
            })
    void readsTheSameWords(String text) {
        assertSame(text);
    }

    @Test
    void readsTheSameWordsOfEveryCharacter() {
        for (int c = 0; c < 0x10000; c++) {
            if (!Character.isSurrogate((char) c) && (c < 0x600 || (c >= 0x1E00 && c < 0x3100) || c >= 0xFB00)) {
                String s = String.valueOf((char) c);
                assertSame(s);
                assertSame("a" + s + "b 1" + s + "2 " + s + "a " + s + s + " 1" + s + " a" + s);
            }
        }
    }

    @Test
    void readsTheSameWordsAtRandom() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String alphabet = "abzABZ0189  ..,,;;::''__--@@//\n\näéßŁ’–…\u00A0\u00AD東ая\u0301😀";
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(40); n > 0; n--) {
                int at = random.nextInt(alphabet.length());
                text.appendCodePoint(Character.isLowSurrogate(alphabet.charAt(at)) ? 'x' : alphabet.codePointAt(at));
            }
            assertThat(quick(text.toString())).as("seed %d: %s", seed, text).isEqualTo(ruled(text.toString()));
        }
    }

    @Test
    void readsTheSameWordsOfRealMail() throws Exception {
        List<Path> mails = new ArrayList<>();
        String folder = System.getProperty("carteggio.words", "");
        if (folder.isEmpty()) {
            mails.addAll(CorpusTest.mails());
        } else {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                files.filter(Files::isRegularFile).forEach(mails::add);
            }
        }
        for (Path mail : mails) {
            String text = LetterReader.read(Content.of(Files.readAllBytes(mail)), ReadLimits.DEFAULT)
                    .searchText();
            if (text.lines().allMatch(line -> line.length() < LINE_CHARS)) {
                assertThat(quick(text)).as(mail.toString()).isEqualTo(ruled(text));
            }
        }
    }

    private static void assertSame(String text) {
        assertThat(quick(text)).as(text).isEqualTo(ruled(text));
    }

    private static List<Token> quick(String text) {
        List<Token> tokens = new ArrayList<>();
        try (WordStream words = new WordStream(text)) {
            BytesTermAttribute term = words.addAttribute(BytesTermAttribute.class);
            PositionIncrementAttribute increment = words.addAttribute(PositionIncrementAttribute.class);
            words.reset();
            int position = -1;
            while (words.incrementToken()) {
                position += increment.getPositionIncrement();
                tokens.add(new Token(term.getBytesRef().utf8ToString(), position));
            }
        }
        return tokens;
    }

    /// The rule itself, a line at a time. All at once it is nearly the same, but a digit then takes its script
    /// from letters of lines before, so that `1я` is one word or two by what stands above it.
    private static List<Token> ruled(String text) {
        List<Token> tokens = new ArrayList<>();
        int from = 0;
        for (String line : text.split("\n", -1)) {
            for (Token token : Words.tokens(line)) {
                tokens.add(new Token(token.word(), from + token.position()));
            }
            from = tokens.isEmpty() ? 0 : tokens.getLast().position() + 1;
        }
        return tokens;
    }
}
