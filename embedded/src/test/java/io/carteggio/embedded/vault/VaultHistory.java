package io.carteggio.embedded.vault;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Dictionary;
import io.carteggio.archive.vault.Frame;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Kept.KeptRecord;
import io.carteggio.archive.vault.Octets;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.Vault;
import io.carteggio.archive.vault.Vault.Damage;
import io.carteggio.archive.vault.Vault.Erasing;
import io.carteggio.embedded.disk.FakeDisk;
import io.carteggio.embedded.disk.FakeDisk.Call;
import io.carteggio.embedded.disk.FakeDisk.Fate;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.keys.MasterKey;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// A vault's life from first opening to last, with crashes, all drawn from one seed, beside a model of what
/// the vault must then hold. Belongs to one thread.
///
/// In each life it takes frames, alone and in groups, closes segments, erases, compacts and reads; calls of
/// the disk fail now and then; at some call the power goes or the process is killed, perhaps while it opens.
/// After each opening:
///
/// * every frame that was acknowledged is there, under the number that was named, with every record byte for byte;
/// * a frame that was never acknowledged is there wholly, once, or not at all, and if it is seen it stays;
/// * numbers have no gaps, the chain holds, and the walk finds no damage: only what was not forced was lost;
/// * what was erased is gone, what was not is not; an erasure that was interrupted can be done again;
/// * the vault takes frames on.
final class VaultHistory {
    private static final Path DIRECTORY = Path.of("/vault");
    private static final MasterKey MASTER = new MasterKey.Digits("42".repeat(32));
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T12:00:00Z"), ZoneOffset.UTC);
    private static final int LIVES = 4;
    private static final int STEPS = 12;

    /// How often what happened.
    record Seen(Map<String, Integer> counts) {}

    /// A frame as it was handed in.
    private record Sent(String manifest, List<Octets> records, List<FrameRecord.Type> types) {
        Frame frame(Frame.Kind kind) {
            List<FrameRecord> all = new ArrayList<>();
            all.add(record(FrameRecord.Type.MANIFEST, Octets.of(manifest.getBytes(StandardCharsets.UTF_8))));
            for (int i = 0; i < records.size(); i++) {
                all.add(record(types.get(i), records.get(i)));
            }
            return new Frame(kind, all);
        }

        private static FrameRecord record(FrameRecord.Type type, Octets octets) {
            return new FrameRecord(type, Sha256.of(octets.toBytes()), octets.content());
        }
    }

    /// What was erased of a frame: its records by index, and what stands for its manifest.
    private record Erased(Set<Integer> records, Optional<Octets> tombstone, long act) {}

    private final SplittableRandom random;
    private final long segmentBytes;
    private final Map<String, Integer> seen = new LinkedHashMap<>();

    private FakeDisk disk;
    private Position acknowledgedEnd = Position.START;

    /// All frames that must be there, by number.
    private final TreeMap<Long, Sent> there = new TreeMap<>();

    /// Frames that were handed in and not acknowledged: they may turn up once.
    private final Map<String, Sent> limbo = new HashMap<>();

    private final Map<Long, Erased> erased = new HashMap<>();

    /// Erasures that were begun and not acknowledged, by the act that says so.
    private final TreeMap<Long, Map<Long, Erased>> erasing = new TreeMap<>();

    private int handedIn;

    VaultHistory(long seed) {
        random = new SplittableRandom(seed);
        segmentBytes = 1L << random.nextInt(8, 16);
        disk = new FakeDisk(random.nextBoolean() ? 512 : 4096);
    }

    // ---- histories ----

    Seen play() throws Exception {
        disk.createDirectories(DIRECTORY);
        Keyring.create(disk, DIRECTORY, MASTER);
        int lives = random.nextInt(1, LIVES + 1);
        for (int life = 0; life < lives; life++) {
            boolean cut = live();
            saw(cut ? "crashes" : "clean ends");
            int again = 0;
            while (disk.isOff() && random.nextInt(3) == 0 && again++ < 4) { // a crash while it comes up
                comeUp();
                disk.cutAt(disk.changes() + random.nextInt(1, 8), random.split());
                try (SegmentFileVault vault = open()) {
                    verify(vault);
                } catch (ArchiveException | IOException e) {
                    onlyIfOff(e);
                }
                disk.cut();
                saw("crashes while opening");
            }
            if (disk.isOff()) {
                comeUp();
            }
            disk.heal();
            troubled = false;
            try (SegmentFileVault vault = open()) {
                verify(vault);
                finishErasures(vault);
                send(vault, 1);
                verify(vault);
            }
        }
        return new Seen(seen);
    }

    private void comeUp() {
        boolean power = forceFailed || random.nextInt(3) > 0;
        forceFailed = false;
        saw(power ? "power cuts" : "kills");
        disk = power ? disk.crash(random) : disk.killed();
    }

    /// @return whether it ended in a crash
    private boolean live() throws Exception {
        if (random.nextInt(5) > 0) {
            disk.cutAt(disk.changes() + random.nextInt(1, 1 << random.nextInt(2, 9)), random.split());
        }
        if (random.nextInt(4) == 0) {
            troubles();
        }
        SegmentFileVault vault;
        try {
            vault = open();
        } catch (ArchiveException | IOException e) {
            onlyIfTroubled(e);
            disk.cut();
            return true;
        }
        try (vault) {
            for (int step = random.nextInt(STEPS); step > 0 && !disk.isOff(); step--) {
                step(vault);
            }
            if (random.nextBoolean()) {
                disk.cut(); // the process ends while nothing is being done
            }
        } catch (ArchiveException e) {
            onlyIfTroubled(e);
        }
        return disk.isOff();
    }

    private boolean troubled;

    /// A force has failed in this life: the pages lie in memory, are not on the disk, and will never be. The
    /// vault cuts them off at once; should the process be killed just between, the next one reads what the
    /// following power cut takes away, and no program can tell. It was never acknowledged. So there histories
    /// go on with the power cut.
    private volatile boolean forceFailed;

    private void troubles() {
        troubled = true;
        saw("lives with failing calls");
        SplittableRandom chance = random.split();
        int oneIn = 1 << chance.nextInt(2, 7);
        boolean forcesToo = chance.nextBoolean();
        Call never = forcesToo ? Call.TRUNCATE : Call.FORCE; // for the same reason
        disk.trouble((call, file, sizeBytes) -> {
            boolean fails = call.changes() && call != never && chance.nextInt(oneIn) == 0;
            forceFailed |= fails && call == Call.FORCE;
            return fails
                    ? new Fate.Fails("No space left on device", chance.nextInt((int) sizeBytes + 1))
                    : FakeDisk.DONE;
        });
    }

    private void onlyIfOff(Exception e) throws Exception {
        if (!disk.isOff()) {
            throw e;
        }
    }

    private void onlyIfTroubled(Exception e) throws Exception {
        if (!disk.isOff() && !troubled) {
            throw e;
        }
    }

    private SegmentFileVault open() throws ArchiveException, IOException {
        Keyring keyring = Keyring.open(disk, DIRECTORY, MASTER);
        Optional<Dictionary> dictionary = random.nextInt(4) == 0
                ? Optional.of(new Dictionary(
                        "From: To: Subject: letter of the history".repeat(8).getBytes(StandardCharsets.US_ASCII)))
                : Optional.empty();
        // the catalogue may be behind, and is never ahead
        Position known = random.nextBoolean() ? Position.START : acknowledgedEnd;
        return SegmentFileVault.open(disk, DIRECTORY, keyring, known, dictionary, CLOCK, segmentBytes);
    }

    private void step(SegmentFileVault vault) throws Exception {
        switch (random.nextInt(10)) {
            case 0 -> attempt(vault::roll, "rolls");
            case 1 -> erase(vault);
            case 2 -> attempt(vault::compact, "compactions");
            case 3, 4, 5 -> send(vault, 1);
            default -> send(vault, random.nextInt(2, 7));
        }
    }

    private interface Work {
        void run() throws ArchiveException;
    }

    private boolean attempt(Work work, String what) throws Exception {
        try {
            work.run();
            saw(what);
            return true;
        } catch (ArchiveException e) {
            onlyIfTroubled(e);
            return false;
        }
    }

    // ---- what is done ----

    private Sent made() {
        int n = ++handedIn;
        List<Octets> records = new ArrayList<>();
        List<FrameRecord.Type> types = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            byte[] octets = new byte[random.nextInt(8) == 0 ? random.nextInt(40_000) : random.nextInt(800)];
            if (random.nextBoolean()) {
                random.nextBytes(octets);
            } else {
                for (int k = 0; k < octets.length; k++) {
                    octets[k] = (byte) ('a' + (k * n) % 23);
                }
            }
            records.add(Octets.of(octets));
            types.add(List.of(FrameRecord.Type.LETTER, FrameRecord.Type.EVIDENCE, FrameRecord.Type.WHOLE)
                    .get(random.nextInt(3)));
        }
        return new Sent("frame handed in as " + n, records, types);
    }

    /// Hands in frames. The first goes alone; the others wait behind it and are written together.
    private void send(SegmentFileVault vault, int many) throws Exception {
        List<Sent> all = new ArrayList<>();
        List<Optional<Kept>> answers = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            Sent sent = made();
            all.add(sent);
            limbo.put(sent.manifest(), sent);
            answers.add(Optional.empty());
        }
        if (many == 1) {
            try {
                answers.set(0, Optional.of(single(vault, all.getFirst().frame(Frame.Kind.ARRIVAL))));
            } catch (ArchiveException e) {
                onlyIfTroubled(e);
            }
        } else {
            together(vault, all, answers);
            saw("groups");
        }
        for (int i = 0; i < many; i++) {
            if (answers.get(i).isPresent()) {
                acknowledged(all.get(i), answers.get(i).get());
            }
        }
    }

    /// By the writer, or, announced and alone, by this thread.
    private Kept single(SegmentFileVault vault, Frame frame) throws ArchiveException {
        if (random.nextBoolean()) {
            return vault.append(frame);
        }
        try (Vault.Announced announced = vault.announce()) {
            saw("frames written by whom they came with");
            return announced.append(frame);
        }
    }

    private void acknowledged(Sent sent, Kept kept) {
        saw("frames acknowledged");
        if (there.put(kept.number(), sent) != null) {
            throw new AssertionError("number " + kept.number() + " was given twice");
        }
        limbo.remove(sent.manifest());
        if (kept.end().frames() > acknowledgedEnd.frames()) {
            acknowledgedEnd = kept.end();
        }
    }

    /// The writer is held at its first call of the disk until all others have queued up, one after the other:
    /// so the same seed makes the same groups.
    private void together(SegmentFileVault vault, List<Sent> all, List<Optional<Kept>> answers)
            throws InterruptedException {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        FakeDisk.Trouble before = disk.trouble();
        disk.trouble((call, file, sizeBytes) -> {
            if (call.changes()) {
                arrived.countDown();
                await(gate);
            }
            return before.at(call, file, sizeBytes);
        });
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            int mine = i;
            Frame frame = all.get(i).frame(Frame.Kind.ARRIVAL);
            Thread thread = Thread.ofPlatform().daemon().start(() -> {
                try {
                    Kept kept = vault.append(frame);
                    synchronized (answers) {
                        answers.set(mine, Optional.of(kept));
                    }
                } catch (ArchiveException refused) {
                    // stays in limbo
                }
            });
            threads.add(thread);
            while (thread.isAlive() && thread.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            if (i == 0) {
                while (thread.isAlive() && !arrived.await(100, TimeUnit.MICROSECONDS)) {
                    Thread.onSpinWait();
                }
            }
        }
        gate.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        disk.trouble(before);
    }

    private static void await(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void erase(SegmentFileVault vault) throws Exception {
        if (there.isEmpty()) {
            return;
        }
        List<Long> numbers = new ArrayList<>(there.keySet());
        Map<Long, Erased> what = new TreeMap<>();
        Sent act = new Sent("erasure handed in as " + ++handedIn, List.of(), List.of());
        limbo.put(act.manifest(), act);
        Kept kept;
        try {
            kept = vault.append(act.frame(Frame.Kind.ACT));
        } catch (ArchiveException e) {
            onlyIfTroubled(e);
            return;
        }
        acknowledged(act, kept);
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            long frame = numbers.get(random.nextInt(numbers.size()));
            Sent sent = there.get(frame);
            if (sent == null || erased.containsKey(frame) || isBeingErased(frame)) {
                continue;
            }
            Set<Integer> records = new TreeSet<>();
            for (int r = 0; r <= sent.records().size(); r++) {
                if (random.nextBoolean()) {
                    records.add(r);
                }
            }
            Optional<Octets> tombstone = records.contains(0)
                    ? Optional.of(Octets.of(("tombstone of " + sent.manifest()).getBytes(StandardCharsets.UTF_8)))
                    : Optional.empty();
            if (!records.isEmpty()) {
                what.put(frame, new Erased(records, tombstone, kept.number()));
            }
        }
        erasing.put(kept.number(), what);
        finish(vault, kept.number());
    }

    private boolean isBeingErased(long frame) {
        return erasing.values().stream().anyMatch(what -> what.containsKey(frame));
    }

    private void finish(SegmentFileVault vault, long act) throws Exception {
        Map<Long, Erased> what = erasing.getOrDefault(act, Map.of());
        Map<Long, Erasing> asked = new TreeMap<>();
        what.forEach((frame, e) -> asked.put(frame, new Erasing(e.records(), e.tombstone())));
        if (attempt(() -> vault.erase(act, asked), "erasures")) {
            erased.putAll(what);
            erasing.remove(act);
        }
    }

    private void finishErasures(SegmentFileVault vault) throws Exception {
        for (long act : new ArrayList<>(erasing.keySet())) {
            finish(vault, act);
        }
    }

    // ---- what must hold ----

    /// Reads everything, and takes what turned up unasked into the model: from now on it must stay.
    private void verify(Vault vault) throws ArchiveException, IOException {
        Map<Long, Kept> found = new TreeMap<>();
        List<Damage> damaged = new ArrayList<>();
        vault.walk(Position.START, new Vault.Walker() {
            @Override
            public void frame(Kept frame) {
                if (found.put(frame.number(), frame) != null) {
                    throw new AssertionError("frame " + frame.number() + " is walked twice");
                }
            }

            @Override
            public void damaged(Damage damage) {
                damaged.add(damage);
            }

            @Override
            public boolean deep() {
                return true;
            }
        });
        if (disk.isOff()) {
            throw new ArchiveException("the power is gone", true);
        }
        if (!damaged.isEmpty()) {
            throw new AssertionError("the walk reports damage: " + damaged);
        }
        long number = 0;
        for (Kept kept : found.values()) {
            number++;
            if (kept.number() != number) {
                throw new AssertionError("frame " + kept.number() + " comes where " + number + " should");
            }
            Sent sent = there.get(number);
            if (sent == null) {
                sent = turnedUp(kept);
            }
            verify(vault, kept, sent);
        }
        if (!there.isEmpty() && there.lastKey() > number) {
            throw new AssertionError("frame " + (number + 1) + " was acknowledged and is lost; the vault ends at "
                    + number + ", the last acknowledged is " + there.lastKey());
        }
        if (vault.end().frames() != number) {
            throw new AssertionError("the vault says it has " + vault.end().frames() + " frames, not " + number);
        }
        saw("openings verified");
    }

    private Sent turnedUp(Kept kept) throws IOException {
        String manifest = text(kept.manifest());
        Sent sent = limbo.remove(manifest);
        if (sent == null) {
            throw new AssertionError("frame " + kept.number() + " was never handed in, or is there twice: " + manifest);
        }
        there.put(kept.number(), sent);
        saw("frames seen without having been acknowledged");
        return sent;
    }

    private void verify(Vault vault, Kept kept, Sent sent) throws ArchiveException, IOException {
        long number = kept.number();
        Optional<Erased> gone = Optional.ofNullable(erased.get(number));
        Optional<Erased> going = erasing.values().stream()
                .flatMap(what -> Optional.ofNullable(what.get(number)).stream())
                .findFirst();
        String manifest = text(kept.manifest());
        String tombstone = "tombstone of " + sent.manifest();
        boolean manifestGone = gone.filter(e -> e.records().contains(0)).isPresent();
        boolean manifestMayBeGone = going.filter(e -> e.records().contains(0)).isPresent();
        if (manifestGone || (manifestMayBeGone && manifest.equals(tombstone))) {
            same(tombstone, manifest, "the tombstone of frame " + number);
        } else {
            same(sent.manifest(), manifest, "the manifest of frame " + number);
        }
        Map<Integer, KeptRecord> records = new HashMap<>();
        for (KeptRecord record : kept.records()) {
            records.put(record.place().record(), record);
        }
        for (int i = 1; i <= sent.records().size(); i++) {
            int index = i;
            boolean mustBeGone = gone.filter(e -> e.records().contains(index)).isPresent();
            boolean mayBeGone = going.filter(e -> e.records().contains(index)).isPresent();
            KeptRecord record = records.get(index);
            if (mustBeGone || (mayBeGone && record == null)) {
                if (record != null) {
                    throw new AssertionError("record " + i + " of frame " + number + " was erased and is there");
                }
                unreadable(vault, new Place(number, i));
            } else if (record == null) {
                throw new AssertionError("record " + i + " of frame " + number + " is missing");
            } else {
                Octets expected = sent.records().get(i - 1);
                Content content = vault.read(record.place());
                byte[] octets = content.toByteArray(1 << 20);
                if (!Octets.of(octets).equals(expected)
                        || !record.sum().equals(Optional.of(Sha256.of(expected.toBytes())))
                        || record.type() != sent.types().get(i - 1)) {
                    throw new AssertionError("record " + i + " of frame " + number + " is not what was handed in");
                }
            }
        }
        if (records.size() > sent.records().size()) {
            throw new AssertionError("frame " + number + " has records that were not handed in");
        }
    }

    private void unreadable(Vault vault, Place place) throws IOException {
        try {
            vault.read(place).toByteArray(1 << 20);
        } catch (ArchiveException erasedAsItShould) {
            return;
        }
        throw new AssertionError(place + " was erased and can be read");
    }

    private static void same(String expected, String actual, String what) {
        if (!expected.equals(actual)) {
            throw new AssertionError(what + " is \"" + actual + "\" instead of \"" + expected + "\"");
        }
    }

    private static String text(Content content) throws IOException {
        return new String(content.toByteArray(1 << 20), StandardCharsets.UTF_8);
    }

    private void saw(String what) {
        if (Boolean.getBoolean("crash.trace")) {
            System.out.println("  " + what + "; must be there: " + there.keySet() + ", known up to " + acknowledgedEnd);
        }
        seen.merge(what, 1, Integer::sum);
    }

    // ---- damage ----

    /// Octets that were forced change while nobody looks: the walk names what is broken and gives all the rest.
    Seen playWithDamage() throws Exception {
        disk.createDirectories(DIRECTORY);
        Keyring.create(disk, DIRECTORY, MASTER);
        try (SegmentFileVault vault = open()) {
            for (int step = random.nextInt(3, STEPS); step > 0; step--) {
                step(vault);
            }
            send(vault, 1);
        }
        Map<Long, Position> ends = new TreeMap<>();
        try (SegmentFileVault vault = open()) {
            vault.walk(Position.START, new Vault.Walker() {
                @Override
                public void frame(Kept frame) {
                    ends.put(frame.number(), frame.end());
                }

                @Override
                public void damaged(Damage damage) {
                    throw new AssertionError(damage);
                }
            });
        }
        disk = disk.crash(random, FakeDisk.Survival.ALL);
        Spoilt spoilt = spoil(ends);
        acknowledgedEnd = Objects.requireNonNull(ends.get(there.lastKey()));
        List<String> keys = new ArrayList<>(Keyring.problems(disk, DIRECTORY)); // which the opening mends
        try (SegmentFileVault vault = SegmentFileVault.open(
                disk,
                DIRECTORY,
                Keyring.open(disk, DIRECTORY, MASTER),
                acknowledgedEnd,
                Optional.empty(),
                CLOCK,
                segmentBytes)) {
            Set<Long> intact = new LinkedHashSet<>();
            List<Damage> damaged = new ArrayList<>();
            walkIntact(vault, intact, damaged);
            keys.addAll(vault.keyProblems());
            if (damaged.isEmpty() && keys.isEmpty()) {
                throw new AssertionError("nothing was noticed: " + spoilt);
            }
            for (long frame : there.keySet()) {
                if (!spoilt.frames().contains(frame) && !intact.contains(frame)) {
                    throw new AssertionError("frame " + frame + " is whole and not given: " + spoilt + "; " + damaged);
                }
            }
            saw("damages named");
            if (!vault.mend().isEmpty()) {
                saw("mended");
            }
            Set<Long> still = new LinkedHashSet<>();
            walkIntact(vault, still, new ArrayList<>());
            if (!still.containsAll(intact)) {
                throw new AssertionError("mending lost what was whole: " + spoilt + "; " + intact + ", now " + still);
            }
            Sent sent = made();
            Kept kept = vault.append(sent.frame(Frame.Kind.ARRIVAL));
            if (there.containsKey(kept.number())) {
                throw new AssertionError("number " + kept.number() + " was given twice behind damage: " + spoilt);
            }
        } catch (ArchiveException refused) {
            // the header of the last segment, or both keyrings: a clear refusal, and nothing was changed
            if (!String.valueOf(refused.getMessage()).contains("othing was changed")) {
                throw refused;
            }
            saw("clear refusals");
        }
        return new Seen(seen);
    }

    /// @param frames that the damage touches, or that cannot be found without what it touches
    private record Spoilt(Path file, long at, int length, Set<Long> frames) {}

    private Spoilt spoil(Map<Long, Position> ends) throws IOException {
        List<Path> files = disk.list(DIRECTORY).stream()
                .filter(f -> !f.toString().contains(".torn"))
                .toList();
        List<Path> sidecars =
                files.stream().filter(f -> f.toString().endsWith(".keys")).toList();
        if (!sidecars.isEmpty() && random.nextInt(6) == 0) {
            return loseKeys(sidecars.get(random.nextInt(sidecars.size())), ends);
        }
        Path file = files.get(random.nextInt(files.size()));
        int length = 1 << random.nextInt(10);
        long at = random.nextLong(disk.sizeBytes(file));
        disk.damage(file, at, length, random);
        Set<Long> touched = new LinkedHashSet<>();
        String name = file.getFileName().toString();
        if (name.endsWith(".seg")) {
            long segment = Long.parseLong(name.substring(0, 10));
            Position before = Position.START;
            boolean headTouched = at < headBytes(file);
            for (Map.Entry<Long, Position> frame : ends.entrySet()) {
                Position end = frame.getValue();
                if (end.segment() == segment) {
                    long from = before.segment() == segment ? before.offset() : 0;
                    if (headTouched || (at < end.offset() && at + length > from)) {
                        touched.add(frame.getKey());
                    }
                }
                before = end;
            }
        }
        return new Spoilt(file, at, length, touched);
    }

    /// Both sidecars of a segment, each missing or damaged: nothing in it can be read any more.
    private Spoilt loseKeys(Path sidecar, Map<Long, Position> ends) throws IOException {
        for (Path file : List.of(sidecar, sidecar.resolveSibling(sidecar.getFileName() + ".copy"))) {
            if (random.nextBoolean()) {
                disk.delete(file);
            } else {
                disk.damage(file, random.nextLong(disk.sizeBytes(file)), 1, random);
            }
        }
        saw("keys lost");
        long segment = Long.parseLong(sidecar.getFileName().toString().substring(0, 10));
        Set<Long> touched = new LinkedHashSet<>();
        ends.forEach((frame, end) -> {
            if (end.segment() == segment) {
                touched.add(frame);
            }
        });
        return new Spoilt(sidecar, 0, 1, touched);
    }

    /// Header and dictionary: without them nothing behind can be read.
    private long headBytes(Path segment) throws IOException {
        try (SegmentReader reader = SegmentReader.open(
                disk,
                segment,
                Keyring.open(disk, DIRECTORY, MASTER).archiveId(),
                Optional.empty(),
                Map.of(),
                Long.MAX_VALUE)) {
            return reader.framesBegin();
        } catch (ArchiveException e) {
            throw new IOException(e);
        }
    }

    private void walkIntact(Vault vault, Set<Long> intact, List<Damage> damaged) throws ArchiveException {
        Set<Long> broken = new LinkedHashSet<>();
        Map<Long, Kept> found = new TreeMap<>();
        vault.walk(Position.START, new Vault.Walker() {
            @Override
            public void frame(Kept frame) {
                found.put(frame.number(), frame);
            }

            @Override
            public void damaged(Damage damage) {
                damaged.add(damage);
                damage.record().ifPresent(place -> broken.add(place.frame()));
            }

            @Override
            public boolean deep() {
                return true;
            }
        });
        found.forEach((number, kept) -> {
            Sent sent = there.get(number);
            if (sent == null || broken.contains(number)) {
                return;
            }
            try {
                verify(vault, kept, sent);
                intact.add(number);
            } catch (ArchiveException | IOException e) {
                throw new AssertionError("frame " + number + " is given as whole and cannot be read", e);
            }
        });
    }
}
