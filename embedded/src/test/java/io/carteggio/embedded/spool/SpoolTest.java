package io.carteggio.embedded.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    @TempDir
    Path directory;

    private long files() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.count();
        }
    }

    @Test
    void aSmallMailStaysInMemoryAndALargeOneGoesToAFileThatIsRemoved() throws Exception {
        Spools spools = Spools.in(directory, 10_000_000);
        for (int size :
                new int[] {0, 1, 16 * 1024, Spools.IN_MEMORY_LIMIT_BYTES, Spools.IN_MEMORY_LIMIT_BYTES + 1, 5_000_000
                }) {
            byte[] mail = new byte[size];
            new Random(size).nextBytes(mail);
            try (Spool spool = spools.open()) {
                for (int from = 0; from < size; ) {
                    int n = Math.min(10_007, size - from);
                    spool.write(mail, from, n);
                    from += n;
                }
                assertThat(spool.content().toByteArray(1 << 30)).isEqualTo(mail);
                assertThat(files()).as("%d octets", size).isEqualTo(size > Spools.IN_MEMORY_LIMIT_BYTES ? 1 : 0);
            }
            assertThat(files()).isZero();
        }
    }

    @Test
    void allSpoolsTogetherStayWithinTheirMemoryAndGiveItBack() throws Exception {
        Spools spools = Spools.in(directory, 40_000);
        for (int round = 0; round < 3; round++) {
            try (Spool one = spools.open();
                    Spool two = spools.open();
                    Spool three = spools.open()) {
                for (Spool s : new Spool[] {one, two, three}) {
                    s.write(new byte[10_000], 0, 10_000);
                }
                assertThat(files()).isEqualTo(1);
            }
            assertThat(files()).isZero();
        }
    }

    @Test
    void whatAStoppedProcessLeftIsRemoved() throws Exception {
        Files.writeString(directory.resolve("7.part"), "half a mail");
        Spools.in(directory, 1);
        assertThat(files()).isZero();
    }
}
