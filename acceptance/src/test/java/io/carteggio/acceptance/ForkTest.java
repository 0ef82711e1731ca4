package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Address;
import io.carteggio.server.smtp.SmtpClient;
import io.carteggio.server.smtp.SmtpClient.Way;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// One message for which a mail system writes several reports, each of its own branch with the traces of its way
/// (JOURNAL-FORMATS 8.5): it is found once, with everybody who got it, and each branch is kept.
@Tag("peers")
class ForkTest {
    private static final String CLOUD = "journal-cloud@archive.firm.example";
    private static final String PREMISES = "journal-premises@archive.firm.example";
    private static final int BRANCH = 400;

    private static Program program;
    private static Serving server;

    @BeforeAll
    static void start() throws Exception {
        program = Program.on(Program.freshDirectory("forks"));
        server = program.serve();
        program.ask("source", "add", "cloud", "--smtp", CLOUD).done();
        program.ask("source", "add", "premises", "--smtp", PREMISES).done();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /// A report of a branch: the message behind the traces of that branch.
    private static void report(String mailbox, String word, List<String> traces, List<String> recipients)
            throws Exception {
        Post message = Post.plain(
                word,
                "anna@firm.example",
                "everybody@firm.example",
                "About " + word,
                "The word is " + word + ".",
                "To: nobody@firm.example");
        String original = String.join("\r\n", traces) + "\r\n" + new String(message.original(), StandardCharsets.UTF_8);
        Post branch = new Post(
                message.sender(),
                message.subject(),
                message.messageId(),
                recipients,
                original.getBytes(StandardCharsets.UTF_8));
        try (SmtpClient client = SmtpClient.connect(server.smtp(), "exchange.firm.example", Duration.ofSeconds(30))) {
            assertThat(client.send(
                                    Optional.of(new Address("postmaster@firm.example")),
                                    List.of(new Address(mailbox)),
                                    branch.report(),
                                    Way.BEST)
                            .kept())
                    .isTrue();
        }
    }

    /// The one line that is found, with all variants and recipients.
    private static JsonNode found(String word, int variants) throws Exception {
        program.awaitIndexed();
        List<JsonNode> found = program.ask("search", word, "--auditor", "test", "--json").done().jsonLines().stream()
                .filter(line -> line.has("id"))
                .toList();
        assertThat(found).as("%s is found once", word).hasSize(1);
        assertThat(found.getFirst().path("variants").size()).isEqualTo(variants);
        assertThat(found.getFirst().path("allVariants").asBoolean(false)).isTrue();
        return found.getFirst();
    }

    private static List<String> recipients(JsonNode line) {
        return line.path("recipients")
                .valueStream()
                .map(one -> one.path("role").asString("") + " "
                        + one.path("address").asString("")
                        + one.path("expanded").asString(""))
                .sorted()
                .toList();
    }

    /// Exchange cuts a message with many recipients into branches.
    @Test
    void byTheNumberOfRecipients() throws Exception {
        List<String> expected = new ArrayList<>();
        for (int branch = 0; branch < 3; branch++) {
            List<String> members = IntStream.range(branch * BRANCH, (branch + 1) * BRANCH)
                    .mapToObj(n -> "member" + n + "@firm.example")
                    .toList();
            report(
                    CLOUD,
                    "chipping",
                    List.of(
                            "Received: from edge" + branch
                                    + ".firm.example by mx.firm.example; Tue, 17 Mar 2026 09:12:0" + branch + " +0000",
                            "X-MS-Exchange-Organization-Network-Message-Id: 99999999-8888-7777-6666-00000000000"
                                    + branch),
                    members.stream()
                            .map(member -> "To: " + member + ", Expanded: everybody@firm.example")
                            .toList());
            members.forEach(member -> expected.add("to " + member + "everybody@firm.example"));
        }
        assertThat(recipients(found("chipping", 3))).containsExactlyInAnyOrderElementsOf(expected);
    }

    /// Exchange Online cuts a message to people inside and outside in two.
    @Test
    void byInsideAndOutside() throws Exception {
        report(
                CLOUD,
                "splitting",
                List.of(
                        "X-MS-Exchange-Organization-MessageDirectionality: Originating",
                        "X-MS-Exchange-ForkInfo: inside"),
                List.of("To: bruno@firm.example", "Bcc: carla@firm.example"));
        report(
                CLOUD,
                "splitting",
                List.of(
                        "X-MS-Exchange-Organization-MessageDirectionality: Originating",
                        "X-MS-Exchange-Organization-OutboundConnector: internet"),
                List.of("Cc: x@outside.example"));
        assertThat(recipients(found("splitting", 2)))
                .containsExactlyInAnyOrder("to bruno@firm.example", "bcc carla@firm.example", "cc x@outside.example");
    }

    /// A hybrid organisation journals a message on its premises and again in the cloud, into another source. What a
    /// person on the premises was told of the recipients, the cloud does not believe.
    @Test
    void byJournalingTwice() throws Exception {
        List<String> typed = List.of("To: bruno@firm.example", "Bcc: dora@firm.example");
        List<String> untyped = List.of("Recipient: bruno@firm.example", "Recipient: dora@firm.example");
        List<String> there = List.of("X-MS-Exchange-Organization-AuthAs: Internal");
        List<String> here = List.of(
                "Received: from mail.firm.example by protection.outlook.com; Tue, 17 Mar 2026 09:12:03 +0000",
                "Authentication-Results: spf=pass smtp.mailfrom=firm.example",
                "ARC-Seal: i=1; a=rsa-sha256; d=microsoft.com; cv=none; b=x",
                "X-MS-Exchange-CrossTenant-AuthAs: Anonymous");
        report(PREMISES, "hybrid", there, typed);
        report(CLOUD, "hybrid", here, untyped);
        report(CLOUD, "hybrid", here, untyped); // a redelivery, besides

        JsonNode line = found("hybrid", 2);
        assertThat(recipients(line))
                .contains("to bruno@firm.example", "bcc dora@firm.example")
                .allMatch(one -> one.endsWith("bruno@firm.example") || one.endsWith("dora@firm.example"));
        List<String> sources = program.ask("show", line.path("id").asString(""), "--json", "--auditor", "test")
                .done()
                .json()
                .path("envelopes")
                .valueStream()
                .map(envelope -> envelope.path("source").asString("")
                        + (envelope.path("redelivery").asBoolean(false) ? " again" : ""))
                .toList();
        assertThat(sources)
                .as("the evidence of each report is kept")
                .containsExactlyInAnyOrder("premises", "cloud", "cloud again");
        Program.assertBalanced(program.stats());
    }
}
