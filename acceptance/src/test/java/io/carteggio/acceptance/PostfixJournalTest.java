package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.smtp.Reply;
import io.carteggio.server.smtp.SmtpClient;
import io.carteggio.server.smtp.SmtpClient.Way;
import io.carteggio.server.tls.TlsContexts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The main job: a real Postfix delivers journal reports to the built-in mailbox, and each letter is found by
/// exactly the people of its envelope.
@Tag("peers")
class PostfixJournalTest {
    private static final String JOURNAL = "journal-7f3a@archive.firm.example";
    private static final Address NDR_TO = new Address("postmaster@firm.example");
    private static final List<String> EVERYBODY =
            List.of("Anna Berg", "Bruno Conti", "Carla Dietz", "Dora Engel", "Emil Faber");

    private static Serving server;
    private static Program program;
    private static Postfix postfix;

    @BeforeAll
    static void start() throws Exception {
        Assumptions.assumeTrue(Postfix.available(), "skipped: no Postfix that this user may start");
        program = Program.on(Program.freshDirectory("postfix"));
        server = program.serve();
        program.ask("source", "add", "exchange", "--smtp", JOURNAL).done();
        program.ask("person", "add", "Anna Berg", "anna@firm.example").done();
        program.ask("person", "add", "Bruno Conti", "bruno@firm.example", "b.conti@firm.example")
                .done();
        program.ask("person", "add", "Carla Dietz", "carla@firm.example").done();
        program.ask("person", "add", "Dora Engel", "dora@firm.example").done();
        program.ask("person", "add", "Emil Faber", "emil@firm.example").done();
        postfix = Postfix.start(server.smtp());
    }

    @AfterAll
    static void stop() throws Exception {
        if (postfix != null) {
            postfix.close();
        }
        if (server != null) {
            server.close();
        }
    }

    /// Anna writes to Bruno, Carla gets it as a member of a list, Dora as a blind copy; Emil is outside.
    private static Post post(String id, String word) {
        return Post.plain(
                id,
                "anna@firm.example",
                "Bruno <bruno@firm.example>, sales@firm.example",
                "Offer " + word,
                "The offer named " + word + " is attached to your memory.",
                "To: bruno@firm.example",
                "To: carla@firm.example, Expanded: sales@firm.example",
                "Bcc: dora@firm.example");
    }

    private static void give(java.net.InetSocketAddress to, Content mail, String recipient, Way way, boolean tls)
            throws Exception {
        try (SmtpClient client = SmtpClient.connect(to, "exchange.firm.example", Duration.ofSeconds(30))) {
            if (tls) {
                client.startTls(TlsContexts.opportunisticClient());
            }
            var outcome = client.send(Optional.of(NDR_TO), List.of(new Address(recipient)), mail, way);
            assertThat(outcome.kept()).as("%s", outcome).isTrue();
        }
    }

    private static void assertExactlyTheEnvelopesPeopleSee(Post post, String word) throws Exception {
        program.awaitIndexed();
        String id = program.find("Anna Berg", word).orElseThrow();
        for (String insider : EVERYBODY.subList(0, 4)) {
            assertThat(program.find(insider, word))
                    .as("%s finds %s", insider, word)
                    .contains(id);
        }
        assertThat(program.ask("show", id, "--raw", "--as", "Dora Engel").done().octets())
                .as("byte for byte")
                .isEqualTo(post.original());

        assertThat(program.find("Emil Faber", word)).as("Emil stands outside").isEmpty();
        assertThat(program.find("Emil Faber", "from:anna")).isEmpty();
        var guessed = program.ask("show", id, "--as", "Emil Faber").exit(1);
        String unknown = (id.charAt(0) == 'a' ? "b" : "a") + id.substring(1);
        var nobodys = program.ask("show", unknown, "--as", "Emil Faber").exit(1);
        assertThat(guessed.out()).isEmpty();
        assertThat(guessed.err().replace(id, "ID"))
                .as("a letter of others looks like one that is not there")
                .isEqualTo(nobodys.err().replace(unknown, "ID"));
        program.ask("show", id, "--raw", "--as", "Emil Faber").exit(1);
        program.ask("show", id, "--evidence", "--as", "Emil Faber").exit(1);

        assertThat(recipients(id, "Anna Berg")).contains("bcc dora@firm.example");
        assertThat(recipients(id, "Dora Engel")).contains("bcc dora@firm.example");
        assertThat(recipients(id, "Bruno Conti"))
                .contains("to bruno@firm.example", "to carla@firm.example")
                .noneMatch(line -> line.contains("dora"));
        assertThat(program.ask("show", id, "--json", "--as", "Bruno Conti")
                        .done()
                        .out())
                .as("nothing tells Bruno of the blind copy")
                .doesNotContain("dora");
    }

    private static List<String> recipients(String id, String as) {
        return program.ask("show", id, "--json", "--as", as)
                .done()
                .json()
                .path("envelopes")
                .valueStream()
                .flatMap(e -> e.path("recipients").valueStream())
                .map(r -> r.path("role").stringValue() + " " + r.path("address").stringValue())
                .toList();
    }

    @Test
    void postfixDeliversByDataOverTls() throws Exception {
        Post post = post("p1", "zirconium");
        give(postfix.smtp(), post.report(), JOURNAL, Way.DATA, false);
        postfix.await(line -> line.contains("status=sent") && line.contains(JOURNAL));
        assertThat(postfix.log())
                .as("the listener's STARTTLS was used")
                .anyMatch(line -> line.contains("TLS connection established to 127.0.0.1"));
        assertExactlyTheEnvelopesPeopleSee(post, "zirconium");
    }

    @Test
    void aReportByChunksOverTls() throws Exception {
        Post post = post("p2", "beryllium");
        give(server.smtp(), post.report(), JOURNAL, Way.BDAT, true);
        assertExactlyTheEnvelopesPeopleSee(post, "beryllium");
    }

    @Test
    void bareLineFeedsAndNulComeThroughByChunks() throws Exception {
        Post usual = post("p3", "rhenium");
        byte[] odd = (new String(usual.original(), StandardCharsets.UTF_8)
                        + "bare\nlf, bare\rcr, nul \0.\r\n.\r\n..two\n")
                .getBytes(StandardCharsets.UTF_8);
        Post post = new Post(usual.sender(), usual.subject(), usual.messageId(), usual.recipients(), odd);
        give(server.smtp(), post.report(), JOURNAL, Way.BDAT, true);
        assertExactlyTheEnvelopesPeopleSee(post, "rhenium");
    }

    @Test
    void whatPostfixSendsAgainIsFurtherEvidence() throws Exception {
        Post post = post("p4", "osmium");
        long before = program.stats().path("originals").longValue();
        give(postfix.smtp(), post.report(), JOURNAL, Way.DATA, false);
        give(postfix.smtp(), post.report(), JOURNAL, Way.DATA, false);
        give(server.smtp(), post.report(), JOURNAL, Way.BDAT, true);
        long until = System.nanoTime() + 30_000_000_000L;
        var books = program.stats();
        while (books.path("evidence").longValue() < 2 && System.nanoTime() < until) {
            Thread.sleep(50);
            books = program.stats();
        }
        Program.assertBalanced(books);
        assertThat(books.path("originals").longValue() - before).isGreaterThanOrEqualTo(1);
        program.awaitIndexed();
        assertThat(program.search("Dora Engel", "osmium")).as("one letter").hasSize(1);
    }

    @Test
    void anUnknownAddressBouncesAtPostfix() throws Exception {
        try (SmtpClient client = SmtpClient.connect(postfix.smtp(), "exchange.firm.example", Duration.ofSeconds(30))) {
            client.send(
                    Optional.of(new Address("anna@firm.example")),
                    List.of(new Address("nobody@archive.firm.example")),
                    post("p5", "iridium").report(),
                    Way.DATA);
        }
        String bounced = postfix.await(line -> line.contains("status=bounced") && line.contains("nobody@archive"));
        assertThat(bounced).contains("dsn=5.1.1").contains("550 5.1.1");
        assertThat(program.find("Anna Berg", "iridium")).isEmpty();
    }

    @Test
    void itIsNoRelay() throws Exception {
        try (SmtpClient client = SmtpClient.connect(server.smtp(), "outside.example", Duration.ofSeconds(30))) {
            assertThat(client.command("MAIL FROM:<a@outside.example>").code()).isEqualTo(250);
            Reply reply = client.command("RCPT TO:<someone@elsewhere.example>");
            assertThat(reply.code()).isEqualTo(550);
            assertThat(reply.status()).isEqualTo("5.1.1");
            reply = client.command("RCPT TO:<anna@firm.example>");
            assertThat(reply.code()).as("not even for the people it knows").isEqualTo(550);
        }
    }

    @Test
    void aMailThatIsNoReportIsQuarantinedAndNotBounced() throws IOException, Exception {
        byte[] plain = post("p6", "tantalum").original();
        give(server.smtp(), Content.of(plain), JOURNAL, Way.BDAT, true);
        var books = program.stats();
        Program.assertBalanced(books);
        assertThat(books.path("quarantined").longValue()).isPositive();
        program.awaitIndexed();
        assertThat(program.find("Anna Berg", "tantalum"))
                .as("no envelope vouches for it")
                .isEmpty();
        assertThat(Sha256.of(plain)).isNotNull();
    }
}
