package io.carteggio.embedded.disk;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.embedded.disk.Disk.Access;
import io.carteggio.embedded.disk.Disk.DiskFile;
import io.carteggio.embedded.disk.FakeDisk.Call;
import io.carteggio.embedded.disk.FakeDisk.Fate;
import io.carteggio.embedded.disk.FakeDisk.PowerCut;
import io.carteggio.embedded.disk.FakeDisk.Survival;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The disk of the crash tests is itself put to the test: a lenient fake would prove nothing.
class FakeDiskTest {
    private static final Path DIR = Path.of("/vault");
    private static final int CRASHES = 400;

    private FakeDisk disk = new FakeDisk(4);

    @BeforeEach
    void directory() throws IOException {
        disk.createDirectories(DIR);
    }

    /// What is done between two crashes.
    private interface Work {
        void on(FakeDisk disk) throws IOException;
    }

    /// All that the disk may hold after the work and a crash, one text per outcome: `name=content` of each
    /// file.
    private Set<String> outcomes(Survival survival, Work work) throws IOException {
        Set<String> seen = new TreeSet<>();
        for (int seed = 0; seed < CRASHES; seed++) {
            disk = new FakeDisk(4);
            disk.createDirectories(DIR);
            work.on(disk);
            FakeDisk found = disk.crash(new SplittableRandom(seed), survival);
            List<String> files = new ArrayList<>();
            for (Path file : found.list(DIR)) {
                files.add(file.getFileName() + "=" + text(found, file));
            }
            seen.add(String.join(" ", files));
        }
        return seen;
    }

    private static String text(Disk disk, Path file) throws IOException {
        return new String(disk.readAll(file), US_ASCII).replace('\0', '0');
    }

    private static Path file(String name) {
        return DIR.resolve(name);
    }

    private static void write(DiskFile file, String text, long at) throws IOException {
        file.write(ByteBuffer.wrap(text.getBytes(US_ASCII)), at);
    }

    /// A file with this content, forced with its name.
    private static DiskFile forced(Disk disk, String name, String text) throws IOException {
        DiskFile made = disk.create(file(name));
        write(made, text, 0);
        made.force();
        disk.forceDirectory(DIR);
        return made;
    }

    @ParameterizedTest
    @EnumSource(Survival.class)
    void whatWasForcedSurvives(Survival survival) throws IOException {
        assertThat(outcomes(survival, d -> forced(d, "a", "forced letters"))).containsExactly("a=forced letters");
    }

    @Test
    void aForcedFileWithoutAForcedNameMayBeGone() throws IOException {
        Work work = d -> {
            try (DiskFile a = d.create(file("a"))) {
                write(a, "abcd", 0);
                a.force();
            }
        };
        assertThat(outcomes(Survival.NOTHING, work)).containsExactly("");
        assertThat(outcomes(Survival.INDEPENDENT, work)).containsExactly("", "a=abcd");
    }

    @Test
    void aForcedNameOfAnUnforcedFileMayNameAnything() throws IOException {
        Work work = d -> {
            try (DiskFile a = d.create(file("a"))) {
                write(a, "abcdefgh", 0);
            }
            d.forceDirectory(DIR);
        };
        assertThat(outcomes(Survival.NOTHING, work)).containsExactly("a=");
        assertThat(outcomes(Survival.IN_ORDER, work)).containsExactly("a=", "a=abcd", "a=abcdefgh");
        assertThat(outcomes(Survival.INDEPENDENT, work))
                .as("the length may outlive the octets, in zeros, and the second sector the first")
                .containsExactly("a=", "a=00000000", "a=0000efgh", "a=abcd0000", "a=abcdefgh");
        assertThat(outcomes(Survival.GARBAGE, work)).hasSizeGreaterThan(20);
    }

    @Test
    void writesAreLostTornOrReorderedButForcedOctetsOfTheSameSectorStay() throws IOException {
        Work work = d -> {
            try (DiskFile a = forced(d, "a", "ab")) {
                write(a, "CD", 2);
                write(a, "EF", 4);
            }
        };
        assertThat(outcomes(Survival.NOTHING, work)).containsExactly("a=ab");
        assertThat(outcomes(Survival.ALL, work)).containsExactly("a=abCDEF");
        assertThat(outcomes(Survival.IN_ORDER, work)).containsExactly("a=ab", "a=abCD", "a=abCDEF");
        assertThat(outcomes(Survival.INDEPENDENT, work))
                .containsExactly("a=ab", "a=ab00", "a=ab0000", "a=ab00EF", "a=abCD", "a=abCD00", "a=abCDEF");
        assertThat(outcomes(Survival.GARBAGE, work)).allMatch(seen -> seen.startsWith("a=ab"));
    }

    @Test
    void aSectorHoldsAStateThatItOnceHad() throws IOException {
        Work work = d -> {
            try (DiskFile a = forced(d, "a", "....")) {
                write(a, "1", 0);
                write(a, "2", 1);
                write(a, "3", 0);
            }
        };
        assertThat(outcomes(Survival.INDEPENDENT, work)).containsExactly("a=....", "a=1...", "a=12..", "a=32..");
    }

    @Test
    void aLengthThatWasCutMayComeBack() throws IOException {
        Work work = d -> {
            try (DiskFile a = forced(d, "a", "abcdef")) {
                a.truncate(2);
            }
        };
        assertThat(outcomes(Survival.NOTHING, work)).containsExactly("a=abcdef");
        assertThat(outcomes(Survival.ALL, work)).containsExactly("a=ab");
        assertThat(outcomes(Survival.INDEPENDENT, work)).contains("a=ab", "a=abcdef");
        assertThat(outcomes(Survival.INDEPENDENT, work)).allMatch(seen -> seen.startsWith("a=ab"));
        assertThat(outcomes(Survival.INDEPENDENT, d -> {
                    try (DiskFile a = forced(d, "a", "abcdef")) {
                        a.truncate(2);
                        a.force();
                    }
                }))
                .containsExactly("a=ab");
    }

    @Test
    void aRenameIsSeenWhollyOrNotAtAll() throws IOException {
        Work work = d -> {
            forced(d, "old", "1");
            forced(d, "new", "2");
            d.rename(file("new"), file("old"));
        };
        assertThat(outcomes(Survival.NOTHING, work)).containsExactly("new=2 old=1");
        assertThat(outcomes(Survival.ALL, work)).containsExactly("old=2");
        assertThat(outcomes(Survival.INDEPENDENT, work)).containsExactly("new=2 old=1", "old=2");
        assertThat(outcomes(Survival.NOTHING, d -> {
                    work.on(d);
                    d.forceDirectory(DIR);
                }))
                .containsExactly("old=2");
    }

    @Test
    void namesAreLostIndependently() throws IOException {
        Work work = d -> {
            forced(d, "a", "1");
            forced(d, "b", "2");
            d.delete(file("a"));
            d.delete(file("b"));
        };
        assertThat(outcomes(Survival.INDEPENDENT, work)).containsExactly("", "a=1", "a=1 b=2", "b=2");
        assertThat(outcomes(Survival.IN_ORDER, work)).containsExactly("", "a=1 b=2", "b=2");
    }

    @Test
    void aDirectoryWithoutAForcedNameMayBeGoneWithAllThatIsInIt() throws IOException {
        Path below = file("below");
        Work work = d -> {
            d.createDirectory(below);
            try (DiskFile a = d.create(below.resolve("a"))) {
                write(a, "abcd", 0);
                a.force();
            }
            d.forceDirectory(below);
        };
        Set<String> seen = new TreeSet<>();
        for (int seed = 0; seed < CRASHES; seed++) {
            disk = new FakeDisk(4);
            disk.createDirectories(DIR);
            work.on(disk);
            FakeDisk found = disk.crash(new SplittableRandom(seed));
            seen.add(
                    found.isDirectory(below)
                            ? text(found, below.resolve("a"))
                            : "gone: " + found.exists(below.resolve("a")));
        }
        assertThat(seen).containsExactly("abcd", "gone: false");
    }

    /// It may have been made by a process that was killed before it forced the name.
    @ParameterizedTest
    @EnumSource(Survival.class)
    void aDirectoryThatIsThereGetsItsNameForced(Survival survival) throws IOException {
        Path below = file("x/y/z");
        for (int cut = 1; cut <= 8; cut++) {
            disk = new FakeDisk(4);
            disk.createDirectories(DIR);
            disk.cutAt(disk.changes() + cut, new SplittableRandom(cut));
            boolean made = true;
            try {
                disk.createDirectories(below);
            } catch (PowerCut killed) {
                made = false;
            }
            assertThat(made).isEqualTo(cut > 7);
            FakeDisk next = disk.killed();
            next.createDirectories(below);
            assertThat(next.crash(new SplittableRandom(cut), survival).isDirectory(below))
                    .as("killed at change " + cut)
                    .isTrue();
        }
    }

    @Test
    void aDirectoryThatOthersMadeMayLieWhereWeMayNotRead() throws IOException {
        disk.trouble((call, file, size) -> {
            if (call == Call.FORCE_DIRECTORY && file.equals(Path.of("/"))) {
                throw new AccessDeniedException(file.toString());
            }
            return FakeDisk.DONE;
        });
        disk.createDirectories(DIR);
        assertThatThrownBy(() -> disk.createDirectories(Path.of("/ours"))).isInstanceOf(AccessDeniedException.class);
    }

    @ParameterizedTest
    @EnumSource(Survival.class)
    void aReplacedFileIsTheOldOneOrTheNew(Survival survival) throws IOException {
        assertThat(outcomes(survival, d -> {
                    d.replace(file("a"), "old".getBytes(US_ASCII));
                    d.replace(file("a"), "new".getBytes(US_ASCII));
                }))
                .containsExactly("a=new");
        for (int change = 1; change <= 9; change++) {
            int cut = change;
            Set<String> seen = outcomes(survival, d -> {
                d.replace(file("a"), "old".getBytes(US_ASCII));
                d.cutAt(d.changes() + cut, new SplittableRandom(cut));
                try {
                    d.replace(file("a"), "new".getBytes(US_ASCII));
                } catch (PowerCut expected) {
                    assertThat(d.isOff()).isTrue();
                }
            });
            assertThat(seen).allMatch(files -> files.matches("a=(old|new)( a.new=.*)?"));
        }
    }

    @Test
    void afterThePowerCutNothingAnswers() throws IOException {
        DiskFile a = forced(disk, "a", "1");
        disk.cutAt(disk.changes() + 1, new SplittableRandom(1));
        assertThatThrownBy(() -> write(a, "2", 1)).isInstanceOf(PowerCut.class);
        assertThatThrownBy(a::force).isInstanceOf(PowerCut.class);
        assertThatThrownBy(() -> a.read(ByteBuffer.allocate(1), 0)).isInstanceOf(PowerCut.class);
        assertThatThrownBy(() -> disk.list(DIR)).isInstanceOf(PowerCut.class);
        assertThatThrownBy(() -> disk.delete(file("a"))).isInstanceOf(PowerCut.class);
    }

    @Test
    void aFullDiskTakesWhatItHasRoomFor() throws IOException {
        DiskFile a = forced(disk, "a", "12345");
        disk.room(8);
        assertThatThrownBy(() -> write(a, "67890", 5)).isInstanceOf(IOException.class);
        assertThat(text(disk, file("a"))).isEqualTo("12345678");
        write(a, "abc", 0);
        a.truncate(5);
        write(a, "6", 5);
        disk.heal();
        write(a, "7890", 6);
        assertThat(text(disk, file("a"))).isEqualTo("abc4567890");
    }

    @Test
    void anyCallCanFail() throws IOException {
        DiskFile a = forced(disk, "a", "");
        disk.trouble((call, file, size) -> switch (call) {
            case WRITE -> new Fate.Fails("half of it", (int) size / 2);
            case READ -> FakeDisk.DONE;
            default -> new Fate.Fails("I/O error", 0);
        });
        assertThatThrownBy(() -> write(a, "1234", 0)).hasMessageContaining("half of it");
        assertThatThrownBy(a::force).hasMessageContaining("I/O error");
        assertThatThrownBy(() -> disk.rename(file("a"), file("b"))).hasMessageContaining("I/O error");
        disk.heal();
        assertThat(text(disk, file("a"))).isEqualTo("12");
        write(a, "34", 2);
        a.force();
        FakeDisk found = disk.crash(new SplittableRandom(1), Survival.NOTHING);
        assertThat(text(found, file("a")))
                .as("and what it did not force, the next does not force either")
                .isEqualTo("0034");
    }

    @Test
    void aKilledProcessLosesNothingAndForcesNothing() throws IOException {
        DiskFile a = forced(disk, "a", "1");
        write(a, "2", 1);
        disk.create(file("b")).close();
        FakeDisk next = disk.killed();
        assertThatThrownBy(() -> write(a, "3", 2)).isInstanceOf(PowerCut.class);
        assertThat(next.list(DIR)).containsExactly(file("a"), file("b"));
        assertThat(text(next, file("a"))).isEqualTo("12");
        FakeDisk after = next.crash(new SplittableRandom(1), Survival.NOTHING);
        assertThat(after.list(DIR)).containsExactly(file("a"));
        assertThat(text(after, file("a"))).isEqualTo("1");
    }

    @Test
    void damageIsAsLastingAsWhatItSpoils() throws IOException {
        forced(disk, "a", "12345678");
        disk.damage(file("a"), 2, 3, new SplittableRandom(1));
        FakeDisk found = disk.crash(new SplittableRandom(1), Survival.NOTHING);
        assertThat(text(found, file("a"))).matches("(?s)12...678").doesNotContain("3", "4", "5");
    }

    @Test
    void itCountsWhatChangesSomething() throws IOException {
        assertThat(Arrays.stream(Call.values()).filter(c -> !c.changes())).containsExactly(Call.OPEN, Call.READ);
        long before = disk.changes();
        forced(disk, "a", "1").close();
        disk.readAll(file("a"));
        assertThat(disk.changes() - before).isEqualTo(4);
    }

    /// While the power is on, it is a disk like any other.
    @Test
    void itDoesWhatTheRealDiskDoes(@TempDir Path real) throws IOException {
        long seed = Long.getLong("crash.seed", System.nanoTime());
        System.out.println("FakeDiskTest seed " + seed);
        RandomGenerator random = new SplittableRandom(seed);
        Disk machine = new RealDisk();
        for (int i = 0; i < 600; i++) {
            String name = "f" + random.nextInt(3);
            String other = "f" + random.nextInt(3);
            int at = random.nextInt(12);
            byte[] bytes = new byte[random.nextInt(9)];
            random.nextBytes(bytes);
            int what = random.nextInt(6);
            assertThat(did(disk, DIR, what, name, other, at, bytes))
                    .as("seed %d, call %d: %d on %s", seed, i, what, name)
                    .isEqualTo(did(machine, real, what, name, other, at, bytes));
        }
    }

    /// What came of one call, as a text.
    private static String did(Disk disk, Path dir, int what, String name, String other, int at, byte[] bytes)
            throws IOException {
        Path file = dir.resolve(name);
        try {
            switch (what) {
                case 0 -> disk.create(file).close();
                case 1, 2 -> {
                    try (DiskFile open = disk.open(file, Access.WRITE)) {
                        open.write(ByteBuffer.wrap(bytes), at);
                    }
                }
                case 3 -> {
                    try (DiskFile open = disk.open(file, Access.WRITE)) {
                        open.truncate(at);
                        open.force();
                    }
                }
                case 4 -> disk.rename(file, dir.resolve(other));
                default -> {
                    if (at < 3) {
                        disk.delete(file);
                    }
                }
            }
            StringBuilder all = new StringBuilder();
            for (Path f : disk.list(dir)) {
                all.append(f.getFileName())
                        .append(disk.sizeBytes(f))
                        .append(Arrays.toString(disk.readAll(f)))
                        .append(disk.exists(f));
            }
            return all.toString();
        } catch (FileAlreadyExistsException e) {
            return "is there";
        } catch (NoSuchFileException e) {
            return "is missing";
        }
    }
}
