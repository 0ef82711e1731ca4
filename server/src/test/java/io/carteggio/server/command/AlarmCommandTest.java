package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AlarmCommandTest {
    private static final String URL = "https://chat.example.com/hooks/archive";

    @TempDir
    Path folder;

    @Test
    void theTokenOfAWebhookIsSealedAndNeverTold() throws IOException {
        Shell shell = new Shell(folder.resolve("data"));
        shell.done("source", "add", "journal", "--smtp");
        Path file = Files.writeString(folder.resolve("token"), "t0ken.of-ours=\n");

        Shell.Said set = shell.done("alarm", "webhook", "set", URL, "--token-file", file.toString());
        Shell.Said shown = shell.done("alarm", "show", "--json");
        assertThat(shown.out()).contains(URL, "sealed");
        assertThat(set.out() + set.err() + shown.out()).doesNotContain("t0ken");

        Shell.Said open =
                shell.run("alarm", "webhook", "set", "http://chat.example.com/", "--token-file", file.toString());
        assertThat(open.exit()).isEqualTo(2);
        assertThat(open.err()).contains("https").doesNotContain("t0ken");
        Shell.Said missing = shell.run(
                "alarm",
                "webhook",
                "set",
                URL,
                "--token-file",
                folder.resolve("no").toString());
        assertThat(missing.exit()).isEqualTo(1);
        assertThat(missing.err()).contains("no such file");

        shell.done("alarm", "webhook", "set", URL);
        assertThat(shell.done("alarm", "show", "--json").out()).contains(URL).doesNotContain("sealed");
    }
}
