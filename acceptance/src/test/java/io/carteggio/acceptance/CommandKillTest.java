package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.acceptance.Program.Ran;
import io.carteggio.acceptance.TroubledDisk.How;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Commands that write files anew (`compact`, `key rotate`, `rebuild`, `backup`, `restore`), killed before, in or after
/// a call by which they change something. Then every letter is there, `check` passes, and the same command, said again,
/// ends well.
///
/// In the long form at all calls in turn, or at every second, third, …, so that there are at most [#MOST_IN_TURN]
/// kills:
/// twenty minutes. `-Dcommand.kills=…` kills each so often, `-Dcrash.seed=…` at the same calls again.
@Tag("peers")
class CommandKillTest {
    private static final int KILLS = Integer.getInteger("command.kills", KillPoints.IN_TURN ? 0 : 1);

    /// Each takes four seconds on a busy machine.
    private static final int MOST_IN_TURN = 270;

    private static final List<How> HOWS = List.of(How.BEFORE, How.HALF, How.AFTER);

    private enum Scene {
        COMPACT,
        ROTATE,
        REBUILD,
        BACKUP,
        RESTORE;

        List<String> command(Place at) {
            return switch (this) {
                case COMPACT -> List.of("compact");
                case ROTATE -> List.of("key", "rotate");
                case REBUILD -> List.of("rebuild");
                case BACKUP -> List.of("backup", "--to", at.backup().toString(), "--with-master-key");
                case RESTORE -> List.of("restore", "--from", at.backup().toString());
            };
        }
    }

    /// A folder with an archive, a backup of an earlier state of it, and where that is restored to.
    private record Place(Path folder) {
        Path data() {
            return folder.resolve("data");
        }

        Path backup() {
            return folder.resolve("backup");
        }

        Path restored() {
            return folder.resolve("restored");
        }

        Program archive() {
            return fast(data());
        }
    }

    private final long seed = Long.getLong("crash.seed", System.nanoTime());

    private static Program fast(Path data) {
        return Program.on(data).withJavaOptions("-XX:TieredStopAtLevel=1");
    }

    private static void take(Program program, int from, int to) throws IOException {
        Path folder = Program.freshDirectory("command-in");
        for (int i = from; i < to; i++) {
            Post post = Post.plain(
                    "c" + i,
                    "anna@firm.example",
                    "bruno@firm.example",
                    "Letter " + i,
                    "a line of the letter\r\n".repeat(1 + 50 * i),
                    "To: bruno@firm.example");
            Files.write(folder.resolve(i + ".eml"), post.report().toByteArray(Integer.MAX_VALUE));
        }
        program.ask("import", folder.toString(), "--as", "report").done();
    }

    private static Set<String> letters(Program program) {
        return program.ask("search", "*", "--limit", "100", "--json").done().jsonLines().stream()
                .map(line -> line.path("id").asString(""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// Two letters erased since the backup was made, others come since; several closed segments.
    private static Place template() throws IOException {
        Place place = new Place(Program.freshDirectory("command"));
        Program program = place.archive();
        take(program, 0, 6);
        program.ask("backup", "--to", place.backup().toString(), "--with-master-key")
                .done();
        take(program, 6, 10);
        for (String id : letters(program).stream().limit(2).toList()) {
            program.ask("erase", id, "--reason", "asked for").done();
        }
        take(program, 10, 12);
        return place;
    }

    @Test
    void killedInTheMiddle() throws Exception {
        System.out.println("CommandKillTest seed " + seed);
        RandomGenerator random = new SplittableRandom(seed);
        TroubledDisk disk = TroubledDisk.calm();
        Place template = template();
        Set<String> letters = letters(template.archive());
        assertThat(letters).hasSize(10);
        fast(template.restored())
                .ask("restore", "--from", template.backup().toString())
                .done();
        Set<String> saved = letters(fast(template.restored()));
        assertThat(saved).hasSize(6);
        SyscallKillTest.remove(template.restored());
        Map<Scene, Long> callsOf = new EnumMap<>(Scene.class);
        for (Scene scene : Scene.values()) {
            long calls = run(scene, copy(template), disk, 0, How.AFTER);
            assertThat(calls).as(scene + ": calls that change something").isGreaterThan(3);
            callsOf.put(scene, calls);
        }
        long step = KillPoints.step(
                callsOf.values().stream().mapToLong(calls -> calls).sum(), MOST_IN_TURN);
        long kills = 0;
        long started = System.nanoTime();
        for (Map.Entry<Scene, Long> each : callsOf.entrySet()) {
            Scene scene = each.getKey();
            long calls = each.getValue();
            for (long call : KILLS > 0 ? sample(calls, random) : KillPoints.inTurn(calls, step, random)) {
                kills++;
                How how = HOWS.get(random.nextInt(HOWS.size()));
                Place place = copy(template);
                try {
                    run(scene, place, disk, call, how);
                    verify(scene, place, letters, saved);
                } catch (AssertionError | Exception e) {
                    throw new AssertionError(
                            scene + " killed at call " + call + " of about " + calls + " (" + how + "); seed " + seed
                                    + "; " + place.folder(),
                            e);
                }
                SyscallKillTest.remove(place.folder());
            }
        }
        System.out.printf(
                "CommandKillTest: calls of each: %s, killed at %s: %d times in %d s%n",
                callsOf,
                KILLS > 0 ? KILLS + " of them" : "every one of " + step,
                kills,
                Duration.ofNanos(System.nanoTime() - started).toSeconds());
    }

    /// One of each of so many stretches.
    private static long[] sample(long calls, RandomGenerator random) {
        return LongStream.range(0, KILLS)
                .map(i -> random.nextLong(1 + i * calls / KILLS, 1 + (i + 1) * calls / KILLS))
                .toArray();
    }

    private static Place copy(Place template) throws IOException {
        Path folder = Program.freshDirectory("command");
        SyscallKillTest.copy(template.folder(), folder);
        return new Place(folder);
    }

    private static Program of(Scene scene, Place place) {
        return scene == Scene.RESTORE ? fast(place.restored()) : place.archive();
    }

    /// @param call at which it is killed; 0 for not at all
    /// @return how many calls there were
    private static long run(Scene scene, Place place, TroubledDisk disk, long call, How how) {
        disk.reset();
        disk.killAt(call, how);
        Ran said = disk.under(of(scene, place), place.folder())
                .run(scene.command(place).toArray(String[]::new));
        assertThat(said.exit() == 0 || (call > 0 && said.exit() == 137))
                .as("exit %d: %s", said.exit(), said.err())
                .isTrue();
        long calls = disk.counted();
        disk.reset();
        return calls;
    }

    private static void verify(Scene scene, Place place, Set<String> letters, Set<String> saved) throws Exception {
        Program archive = place.archive();
        if (scene == Scene.RESTORE) {
            restoredOnceMore(place, saved);
        }
        if (scene == Scene.BACKUP) {
            opensAsBeforeOrAsNow(place, letters, saved);
        }
        if (scene == Scene.ROTATE) {
            finishedAsItSays(archive);
        }
        if (scene != Scene.RESTORE) {
            archive.ask(scene.command(place).toArray(String[]::new)).done();
        }
        archive.ask("check").done();
        assertThat(letters(archive)).isEqualTo(letters);
        if (scene == Scene.BACKUP) {
            Program restored = fast(place.restored());
            restored.ask("restore", "--from", place.backup().toString()).done();
            assertThat(letters(restored)).isEqualTo(letters);
            restored.ask("check").done();
        }
    }

    /// Where the keyring is under the new key already, the archive says where that is and what to do.
    private static void finishedAsItSays(Program archive) throws IOException {
        Path key = archive.data().resolve("master.key");
        Path next = archive.data().resolve("master.key.next");
        Ran said = archive.ask("stats");
        if (said.exit() != 0) {
            assertThat(said.err()).contains(next + ", and if it opens the archive give it the name of the old one");
            Files.move(next, key, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /// An archive that was restored by half says so, and never passes for the whole.
    private static void restoredOnceMore(Place place, Set<String> saved) throws IOException {
        Program restored = fast(place.restored());
        if (Files.exists(place.restored())) {
            Ran half = restored.ask("search", "*", "--limit", "100", "--json");
            assertThat(half.exit() != 0 || letters(restored).equals(saved))
                    .as("half an archive: %s", half.out())
                    .isTrue();
            SyscallKillTest.remove(place.restored());
        }
        restored.ask("restore", "--from", place.backup().toString()).done();
        assertThat(letters(restored)).isEqualTo(saved);
    }

    /// The machine whose backup this is may be gone by now.
    private static void opensAsBeforeOrAsNow(Place place, Set<String> letters, Set<String> saved) throws IOException {
        Program restored = fast(place.restored());
        Ran said = restored.ask("restore", "--from", place.backup().toString());
        said.done();
        Set<String> there = letters(restored);
        assertThat(saved.stream().filter(id -> !there.contains(id) && letters.contains(id)))
                .as("letters that the backup had, and that were not erased")
                .isEmpty();
        SyscallKillTest.remove(place.restored());
    }
}
