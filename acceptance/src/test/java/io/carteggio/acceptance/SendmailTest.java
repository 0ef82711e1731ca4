package io.carteggio.acceptance;

import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/// The journaling agent as a filter beside a real Sendmail, at an address of the network.
@Tag("peers")
class SendmailTest extends JournaledMail {
    private static Optional<MailHouse> started = Optional.empty();

    @BeforeAll
    static void start() throws Exception {
        started = Optional.of(MailHouse.withSendmail());
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

    @Override
    boolean letsLogIn() {
        return false;
    }
}
