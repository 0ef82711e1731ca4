package io.carteggio.server.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.ArchiveException;
import io.carteggio.mail.Content;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnjournaledTest {
    @TempDir
    private Path folder = Path.of("");

    private final List<String> kept = new ArrayList<>();
    private final List<Long> closed = new ArrayList<>();
    private boolean full = true;

    private Unjournaled open() {
        return new Unjournaled(folder.resolve("waiting"), new Unjournaled.Gaps() {
            @Override
            public long keep(Content notice) throws ArchiveException {
                if (full) {
                    throw new ArchiveException("the disk is full", true);
                }
                try {
                    kept.add(new String(notice.toByteArray(100), StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    throw new ArchiveException("as the test asks not", false, e);
                }
                return kept.size();
            }

            @Override
            public void close(long number) {
                closed.add(number);
            }
        });
    }

    private static Content notice(String text) {
        return Content.of(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void theyWaitInOrderUntilTheyAreTaken() throws Exception {
        Unjournaled before = open();
        before.add(notice("a"));
        before.add(notice("b"));
        assertThatThrownBy(before::hand).isInstanceOf(ArchiveException.class);
        // killed: nothing is closed
        Unjournaled after = open();
        after.add(notice("c"));
        assertThat(after.waiting()).isEqualTo(3);
        full = false;
        after.hand();
        assertThat(kept).containsExactly("a", "b", "c");
        assertThat(after.waiting()).isZero();
        assertThat(open().waiting()).isZero();
    }

    @Test
    void whatTheDiskDoesNotTakeWaitsInMemory() throws Exception {
        Files.writeString(folder.resolve("waiting"), "in the way");
        try (Unjournaled unjournaled = open()) {
            for (int i = 0; i <= Unjournaled.IN_MEMORY_LIMIT; i++) {
                unjournaled.add(notice("a"));
            }
            assertThat(unjournaled.waiting()).isEqualTo(Unjournaled.IN_MEMORY_LIMIT);
            full = false;
            unjournaled.hand();
            assertThat(kept).hasSize(Unjournaled.IN_MEMORY_LIMIT);
            unjournaled.add(notice("b"));
            assertThat(unjournaled.waiting()).as("there is room again").isEqualTo(1);
        }
    }

    @Test
    void whatIsInMemoryGoesToTheDiskAtTheEndWhereThatTakesIt() throws Exception {
        Path inTheWay = Files.writeString(folder.resolve("waiting"), "in the way");
        Unjournaled unjournaled = open();
        unjournaled.add(notice("a"));
        Files.delete(inTheWay);
        unjournaled.close();
        assertThat(open().waiting()).isEqualTo(1);
    }

    @Test
    void whatDoesNotGoOnIsForgotten() throws Exception {
        Unjournaled unjournaled = open();
        Unjournaled.Missing refused = unjournaled.add(notice("a"));
        Unjournaled.Missing late = unjournaled.add(notice("b"));
        refused.drop();
        refused.drop();
        full = false;
        unjournaled.hand();
        assertThat(kept).containsExactly("b");
        late.drop();
        assertThat(closed).containsExactly(1L);
    }

    @Test
    void strangersInTheFolderAreLeftAlone() throws Exception {
        Path stranger = Files.createDirectories(folder.resolve("waiting")).resolve("0000000001.eml.new");
        Files.writeString(stranger, "torn");
        Unjournaled unjournaled = open();
        assertThat(unjournaled.waiting()).isZero();
        unjournaled.add(notice("a"));
        assertThat(unjournaled.waiting()).isEqualTo(1);
    }
}
