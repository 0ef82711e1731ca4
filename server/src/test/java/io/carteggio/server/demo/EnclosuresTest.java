package io.carteggio.server.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnclosuresTest {
    private static final Instant WHEN = Instant.parse("2026-03-04T09:30:00Z");

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 48, 49, 500})
    void aPdfsTablePointsAtItsObjectsAndItsTextIsThere(int lines) throws IOException {
        String[] text = new String[lines];
        Arrays.setAll(text, i -> "Zeile " + i + " (für \\ 5 €)");
        byte[] pdf = Enclosures.pdf("x.pdf", "Rechnung", List.of(text)).bytes();
        String latin = new String(pdf, ISO_8859_1);

        assertThat(latin).startsWith("%PDF-1.4\n").endsWith("%%EOF\n");
        int table = Integer.parseInt(between(latin, "startxref\n", "\n"));
        assertThat(latin)
                .startsWith("%PDF")
                .satisfies(p -> assertThat(p.substring(table)).startsWith("xref\n0 "));
        Matcher entries = Pattern.compile("(\\d{10}) 00000 n \n").matcher(latin.substring(table));
        int number = 0;
        while (entries.find()) {
            assertThat(latin.substring(Integer.parseInt(entries.group(1)))).startsWith(++number + " 0 obj\n");
        }
        StringBuilder found = new StringBuilder();
        Matcher streams = Pattern.compile("/Length (\\d+) >>\nstream\n").matcher(latin);
        while (streams.find()) {
            byte[] stream = Arrays.copyOfRange(pdf, streams.end(), streams.end() + Integer.parseInt(streams.group(1)));
            try (InflaterInputStream inflater = new InflaterInputStream(new ByteArrayInputStream(stream))) {
                found.append(new String(inflater.readAllBytes(), Charset.forName("windows-1252")));
            }
        }
        assertThat(found.toString()).contains("(Rechnung) Tj");
        for (int i = 0; i < lines; i++) {
            assertThat(found.toString()).contains("(Zeile " + i + " \\(für \\\\ 5 €\\)) Tj");
        }
    }

    @Test
    void pngsAreReadByAnotherProgram() throws IOException {
        BufferedImage photo = ImageIO.read(new ByteArrayInputStream(
                Enclosures.photo("p.png", 300, 225, new Chance(1)).bytes()));
        BufferedImage logo = ImageIO.read(new ByteArrayInputStream(
                Enclosures.logo("l.png", 96, new Chance(1)).bytes()));

        assertThat(photo.getWidth()).isEqualTo(300);
        assertThat(photo.getHeight()).isEqualTo(225);
        assertThat(logo.getRGB(50, 50)).isEqualTo(0xfff5f5f5);
    }

    @Test
    void officeFilesAreWellFormedPackages() throws Exception {
        Map<String, byte[]> docx = unzipped(Enclosures.docx("a.docx", "A & B", List.of("<eins>", "δύο"), WHEN)
                .bytes());
        Map<String, byte[]> xlsx = unzipped(
                Enclosures.xlsx("a.xlsx", "S\"1", List.of(List.of("Art.", "12.50"), List.of("x<y", "-3")), WHEN)
                        .bytes());

        assertThat(docx).containsOnlyKeys("[Content_Types].xml", "_rels/.rels", "word/document.xml");
        assertThat(xml(docx, "word/document.xml")).isEqualTo("A & B<eins>δύο");
        assertThat(xlsx.keySet()).startsWith("[Content_Types].xml").contains("xl/worksheets/sheet1.xml");
        assertThat(xml(xlsx, "xl/worksheets/sheet1.xml")).isEqualTo("Art.12.50x<y-3");
        assertThat(new String(xlsx.getOrDefault("xl/worksheets/sheet1.xml", new byte[0]), UTF_8))
                .contains("<c r=\"B1\"><v>12.50</v></c>");
    }

    @Test
    void calendarLinesAreFoldedWithin75OctetsAndUnfoldToWhatWasMeant() {
        String object = Enclosures.calendar(
                "REQUEST",
                "1@x.example",
                "Σ".repeat(90) + ", a; b\\c",
                "Zürich",
                WHEN,
                WHEN.plusSeconds(3_600),
                WHEN.plusSeconds(7_200),
                "a@x.example",
                List.of("b@x.example"));

        assertThat(object.lines())
                .allSatisfy(l -> assertThat(l.getBytes(UTF_8).length).isLessThanOrEqualTo(75));
        assertThat(object.replace("\n ", "")).contains("SUMMARY:" + "Σ".repeat(90) + "\\, a\\; b\\\\c\n");
        assertThat(object).contains("DTSTART:20260304T103000Z\n");
    }

    @Test
    void csvCellsAreQuotedWhereTheyMust() {
        assertThat(new String(
                        Enclosures.csv("a.csv", List.of(List.of("a", "b;c", "d\"e")))
                                .bytes(),
                        UTF_8))
                .isEqualTo("a;\"b;c\";\"d\"\"e\"\r\n");
    }

    private static String between(String s, String from, String to) {
        int at = s.indexOf(from) + from.length();
        return s.substring(at, s.indexOf(to, at));
    }

    private static String xml(Map<String, byte[]> files, String name) throws Exception {
        return DocumentBuilderFactory.newDefaultNSInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(files.getOrDefault(name, new byte[0])))
                .getDocumentElement()
                .getTextContent();
    }

    private static Map<String, byte[]> unzipped(byte[] zip) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                ByteArrayOutputStream content = new ByteArrayOutputStream();
                in.transferTo(content);
                files.put(entry.getName(), content.toByteArray());
            }
        }
        return files;
    }
}
