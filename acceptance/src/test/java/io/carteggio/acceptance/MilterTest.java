package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import io.carteggio.server.smtp.SmtpClient.Outcome;
import io.carteggio.server.smtp.SmtpClient.Way;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The journaling agent as a filter beside a real Postfix.
@Tag("peers")
class MilterTest extends JournaledMail {
    private static Optional<MailHouse> started = Optional.empty();

    @BeforeAll
    static void start() throws Exception {
        started = Optional.of(MailHouse.withMilter());
    }

    @AfterAll
    static void stop() throws Exception {
        if (started.isPresent()) {
            started.get().close();
        }
    }

    @Override
    MailHouse house() {
        return started.orElseThrow();
    }

    @Override
    boolean seesBounces() {
        return true;
    }

    /// A content filter takes a message out and puts it back in, through the same filter of ours: it is journaled by
    /// each pass, and shown once.
    @Test
    @Order(19)
    void whatPassesTwiceIsShownOnce() throws Exception {
        String text = MailHouse.text("injected", "x@outside.example", "p2@firm.example");
        assertThat(send("x@outside.example", text, "p2@firm.example").kept()).isTrue();
        String first = house().delivered("p2@firm.example", "<injected@test>").getFirst();
        Content again = Content.of(first.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(send("x@outside.example", again, false, Way.DATA, "p2@firm.example")
                        .kept())
                .isTrue();
        List<JsonNode> found = List.of();
        for (int waited = 0;
                waited < 200 && (found.isEmpty() || !found.getFirst().has("variants"));
                waited++) {
            Thread.sleep(50);
            house().letter("injected");
            found =
                    house()
                            .program()
                            .ask("search", "injected", "--auditor", "test", "--json")
                            .done()
                            .jsonLines()
                            .stream()
                            .filter(line -> line.has("id"))
                            .toList();
        }
        assertThat(found).hasSize(1);
        assertThat(found.getFirst().path("variants").size()).isEqualTo(2);
    }

    @Test
    @Order(20)
    void whatIsRefusedByNobodyButCannotBeJournaledComesAgain() throws Exception {
        house().server().stop();
        Outcome outcome = send(
                "x@outside.example",
                MailHouse.text("patience", "x@outside.example", "a@b.example"),
                "anna@firm.example");
        assertThat(outcome.kept()).isFalse();
        assertThat(outcome.mail().code()).isEqualTo(451);
    }
}
