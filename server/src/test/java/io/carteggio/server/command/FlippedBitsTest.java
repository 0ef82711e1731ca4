package io.carteggio.server.command;

import static io.carteggio.server.command.Tampering.copy;
import static io.carteggio.server.command.Tampering.flip;
import static io.carteggio.server.command.Tampering.sidecar;
import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.server.archive.Archive;
import io.carteggio.server.command.Shell.Said;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// P7: "a single flipped bit anywhere": a bit of every so many octets of a closed segment, its sidecar, the keyring
/// and the signed checkpoints, drawn anew each time. `check` finds each. All octets with `-Dcheck.long`.
@Tag("slow")
class FlippedBitsTest {
    /// So many flips are tried where not all are.
    private static final int SOME = 60;

    private static final List<String> FILES = List.of(
            "vault/0000000001.seg",
            "vault/0000000001.keys",
            "vault/0000000001.keys.copy",
            "vault/keyring",
            "vault/keyring.copy",
            "ledger/checkpoint",
            "ledger/checkpoints");

    @TempDir
    Path folder = Path.of("");

    private record Flip(String file, int at, int bit) {}

    private Path made() throws Exception {
        Path made = folder.resolve("made");
        Shell shell = new Shell(made);
        shell.done("person", "add", "Anna", "anna@example.com");
        for (String name : List.of("Alpha", "Beta")) {
            String mail = Shell.mail("anna@example.com", "bob@example.org", name, "Ciao.");
            shell.done(
                    "import", Shell.write(folder.resolve(name + ".eml"), mail).toString());
        }
        try (Archive archive = Archive.open(made, Clock.systemUTC()).orElseThrow()) {
            archive.vault().roll();
        }
        shell.done("check");
        assertThat(sidecar(made, 1)).exists();
        return made;
    }

    @Test
    void eachIsFound() throws Exception {
        long seed = Long.getLong("flip.seed", System.nanoTime());
        Random random = new Random(seed);
        Path made = made();
        List<Flip> flips = new ArrayList<>();
        for (String file : FILES) {
            for (int at = 0; at < Files.size(made.resolve(file)); at++) {
                flips.add(new Flip(file, at, 1 << random.nextInt(Byte.SIZE)));
            }
        }
        int all = flips.size();
        int step = Boolean.getBoolean("check.long") ? 1 : Math.ceilDiv(all, SOME);
        List<String> missed = new ArrayList<>();
        for (int i = random.nextInt(step); i < all; i += step) {
            Flip flip = flips.get(i);
            Path data = folder.resolve("flipped" + i);
            copy(made, data);
            flip(data.resolve(flip.file()), flip.at(), flip.bit());
            Said said = new Shell(data).run("check", "--vault");
            if (said.exit() == 0) {
                missed.add(flip + ": " + said.out());
            }
        }
        assertThat(missed).as("-Dflip.seed=" + seed).isEmpty();
    }
}
