package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.carteggio.mail.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// P1: "Killing the process at any system call … loses nothing acknowledged; what is sent again because
/// the answer was lost becomes further evidence, never a second letter." At a fetched mailbox the
/// acknowledgement is the deletion. Here of IMAP; of a server that can little in [FetchKillLittleTest],
/// of POP3 in [FetchKillPop3Test], which run beside it.
@Tag("peers")
class FetchKillTest {
    private static final int KILLS = 20;
    private static final int MAILS = 5_000;
    private static final int MARKED = 20;

    /// In so long a few mails come; to ask all the time would take half of the processor from the program.
    private static final int POLL_MILLIS = 10;

    @BeforeAll
    static void needs() {
        assumeTrue(Dovecot.available(), "skipped: Dovecot is not here, or we are not root");
    }

    @Test
    void nothingIsLostAndNothingGoesEarly() throws Exception {
        fetchAndKill("imap", List.of());
    }

    /// @param missing capabilities that the server does not have
    static void fetchAndKill(String protocol, List<String> missing) throws Exception {
        long seed = System.nanoTime();
        String what = protocol + (missing.isEmpty() ? "" : " without " + String.join(" ", missing));
        System.out.println("FetchKillTest " + what + " seed " + seed);
        Random random = new Random(seed);
        try (Dovecot dovecot = Dovecot.startWithout(missing)) {
            dovecot.deliver("anna", FetchTest.reports(0, MAILS));
            // the quick compiler alone: a process that lives a second gains nothing from the other
            Program program =
                    Program.on(Program.freshDirectory("fetch-kill")).withJavaOptions("-XX:TieredStopAtLevel=1");
            Path password =
                    Files.writeString(dovecot.directory().resolve("password"), "secret\n", StandardCharsets.UTF_8);
            program.ask(
                            "source",
                            "add",
                            "box",
                            "--" + protocol,
                            "localhost:" + (protocol.equals("imap") ? dovecot.imap() : dovecot.pop3()),
                            "--tls",
                            "starttls",
                            "--certificate",
                            "sha256:" + dovecot.certificateSum(),
                            "--user",
                            "anna",
                            "--password-file",
                            password.toString(),
                            "--after",
                            "delete",
                            "--schedule",
                            "continuous:10s")
                    .done();
            long archived = 0;
            for (int kill = 1; kill <= KILLS; kill++) {
                Serving server = program.serve();
                try (Desk desk = Desk.of(server)) {
                    int left = dovecot.mails("anna").size();
                    JsonNode books = desk.line("stats");
                    Program.assertBalanced(books);
                    archived = books.path("originals").longValue();
                    assertThat(archived + left).as("after %d kills", kill - 1).isGreaterThanOrEqualTo(MAILS);
                    if (protocol.equals("imap")) {
                        // another client marks mails that are not archived yet: what removes ours must spare them
                        dovecot.mark("anna", Math.max(1, left - MARKED) + ":" + left);
                    }
                    // killed once it has archived its share of what is left, somewhere in the middle of the next
                    long share = (MAILS - archived) / (KILLS + 1 - kill);
                    long enough = archived + share / 2 + random.nextLong(share / 2 + 1);
                    while (desk.line("stats").path("originals").longValue() < enough) {
                        Thread.sleep(POLL_MILLIS);
                    }
                    Thread.sleep(random.nextInt(20));
                } finally {
                    server.kill();
                }
            }
            Serving server = program.serve();
            try (Desk desk = Desk.of(server)) {
                long until = System.nanoTime() + 60_000_000_000L;
                while (!dovecot.mails("anna").isEmpty() && System.nanoTime() < until) {
                    Thread.sleep(50);
                }
                assertThat(dovecot.mails("anna")).as("none left").isEmpty();
                desk.check(false);
                List<Sha256> letters = desk.letters();
                assertThat(letters).as("each once").doesNotHaveDuplicates();
                assertThat(new TreeSet<>(letters)).isEqualTo(FetchTest.sums(0, MAILS));
                JsonNode books = desk.line("stats");
                Program.assertBalanced(books);
                System.out.println("FetchKillTest " + what + ": " + books.path("evidence") + " came again");
            } finally {
                server.close();
            }
            List<JsonNode> runs = new ArrayList<>(
                    program.ask("job", "history", "box", "--json").done().jsonLines());
            assertThat(runs)
                    .as("killed runs are told as such")
                    .anySatisfy(
                            run -> assertThat(run.path("outcome").stringValue()).isEqualTo("interrupted"));
            assertThat(runs)
                    .allSatisfy(run -> assertThat(run.path("fetched").longValue())
                            .isEqualTo(run.path("letters").longValue()
                                    + run.path("evidence").longValue()));
        }
    }
}
