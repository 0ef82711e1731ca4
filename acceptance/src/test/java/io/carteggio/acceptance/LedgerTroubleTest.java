package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.acceptance.TroubledDisk.Calls;
import io.carteggio.acceptance.TroubledDisk.Errno;
import io.carteggio.mail.Address;
import io.carteggio.server.smtp.SmtpClient;
import io.carteggio.server.smtp.SmtpClient.Way;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The ledger's disk is full or forbidden: mail is taken all the same, for the vault is well; but an
/// administrator sees it, and it heals by itself.
@Tag("peers")
class LedgerTroubleTest {
    private static final String JOURNAL = "journal@archive.firm.example";
    private static final String SAID = "the ledger cannot be written";

    /// Over the ledger's pause between tries.
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private record Trouble(String name, Errno why, List<Calls> calls) {}

    private static final List<Trouble> TROUBLES = List.of(
            new Trouble("full", Errno.ENOSPC, List.of(Calls.WRITES)),
            new Trouble("forbidden", Errno.EACCES, List.of(Calls.OPENS, Calls.OTHERS)),
            new Trouble("not forced", Errno.EIO, List.of(Calls.FORCES)));

    @Test
    void itIsSaidWhileMailIsTakenAndHeals() throws Exception {
        try (ExecutorService atOnce = Executors.newVirtualThreadPerTaskExecutor()) { // what takes long are the pauses
            List<Future<Trouble>> all = TROUBLES.stream()
                    .map(trouble -> atOnce.submit(() -> {
                        isSaidAndHeals(trouble);
                        return trouble;
                    }))
                    .toList();
            for (Future<Trouble> one : all) {
                assertThat(one.get()).isIn(TROUBLES);
            }
        }
    }

    private static void isSaidAndHeals(Trouble trouble) throws Exception {
        TroubledDisk disk = TroubledDisk.calm();
        Program program =
                Program.on(Program.freshDirectory("ledger-trouble")).withJavaOptions("-XX:TieredStopAtLevel=1");
        program.ask("source", "add", "exchange", "--smtp", JOURNAL).done();
        try (Serving server = disk.under(program).serve();
                Pages pages = Pages.ofAdministrator(server);
                Desk desk = Desk.of(server)) {
            assertThat(pages.get("/books")).as(trouble.name()).doesNotContain(SAID);
            send(server, 1);
            disk.onlyIn("/ledger/");
            trouble.calls().forEach(calls -> disk.fail(calls, trouble.why()));
            assertThat(program.ask("ledger", "checkpoint").exit())
                    .as(trouble.name())
                    .isEqualTo(1);
            assertThat(disk.failed()).isPositive();
            send(server, 2); // kept: what keeps it is well
            assertThat(pages.get("/books")).as(trouble.name()).contains(SAID);
            JsonNode books = desk.line("stats");
            assertThat(books.path("concerns").toString()).as(trouble.name()).contains(SAID);
            assertThat(books.has("trouble")).isFalse();

            disk.reset();
            long until = System.nanoTime() + PATIENCE.toNanos();
            while (desk.line("stats").path("concerns").toString().contains(SAID)) {
                assertThat(System.nanoTime()).as(trouble.name()).isLessThan(until);
                Thread.sleep(200);
            }
            assertThat(pages.get("/books")).as(trouble.name()).doesNotContain(SAID);
            assertThat(desk.line("ledger.show").path("signed").longValue())
                    .as("what came meanwhile is signed")
                    .isEqualTo(desk.line("ledger.show").path("frames").longValue());
            desk.check(false);
        }
        program.ask("check").done();
    }

    private static void send(Serving server, int number) throws Exception {
        Post post = Post.plain(
                "l" + number,
                "anna@firm.example",
                "bruno@firm.example",
                "Letter " + number,
                "Text " + number,
                "To: bruno@firm.example");
        try (SmtpClient client = SmtpClient.connect(server.smtp(), "exchange.firm.example", Duration.ofSeconds(30))) {
            assertThat(client.send(
                                    Optional.of(new Address("postmaster@firm.example")),
                                    List.of(new Address(JOURNAL)),
                                    post.report(),
                                    Way.DATA)
                            .kept())
                    .isTrue();
        }
    }
}
