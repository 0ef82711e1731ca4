package io.carteggio.embedded.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.ledger.Checkpoint;
import io.carteggio.archive.ledger.ConsistencyProof;
import io.carteggio.archive.ledger.InclusionProof;
import io.carteggio.archive.ledger.Leaf;
import io.carteggio.archive.ledger.LedgerCheck;
import io.carteggio.archive.ledger.LedgerCheck.Expected;
import io.carteggio.archive.ledger.Proofs;
import io.carteggio.archive.ledger.SignedCheckpoint;
import io.carteggio.archive.ledger.SignerKey;
import io.carteggio.archive.ledger.Tile;
import io.carteggio.archive.ledger.TreeEdge;
import io.carteggio.archive.ledger.TreeHash;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.disk.RealDisk;
import io.carteggio.embedded.ledger.FileLedger.Standing;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class FileLedgerTest {
    private static final SignerKey KEY = SignerKey.ofArchive(new byte[16], new byte[32]);

    @TempDir
    Path directory;

    private final Disk disk = new RealDisk();
    private volatile Instant now = Instant.parse("2026-11-22T10:00:00Z");
    private final Clock clock = clock(() -> now);

    private static Clock clock(InstantSource source) {
        return source.withZone(ZoneOffset.UTC);
    }

    /// A vault of so many frames, all different.
    private static byte[] leaf(long frame) {
        return new Leaf(
                        1,
                        frame,
                        List.of(new Leaf.Entry(1, Sha256.of(("frame " + frame).getBytes(StandardCharsets.UTF_8)))))
                .data();
    }

    private FileLedger open(long frames) throws ArchiveException {
        return open(disk, frames);
    }

    private FileLedger open(Disk on, long frames) throws ArchiveException {
        FileLedger ledger = FileLedger.open(on, directory, KEY, clock);
        add(ledger, ledger.size() + 1, frames);
        ledger.start(frames);
        return ledger;
    }

    private static void add(FileLedger ledger, long from, long to) {
        for (long frame = from; frame <= to; frame++) {
            ledger.add(frame, leaf(frame));
        }
    }

    private List<Checkpoint> history() throws ArchiveException {
        List<Checkpoint> all = new ArrayList<>();
        new CheckpointFiles(disk, directory).walk(note -> all.add(good(note)));
        return all;
    }

    private static Checkpoint good(byte[] note) {
        return ((SignedCheckpoint.Reading.Good) SignedCheckpoint.read(note, KEY.verifier()))
                .checkpoint()
                .checkpoint();
    }

    private Checkpoint stored() throws IOException {
        return good(Files.readAllBytes(directory.resolve("checkpoint")));
    }

    /// Everything that lies there, held against the vault.
    private List<String> check(long frames, Expected... witness) throws ArchiveException {
        List<String> found = new ArrayList<>();
        List<Expected> expected = new ArrayList<>(List.of(witness));
        CheckpointFiles files = new CheckpointFiles(disk, directory);
        files.walk(note -> expected.add(new Expected(good(note), "the history", false)));
        files.latest().ifPresent(note -> expected.add(new Expected(good(note), "the checkpoint", false)));
        LedgerCheck check = new LedgerCheck(new TileFiles(disk, directory), expected, found::add);
        for (long frame = 1; frame <= frames; frame++) {
            check.leaf(TreeHash.leaf(leaf(frame)));
        }
        assertThat(check.finish(true)).isEqualTo(found.size());
        return found;
    }

    private long octets() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(f -> f.toFile().length())
                    .sum();
        }
    }

    @Test
    void whatIsOpenedAgainIsTheSameTree() throws Exception {
        Checkpoint first;
        try (FileLedger ledger = open(1000)) {
            first = ledger.sign(true).orElseThrow().checkpoint();
            add(ledger, 1001, 1300);
        }
        try (FileLedger ledger = open(1300)) {
            assertThat(ledger.standing()).isEqualTo(new Standing.Sound());
            Checkpoint second = ledger.latest().orElseThrow().checkpoint();
            assertThat(second.size()).isEqualTo(1300);
            assertThat(ledger.consistency(1000, 1300).proves(first.root(), second.root()))
                    .isTrue();
            for (long frame : new long[] {1, 256, 257, 1000, 1001, 1300}) {
                assertThat(ledger.inclusion(frame, 1300).proves(TreeHash.leaf(leaf(frame)), second.root()))
                        .isTrue();
            }
        }
        assertThat(history()).extracting(Checkpoint::size).containsExactly(1000L, 1300L);
        assertThat(check(1300)).isEmpty();
    }

    /// A proof out of a large log reads tiles, from a disk that may be slow. Mail comes in meanwhile.
    @Test
    @Timeout(60)
    void aProofKeepsNobodyFromAdding() throws Exception {
        open(1000).close();
        CountDownLatch asked = new CountDownLatch(2);
        CountDownLatch given = new CountDownLatch(1);
        AtomicBoolean slow = new AtomicBoolean();
        Disk waiting = onRead("tile/0/000", () -> {
            if (slow.get()) {
                asked.countDown();
                given.await();
            }
        });
        try (FileLedger ledger = open(waiting, 1000);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            slow.set(true);
            Sha256 root = ledger.latest().orElseThrow().checkpoint().root();
            Future<InclusionProof> inclusion = threads.submit(() -> ledger.inclusion(7, 1000));
            Future<ConsistencyProof> consistency = threads.submit(() -> ledger.consistency(7, 1000));
            asked.await();
            try {
                assertThat(threads.submit(() -> add(ledger, 1001, 1300)))
                        .as("the tile that was the last one is full meanwhile, and another begun")
                        .succeedsWithin(Duration.ofSeconds(20));
            } finally {
                given.countDown();
            }
            assertThat(inclusion.get().proves(TreeHash.leaf(leaf(7)), root)).isTrue();
            TreeEdge seven = new TreeEdge(new TileFiles(disk, directory));
            for (long frame = 1; frame <= 7; frame++) {
                seven.append(TreeHash.leaf(leaf(frame)));
            }
            assertThat(consistency.get().proves(seven.root(), root)).isTrue();
        }
        assertThat(check(1300)).isEmpty();
    }

    /// A disk that does something before a file is looked at.
    private static Disk onRead(String name, Doing before) {
        Disk real = new RealDisk();
        return (Disk) Proxy.newProxyInstance(
                Disk.class.getClassLoader(), new Class<?>[] {Disk.class}, (proxy, method, args) -> {
                    Object[] arguments = Optional.ofNullable(args).orElse(new Object[0]);
                    if (method.getName().equals("sizeBytes") && ((Path) arguments[0]).endsWith(name)) {
                        before.run();
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @FunctionalInterface
    private interface Doing {
        void run() throws InterruptedException;
    }

    /// Proofs are made while tiles fill up, wait, are written and begin anew; each is right for the tree of its
    /// size.
    @Test
    @Timeout(60)
    void proofsWhileTheTreeGrows() throws Exception {
        long all = 40 * 256;
        Map<Long, Sha256> roots = new HashMap<>();
        try (FileLedger ledger = open(1);
                ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Future<?> adding = thread.submit(() -> add(ledger, 2, all));
            long seed = 20261130;
            Random random = new Random(seed);
            do {
                long size = ledger.size();
                long frame = 1 + random.nextLong(size);
                Sha256 root = ledger.inclusion(frame, size)
                        .root(TreeHash.leaf(leaf(frame)))
                        .orElseThrow();
                assertThat(roots.merge(size, root, (before, _) -> before))
                        .as("frame " + frame + " of " + size)
                        .isEqualTo(root);
            } while (!adding.isDone());
            adding.get();
        }
        TreeEdge whole = TreeEdge.resume(new TileFiles(disk, directory));
        assertThat(whole.size()).isEqualTo(all);
        for (Map.Entry<Long, Sha256> root : roots.entrySet()) {
            assertThat(Proofs.root(whole, root.getKey()))
                    .as("size " + root.getKey())
                    .isEqualTo(root.getValue());
        }
    }

    /// Tiles take 32 octets a frame, and only what is full lies there.
    @Test
    void aFrameCosts32Octets() throws Exception {
        open(70_000).close();
        assertThat(Files.size(directory.resolve("tile/0/000"))).isEqualTo(Tile.SIZE_BYTES);
        assertThat(octets() - 70_000 * 32).isBetween(-8192L, 8192L + 1024L);
        assertThat(check(70_000)).isEmpty();
    }

    @Test
    void aCheckpointIsSignedAMinuteAfterAChangeAndAtClose() throws Exception {
        FileLedger ledger = open(0);
        assertThat(ledger.sign(false)).isEmpty();
        add(ledger, 1, 10);
        ledger.tick();
        assertThat(ledger.latest()).isEmpty();
        now = now.plus(FileLedger.CHECKPOINT_INTERVAL);
        ledger.tick();
        assertThat(stored().size()).isEqualTo(10);
        now = now.plus(FileLedger.CHECKPOINT_INTERVAL);
        ledger.tick();
        byte[] before = Files.readAllBytes(directory.resolve("checkpoint"));
        add(ledger, 11, 12);
        now = now.plusSeconds(59);
        ledger.tick();
        now = now.plusSeconds(1);
        ledger.tick();
        assertThat(Files.readAllBytes(directory.resolve("checkpoint"))).isNotEqualTo(before);
        assertThat(history())
                .as("an hour has not gone by")
                .extracting(Checkpoint::size)
                .containsExactly(10L);
        add(ledger, 13, 13);
        now = now.plus(FileLedger.HISTORY_INTERVAL);
        ledger.tick();
        assertThat(history()).extracting(Checkpoint::size).containsExactly(10L, 13L);
        add(ledger, 14, 14);
        ledger.close();
        assertThat(stored().size()).isEqualTo(14);
        assertThat(history()).extracting(Checkpoint::size).containsExactly(10L, 13L, 14L);
    }

    /// The thread does what `tick` does, without being asked.
    @Test
    void theKeeperWritesByItself() throws Exception {
        try (FileLedger ledger = open(0)) {
            now = now.plus(Duration.ofHours(2));
            add(ledger, 1, 600);
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while ((ledger.latest().isEmpty() || !Files.exists(directory.resolve("tile/0/001")))
                    && System.nanoTime() < until) {
                Thread.sleep(5);
            }
            assertThat(directory.resolve("tile/0/001")).exists();
            assertThat(ledger.latest()).isPresent();
        }
    }

    /// Whatever of its files a crash takes or tears, the ledger comes back whole.
    @Test
    void whatACrashTakesIsMadeAgain() throws Exception {
        open(66_100).close();
        String[][] table = {
            {"tile/0/257"},
            {"tile/0/256", "tile/0/257"},
            {"tile/1/000"},
            {"tile/1/000", "tile/0/255", "tile/0/256", "tile/0/257"},
        };
        for (String[] row : table) {
            for (String file : row) {
                Files.delete(directory.resolve(file));
            }
            Files.write(directory.resolve("tile/0/257.new"), new byte[] {1});
            Files.write(directory.resolve("checkpoint.new"), new byte[] {1});
            Files.writeString(directory.resolve("checkpoints"), "carteggio/00000000", StandardOpenOption.APPEND);
            FileLedger ledger = open(66_101);
            assertThat(ledger.standing()).isEqualTo(new Standing.Sound());
            ledger.close();
            assertThat(check(66_101)).as(String.join(" ", row)).isEmpty();
        }
        Files.delete(directory.resolve("checkpoint"));
        open(66_102).close();
        assertThat(check(66_102)).isEmpty();
    }

    /// Stops the program before every single operation on the disk in turn.
    @Test
    void everyPointOfStoppingLeavesALedgerThatGoesOn() throws Exception {
        int stopped = 0;
        for (int at = 1; ; at++) {
            Stopping stopping = new Stopping(at);
            long frames = 0;
            try {
                FileLedger ledger = open(stopping.disk, 300);
                frames = 300;
                ledger.sign(true);
                add(ledger, 301, 700);
                frames = 700;
                ledger.tick();
                ledger.close();
            } catch (ArchiveException e) {
                stopped++;
            }
            FileLedger again = open(Math.max(frames, 300));
            assertThat(again.standing()).as("stopped at operation " + at).isEqualTo(new Standing.Sound());
            again.close();
            assertThat(check(Math.max(frames, 300)))
                    .as("stopped at operation " + at)
                    .isEmpty();
            try (Stream<Path> files = Files.walk(directory)) {
                files.filter(Files::isRegularFile).forEach(f -> f.toFile().delete());
            }
            if (!stopping.reached()) {
                break;
            }
        }
        assertThat(stopped).isGreaterThan(20);
    }

    @Test
    void aDiskThatFailsIsTriedAgain() throws Exception {
        Stopping stopping = new Stopping(Integer.MAX_VALUE);
        FileLedger ledger = open(stopping.disk, 10);
        stopping.left.set(0);
        add(ledger, 11, 300);
        ledger.tick();
        assertThat(ledger.standing()).isInstanceOf(Standing.Failing.class);
        assertThat(ledger.inclusion(1, 300).root(TreeHash.leaf(leaf(1)))).isPresent();
        stopping.left.set(Integer.MAX_VALUE);
        now = now.plus(FileLedger.CHECKPOINT_INTERVAL);
        ledger.tick();
        assertThat(ledger.standing()).isEqualTo(new Standing.Sound());
        assertThat(stored().size()).isEqualTo(300);
        ledger.close();
        assertThat(check(300)).isEmpty();
    }

    /// Also before a minute is over, where somebody asks for a checkpoint; and what is owed is made up for.
    @Test
    void aSignatureThatCannotBeWrittenIsTroubleUntilItIs() throws Exception {
        Stopping stopping = new Stopping(Integer.MAX_VALUE);
        FileLedger ledger = open(stopping.disk, 10);
        stopping.left.set(0);
        assertThatThrownBy(() -> ledger.sign(true)).isInstanceOf(ArchiveException.class);
        assertThat(ledger.standing()).isInstanceOf(Standing.Failing.class);
        assertThat(ledger.standing().trouble()).isPresent();
        ledger.tick();
        assertThat(ledger.standing()).as("nothing was written").isInstanceOf(Standing.Failing.class);
        stopping.left.set(Integer.MAX_VALUE);
        ledger.tick();
        assertThat(ledger.standing()).isEqualTo(new Standing.Sound());
        assertThat(ledger.standing().trouble()).isEmpty();
        assertThat(stored().size()).isEqualTo(10);
        ledger.close();
        assertThat(check(10)).isEmpty();
    }

    /// Else the vault's writer, which adds, would wait for ever for somebody who is gone.
    @Test
    @Timeout(60)
    void aKeeperThatFailsKeepsNobodyWaiting() throws Exception {
        Stopping stopping = new Stopping(Integer.MAX_VALUE);
        FileLedger ledger = open(stopping.disk, 10);
        stopping.errors = true;
        stopping.left.set(0);
        add(ledger, 11, (FileLedger.PENDING_LIMIT + 2) * 256L);
        assertThat(ledger.standing().trouble()).get().asString().contains("its keeper failed");
        stopping.left.set(Integer.MAX_VALUE);
        ledger.close();
    }

    /// P7: a vault that is shorter than, or other than, what was signed is never signed again.
    @Test
    void nothingIsSignedOverAVaultThatWasChanged() throws Exception {
        open(1000).close();
        byte[] before = Files.readAllBytes(directory.resolve("checkpoint"));
        Object[][] table = {
            {"shorter", 999L, (Change) l -> add(l, l.size() + 1, 999)},
            {"shorter than the tiles", 500L, (Change) l -> {}},
            {
                "another frame 900",
                1000L,
                (Change) l -> {
                    add(l, l.size() + 1, 899);
                    l.add(900, leaf(4711));
                    add(l, 901, 1000);
                }
            },
            {
                "another frame 900, and longer",
                1500L,
                (Change) l -> {
                    add(l, l.size() + 1, 899);
                    l.add(900, leaf(4711));
                    add(l, 901, 1500);
                }
            },
            {
                "without frame 900",
                1000L,
                (Change) l -> {
                    add(l, l.size() + 1, 899);
                    add(l, 901, 1000);
                }
            },
        };
        for (Object[] row : table) {
            FileLedger ledger = FileLedger.open(disk, directory, KEY, clock);
            ((Change) row[2]).to(ledger);
            ledger.start((Long) row[1]);
            assertThat(ledger.standing()).as((String) row[0]).isInstanceOf(Standing.Stopped.class);
            long next = ledger.size() + 1;
            ledger.add(next, leaf(next));
            ledger.tick();
            ledger.close();
            assertThat(Files.readAllBytes(directory.resolve("checkpoint"))).isEqualTo(before);
        }
        SignerKey other =
                SignerKey.ofArchive(new byte[16], Sha256.of(new byte[1]).toBytes());
        FileLedger ledger = FileLedger.open(disk, directory, other, clock);
        add(ledger, ledger.size() + 1, 1001);
        ledger.start(1001);
        assertThat(ledger.standing()).isInstanceOf(Standing.Stopped.class);
        assertThatThrownBy(() -> ledger.sign(true)).hasMessageContaining("not ours");
        ledger.close();
    }

    private interface Change {
        void to(FileLedger ledger);
    }

    /// The ledger is derived: what is wrong with it is told, and keeps nobody from opening the archive.
    @Test
    void aTileThatCannotBeReadStopsTheLedgerAndNothingElse() throws Exception {
        open(600).close();
        Files.write(directory.resolve("tile/0/001"), new byte[5]);
        FileLedger ledger = open(700);
        assertThat(ledger.standing())
                .isInstanceOf(Standing.Stopped.class)
                .asString()
                .contains("tile/0/001");
        ledger.close();
        assertThat(check(700)).singleElement().asString().startsWith("tile/0/001 cannot be read");
        Files.delete(directory.resolve("tile/0/001"));
        ledger = open(700);
        assertThat(ledger.standing()).isEqualTo(new Standing.Sound());
        ledger.close();
        assertThat(check(700)).isEmpty();
    }

    /// Each is found, and named.
    @Test
    void whatIsChangedInTheLedgerIsFound() throws Exception {
        FileLedger ledger = open(600);
        ledger.sign(true);
        add(ledger, 601, 1000);
        ledger.close();
        long seed = 20261122;
        Random random = new Random(seed);
        for (String tile : List.of("tile/0/000", "tile/0/002")) {
            byte[] right = Files.readAllBytes(directory.resolve(tile));
            for (int i = 0; i < 50; i++) {
                byte[] flipped = right.clone();
                int bit = random.nextInt(right.length * 8);
                flipped[bit / 8] ^= (byte) (1 << bit % 8);
                Files.write(directory.resolve(tile), flipped);
                long frame = bit / 8 / 32 + 1L + (tile.endsWith("2") ? 512 : 0);
                assertThat(check(1000))
                        .as("seed " + seed + " bit " + bit)
                        .containsExactly(tile + " is not what the vault gives, first at frame " + frame);
            }
            Files.write(directory.resolve(tile), right);
        }
        Files.delete(directory.resolve("tile/0/001"));
        assertThat(check(1000)).containsExactly("tile/0/001 is missing");
        Files.copy(directory.resolve("tile/0/000"), directory.resolve("tile/0/001"));
        Files.copy(directory.resolve("tile/0/000"), directory.resolve("tile/0/003"));
        assertThat(check(1000))
                .containsExactly(
                        "tile/0/001 is not what the vault gives, first at frame 257",
                        "tile/0/003 has leaves that the vault has not: 1000 frames");
    }

    /// The one thing that only a witness can show: everything taken back to an earlier state, or signed anew.
    @Test
    void onlyAWitnessShowsARollback() throws Exception {
        FileLedger ledger = open(500);
        ledger.sign(true);
        add(ledger, 501, 1000);
        ledger.close();
        Expected witness = new Expected(stored(), "the witness", true);
        try (Stream<Path> files = Files.walk(directory)) {
            files.filter(Files::isRegularFile).forEach(f -> f.toFile().delete());
        }
        open(900).close();
        assertThat(check(900)).isEmpty();
        assertThat(check(900, witness))
                .containsExactly("the archive was rolled back or re-signed: the witness says " + witness.checkpoint()
                        + ", the vault has 900 frames");
        Expected stranger =
                new Expected(new Checkpoint(KEY.verifier().name(), 800, TreeHash.EMPTY), "the witness", true);
        assertThat(check(900, stranger))
                .singleElement()
                .asString()
                .startsWith("the archive was rolled back or re-signed: the witness says size 800 root 47DEQ")
                .contains(", the vault gives size 800 root ");
    }

    /// Where the vault has lost a frame, the tile still says what its leaf was, and the checkpoint that this is
    /// true.
    @Test
    void aFrameThatIsLostIsKnownFromItsTile() throws Exception {
        open(1000).close();
        List<String> found = new ArrayList<>();
        LedgerCheck check = new LedgerCheck(
                new TileFiles(disk, directory), List.of(new Expected(stored(), "the checkpoint", false)), found::add);
        for (long frame = 1; frame <= 1000; frame++) {
            if (frame == 77) {
                assertThat(check.lost()).isTrue();
            } else {
                check.leaf(TreeHash.leaf(leaf(frame)));
            }
        }
        assertThat(check.finish(true)).isZero();
        assertThat(check.lost()).isFalse();
        assertThat(found).singleElement().asString().contains("frame 1001 cannot be read");
    }

    /// A disk that fails for good after so many operations.
    private static final class Stopping {
        private final Disk disk;
        private final AtomicInteger left;
        private volatile boolean errors;

        Stopping(int left) {
            this.left = new AtomicInteger(left);
            this.disk = counted(Disk.class, new RealDisk());
        }

        boolean reached() {
            return left.get() <= 0;
        }

        private <T> T counted(Class<T> type, T real) {
            return type.cast(Proxy.newProxyInstance(
                    type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
                        Object[] arguments = Optional.ofNullable(args).orElse(new Object[0]);
                        if (method.isDefault()) {
                            return java.lang.reflect.InvocationHandler.invokeDefault(proxy, method, arguments);
                        }
                        boolean closes = method.getName().equals("close");
                        if (!closes && left.getAndUpdate(n -> Math.max(0, n - 1)) == 0) {
                            if (errors) {
                                throw new StackOverflowError("played");
                            }
                            throw new IOException("the disk is gone");
                        }
                        try {
                            Object result = method.invoke(real, arguments);
                            return result instanceof Disk.DiskFile file ? counted(Disk.DiskFile.class, file) : result;
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    }));
        }
    }
}
