package io.carteggio.acceptance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// [FetchKillTest] by IMAP at a server without UIDPLUS, MOVE and IDLE: all mails that anybody marked as
/// deleted can be removed there, or none.
@Tag("peers")
class FetchKillLittleTest {
    @BeforeAll
    static void needs() {
        assumeTrue(Dovecot.available(), "skipped: Dovecot is not here, or we are not root");
    }

    @Test
    void nothingIsLostAndNothingGoesEarly() throws Exception {
        FetchKillTest.fetchAndKill("imap", List.of("UIDPLUS", "MOVE", "IDLE"));
    }
}
