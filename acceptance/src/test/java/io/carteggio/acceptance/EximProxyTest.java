package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import io.carteggio.server.smtp.SmtpClient.Outcome;
import io.carteggio.server.smtp.SmtpClient.Way;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The journaling agent as a proxy before a real Exim.
@Tag("peers")
class EximProxyTest extends JournaledMail {
    private static Optional<MailHouse> started = Optional.empty();

    @BeforeAll
    static void start() throws Exception {
        started = Optional.of(MailHouse.withEximBehindProxy());
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
        return false;
    }

    @Test
    @Order(20)
    void whatTheNextServerRefusesIsNotReported() throws Exception {
        String forbidden = MailHouse.text("forbidden", "x@outside.example", "anna@firm.example");
        Content mail = MailHouse.mail(forbidden);
        for (Way way : new Way[] {Way.DATA, Way.BDAT}) {
            Outcome refused = send("x@outside.example", mail, false, way, "anna@firm.example");
            assertThat(refused.end().code()).as("by %s", way).isEqualTo(550);
            assertThat(refused.end().toString()).contains("nothing of the kind");
        }
        assertThat(house().found("forbidden")).isEmpty();
        assertThat(house().whereItLies("forbidden")).isEmpty();
    }
}
