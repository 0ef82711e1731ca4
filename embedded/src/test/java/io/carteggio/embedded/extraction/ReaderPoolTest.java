package io.carteggio.embedded.extraction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.ArchiveException;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.extract.Extracted;
import io.carteggio.mail.extract.Shortfall;
import io.carteggio.mail.mime.UnreadParts.UnreadPart;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Whatever an attachment does to the program that reads it: the archive hears an answer, and the next one
/// is read.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReaderPoolTest {
    private static final int CHARS = 1_000;

    private static final ReaderLimits LIMITS =
            new ReaderLimits(100_000, Duration.ofSeconds(2), Duration.ofSeconds(6), 48, 16, 50, Duration.ofMinutes(5));

    @TempDir
    Path folder = Path.of("");

    private Optional<ReaderPool> made = Optional.empty();

    @BeforeAll
    void pool() throws Exception {
        made = Optional.of(new ReaderPool(OddReader.program(), folder, 1, LIMITS));
    }

    @AfterAll
    void close() {
        made.ifPresent(ReaderPool::close);
    }

    private ReaderPool readers() {
        return made.orElseThrow();
    }

    private static UnreadPart part(String octets) {
        byte[] all = octets.getBytes(StandardCharsets.UTF_8);
        return new UnreadPart(
                Optional.of("a"), "application/x", all.length, Sha256.of(all), () -> new ByteArrayInputStream(all));
    }

    private Extracted read(String octets) throws Exception {
        return readers().read(part(octets), CHARS);
    }

    private void theNextIsRead() throws Exception {
        assertThat(read("good")).isEqualTo(new Extracted("read good", java.util.Set.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "spin, SLOW",
        "hang, SLOW",
        "leave-a-child, SLOW",
        "hoard, CRASHED",
        "exit, CRASHED",
        "half, CRASHED",
        "too-long, CRASHED",
        "endless, CRASHED",
        "noise 1, CRASHED",
        "noise 2, CRASHED",
        "noise 3, CRASHED",
    })
    void whatGoesWrongIsAnAnswer(String octets, Shortfall why) throws Exception {
        assertThat(read(octets)).isEqualTo(Extracted.nothing(why));
        theNextIsRead();
    }

    @Test
    void aReaderThatWasEndedByOthersIsReplacedUnseen() throws Exception {
        theNextIsRead();
        long pid = readers().anyPid().orElseThrow();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        ProcessHandle.of(pid)
                .ifPresent(p -> p.onExit().orTimeout(10, TimeUnit.SECONDS).join());
        theNextIsRead();
        assertThat(readers().anyPid().orElseThrow()).isNotEqualTo(pid);
    }

    /// What one attachment leaves behind in a reader is not held against the next.
    @Test
    void aReaderThatEndsIsTriedOnceMoreInAFreshOne() throws Exception {
        theNextIsRead();
        assertThat(read("exit-once").text()).isEqualTo("the second time");
    }

    @Test
    void itIsTooLargeBeforeAnythingIsStarted() throws Exception {
        long started = readers().condition().started();
        UnreadPart large = new UnreadPart(Optional.empty(), "", 100_001, Sha256.of(new byte[0]), () -> {
            throw new IOException("nobody may open this");
        });
        assertThat(readers().read(large, CHARS)).isEqualTo(Extracted.nothing(Shortfall.LARGE));
        assertThat(readers().condition().started()).isEqualTo(started);
        assertThat(read("x".repeat(100_000)).shortfalls()).containsExactly(Shortfall.CRASHED); // an answer too long
    }

    @Test
    void octetsThatTheArchiveCannotGiveAreNoFaultOfTheReader() throws Exception {
        UnreadPart broken = new UnreadPart(
                Optional.empty(),
                "",
                10,
                Sha256.of(new byte[0]),
                () -> new SequenceInputStream(new ByteArrayInputStream(new byte[5]), new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("the disk");
                    }

                    @Override
                    public int read(byte[] octets, int offset, int length) throws IOException {
                        throw new IOException("the disk");
                    }
                }));
        assertThat(readers().read(broken, CHARS)).isEqualTo(Extracted.nothing(Shortfall.DAMAGED));
        theNextIsRead();
    }

    @Test
    void behindWalls() throws Exception {
        assertThat(read("environment").text().replaceAll("[\\[\\] ]", "").split(","))
                .as("the shell's own at most")
                .isSubsetOf("LANG", "PATH", "PWD", "OLDPWD", "SHLVL", "_");
        assertThat(read("folder").text()).startsWith("/dev/shm").endsWith(" tmpfs");
        if (readers().condition().notice().isEmpty()) {
            assertThat(read("network")
                            .text()
                            .lines()
                            .filter(l -> l.contains(":"))
                            .toList())
                    .as("no network but loopback, which is down")
                    .hasSize(1)
                    .allMatch(l -> l.strip().startsWith("lo:"));
            assertThat(Path.of("/dev/shm/left-behind")).doesNotExist();
        }
    }

    @Test
    void nothingIsRememberedOfWhatIsForgotten() throws Exception {
        theNextIsRead();
        long pid = readers().anyPid().orElseThrow();
        readers().forget();
        assertThat(readers().anyPid()).isEmpty();
        ProcessHandle.of(pid)
                .ifPresent(p -> p.onExit().orTimeout(10, TimeUnit.SECONDS).join());
        theNextIsRead();
    }

    @Test
    void oneThatWasUsedOftenOrIsIdleIsEnded() throws Exception {
        ReaderLimits few =
                new ReaderLimits(100, Duration.ofSeconds(5), Duration.ofSeconds(10), 48, 16, 2, Duration.ofMillis(1));
        try (ReaderPool pool = new ReaderPool(OddReader.program(), folder, 1, few)) {
            for (int i = 0; i < 3; i++) {
                assertThat(pool.read(part("x"), CHARS).text()).isEqualTo("read x");
            }
            assertThat(pool.condition().started()).isEqualTo(2);
            assertThat(pool.condition().running()).isOne();
            Thread.sleep(20);
            pool.rest();
            assertThat(pool.condition().running()).isZero();
        }
    }

    @Test
    void whatDoesNotGreetIsNoReader() throws Exception {
        try (ReaderPool pool = new ReaderPool(OddReader.program("-Dodd.rude=true"), folder, 1, LIMITS)) {
            assertThatThrownBy(() -> pool.read(part("x"), CHARS))
                    .isInstanceOfSatisfying(
                            ArchiveException.class,
                            e -> assertThat(e.laterHelps()).isTrue())
                    .hasMessageContaining("does not start");
        }
    }

    @Test
    void nothingIsReadAfterTheEnd() throws Exception {
        ReaderPool pool = new ReaderPool(OddReader.program(), folder, 1, LIMITS);
        pool.close();
        assertThatThrownBy(() -> pool.read(part("x"), CHARS)).isInstanceOf(ArchiveException.class);
    }

    /// Where name spaces cannot be made.
    @Test
    void aFolderInMemoryServesToo() throws Exception {
        Walls.InMemory walls = new Walls.InMemory(
                Walls.MEMORY.resolve("carteggio-test-" + ProcessHandle.current().pid()));
        try {
            ReaderProcess reader = ReaderProcess.start(OddReader.program(), walls, LIMITS);
            assertThat(reader.read(part("folder"), CHARS))
                    .isInstanceOfSatisfying(
                            ReaderProcess.Outcome.Answered.class,
                            a -> assertThat(a.extracted().text())
                                    .startsWith(walls.folder().toString()));
            reader.end();
            assertThat(walls.folder().resolve("left-behind")).exists();
            walls.tidy();
            assertThat(walls.folder()).isEmptyDirectory();
            assertThat(walls.notice()).hasValueSatisfying(n -> assertThat(n).contains("network"));
        } finally {
            walls.tidy();
            java.nio.file.Files.deleteIfExists(walls.folder());
        }
    }
}
