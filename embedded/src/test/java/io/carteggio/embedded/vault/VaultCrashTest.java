package io.carteggio.embedded.vault;

import io.carteggio.embedded.disk.Histories;
import org.junit.jupiter.api.Test;

/// P1 on a disk that loses, tears, reorders and spoils what was not forced, over thousands of random
/// lives of a vault ([VaultHistory] says what a life is and what must hold).
///
/// How to play more of them, or one again: [Histories]. `./check --long` plays 200,000.
class VaultCrashTest {
    @Test
    void whatWasAcknowledgedSurvives() throws Exception {
        Histories.play(
                "VaultCrashTest crash",
                Histories.LONG ? 200_000 : 2_500,
                seed -> new VaultHistory(seed).play().counts());
    }

    @Test
    void whatIsSpoiltLaterIsNamedAndSteppedOver() throws Exception {
        Histories.play(
                "VaultCrashTest damage",
                Histories.LONG ? 20_000 : 500,
                seed -> new VaultHistory(seed).playWithDamage().counts());
    }
}
