package io.carteggio.server.demo;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Files of the kinds that offices attach, small and valid, written here without any library.
final class Enclosures {
    static final String PDF = "application/pdf";
    static final String PNG = "image/png";
    static final String DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    static final String XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    static final String CSV = "text/csv";
    static final String ZIP = "application/zip";
    static final String ICS = "application/ics";
    static final String TXT = "text/plain";
    static final String VCF = "text/vcard";
    static final String EML = "message/rfc822";

    private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");
    private static final int LINES_A_PAGE = 48;
    private static final String XML = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
    private static final String PACKAGE = "http://schemas.openxmlformats.org/package/2006/";
    private static final String OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

    private Enclosures() {}

    /// A PDF 1.4 (ISO 32000-1) in Helvetica with its text to be found. Characters outside windows-1252 are left out.
    static Enclosure pdf(String name, String title, List<String> lines) {
        List<byte[]> pages = new ArrayList<>();
        for (int from = 0; from == 0 || from < lines.size(); from += LINES_A_PAGE) {
            StringBuilder page = new StringBuilder("BT\n/F1 16 Tf\n56 786 Td\n");
            page.append('(').append(pdfString(title)).append(") Tj\n/F1 10 Tf\n0 -28 Td\n14 TL\n");
            for (String line : lines.subList(from, Math.min(lines.size(), from + LINES_A_PAGE))) {
                page.append('(').append(pdfString(line)).append(") Tj T*\n");
            }
            pages.add(deflated(page.append("ET\n").toString().getBytes(WINDOWS_1252)));
        }
        StringBuilder kids = new StringBuilder();
        for (int i = 0; i < pages.size(); i++) {
            kids.append(5 + 2 * i).append(" 0 R ");
        }
        List<byte[]> objects = new ArrayList<>();
        objects.add(ascii("<< /Type /Catalog /Pages 2 0 R >>"));
        objects.add(ascii("<< /Type /Pages /Count " + pages.size() + " /Kids [ " + kids + "] >>"));
        objects.add(ascii("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"));
        objects.add(("<< /Title (" + pdfString(title) + ") /Producer (Meridiana ERP) >>").getBytes(WINDOWS_1252));
        for (int i = 0; i < pages.size(); i++) {
            objects.add(ascii("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"
                    + " /Resources << /Font << /F1 3 0 R >> >> /Contents " + (6 + 2 * i) + " 0 R >>"));
            ByteArrayOutputStream stream = new ByteArrayOutputStream();
            stream.writeBytes(ascii("<< /Filter /FlateDecode /Length " + pages.get(i).length + " >>\nstream\n"));
            stream.writeBytes(pages.get(i));
            stream.writeBytes(ascii("\nendstream"));
            objects.add(stream.toByteArray());
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("%PDF-1.4\n%âãÏÓ\n".getBytes(StandardCharsets.ISO_8859_1));
        StringBuilder table = new StringBuilder("0000000000 65535 f \n");
        for (int i = 0; i < objects.size(); i++) {
            table.append(String.format(Locale.ROOT, "%010d 00000 n \n", out.size()));
            out.writeBytes(ascii((i + 1) + " 0 obj\n"));
            out.writeBytes(objects.get(i));
            out.writeBytes(ascii("\nendobj\n"));
        }
        int tableAt = out.size();
        int count = objects.size() + 1;
        out.writeBytes(ascii("xref\n0 " + count + "\n" + table + "trailer\n<< /Size " + count
                + " /Root 1 0 R /Info 4 0 R >>\nstartxref\n" + tableAt + "\n%%EOF\n"));
        return new Enclosure(name, PDF, out.toByteArray());
    }

    private static String pdfString(String s) {
        StringBuilder kept = new StringBuilder();
        CharsetEncoder encoder = WINDOWS_1252.newEncoder();
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (encoder.canEncode(c)) {
                kept.append(c == '(' || c == ')' || c == '\\' ? "\\" : "").append(c);
            }
        }
        return kept.toString();
    }

    private static byte[] deflated(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(Deflater.BEST_SPEED);
        try (DeflaterOutputStream stream = new DeflaterOutputStream(out, deflater)) {
            stream.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // cannot be: it goes to memory
        } finally {
            deflater.end();
        }
        return out.toByteArray();
    }

    /// A "photograph": soft light over a tiled floor with some grain, as a truecolour PNG (ISO/IEC 15948).
    static Enclosure photo(String name, int width, int height, Chance chance) {
        int tile = chance.between(width / 9, width / 5);
        int[] base = {chance.between(90, 200), chance.between(80, 180), chance.between(60, 160)};
        double lightX = chance.share() * width;
        double lightY = chance.share() * height;
        byte[] grain = chance.bytes(1 << 12);
        byte[] rows = new byte[(width * 3 + 1) * height];
        int at = 0;
        for (int y = 0; y < height; y++) {
            rows[at++] = 0; // no filter
            for (int x = 0; x < width; x++) {
                double light = 1.25 - Math.hypot(x - lightX, y - lightY) / (width + height);
                boolean joint = x % tile < 3 || y % tile < 3;
                int speckle = grain[(x * 31 + y * 57) & 0xfff] & 15;
                for (int channel : base) {
                    rows[at++] = (byte) Math.clamp((long) ((joint ? 40 : channel) * light) + speckle, 0, 255);
                }
            }
        }
        return new Enclosure(name, PNG, png(width, height, rows));
    }

    /// A small picture in one colour with a bright diagonal: a logo.
    static Enclosure logo(String name, int size, Chance chance) {
        int[] colour = {chance.between(20, 120), chance.between(40, 140), chance.between(80, 200)};
        byte[] rows = new byte[(size * 3 + 1) * size];
        int at = 0;
        for (int y = 0; y < size; y++) {
            rows[at++] = 0;
            for (int x = 0; x < size; x++) {
                boolean bright = Math.abs(x - y) < size / 8;
                for (int channel : colour) {
                    rows[at++] = (byte) (bright ? 245 : channel);
                }
            }
        }
        return new Enclosure(name, PNG, png(size, size, rows));
    }

    private static byte[] png(int width, int height, byte[] rows) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        try (DataOutputStream data = new DataOutputStream(header)) {
            data.writeInt(width);
            data.writeInt(height);
            data.write(new byte[] {8, 2, 0, 0, 0}); // 8 bits a channel, truecolour
            chunk(out, "IHDR", header.toByteArray());
            chunk(out, "IDAT", deflated(rows));
            chunk(out, "IEND", new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream out, String type, byte[] content) throws IOException {
        byte[] name = ascii(type);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(content);
        DataOutputStream data = new DataOutputStream(out);
        data.writeInt(content.length);
        data.write(name);
        data.write(content);
        data.writeInt((int) crc.getValue());
        data.flush();
    }

    /// A Word document of one heading and paragraphs (ECMA-376 part 1).
    static Enclosure docx(String name, String heading, List<String> paragraphs, Instant when) {
        StringBuilder body = new StringBuilder("<w:p><w:r><w:rPr><w:b/><w:sz w:val=\"32\"/></w:rPr><w:t>")
                .append(xml(heading))
                .append("</w:t></w:r></w:p>");
        for (String paragraph : paragraphs) {
            body.append("<w:p><w:r><w:t xml:space=\"preserve\">")
                    .append(xml(paragraph))
                    .append("</w:t></w:r></w:p>");
        }
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("[Content_Types].xml", contentTypes("/word/document.xml", DOCX + ".main+xml", ""));
        files.put("_rels/.rels", relations(OFFICE + "/officeDocument", "word/document.xml"));
        files.put(
                "word/document.xml",
                utf8(XML + "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">"
                        + "<w:body>" + body + "</w:body></w:document>"));
        return new Enclosure(name, DOCX, zip(files, when));
    }

    /// An Excel workbook of one sheet (ECMA-376 part 1). Cells that read as numbers are numbers.
    static Enclosure xlsx(String name, String sheet, List<List<String>> rows, Instant when) {
        StringBuilder data = new StringBuilder();
        for (int r = 0; r < rows.size(); r++) {
            data.append("<row r=\"").append(r + 1).append("\">");
            for (int c = 0; c < rows.get(r).size(); c++) {
                String cell = rows.get(r).get(c);
                String place = (char) ('A' + c) + Integer.toString(r + 1);
                if (cell.matches("-?[0-9]+(\\.[0-9]+)?")) {
                    data.append("<c r=\"" + place + "\"><v>" + cell + "</v></c>");
                } else {
                    data.append("<c r=\"" + place + "\" t=\"inlineStr\"><is><t>" + xml(cell) + "</t></is></c>");
                }
            }
            data.append("</row>");
        }
        String main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
        String sheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml";
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put(
                "[Content_Types].xml",
                contentTypes(
                        "/xl/workbook.xml",
                        XLSX + ".main+xml",
                        "<Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"" + sheetType + "\"/>"));
        files.put("_rels/.rels", relations(OFFICE + "/officeDocument", "xl/workbook.xml"));
        files.put(
                "xl/workbook.xml",
                utf8(XML + "<workbook " + main + " xmlns:r=\"" + OFFICE + "\"><sheets><sheet name=\"" + xml(sheet)
                        + "\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"));
        files.put("xl/_rels/workbook.xml.rels", relations(OFFICE + "/worksheet", "worksheets/sheet1.xml"));
        files.put(
                "xl/worksheets/sheet1.xml",
                utf8(XML + "<worksheet " + main + "><sheetData>" + data + "</sheetData></worksheet>"));
        return new Enclosure(name, XLSX, zip(files, when));
    }

    private static byte[] contentTypes(String part, String type, String more) {
        return utf8(XML + "<Types xmlns=\"" + PACKAGE + "content-types\">"
                + "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
                + "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
                + "<Override PartName=\"" + part + "\" ContentType=\"" + type + "\"/>" + more + "</Types>");
    }

    private static byte[] relations(String type, String target) {
        return utf8(XML + "<Relationships xmlns=\"" + PACKAGE + "relationships\"><Relationship Id=\"rId1\" Type=\""
                + type + "\" Target=\"" + target + "\"/></Relationships>");
    }

    static Enclosure zip(String name, List<Enclosure> files, Instant when) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        files.forEach(f -> entries.put(f.name(), f.bytes()));
        return new Enclosure(name, ZIP, zip(entries, when));
    }

    private static byte[] zip(Map<String, byte[]> files, Instant when) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                ZipEntry entry = new ZipEntry(file.getKey());
                // local time, given: the machine's zone must not show in the octets
                entry.setTimeLocal(LocalDateTime.ofInstant(when, ZoneOffset.UTC).withNano(0));
                zip.putNextEntry(entry);
                zip.write(file.getValue());
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /// RFC 4180, in UTF-8, with the semicolons of continental spreadsheets.
    static Enclosure csv(String name, List<List<String>> rows) {
        StringBuilder out = new StringBuilder();
        for (List<String> row : rows) {
            out.append(String.join(";", row.stream().map(Enclosures::csvCell).toList()))
                    .append("\r\n");
        }
        return new Enclosure(name, CSV, utf8(out.toString()));
    }

    private static String csvCell(String s) {
        return s.contains(";") || s.contains("\"") ? "\"" + s.replace("\"", "\"\"") + "\"" : s;
    }

    static Enclosure text(String name, List<String> lines) {
        return new Enclosure(name, TXT, utf8(String.join("\r\n", lines) + "\r\n"));
    }

    /// A vCard 4.0 (RFC 6350).
    static Enclosure card(String name, String full, String firm, String title, String address, String phone) {
        return new Enclosure(
                name,
                VCF,
                utf8("BEGIN:VCARD\r\nVERSION:4.0\r\nFN:" + full + "\r\nORG:" + firm + "\r\nTITLE:" + title
                        + "\r\nEMAIL;TYPE=work:" + address + "\r\nTEL;TYPE=work;VALUE=uri:tel:" + phone
                        + "\r\nEND:VCARD\r\n"));
    }

    /// An iTIP object (RFC 5545, 5546) in lines that end with LF.
    static String calendar(
            String method,
            String uid,
            String summary,
            String place,
            Instant stamp,
            Instant start,
            Instant end,
            String organizer,
            List<String> attendees) {
        List<String> lines = new ArrayList<>(List.of(
                "BEGIN:VCALENDAR",
                "PRODID:-//Meridiana//Agenda//IT",
                "VERSION:2.0",
                "METHOD:" + method,
                "BEGIN:VEVENT",
                "UID:" + uid,
                "DTSTAMP:" + utc(stamp),
                "DTSTART:" + utc(start),
                "DTEND:" + utc(end),
                "SUMMARY:" + icsText(summary),
                "LOCATION:" + icsText(place),
                "ORGANIZER:mailto:" + organizer));
        for (String attendee : attendees) {
            lines.add("ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT="
                    + (method.equals("REPLY") ? "ACCEPTED" : "NEEDS-ACTION;RSVP=TRUE") + ":mailto:" + attendee);
        }
        lines.addAll(List.of("SEQUENCE:0", "STATUS:CONFIRMED", "END:VEVENT", "END:VCALENDAR"));
        StringBuilder out = new StringBuilder();
        for (String line : lines) {
            out.append(folded(line)).append('\n');
        }
        return out.toString();
    }

    /// RFC 5545 3.1: no line over 75 octets, never cut inside a character.
    private static String folded(String line) {
        StringBuilder out = new StringBuilder();
        int octets = 0;
        for (int c : line.codePoints().toArray()) {
            int size = Character.toString(c).getBytes(StandardCharsets.UTF_8).length;
            if (octets + size > 74) {
                out.append("\n ");
                octets = 1;
            }
            out.appendCodePoint(c);
            octets += size;
        }
        return out.toString();
    }

    private static String icsText(String s) {
        return s.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,");
    }

    private static String utc(Instant when) {
        return DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT)
                .withZone(ZoneOffset.UTC)
                .format(when);
    }

    static String xml(String s) {
        return s.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    private static byte[] ascii(String s) {
        return s.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] utf8(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }
}
