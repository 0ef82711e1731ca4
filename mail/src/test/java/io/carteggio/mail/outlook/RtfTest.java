package io.carteggio.mail.outlook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RtfTest {
    /// The two examples of [MS-OXRTFCP] 3.
    @Test
    void compressedRtfIsRead() throws Exception {
        assertThat(decompressed("2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c0900206277"
                        + "05b06c647d0a800fa0"))
                .isEqualTo("{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
        assertThat(decompressed("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0"))
                .isEqualTo("{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
        assertThat(decompressed("0e000000050000004d454c41000000007b5c727466")).isEqualTo("{\\rtf");
    }

    private static String decompressed(String hex) throws Exception {
        return new String(CompressedRtf.decompress(HexFormat.of().parseHex(hex)), StandardCharsets.US_ASCII);
    }

    @Test
    void damagedRtfIsTold() {
        for (String hex : new String[] {
            "", "2d0000002b0000004c5a4675", "2d0000002b00000000000000f1c5c7a7", "2d000000ffffff7f4c5a4675f1c5c7a700"
        }) {
            assertThatThrownBy(() -> decompressed(hex)).isInstanceOf(DamagedException.class);
        }
    }

    private static RtfBody.Read read(String rtf) {
        return RtfBody.read(rtf.getBytes(StandardCharsets.US_ASCII)).orElseThrow();
    }

    @Test
    void htmlComesOutOfItsRtf() {
        RtfBody.Read read = read("{\\rtf1\\ansi\\ansicpg1251\\fromhtml1 \\deff0{\\fonttbl\r\n{\\f0\\fswiss Arial;}"
                + "{\\f1\\fmodern\\fcharset161 Courier;}}{\\colortbl;\\red0;}\\uc1\\pard\\plain\r\n"
                + "{\\*\\htmltag19 <html>}{\\*\\htmltag34 \\par }{\\*\\htmltag64 <p class=\\{a\\}>}"
                + "\\htmlrtf \\b \\fs20 not this\\htmlrtf0 \\'cf\\f1\\'e1\\f0{\\*\\mhtmltag9 nor this} caf\\u233\\'e9!"
                + "{\\*\\htmltag72 </p>}\\par\\~\\emdash{\\*\\htmltag27 </html>}}");
        assertThat(read.kind()).isEqualTo(RtfBody.Kind.HTML);
        assertThat(read.text()).isEqualTo("<html>\r\n<p class={a}>Пα caf\u00e9!</p>\r\n&nbsp;&mdash;</html>");
    }

    @Test
    void textComesOutOfItsRtf() {
        RtfBody.Read read = read(
                "{\\rtf1\\ansi\\fromtext{\\fonttbl{\\f0 x;}}\\pard Hello\\par \\{world\\}\\tab \\ldblquote x\\'80}");
        assertThat(read.kind()).isEqualTo(RtfBody.Kind.TEXT);
        assertThat(read.text()).isEqualTo("Hello\r\n{world}\t\u201cx\u20ac");
    }

    @Test
    void aDocumentsTextIsRead() {
        RtfBody.Read read = read(
                "{\\rtf1\\ansi{\\stylesheet{\\s1 no;}}{\\info{\\title no}}{\\pict\\bin5 }}}}}}Yes\\line{\\b no}more}");
        assertThat(read.kind()).isEqualTo(RtfBody.Kind.DOCUMENT);
        assertThat(read.text()).isEqualTo("Yes\r\nnomore");
        assertThat(RtfBody.read("no rtf".getBytes(StandardCharsets.US_ASCII))).isEmpty();
    }

    @Test
    void noOctetsUpsetIt() throws Exception {
        long seed = 17;
        Random random = new Random(seed);
        byte[] good =
                ("{\\rtf1\\ansi\\fromhtml1{\\fonttbl{\\f0\\fcharset128 x;}}\\uc2\\u-20\\'8e\\f0\\'8e\\'a9{\\*\\htmltag1 <p>}"
                                + "\\bin3 abc\\htmlrtf x\\htmlrtf0}")
                        .getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = Arrays.copyOf(good, 6 + random.nextInt(good.length - 6));
            for (int n = random.nextInt(6); n >= 0; n--) {
                bad[5 + random.nextInt(bad.length - 5)] = (byte) "\\{}'*0-9ufb\u00ff\0 ".charAt(random.nextInt(14));
            }
            assertThat(RtfBody.read(bad)).as("seed %d, number %d", seed, i).isPresent();
            byte[] compressed = new byte[16 + random.nextInt(60)];
            random.nextBytes(compressed);
            System.arraycopy(HexFormat.of().parseHex("2d0000002b0100004c5a4675"), 0, compressed, 0, 12);
            try {
                assertThat(CompressedRtf.decompress(compressed).length).isLessThanOrEqualTo(0x12b);
            } catch (DamagedException e) {
                assertThat(e).as("seed %d, number %d", seed, i).hasMessageContaining("ends");
            }
        }
    }
}
