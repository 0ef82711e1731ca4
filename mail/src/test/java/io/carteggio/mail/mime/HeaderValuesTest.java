package io.carteggio.mail.mime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Tables for the small grammars: encoded words, parameters, identifiers, transfer encodings, charsets.
class HeaderValuesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                // RFC 2047 8
                "(=?ISO-8859-1?Q?a?=)                               ~ (a)",
                "(=?ISO-8859-1?Q?a?= b)                             ~ (a b)",
                "(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)            ~ (ab)",
                "(=?ISO-8859-1?Q?a?=   \t =?ISO-8859-1?Q?b?=)       ~ (ab)",
                "(=?ISO-8859-1?Q?a_b?=)                             ~ (a b)",
                "(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)           ~ (a b)",
                "=?US-ASCII*EN?Q?Keith_Moore?=                      ~ Keith Moore",
                // a character split between words, blanks inside, words inside words, missing padding
                "=?utf-8?Q?=C3?= =?utf-8?Q?=BC?=                    ~ ü",
                "=?utf-8?Q?hello world?=                            ~ hello world",
                "Re:=?utf-8?Q?a?=b                                  ~ Re:ab",
                "=?utf-8?B?w7w?=                                    ~ ü",
                "=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=                 ~ 日本",
                "=?gb2312?B?xOO6ww==?=                              ~ 你好",
                "=?koi8-r?Q?=CF=D0?=                                ~ оп",
                "=?utf-7?Q?+AOQ-?=                                  ~ ä",
                "=?iso-8859-1?Q?=80?=                               ~ €",
                "=?x-unknown?Q?=C3=BC?=                             ~ ü",
                // what only looks like one
                "=?utf-8?X?a?=                                      ~ =?utf-8?X?a?=",
                "=?utf-8?Q?a                                        ~ =?utf-8?Q?a",
                "=? utf-8?Q?a?=                                     ~ =? utf-8?Q?a?=",
                "a =?= b                                            ~ a =?= b",
                "=?utf-8?Q?=ZZ=4?=                                  ~ =ZZ=4",
            })
    void decodesEncodedWords(String written, String meant) {
        assertThat(EncodedWords.decode(written)).isEqualTo(meant);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "attachment; filename=a.txt                                        ~ a.txt",
                "attachment; filename=\"a b.txt\"                                  ~ a b.txt",
                "attachment; filename=a b.txt; x=y                                 ~ a b.txt",
                "attachment; FileName = \"a\\\"b\"                                 ~ a\"b",
                "attachment; filename=\"a;b\"; x=y                                 ~ a;b",
                "attachment; filename=report (1).pdf                               ~ report (1).pdf",
                "attachment filename=\"x\"; filename=\"a\"                         ~ a",
                "attachment; x=\"y\" filename=\"a\"                                ~ a",
                "attachment; filename=\"never closed                               ~ never closed",
                // RFC 2231 3, 4, 4.1
                "a; filename*0=\"ab\"; filename*1=\"cd\"                           ~ abcd",
                "a; filename*1=\"cd\"; filename*0=\"ab\"                           ~ abcd",
                "a; filename*=utf-8'en'%C3%BC                                      ~ ü",
                "a; filename*=iso-8859-1''%FC                                      ~ ü",
                "a; filename*0*=utf-8''%C3; filename*1*=%BC; filename*2=\"%20\"    ~ ü%20",
                "a; filename=plain; filename*=utf-8''%C3%BC                        ~ ü",
                "a; filename*=%C3%BC                                               ~ ü",
                "a; filename*=x-unknown''%C3%BC                                    ~ ü",
                // RFC 2047 in parameters: not allowed, usual
                "a; filename=\"=?utf-8?Q?=C3=BC.txt?=\"                            ~ ü.txt",
                "a; filename==?utf-8?Q?=C3=BC.txt?=                                ~ ü.txt",
                "a; filename*0=\"=?utf-8?Q?=C3\"; filename*1=\"=BC?=\"             ~ ü",
            })
    void readsNames(String written, String meant) {
        assertThat(ContentType.parse(written).text("filename")).contains(meant);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "text/plain; charset=us-ascii (Plain text) ~ text/plain ~ us-ascii",
                "TEXT/Plain ; Charset=\"UTF-8\"            ~ text/plain ~ UTF-8",
                "text/plain (x); charset = utf-8 ;         ~ text/plain ~ utf-8",
                "text / plain; charset=utf-8               ~ text/plain ~ utf-8",
            })
    void readsTypes(String written, String type, String charset) {
        ContentType parsed = ContentType.parse(written);
        assertThat(parsed.value()).isEqualTo(type);
        assertThat(parsed.token("charset")).contains(charset);
    }

    @Test
    void readsIdentifiers() {
        assertThat(MessageIds.first("<a@b>")).contains("a@b");
        assertThat(MessageIds.first(" a@b ")).contains("a@b");
        assertThat(MessageIds.first("<a @ b> (comment)")).contains("a@b");
        assertThat(MessageIds.first("<a@b junk")).contains("a@b");
        assertThat(MessageIds.first("")).isEmpty();
        assertThat(MessageIds.first("<>")).contains("<>");
        assertThat(MessageIds.all("<a@b><c@d>\t<e@f>")).containsExactly("a@b", "c@d", "e@f");
        assertThat(MessageIds.all("Your mail of Monday <a@b>")).containsExactly("a@b");
        assertThat(MessageIds.all("a@b, c@d and more")).containsExactly("a@b", "c@d");
        assertThat(MessageIds.all("Your mail of Monday")).isEmpty();
    }

    /// Needs the JDK's module jdk.charsets: a runtime image without it would lose East Asian mail.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "utf-8",
                "UTF8",
                "us-ascii",
                "iso-8859-1",
                "iso-8859-2",
                "ISO-8859-15",
                "windows-1250",
                "windows-1251",
                "koi8-r",
                "koi8-u",
                "gb2312",
                "gbk",
                "gb18030",
                "big5",
                "big5-hkscs",
                "shift_jis",
                "iso-2022-jp",
                "euc-jp",
                "ks_c_5601-1987",
                "euc-kr",
                "iso-2022-kr",
                "windows-874",
                "tis-620",
                "iso-8859-8-i",
                "iso-8859-6",
                "ibm850",
                "cp437",
                "macintosh",
                "x-mac-cyrillic",
                "utf-16",
                "utf-16le",
                "utf-32",
                "windows-1258",
            })
    void knowsTheCharsetsOfMail(String name) {
        assertThat(Charsets.named(name)).isPresent();
    }

    @Test
    void decodesUtf7() {
        // RFC 2152 examples
        for (List<String> row : List.of(
                List.of("A+ImIDkQ.", "A\u2262\u0391."),
                List.of("Hi Mom -+Jjo--!", "Hi Mom -\u263A-!"),
                List.of("+ZeVnLIqe-", "\u65E5\u672C\u8A9E"),
                List.of("1 +- 1", "1 + 1"),
                List.of("+", "+"),
                List.of("+!", "+!"))) {
            byte[] octets = row.getFirst().getBytes(StandardCharsets.US_ASCII);
            assertThat(Utf7.decode(octets, octets.length)).isEqualTo(row.getLast());
        }
    }

    /// What comes out must not depend on where the stream is cut into pieces.
    @Test
    void decodersGiveTheSameHoweverTheStreamIsCut() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String alphabet = "=AbQz09+/ \t\r\n\0_#begin`";
        for (int round = 0; round < 2_000; round++) {
            byte[] octets = new byte[random.nextInt(60)];
            for (int i = 0; i < octets.length; i++) {
                octets[i] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
            }
            for (TransferEncoding encoding : TransferEncoding.values()) {
                byte[] whole = decode(encoding, new ByteArrayInputStream(octets));
                byte[] single = decode(encoding, new OneByOne(new ByteArrayInputStream(octets)));
                assertThat(single)
                        .as("%s, seed %d, round %d", encoding, seed, round)
                        .isEqualTo(whole);
            }
        }
    }

    private static byte[] decode(TransferEncoding encoding, InputStream in) throws IOException {
        try (InputStream decoded = encoding.decode(in, () -> {})) {
            return decoded.readAllBytes();
        }
    }

    private static final class OneByOne extends InputStream {
        private final InputStream in;

        OneByOne(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            return in.read();
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            return in.read(b, off, Math.min(len, 1));
        }
    }
}
