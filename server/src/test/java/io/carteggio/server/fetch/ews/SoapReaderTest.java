package io.carteggio.server.fetch.ews;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.server.fetch.ews.SoapReader.Malformed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What a hostile server says: XML and base64.
class SoapReaderTest {
    /// Reads as the driver does: goes through elements, a mail among them.
    private static String read(InputStream in) throws IOException {
        SoapReader reader = new SoapReader(in);
        StringBuilder seen = new StringBuilder();
        if (reader.child()) {
            walk(reader, seen);
        }
        reader.finish();
        return seen.toString();
    }

    private static void walk(SoapReader reader, StringBuilder seen) throws IOException {
        seen.append('<').append(reader.name()).append('>');
        switch (reader.name()) {
            case "text" -> seen.append(reader.text());
            case "mail" -> {
                ByteArrayOutputStream mail = new ByteArrayOutputStream();
                Optional<String> fault = reader.base64(mail);
                seen.append(fault.orElse(mail.toString(StandardCharsets.ISO_8859_1)));
            }
            case "skip" -> reader.skip();
            default -> {
                while (reader.child()) {
                    walk(reader, seen);
                }
            }
        }
    }

    private static String read(String xml) throws IOException {
        return read(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void elementsAreGoneThrough() throws IOException {
        assertThat(read("<?xml version='1.0'?><!-- c --><a x='1'> <text> 1 &lt; 2<b>no</b>&#x20;3 </text><?p i?>"
                        + "<skip><a><b/></a></skip><mail>QU JD\nRA==</mail><mail><![CDATA[QUJD]]></mail></a> "))
                .isEqualTo("<a><text>1 < 2 3<skip><mail>ABCD<mail>ABC");
        SoapReader reader = new SoapReader(new ByteArrayInputStream("<a x='1'/>".getBytes(StandardCharsets.UTF_8)));
        assertThat(reader.child()).isTrue();
        assertThat(reader.attribute("x")).contains("1");
        assertThat(reader.attribute("y")).isEmpty();
    }

    @Test
    void hostileXmlIsRefused() {
        String bomb =
                "<!DOCTYPE a [<!ENTITY b0 'x'>" + "<!ENTITY b1 '&b0;&b0;&b0;&b0;&b0;&b0;&b0;&b0;'>".repeat(9) + "]>";
        Map<String, String> table = new LinkedHashMap<>();
        table.put("a document type", "<!DOCTYPE a><a/>");
        table.put("one from elsewhere", "<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/a.dtd'><a/>");
        table.put("a file", "<!DOCTYPE a [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><a><text>&f;</text></a>");
        table.put("a parameter", "<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://127.0.0.1:1/'> %p;]><a/>");
        table.put("a bomb", bomb + "<a><text>&b1;</text></a>");
        table.put("an entity that is not declared", "<a><text>&nbsp;</text></a>");
        table.put("one in an attribute", "<a x='&e;'/>");
        table.put("two roots", "<a/><a/>");
        table.put("text behind the root", "<a/>text");
        table.put("no XML", "HTTP/1.1 200 OK\r\n");
        table.put("a prefix that is not declared", "<s:a/>");
        table.put("an attribute twice", "<a x='1' x='2'/>");
        table.put("crossed", "<a><b></a></b>");
        table.put("a character that XML has not", "<a><text>&#0;</text></a>");
        table.put("the same, raw", "<a><text>\u0001</text></a>");
        table.put("too deep", "<a>".repeat(SoapReader.DEPTH_LIMIT + 1) + "</a>".repeat(SoapReader.DEPTH_LIMIT + 1));
        table.put("a long text", "<a><text>" + "x".repeat(SoapReader.TEXT_LIMIT + 1) + "</text></a>");
        table.put("a long attribute", "<a x='" + "x".repeat(2 * SoapReader.MARKUP_LIMIT_BYTES) + "'/>");
        table.put("a long name", "<" + "x".repeat(2 * SoapReader.MARKUP_LIMIT_BYTES) + "/>");
        table.put("a long comment", "<a><!-- " + "x".repeat(2 * SoapReader.MARKUP_LIMIT_BYTES) + " --></a>");
        table.put("a long instruction", "<a><?p " + "x".repeat(2 * SoapReader.MARKUP_LIMIT_BYTES) + "?></a>");
        StringBuilder attributes = new StringBuilder("<a");
        for (int i = 0; i < 5_000; i++) {
            attributes.append(" x").append(i).append("='1'");
        }
        table.put("many attributes", attributes.append("/>").toString());
        table.forEach(
                (name, xml) -> assertThatThrownBy(() -> read(xml)).as(name).isInstanceOf(Malformed.class));
    }

    @Test
    void theDeepestAndTheLongestThatMayBe() throws IOException {
        int deep = SoapReader.DEPTH_LIMIT;
        assertThat(read("<a>".repeat(deep) + "</a>".repeat(deep))).hasSize(3 * deep);
        assertThat(read("<text>" + "x".repeat(SoapReader.TEXT_LIMIT) + "</text>"))
                .hasSize(6 + SoapReader.TEXT_LIMIT);
    }

    @Test
    void octetsThatAreNoUtf8AreRefused() {
        byte[] xml = "<a><text>??</text></a>".getBytes(StandardCharsets.UTF_8);
        xml[9] = (byte) 0xc3;
        xml[10] = (byte) 0x28;
        assertThatThrownBy(() -> read(new ByteArrayInputStream(xml))).isInstanceOf(IOException.class);
    }

    @Test
    void aCutAnywhereIsACut() {
        String xml = "<?xml version='1.0'?><a x='1'><text>1</text><mail>QUJD</mail><!-- c --></a>";
        for (int length = 0; length < xml.length(); length++) {
            String cut = xml.substring(0, length);
            assertThatThrownBy(() -> read(cut)).as(cut).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void troubleOfTheConnectionStaysWhatItIs() {
        IOException broken = new IOException("broken");
        InputStream in = new InputStream() {
            private int at;

            @Override
            public int read() throws IOException {
                if (at == 4) {
                    throw broken;
                }
                return "<a><".charAt(at++);
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                into[offset] = (byte) read();
                return 1;
            }
        };
        assertThatThrownBy(() -> read(in)).isSameAs(broken);
    }

    @Test
    void noiseIsReadOrRefused() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] good = ("<?xml version='1.0' encoding='utf-8'?><s:a xmlns:s='u' x='1'><text>1 &amp; 2</text>"
                        + "<mail>QUJDREVGRw==</mail><skip><b/></skip><![CDATA[c]]><!-- d --></s:a>")
                .getBytes(StandardCharsets.UTF_8);
        for (int round = 0; round < 20_000; round++) {
            byte[] bad = good.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                bad[random.nextInt(bad.length)] =
                        (byte) (random.nextInt(4) == 0 ? random.nextInt() : "<>&;'/=!-][".charAt(random.nextInt(11)));
            }
            try {
                assertThat(read(new ByteArrayInputStream(bad))).isNotNull();
            } catch (IOException e) {
                assertThat(e.getMessage()).isNotNull();
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ": " + new String(bad, StandardCharsets.ISO_8859_1), e);
            }
        }
    }

    // ---- base64 ----

    @Test
    void base64ComesInPiecesCutAnywhere() throws IOException {
        Random random = new Random(1);
        for (int length = 1; length < 400; length++) {
            byte[] octets = new byte[length * (length % 50 == 0 ? 100 : 1)];
            random.nextBytes(octets);
            char[] text = Base64.getMimeEncoder(76, new byte[] {'\r', '\n'})
                    .encodeToString(octets)
                    .toCharArray();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            Base64Text decoder = new Base64Text(out);
            for (int at = 0; at < text.length; ) {
                int piece = Math.min(text.length - at, random.nextInt(10));
                decoder.take(text, at, piece);
                at += piece;
            }
            assertThat(decoder.end()).isEmpty();
            assertThat(Arrays.equals(out.toByteArray(), octets))
                    .as("%s octets", length)
                    .isTrue();
        }
    }

    @Test
    void badBase64IsTold() throws IOException {
        Map<String, String> table = Map.of(
                "", "empty",
                "  ", "empty",
                "QUI", "its end is missing",
                "Q", "its end is missing",
                "QQ=", "its end is missing",
                "=QUI", "padding in the wrong place",
                "QUJD=", "padding in the wrong place",
                "QQ===", "padding in the wrong place",
                "QQ==QUJD", "something after the padding",
                "QUJD-", "a character that base64 does not have, after 3 octets");
        for (Map.Entry<String, String> row : table.entrySet()) {
            Base64Text decoder = new Base64Text(OutputStream.nullOutputStream());
            decoder.take(row.getKey().toCharArray(), 0, row.getKey().length());
            assertThat(decoder.end().orElse("good")).as(row.getKey()).contains(row.getValue());
        }
    }
}
