package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.server.archive.Archive;
import io.carteggio.server.command.Shell.Said;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The header of the segment that was written last is damaged, mail goes on coming, `rebuild` mends it, and
/// from then on nothing is wrong.
@Tag("slow")
class MendedSegmentTest {
    @TempDir
    Path folder = Path.of("");

    private Shell shell = new Shell(Path.of(""));

    private void bring(String subject) throws IOException {
        String mail = Shell.mail("a@x.example", "b@x.example", subject, "Text of " + subject);
        shell.done("import", Shell.write(folder.resolve(subject + ".eml"), mail).toString());
    }

    @Test
    void checkIsCleanAfterTheRebuild() throws Exception {
        shell = new Shell(folder.resolve("data"));
        bring("One");
        try (Archive archive = Archive.open(shell.data(), Clock.systemUTC()).orElseThrow()) {
            archive.vault().roll();
        }
        bring("Two");
        Path last = shell.data().resolve("vault/0000000002.seg");
        byte[] octets = Files.readAllBytes(last);
        octets[20] ^= 0x55;
        octets[40] ^= 0x2a;
        Files.write(last, octets);
        bring("Three");
        Said damaged = shell.run("check");
        assertThat(damaged.exit()).isEqualTo(1);
        assertThat(damaged.err()).contains("segment 2 at 0: the header is damaged");
        assertThat(shell.done("rebuild").err())
                .contains(
                        "the header of segment 2 was damaged; it was written anew",
                        "segment 2 had lost its footer; it was written anew");
        assertThat(shell.done("check").out()).contains("all is well");
        assertThat(shell.done("search", "Text", "--json").lines()).hasSize(3);
    }
}
