package io.carteggio.extract;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;
import org.apache.poi.hssf.usermodel.HSSFWorkbook;
import org.apache.poi.poifs.crypt.EncryptionInfo;
import org.apache.poi.poifs.crypt.EncryptionMode;
import org.apache.poi.poifs.crypt.Encryptor;
import org.apache.poi.poifs.filesystem.POIFSFileSystem;
import org.apache.poi.ss.usermodel.Workbook;
import org.apache.poi.xslf.usermodel.XMLSlideShow;
import org.apache.poi.xssf.usermodel.XSSFWorkbook;
import org.apache.poi.xwpf.usermodel.XWPFDocument;

/// Attachments of all kinds, made here.
final class Samples {
    private Samples() {}

    static byte[] pdf(String text) throws IOException {
        try (PDDocument document = new PDDocument()) {
            page(document, text);
            return saved(document);
        }
    }

    private static void page(PDDocument document, String text) throws IOException {
        PDPage page = new PDPage();
        document.addPage(page);
        try (PDPageContentStream content = new PDPageContentStream(document, page)) {
            content.beginText();
            content.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), 12);
            content.newLineAtOffset(50, 700);
            content.showText(text);
            content.endText();
        }
    }

    private static byte[] saved(PDDocument document) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        document.save(out);
        return out.toByteArray();
    }

    /// A page without a word, as a scanner makes it.
    static byte[] scan() throws IOException {
        try (PDDocument document = new PDDocument()) {
            document.addPage(new PDPage());
            return saved(document);
        }
    }

    /// @param user empty where anybody may read it, and only changing it takes a password
    static byte[] protectedPdf(String text, String user) throws IOException {
        try (PDDocument document = new PDDocument()) {
            page(document, text);
            document.protect(new StandardProtectionPolicy("owner", user, new AccessPermission()));
            return saved(document);
        }
    }

    static byte[] docx(String text) throws IOException {
        try (XWPFDocument document = new XWPFDocument()) {
            document.createParagraph().createRun().setText(text);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            document.write(out);
            return out.toByteArray();
        }
    }

    static byte[] xlsx(String text) throws IOException {
        try (Workbook book = new XSSFWorkbook()) {
            return sheet(book, text);
        }
    }

    static byte[] xls(String text) throws IOException {
        try (Workbook book = new HSSFWorkbook()) {
            return sheet(book, text);
        }
    }

    private static byte[] sheet(Workbook book, String text) throws IOException {
        book.createSheet("sheet").createRow(0).createCell(0).setCellValue(text);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        book.write(out);
        return out.toByteArray();
    }

    static byte[] pptx(String text) throws IOException {
        try (XMLSlideShow show = new XMLSlideShow()) {
            show.createSlide().createTextBox().setText(text);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            show.write(out);
            return out.toByteArray();
        }
    }

    static byte[] lockedXlsx(String text) throws Exception {
        try (POIFSFileSystem files = new POIFSFileSystem()) {
            Encryptor encryptor = new EncryptionInfo(EncryptionMode.agile).getEncryptor();
            encryptor.confirmPassword("secret");
            try (OutputStream sealed = encryptor.getDataStream(files)) {
                new ByteArrayInputStream(xlsx(text)).transferTo(sealed);
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            files.writeFilesystem(out);
            return out.toByteArray();
        }
    }

    static byte[] odt(String text) throws IOException {
        String content = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content"
                + " xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\""
                + " xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" office:version=\"1.2\">"
                + "<office:body><office:text><text:p>" + text
                + "</text:p></office:text></office:body></office:document-content>";
        return zip(
                new String[] {"mimetype", "application/vnd.oasis.opendocument.text"},
                new String[] {"content.xml", content});
    }

    static byte[] rtf(String text) {
        return ("{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}\\f0 " + text + "\\par}").getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] zip(String[]... entries) throws IOException {
        byte[][] octets = new byte[entries.length][];
        String[] names = new String[entries.length];
        for (int i = 0; i < entries.length; i++) {
            names[i] = entries[i][0];
            octets[i] = entries[i][1].getBytes(StandardCharsets.UTF_8);
        }
        return zip(names, octets);
    }

    static byte[] zip(String[] names, byte[][] octets) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (int i = 0; i < names.length; i++) {
                zip.putNextEntry(new ZipEntry(names[i]));
                zip.write(octets[i]);
                zip.closeEntry();
            }
        }
        return out.toByteArray();
    }

    static byte[] gzip(byte[] octets) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(octets);
        }
        return out.toByteArray();
    }

    /// Hundreds of megabytes of words in a few hundred kilobytes.
    static byte[] bomb(String name, int megabytes) throws IOException {
        byte[] megabyte =
                "all work and no play makes Jack a dull boy\n".repeat(25_000).getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry(name));
            for (int i = 0; i < megabytes; i++) {
                zip.write(megabyte);
            }
            zip.closeEntry();
        }
        return out.toByteArray();
    }

    static byte[] eml(String text, String name, byte[] attachment) {
        return ("From: a@x\r\nSubject: inner\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                        + "--b\r\nContent-Type: text/plain\r\n\r\n" + text
                        + "\r\n--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment;"
                        + " filename=\"" + name + "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                        + java.util.Base64.getMimeEncoder().encodeToString(attachment) + "\r\n--b--\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }
}
