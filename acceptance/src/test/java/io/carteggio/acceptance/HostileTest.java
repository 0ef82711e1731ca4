package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.server.smtp.SmtpClient;
import io.carteggio.server.smtp.SmtpClient.Way;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/// The table of hostile input, against one server with a heap of 128 MB: memory is bounded (P9), answers are clear, the
/// next client is served, and what was taken is there byte for byte (P2).
@Tag("peers")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HostileTest {
    private static final String JOURNAL = "journal@archive.firm.example";
    private static final long LARGE_BYTES = 100L << 20;

    /// Heap, code, class data, thread stacks, and what index and catalogue map: far below what a mail in memory costs
    /// a few times over.
    private static final long MEMORY_BOUND_BYTES = 640L << 20;

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final List<Kept> KEPT = new ArrayList<>();

    private static Program program;
    private static Serving server;

    /// What was taken, to be compared at the end.
    private record Kept(String word, Sha256 sum, long sizeBytes) {}

    @BeforeAll
    static void start() throws Exception {
        program = Program.on(Program.freshDirectory("hostile"));
        server = program.withJavaOptions("-Xmx128m").serve();
        program.ask("source", "add", "exchange", "--smtp", JOURNAL).done();
        program.ask("person", "add", "Anna Berg", "anna@firm.example").done();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static SmtpClient connect() throws IOException {
        return SmtpClient.connect(server.smtp(), "exchange.firm.example", Duration.ofSeconds(60));
    }

    private static void deliver(Content report, Way way) throws IOException {
        try (SmtpClient client = connect()) {
            var outcome = client.send(
                    Optional.of(new Address("postmaster@firm.example")), List.of(new Address(JOURNAL)), report, way);
            assertThat(outcome.kept()).as("%s", outcome).isTrue();
        }
    }

    private static String word(String of) {
        return "hostile" + of + NUMBER.incrementAndGet();
    }

    private static Post post(String word) {
        return Post.plain(
                word,
                "anna@firm.example",
                "bruno@firm.example",
                "A " + word + " letter",
                "Text.",
                "To: bruno@firm.example");
    }

    /// A letter with this body behind its usual header, delivered and remembered.
    private static void deliver(String of, Way way, String moreHeader, byte[] body) throws IOException {
        String word = word(of);
        Post usual = post(word);
        String head = new String(usual.original(), StandardCharsets.UTF_8);
        head = head.substring(0, head.indexOf("\r\n\r\n") + 2) + moreHeader + "\r\n";
        byte[] original = (head + "x").getBytes(StandardCharsets.UTF_8);
        original = java.util.Arrays.copyOf(original, original.length - 1 + body.length);
        System.arraycopy(body, 0, original, original.length - body.length, body.length);
        Post post = new Post(usual.sender(), usual.subject(), usual.messageId(), usual.recipients(), original);
        deliver(post.report(), way);
        KEPT.add(new Kept(word, post.sum(), original.length));
    }

    /// The next client is served as if nothing had been.
    private static void assertServesTheNext() throws IOException {
        String word = word("after");
        Post post = post(word);
        deliver(post.report(), Way.DATA);
        KEPT.add(new Kept(word, post.sum(), post.original().length));
        assertThat(server.alive()).isTrue();
    }

    private static void large(Way way) throws IOException {
        String word = word("large" + way);
        Post usual = post(word);
        byte[] unit = Base64.getMimeEncoder(76, "\r\n".getBytes(StandardCharsets.US_ASCII))
                .encode(bytes(57 * 1024));
        unit = (new String(unit, StandardCharsets.US_ASCII) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        String text = new String(usual.original(), StandardCharsets.UTF_8);
        String head = text.substring(0, text.indexOf("Content-Type:"))
                + String.join(
                        "\r\n",
                        "Content-Type: multipart/mixed; boundary=\"large\"",
                        "",
                        "--large",
                        "Content-Type: text/plain",
                        "",
                        "The plan is attached.",
                        "--large",
                        "Content-Type: application/octet-stream; name=plan.bin",
                        "Content-Disposition: attachment; filename=plan.bin",
                        "Content-Transfer-Encoding: base64",
                        "",
                        "");
        Content original = Octets.joined(
                Content.of(head.getBytes(StandardCharsets.UTF_8)),
                Octets.repeated(unit, LARGE_BYTES / unit.length),
                Content.of("--large--\r\n".getBytes(StandardCharsets.US_ASCII)));
        deliver(Octets.joined(Content.of(usual.head()), original, Content.of(usual.tail())), way);
        KEPT.add(new Kept(word, Sha256.of(original), original.sizeBytes()));
        assertServesTheNext();
    }

    private static byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    @Test
    @Order(1)
    void aMailOf100MegabytesByData() throws Exception {
        large(Way.DATA);
    }

    @Test
    @Order(2)
    void aMailOf100MegabytesByChunks() throws Exception {
        large(Way.BDAT);
    }

    @Test
    @Order(3)
    void aLineOf100000Octets() throws Exception {
        deliver("line", Way.DATA, "", ("y".repeat(100_000) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        deliver("headerline", Way.BDAT, "X-Long: " + "z".repeat(100_000) + "\r\n", new byte[0]);
        assertServesTheNext();
    }

    @Test
    @Order(4)
    void tenThousandHeaderFields() throws Exception {
        StringBuilder fields = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            fields.append("X-Field-").append(i).append(": value ").append(i).append("\r\n");
        }
        deliver("fields", Way.DATA, fields.toString(), "Body.\r\n".getBytes(StandardCharsets.US_ASCII));
        assertServesTheNext();
    }

    @Test
    @Order(5)
    void aThousandLevels() throws Exception {
        StringBuilder parts = new StringBuilder();
        for (int i = 0; i < 1_000; i++) {
            parts.append("--b")
                    .append(i)
                    .append("\r\nContent-Type: multipart/mixed; boundary=b")
                    .append(i + 1)
                    .append("\r\n\r\n");
        }
        String body = "--b1000\r\nContent-Type: text/plain\r\n\r\ninnermost\r\n--b1000--\r\n";
        String word = word("parts");
        Post usual = post(word);
        String text = new String(usual.original(), StandardCharsets.UTF_8);
        byte[] original = (text.substring(0, text.indexOf("Content-Type:"))
                        + "Content-Type: multipart/mixed; boundary=b0\r\n\r\n" + parts + body)
                .getBytes(StandardCharsets.UTF_8);
        Post deep = new Post(usual.sender(), usual.subject(), usual.messageId(), usual.recipients(), original);
        deliver(deep.report(), Way.DATA);
        KEPT.add(new Kept(word, deep.sum(), original.length));

        String mails = word("mails");
        Post outer = post(mails);
        String head = new String(outer.original(), StandardCharsets.UTF_8);
        byte[] nested = (head.substring(0, head.indexOf("Content-Type:"))
                        + "Content-Type: message/rfc822\r\n\r\n".repeat(1_000)
                        + "Subject: innermost\r\n\r\nText.\r\n")
                .getBytes(StandardCharsets.UTF_8);
        Post matryoshka = new Post(outer.sender(), outer.subject(), outer.messageId(), outer.recipients(), nested);
        deliver(matryoshka.report(), Way.BDAT);
        KEPT.add(new Kept(mails, matryoshka.sum(), nested.length));
        assertServesTheNext();
    }

    @Test
    @Order(6)
    void nulAndBareLineEndsInBothWays() throws Exception {
        byte[] odd = "nul \0 bare\nlf bare\rcr\n.\nand\r.\rand\n.\r\nand\r\n..\r\n.\r\nend\r\n"
                .getBytes(StandardCharsets.US_ASCII);
        deliver("oddchunks", Way.BDAT, "", odd);
        rawData(odd); // our own client refuses to send such mail by DATA, so this is a hostile one
        assertServesTheNext();
    }

    /// Sends a report with this body by DATA, octet for octet. Only CRLF.CRLF may end it, and what follows must not be
    /// taken for commands (SMTP smuggling).
    private static void rawData(byte[] body) throws IOException {
        String word = word("odddata");
        Post usual = post(word);
        String text = new String(usual.original(), StandardCharsets.UTF_8)
                + new String(body, StandardCharsets.ISO_8859_1)
                + "smuggled\n.\nMAIL FROM:<evil@outside.example>\r\nRCPT TO:<" + JOURNAL
                + ">\r\nDATA\r\nSubject: evil\r\n\r\nx\n.\r\n";
        Post post = new Post(
                usual.sender(),
                usual.subject(),
                usual.messageId(),
                usual.recipients(),
                text.getBytes(StandardCharsets.UTF_8));
        String report = new String(post.report().toByteArray(1 << 20), StandardCharsets.ISO_8859_1);
        try (Socket socket = raw()) {
            say(socket, "EHLO a\r\nMAIL FROM:<a@firm.example>\r\nRCPT TO:<" + JOURNAL + ">\r\nDATA\r\n");
            assertThat(hear(socket, heard -> heard.contains("\r\n354 "))).contains("\r\n354 ");
            String stuffed = report.replaceAll("\r\n\\.", "\r\n..");
            say(socket, stuffed + (report.endsWith("\r\n") ? "" : "\r\n") + ".\r\nQUIT\r\n");
            String heard = hear(socket, said -> said.contains("221 "));
            assertThat(heard).as("one mail, and goodbye").containsPattern("\\A250 [^\r\n]*\r\n221 ");
        }
        KEPT.add(new Kept(word, post.sum(), text.getBytes(StandardCharsets.UTF_8).length));
    }

    @Test
    @Order(7)
    void aChunkThatBreaksOff() throws Exception {
        long before = program.stats().path("received").longValue();
        for (String broken : List.of(
                "BDAT 1000 LAST\r\nonly this", "BDAT 20\r\n01234567890123456789", "DATA\r\nSubject: x\r\n\r\nno end")) {
            try (Socket socket = raw()) {
                say(socket, "EHLO a\r\nMAIL FROM:<a@firm.example>\r\nRCPT TO:<" + JOURNAL + ">\r\n" + broken);
            }
        }
        assertServesTheNext();
        assertThat(program.stats().path("received").longValue())
                .as("nothing of a mail that was never whole")
                .isEqualTo(before + 1);
    }

    private static Socket raw() throws IOException {
        Socket socket = new Socket();
        socket.connect(server.smtp(), 10_000);
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void say(Socket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    /// Everything the server says until it hangs up or falls silent.
    private static String hear(Socket socket, Predicate<String> enough) throws IOException {
        StringBuilder heard = new StringBuilder();
        byte[] buffer = new byte[8192];
        InputStream in = socket.getInputStream();
        try {
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                heard.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
                if (enough.test(heard.toString())) {
                    break;
                }
            }
        } catch (SocketTimeoutException | SocketException quiet) {
            heard.append("[").append(quiet.getMessage()).append("]");
        }
        return heard.toString();
    }

    @Test
    @Order(8)
    void pipelinedGarbage() throws Exception {
        try (Socket socket = raw()) {
            Thread.ofVirtual().start(() -> {
                try {
                    StringBuilder garbage = new StringBuilder("EHLO garbage\r\n");
                    Random random = new Random(11);
                    for (int i = 0; i < 20_000; i++) {
                        garbage.append((char) (33 + random.nextInt(200)))
                                .append(" junk ")
                                .append(i)
                                .append("\r\n");
                    }
                    say(socket, garbage.toString());
                } catch (IOException hungUp) {
                    // as hoped
                }
            });
            String heard = hear(socket, text -> text.contains("\r\n421 "));
            assertThat(heard).startsWith("220 ").contains("\r\n500 5.5.").contains("\r\n421 4.7.0");
            assertThat(heard.lines().count()).as("it did not listen for long").isLessThan(200);
        }
        try (Socket socket = raw()) {
            Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < 200; i++) {
                        say(socket, "A".repeat(100_000)); // a command line without end
                    }
                } catch (IOException hungUp) {
                    // as hoped
                }
            });
            assertThat(hear(socket, text -> text.contains("\r\n500 ") || text.contains("\r\n421 ")))
                    .containsPattern("(?m)^(500 5|421 4|\\[)");
        }
        assertServesTheNext();
    }

    @Test
    @Order(9)
    void slowClientsHoldNobodyUp() throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                Socket socket = raw();
                say(
                        socket,
                        i % 2 == 0
                                ? "EHL"
                                : "EHLO a\r\nMAIL FROM:<a@firm.example>\r\nRCPT TO:<" + JOURNAL + ">\r\nDATA\r\nSubj");
                slow.add(socket);
            }
            for (int round = 0; round < 3; round++) {
                long start = System.nanoTime();
                assertServesTheNext();
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
                for (Socket socket : slow) {
                    say(socket, "x");
                }
            }
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
        assertServesTheNext();
    }

    @Test
    @Order(10)
    void sixHundredConnections() throws Exception {
        List<Socket> all = new ArrayList<>();
        int served = 0;
        int turnedAway = 0;
        try {
            for (int i = 0; i < 600; i++) {
                all.add(raw());
            }
            for (Socket socket : all) {
                String greeting = hear(socket, text -> text.endsWith("\r\n"));
                if (greeting.startsWith("220 ")) {
                    served++;
                } else {
                    assertThat(greeting).startsWith("421 4.3.2");
                    turnedAway++;
                }
            }
        } finally {
            for (Socket socket : all) {
                socket.close();
            }
        }
        assertThat(served).isBetween(490, 500);
        assertThat(turnedAway).isEqualTo(600 - served);
        Thread.sleep(200);
        assertServesTheNext();
    }

    @Test
    @Order(11)
    void aReportOfFiveThousandRecipients() throws Exception {
        String word = word("many");
        Post usual = post(word);
        List<String> recipients = new ArrayList<>(List.of("To: bruno@firm.example"));
        for (int i = 0; i < 5_000; i++) {
            recipients.add("Bcc: member" + i + "@firm.example, Expanded: all@firm.example");
        }
        Post many = new Post(usual.sender(), usual.subject(), usual.messageId(), recipients, usual.original());
        deliver(many.report(), Way.BDAT);
        KEPT.add(new Kept(word, many.sum(), usual.original().length));
        assertServesTheNext();
    }

    @Test
    @Order(99)
    void everythingThatWasTakenIsFoundAndWhole() throws Exception {
        program.awaitIndexed();
        for (Kept kept : KEPT) {
            Optional<String> id = program.find("Anna Berg", "subject:" + kept.word());
            assertThat(id).as("found: %s", kept.word()).isPresent();
        }
        for (Kept kept : KEPT.stream().filter(k -> !k.word().contains("after")).toList()) {
            String id = program.find("Anna Berg", "subject:" + kept.word()).orElseThrow();
            byte[] raw =
                    program.ask("show", id, "--raw", "--as", "Anna Berg").done().octets();
            assertThat((long) raw.length).as(kept.word()).isEqualTo(kept.sizeBytes());
            assertThat(Sha256.of(raw)).as(kept.word()).isEqualTo(kept.sum());
            var shown = program.ask("show", id, "--json", "--as", "Anna Berg")
                    .done()
                    .json();
            assertThat(shown.path("sha256").stringValue()).isEqualTo(kept.sum().toString());
        }
        Program.assertBalanced(program.stats());
        program.ask("check").done();
        assertThat(server.alive()).isTrue();
        long peak = server.peakMemoryBytes();
        System.out.printf("HostileTest: at most %d MB resident%n", peak >> 20);
        assertThat(peak).as("octets of memory at most").isLessThan(MEMORY_BOUND_BYTES);
        assertThat(server.printed()).doesNotContain("OutOfMemoryError");
    }
}
