package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.embedded.reports.QueuedReport.Draft;
import io.carteggio.embedded.reports.QueuedReport.State;
import io.carteggio.embedded.reports.ReportQueue;
import io.carteggio.embedded.reports.ReportQueue.Destination;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.report.ReportWriter.Octets;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `rule queue`, `rule again` and `rule resume`, as an administrator uses them.
@Tag("slow")
class ReportCommandsTest {
    private static final Address FAR = new Address("Journal@far.example");

    @TempDir
    private Path folder = Path.of("");

    private final List<String> ids = new ArrayList<>();

    /// One report waits, three came back, and one reached nobody. Their mailbox is in the way.
    private Shell archive() throws Exception {
        Shell shell = new Shell(folder.resolve("data"));
        shell.done("domain", "add", "firm.example");
        var own = ArchiveOpener.own(folder.resolve("data"), Optional.empty());
        try {
            ReportQueue queue = own.archive().reports();
            for (State state : List.of(State.WAITING, State.RETURNED, State.RETURNED, State.RETURNED, State.DEAD)) {
                long id = queue.put(
                        new Draft(false, FAR, Optional.empty(), List.of("All"), "r@x", Octets.SEVEN_BIT),
                        Content.of("X-MS-Journal-Report:\r\n\r\n".getBytes(StandardCharsets.US_ASCII)),
                        Instant.now(),
                        false);
                if (state != State.WAITING) {
                    queue.ended(id, state, "554 5.7.1 not this one");
                }
                ids.add(Long.toString(id));
            }
            queue.troubled(new Destination(FAR, true, Instant.now(), false, "550 5.1.1 no such user"));
        } finally {
            own.close();
        }
        return shell;
    }

    @Test
    void noneOneManyAndAllAreSentAgain() throws Exception {
        Shell shell = archive();
        assertThat(shell.done("rule", "queue").out())
                .contains("1 waiting, 3 returned, 1 dead, 0 pending", "returned report to Journal@far.example");
        Shell.Said none = shell.run("rule", "again");
        assertThat(none.exit()).isEqualTo(2);
        assertThat(none.err()).contains("which reports?");
        for (List<String> wrong : List.of(List.of("99"), ids.subList(0, 1), ids.subList(0, 2))) {
            Shell.Said refused = shell.run(
                    Stream.concat(Stream.of("rule", "again"), wrong.stream()).toArray(String[]::new));
            assertThat(refused.exit()).as("%s", wrong).isEqualTo(1);
            assertThat(refused.err()).contains("there is no report");
        }
        assertThat(shell.done("rule", "queue").out())
                .as("all or nothing")
                .contains("1 waiting, 3 returned, 1 dead, 0 pending");
        assertThat(shell.done("rule", "again", ids.get(1)).out()).contains("sent again: 1");
        assertThat(shell.done("rule", "again", ids.get(2), ids.get(3)).out()).contains("sent again: 2");
        assertThat(shell.done("rule", "queue", "--state", "dead").out())
                .contains("4 waiting, 0 returned, 1 dead, 0 pending", "554 5.7.1 not this one")
                .doesNotContain("returned report");
        assertThat(shell.done("rule", "again", "--all").out()).contains("sent again: 1");
        assertThat(shell.done("rule", "queue").out()).contains("5 waiting, 0 returned, 0 dead, 0 pending");
        assertThat(shell.done("rule", "again", "--all").out()).contains("sent again: 0");
        assertThat(shell.run("rule", "queue", "--state", "lost").exit()).isEqualTo(2);
    }

    @Test
    void aMailboxIsResumedWhateverItsSpelling() throws Exception {
        Shell shell = archive();
        assertThat(shell.done("rule", "queue").out())
                .contains("Journal@far.example is refused since", "550 5.1.1 no such user");
        assertThat(shell.done("rule", "resume", "journal@FAR.example").out()).contains("resumed: Journal@far.example");
        assertThat(shell.done("rule", "queue").out()).doesNotContain("is refused since");
        Shell.Said again = shell.run("rule", "resume", "journal@far.example");
        assertThat(again.exit()).isEqualTo(1);
        assertThat(again.err()).contains("nothing is in the way");
    }
}
