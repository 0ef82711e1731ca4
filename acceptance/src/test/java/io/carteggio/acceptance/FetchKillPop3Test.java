package io.carteggio.acceptance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// [FetchKillTest] by POP3.
@Tag("peers")
class FetchKillPop3Test {
    @BeforeAll
    static void needs() {
        assumeTrue(Dovecot.available(), "skipped: Dovecot is not here, or we are not root");
    }

    @Test
    void nothingIsLostAndNothingGoesEarly() throws Exception {
        FetchKillTest.fetchAndKill("pop3", List.of());
    }
}
