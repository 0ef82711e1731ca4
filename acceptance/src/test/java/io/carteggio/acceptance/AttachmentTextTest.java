package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Address;
import io.carteggio.server.smtp.SmtpClient;
import io.carteggio.server.smtp.SmtpClient.Way;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// A word in a PDF finds the letter: the program as it is installed, over SMTP, with the real reader of
/// attachments, which somebody kills in the midst of it.
@Tag("peers")
class AttachmentTextTest {
    private static final String JOURNAL = "journal@archive.firm.example";
    private static final String ANNA = "anna@firm.example";

    private Program program = Program.on(Path.of(""));

    @BeforeEach
    void directory() throws IOException {
        program = Program.on(Program.freshDirectory("attachments"));
    }

    @Test
    void aWordInAnAttachmentFindsTheLetterWhateverHappensToTheReader() throws Exception {
        // archived while nobody read attachments
        try (Serving server = program.serve("--no-attachment-text")) {
            program.ask("source", "add", "reports", "--smtp", JOURNAL).done();
            program.ask("person", "add", "Anna", ANNA).done();
            program.ask("person", "add", "Bert", "bert@firm.example").done();
            deliver(server, "early", "early.pdf", pdf("earlyword"));
            program.awaitIndexed();
            assertThat(program.search("Anna", "earlyword")).isEmpty();
            assertThat(program.search("Anna", "unsearched:waiting")).hasSize(1);
        }
        try (Serving server = program.serve()) {
            deliver(server, "pdf", "a.pdf", pdf("pdfword"));
            deliver(server, "docx", "a.docx", docx("docxword"));
            deliver(server, "zip", "a.zip", zip("in.pdf", pdf("zipword")));
            deliver(server, "letter", "a.eml", letter("inner.pdf", pdf("innerword")));
            deliver(server, "bomb", "bomb.zip", bomb());
            deliver(server, "damaged", "half.pdf", Arrays.copyOf(pdf("lostword"), 70));
            program.ask("text", "read", "--seconds", "120").done();
            for (String word : List.of("earlyword", "pdfword", "docxword", "zipword", "innerword")) {
                assertThat(program.search("Anna", word)).as(word).hasSize(1);
                assertThat(program.search("Anna", "attachment:" + word))
                        .as(word)
                        .hasSize(1);
                assertThat(program.search("Bert", word)).as("not his letter").isEmpty();
            }
            assertThat(program.search("Anna", "unsearched:cut")).hasSize(1);
            assertThat(program.search("Anna", "unsearched:damaged")).hasSize(1);
            assertThat(program.search("Anna", "is:unsearched")).hasSize(2);
            JsonNode text = program.ask("text", "--json").done().json();
            assertThat(text.path("waiting").longValue()).isZero();
            assertThat(text.path("notFullySearched").longValue()).isEqualTo(2);
            System.out.println("AttachmentTextTest: " + text);

            List<ProcessHandle> readers = readers();
            assertThat(readers).as("what reads is a process of its own").isNotEmpty();
            readers.forEach(ProcessHandle::destroyForcibly);
            deliver(server, "after", "after.pdf", pdf("afterword"));
            program.ask("text", "read", "--seconds", "120").done();
            assertThat(program.search("Anna", "afterword")).hasSize(1);
            assertThat(metrics(server))
                    .contains("carteggio_unsearched_letters{why=\"waiting\"} 0")
                    .contains("carteggio_unsearched_letters{why=\"damaged\"} 1")
                    .contains("carteggio_attachments_reading 1");

            String id = program.find("Anna", "pdfword").orElseThrow();
            JsonNode shown = program.ask(
                            "show", program.find("Anna", "unsearched:damaged").orElseThrow(), "--json")
                    .done()
                    .json();
            assertThat(shown.path("unsearched").get(0).path("name").stringValue())
                    .isEqualTo("half.pdf");
            program.ask("check").done();
            program.ask("erase", id, "--reason", "asked for").done();
            assertThat(program.search("Anna", "pdfword")).isEmpty();
            program.ask("check").done();
        }
        assertThat(readers()).as("no reader outlives the server").isEmpty();
        assertThat(filesWith(backwards("pdfword")))
                .as("of what was erased no word is left")
                .isEmpty();
        try (Serving server = program.serve()) {
            assertThat(server.printed()).contains("Carteggio is running");
            assertThat(program.search("Anna", "docxword"))
                    .as("what was read is there at once")
                    .hasSize(1);
        }
    }

    private static List<ProcessHandle> readers() {
        return ProcessHandle.allProcesses()
                .filter(p -> p.info().commandLine().orElse("").contains("io.carteggio.extract.Main"))
                .filter(p -> p.info()
                        .commandLine()
                        .orElse("")
                        .contains(Program.root().toString()))
                .filter(ProcessHandle::isAlive)
                .toList();
    }

    private List<Path> filesWith(String word) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(program.data())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.readString(file, StandardCharsets.ISO_8859_1)
                        .toLowerCase(Locale.ROOT)
                        .contains(word)) {
                    found.add(file);
                }
            }
        }
        return found;
    }

    private static String metrics(Serving server) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create(server.url() + "/metrics"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    private static void deliver(Serving server, String name, String file, byte[] attachment) throws IOException {
        String type = file.endsWith(".eml") ? "message/rfc822" : "application/octet-stream";
        boolean plain = file.endsWith(".eml");
        String head = String.join(
                "\r\n",
                "From: x@outside.example",
                "To: " + ANNA,
                "Subject: letter " + name,
                "Message-ID: <" + name + "@outside.example>",
                "Date: Tue, 17 Mar 2026 09:12:00 +0000",
                "MIME-Version: 1.0",
                "Content-Type: multipart/mixed; boundary=outer",
                "",
                "--outer",
                "",
                "see the attachment",
                "--outer",
                "Content-Type: " + type,
                "Content-Disposition: attachment; filename=\"" + file + "\"",
                plain ? "" : "Content-Transfer-Encoding: base64\r\n",
                "");
        ByteArrayOutputStream mail = new ByteArrayOutputStream();
        mail.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        mail.writeBytes(plain ? attachment : Base64.getMimeEncoder().encode(attachment));
        mail.writeBytes("\r\n--outer--\r\n".getBytes(StandardCharsets.US_ASCII));
        Post post = new Post(
                "x@outside.example",
                "letter " + name,
                "<" + name + "@outside.example>",
                List.of("To: " + ANNA),
                mail.toByteArray());
        try (SmtpClient client = SmtpClient.connect(server.smtp(), "exchange.firm.example", Duration.ofSeconds(20))) {
            var outcome = client.send(
                    Optional.of(new Address("postmaster@firm.example")),
                    List.of(new Address(JOURNAL)),
                    post.report(),
                    Way.DATA);
            assertThat(outcome.kept()).as("%s", outcome).isTrue();
        }
    }

    /// A word beside it that nobody looks for: what is looked for stands in the audit trail, for good.
    private static String backwards(String word) {
        return new StringBuilder(word).reverse().toString();
    }

    private static byte[] pdf(String word) {
        String page = "BT /F1 12 Tf 50 700 Td (the " + word + " stands here, and " + backwards(word) + ") Tj ET";
        List<String> objects = List.of(
                "<< /Type /Catalog /Pages 2 0 R >>",
                "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
                        + " /Resources << /Font << /F1 5 0 R >> >> >>",
                "<< /Length " + page.length() + " >>\nstream\n" + page + "\nendstream",
                "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
        StringBuilder pdf = new StringBuilder("%PDF-1.4\n");
        StringBuilder table = new StringBuilder("0000000000 65535 f \n");
        for (int i = 0; i < objects.size(); i++) {
            table.append(String.format(Locale.ROOT, "%010d 00000 n \n", pdf.length()));
            pdf.append(i + 1).append(" 0 obj\n").append(objects.get(i)).append("\nendobj\n");
        }
        int at = pdf.length();
        pdf.append("xref\n0 6\n").append(table).append("trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n");
        return pdf.append(at).append("\n%%EOF\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] docx(String word) throws IOException {
        String types =
                "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
                        + "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
                        + "<Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument"
                        + ".wordprocessingml.document.main+xml\"/></Types>";
        String relations = "<?xml version=\"1.0\"?><Relationships"
                + " xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\""
                + " Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\""
                + " Target=\"word/document.xml\"/></Relationships>";
        String document = "<?xml version=\"1.0\"?><w:document"
                + " xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:p><w:r><w:t>the "
                + word + " stands here</w:t></w:r></w:p></w:body></w:document>";
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            entry(zip, "[Content_Types].xml", types.getBytes(StandardCharsets.UTF_8));
            entry(zip, "_rels/.rels", relations.getBytes(StandardCharsets.UTF_8));
            entry(zip, "word/document.xml", document.getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }

    private static void entry(ZipOutputStream zip, String name, byte[] octets) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(octets);
        zip.closeEntry();
    }

    private static byte[] zip(String name, byte[] octets) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            entry(zip, name, octets);
        }
        return out.toByteArray();
    }

    /// 300 MB of words in some hundred kilobytes.
    private static byte[] bomb() throws IOException {
        byte[] megabyte = "all work and no play\n".repeat(50_000).getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("a.txt"));
            for (int i = 0; i < 300; i++) {
                zip.write(megabyte);
            }
            zip.closeEntry();
        }
        return out.toByteArray();
    }

    private static byte[] letter(String name, byte[] octets) {
        return ("From: y@outside.example\r\nSubject: inside\r\nMIME-Version: 1.0\r\n"
                        + "Content-Type: application/pdf; name=\"" + name
                        + "\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                        + Base64.getMimeEncoder().encodeToString(octets) + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }
}
