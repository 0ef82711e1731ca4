package io.carteggio.embedded.ledger;

import io.carteggio.embedded.disk.Histories;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// P1, P3 and P7 on a disk that loses, tears and reorders what was not forced, names of directories too:
/// vault, ledger and time stamps beside each other, and a catalogue made anew of what is left
/// ([LedgerHistory] says what must hold).
///
/// How to play more histories, or one again: [Histories]. `./check --long` plays 20,000.
@Tag("slow")
class LedgerCrashTest {
    @TempDir
    Path folder;

    @Test
    void theLedgerGoesOnAndTheBooksBalance() throws Exception {
        Histories.play("LedgerCrashTest", Histories.LONG ? 20_000 : 50, seed -> new LedgerHistory(seed, folder).play());
    }
}
