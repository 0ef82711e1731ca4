package io.carteggio.embedded.ledger;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.catalogue.Books.Account;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.intake.Arrival;
import io.carteggio.archive.intake.Receipt;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.ledger.LedgerCheck;
import io.carteggio.archive.ledger.LedgerCheck.Expected;
import io.carteggio.archive.ledger.SignedCheckpoint;
import io.carteggio.archive.ledger.Tile;
import io.carteggio.archive.vault.Octets;
import io.carteggio.archive.vault.Position;
import io.carteggio.embedded.disk.FakeDisk;
import io.carteggio.embedded.disk.Troubles;
import io.carteggio.embedded.ledger.FileLedger.Standing;
import io.carteggio.embedded.ledger.TimestampFiles.Stamped;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/// An archive's life from its first start to its last, with crashes, all drawn from one seed: keyring,
/// vault, ledger and time stamps on one [FakeDisk], as they lie beside each other in a data directory, and
/// beside them a model of what was promised. Belongs to one thread.
///
/// In each life mail is taken, segments are closed, checkpoints are signed and stamped; calls of the disk
/// fail now and then; at some call the power goes or the process is killed, perhaps while it starts,
/// perhaps at its very first start. After each start, with a catalogue made anew of what the vault holds:
///
/// * every arrival that was acknowledged is in the books, which balance; every letter of them comes back
///   byte for byte;
/// * the tree of any number of frames that ever was is the tree of as many frames now: so no two trees of
///   one size are ever signed;
/// * the ledger is sound, and every tile, checkpoint and time stamp is that of the vault;
/// * a checkpoint that was given out is not taken back: the latest is of as many frames at least, and what
///   was to be remembered is in the history; a time stamp that was kept is there;
/// * all of it goes on.
final class LedgerHistory {
    private static final Path DATA = Path.of("/srv/archive/data");
    private static final int LIVES = 3;
    private static final int STEPS = 14;

    /// An archive of so many frames that the next ones fill a tile.
    private static final int GROWN_FRAMES = Tile.WIDTH - 8;

    private static final Source PLAIN = new Source("files", Optional.empty(), Family.AUTO);
    private static final Source REPORTS = new Source("exchange", Optional.empty(), Family.REPORT);

    private final SplittableRandom random;
    private final Path folder;
    private final long segmentBytes;
    private final Map<String, Integer> seen = new LinkedHashMap<>();

    private FakeDisk disk;
    private Instant now = Instant.parse("2026-11-22T12:00:00Z");
    private final Clock clock = clock(() -> now);
    private Position acknowledgedEnd = Position.START;
    private int catalogues;

    // What was promised.
    private final Map<Sha256, Octets> letters = new HashMap<>();
    private long arrivals;
    private long handedIn;
    private long signed;
    private final Set<Long> remembered = new TreeSet<>();
    private final Map<Long, Octets> stamped = new TreeMap<>();

    /// Replies that may lie there too: whoever brought them had no answer.
    private final Map<Long, Set<Octets>> perhapsStamped = new TreeMap<>();

    /// The root of the tree of the first frames, by their number less one: of all that ever was.
    private final List<Sha256> roots = new ArrayList<>();

    private boolean troubled;
    private Optional<Troubles> troubles = Optional.empty();

    private static final Map<Path, LedgerHistory> GROWN = new HashMap<>();

    private static Clock clock(InstantSource source) {
        return source.withZone(ZoneOffset.UTC);
    }

    /// @param folder on a real disk, for catalogues
    LedgerHistory(long seed, Path folder) throws Exception {
        this.random = new SplittableRandom(seed);
        this.folder = Files.createDirectories(folder.resolve("history" + seed));
        this.segmentBytes = 1L << random.nextInt(9, 16);
        if (random.nextInt(3) == 0) {
            LedgerHistory grown = grown(folder);
            this.disk = grown.disk.crash(random, FakeDisk.Survival.ALL);
            takeOver(grown);
        } else {
            this.disk = new FakeDisk(random.nextBoolean() ? FakeDisk.SECTOR_BYTES : 4096);
        }
    }

    /// One whose first tile is nearly full.
    private LedgerHistory(Path folder) throws IOException {
        this.random = new SplittableRandom(1);
        this.folder = Files.createDirectories(folder.resolve("grown"));
        this.segmentBytes = 1L << 16;
        this.disk = new FakeDisk();
    }

    private static LedgerHistory grown(Path folder) throws Exception {
        synchronized (GROWN) {
            LedgerHistory grown = GROWN.get(folder);
            if (grown == null) {
                grown = new LedgerHistory(folder);
                try (LedgerHouse house = grown.open()) {
                    while (grown.roots.size() < GROWN_FRAMES) {
                        grown.take(house);
                    }
                    grown.sign(house, true);
                }
                GROWN.put(folder, grown);
            }
            return grown;
        }
    }

    private void takeOver(LedgerHistory grown) {
        letters.putAll(grown.letters);
        roots.addAll(grown.roots);
        remembered.addAll(grown.remembered);
        arrivals = grown.arrivals;
        handedIn = grown.handedIn;
        signed = grown.signed;
        acknowledgedEnd = grown.acknowledgedEnd;
    }

    // ---- histories ----

    /// Plays it; gives how often what happened.
    Map<String, Integer> play() throws Exception {
        int lives = random.nextInt(1, LIVES + 1);
        for (int life = 0; life < lives; life++) {
            live();
            saw(disk.isOff() ? "crashes" : "clean ends");
            int again = 0;
            while (disk.isOff() && random.nextInt(3) == 0 && again++ < 3) { // a crash while it comes up
                comeUp();
                disk.cutAt(disk.changes() + random.nextInt(1, 12), random.split());
                try (LedgerHouse house = open()) {
                    verify(house);
                } catch (ArchiveException | IOException e) {
                    onlyIfTroubled(e);
                }
                disk.cut();
                saw("crashes while starting");
            }
            if (disk.isOff()) {
                comeUp();
            }
            try (LedgerHouse house = open()) {
                verify(house);
                take(house);
                sign(house, true);
                verify(house);
                saw("starts verified");
            }
        }
        return seen;
    }

    /// One life, to whatever end.
    private void live() throws Exception {
        if (random.nextInt(6) > 0) {
            disk.cutAt(disk.changes() + random.nextInt(1, 1 << random.nextInt(2, 9)), random.split());
        }
        if (random.nextInt(4) == 0) {
            troubled = true;
            Troubles drawn = new Troubles(random.split());
            troubles = Optional.of(drawn);
            disk.trouble(drawn);
            saw("lives with failing calls");
        }
        try (LedgerHouse house = open()) {
            for (int step = random.nextInt(STEPS); step > 0 && !disk.isOff(); step--) {
                step(house);
            }
            if (random.nextInt(3) == 0) {
                disk.cut(); // the process ends while nothing is being done
            }
        } catch (ArchiveException | IOException e) {
            onlyIfTroubled(e);
            disk.cut();
        }
        if (troubles.filter(Troubles::forceFailed).isPresent()) {
            disk.cut();
        }
        if (!disk.isOff()) {
            disk.heal();
            calm();
        }
    }

    private void calm() {
        troubled = false;
        troubles = Optional.empty();
    }

    private void comeUp() {
        boolean power = troubles.filter(Troubles::forceFailed).isPresent() || random.nextInt(3) > 0;
        saw(power ? "power cuts" : "kills");
        disk = power ? disk.crash(random) : disk.killed();
        calm();
    }

    private void onlyIfTroubled(Exception e) throws Exception {
        if (!disk.isOff() && !troubled) {
            throw e;
        }
    }

    private LedgerHouse open() throws ArchiveException, IOException {
        Position known = random.nextBoolean() ? Position.START : acknowledgedEnd; // a catalogue is never ahead
        LedgerHouse house = new LedgerHouse(
                new LedgerHouse.Ground(
                        disk, DATA, folder.resolve("catalogue" + ++catalogues + ".db"), clock, segmentBytes, known),
                roots);
        house.ledger.latest().ifPresent(this::see);
        return house;
    }

    private interface Work {
        void run() throws ArchiveException, IOException;
    }

    private boolean attempt(String what, Work work) throws Exception {
        try {
            work.run();
            saw(what);
            return true;
        } catch (ArchiveException | IOException e) {
            onlyIfTroubled(e);
            return false;
        }
    }

    private void saw(String what) {
        seen.merge(what, 1, Integer::sum);
    }

    // ---- what is done ----

    private void step(LedgerHouse house) throws Exception {
        switch (random.nextInt(12)) {
            case 0 -> attempt("segments closed", house.vault::roll);
            case 1, 2 -> sign(house, random.nextBoolean());
            case 3 -> stamp(house);
            case 4 -> now = now.plus(random.nextBoolean() ? Duration.ofSeconds(61) : Duration.ofHours(2));
            case 5, 6, 7, 8 -> take(house);
            default -> {
                for (int i = random.nextInt(2, 12); i > 0 && !disk.isOff(); i--) {
                    take(house);
                }
            }
        }
    }

    private String mail(long number) {
        return "From: a@x.example\r\nTo: b@firm.example\r\nSubject: letter " + number
                + "\r\nDate: Fri, 01 Mar 2024 12:34:56 +0100\r\nMessage-ID: <" + number + "@x.example>\r\n\r\n"
                + "A line of the letter.\r\n".repeat((int) (number % 7));
    }

    /// A new letter, one that came before, or what cannot be read as a report.
    private void take(LedgerHouse house) throws Exception {
        int kind = random.nextInt(8);
        boolean again = kind == 0 && handedIn > 0;
        byte[] octets =
                mail(again ? random.nextLong(1, handedIn + 1) : ++handedIn).getBytes(StandardCharsets.US_ASCII);
        handedIn += again ? 1 : 0;
        Source source = kind == 1 ? REPORTS : PLAIN;
        boolean taken = attempt("arrivals acknowledged", () -> {
            Receipt receipt = house.intake.take(new Arrival(source, Content.of(octets), Provenance.ofItem("test")));
            if (!receipt.letters().isEmpty()) {
                letters.put(Sha256.of(octets), Octets.of(octets));
            }
        });
        if (taken) {
            arrivals++;
            acknowledgedEnd = house.vault.end();
        }
        house.ledger.tick(); // what its thread does by itself, but at no certain time
        house.ledger.latest().ifPresent(this::see);
    }

    private void sign(LedgerHouse house, boolean remember) throws Exception {
        attempt(remember ? "checkpoints remembered" : "checkpoints signed", () -> {
            Optional<SignedCheckpoint> checkpoint = house.ledger.sign(remember);
            if (checkpoint.isPresent()) {
                see(checkpoint.get());
                if (remember) {
                    remembered.add(checkpoint.get().checkpoint().size());
                }
            }
        });
    }

    private void stamp(LedgerHouse house) throws Exception {
        Optional<SignedCheckpoint> latest = house.ledger.latest();
        if (latest.isEmpty()) {
            return;
        }
        byte[] octets = new byte[random.nextInt(1, 3_000)];
        random.nextBytes(octets);
        long size = latest.get().checkpoint().size();
        Octets reply = Octets.of(octets);
        perhapsStamped.computeIfAbsent(size, _ -> new HashSet<>()).add(reply);
        if (attempt("time stamps kept", () -> house.stamps.keep(latest.get(), octets))) {
            stamped.put(size, reply);
            perhapsStamped.put(size, new HashSet<>(Set.of(reply)));
        }
    }

    /// Takes note of a checkpoint that somebody may have by now.
    private void see(SignedCheckpoint checkpoint) {
        long size = checkpoint.checkpoint().size();
        if (size < 1 || size > roots.size()) {
            throw new AssertionError("signed over " + size + " frames, of which " + roots.size() + " were forced");
        }
        if (!roots.get((int) size - 1).equals(checkpoint.checkpoint().root())) {
            throw new AssertionError("another tree of " + size + " frames is signed than there ever was");
        }
        signed = Math.max(signed, size);
    }

    // ---- what must hold ----

    private void verify(LedgerHouse house) throws Exception {
        try {
            house.ledger.tick();
            if (disk.isOff()) {
                throw new ArchiveException("the power is gone", true);
            }
            if (!house.ledger.standing().equals(new Standing.Sound())) {
                throw new AssertionError(
                        "the ledger is not sound: " + house.ledger.standing().trouble());
            }
            verifyBooks(house);
            verifyLetters(house);
            verifyLedger(house);
        } catch (ArchiveException | IOException e) {
            if (!disk.isOff()) {
                throw new AssertionError(e);
            }
            throw e;
        }
    }

    private void verifyBooks(LedgerHouse house) throws ArchiveException {
        Map<String, Account> expected = new TreeMap<>();
        for (Books.Account change : house.changes()) {
            expected.merge(change.source(), change, Account::plus);
        }
        Books books = house.catalogue.books();
        Map<String, Account> there = new TreeMap<>();
        books.sources().forEach(account -> there.put(account.source(), account.withOriginals(0)));
        if (!there.equals(expected)) {
            throw new AssertionError("the books are " + there + ", and the vault says " + expected);
        }
        if (!books.sources().stream().allMatch(Account::balances)) {
            throw new AssertionError("the books do not balance: " + books);
        }
        long received = books.all().received();
        if (received < arrivals || received > handedIn) {
            throw new AssertionError(
                    received + " arrivals are booked; " + arrivals + " were acknowledged of " + handedIn);
        }
    }

    private void verifyLetters(LedgerHouse house) throws ArchiveException, IOException {
        for (Map.Entry<Sha256, Octets> letter : letters.entrySet()) {
            Optional<CataloguedLetter> known = house.catalogue.letter(letter.getKey());
            if (known.isEmpty()) {
                throw new AssertionError("an acknowledged letter is not in the catalogue made anew");
            }
            byte[] there = house.vault.read(known.get().places().getFirst()).toByteArray(1 << 20);
            if (!Octets.of(there).equals(letter.getValue())) {
                throw new AssertionError("a letter is not what was handed in");
            }
        }
    }

    private void verifyLedger(LedgerHouse house) throws ArchiveException {
        long latest = house.ledger.latest().map(c -> c.checkpoint().size()).orElse(0L);
        if (latest < signed) {
            throw new AssertionError("a checkpoint over " + signed + " frames was given out, the latest is " + latest);
        }
        List<Expected> expected = new ArrayList<>();
        Set<Long> history = new HashSet<>();
        CheckpointFiles files = house.ledger.files();
        files.walk(note -> history.add(ours(house, note, "the history", expected)));
        files.latest().ifPresent(note -> ours(house, note, "the checkpoint", expected));
        if (!history.containsAll(remembered)) {
            throw new AssertionError("the history " + history + " has not all of " + remembered);
        }
        List<Long> stamps = house.stamps.sizes();
        if (!stamps.containsAll(stamped.keySet())) {
            throw new AssertionError("of the time stamps " + stamped.keySet() + " are left " + stamps);
        }
        for (long size : stamps) {
            Stamped stamp = house.stamps.read(size);
            if (ours(house, stamp.note(), "a time stamp", expected) != size
                    || !perhapsStamped.getOrDefault(size, Set.of()).contains(Octets.of(stamp.reply()))) {
                throw new AssertionError("the time stamp over " + size + " frames is not what was kept");
            }
        }
        List<String> found = new ArrayList<>();
        LedgerCheck check = new LedgerCheck(house.tiles(), expected, found::add);
        for (Sha256 leaf : house.leaves()) {
            check.leaf(leaf);
        }
        if (check.finish(true) > 0) {
            throw new AssertionError(String.join("; ", found));
        }
    }

    private long ours(LedgerHouse house, byte[] note, String where, List<Expected> expected) {
        return switch (SignedCheckpoint.read(note, house.key.verifier())) {
            case SignedCheckpoint.Reading.Good(SignedCheckpoint read) -> {
                see(read);
                expected.add(new Expected(read.checkpoint(), where, false));
                yield read.checkpoint().size();
            }
            case SignedCheckpoint.Reading.Refused(String why) ->
                throw new AssertionError(where + " has a note that is not ours: " + why);
        };
    }
}
