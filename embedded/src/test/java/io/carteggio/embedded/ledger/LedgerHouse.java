package io.carteggio.embedded.ledger;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.attribution.People;
import io.carteggio.archive.authenticity.NetworkLists;
import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.catalogue.Catalogue.Registration;
import io.carteggio.archive.catalogue.Projection;
import io.carteggio.archive.erasure.ErasedMarks;
import io.carteggio.archive.intake.Intake;
import io.carteggio.archive.intake.Marks;
import io.carteggio.archive.intake.Sources;
import io.carteggio.archive.ledger.SignerKey;
import io.carteggio.archive.ledger.Tile;
import io.carteggio.archive.ledger.TileStore;
import io.carteggio.archive.ledger.TreeEdge;
import io.carteggio.archive.ledger.TreeHash;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.Vault;
import io.carteggio.embedded.catalogue.SqliteCatalogue;
import io.carteggio.embedded.disk.FakeDisk;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.keys.MasterKey;
import io.carteggio.embedded.vault.SegmentFileVault;
import io.carteggio.embedded.vault.SmallSegments;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// An archive of [LedgerHistory] that is open: keyring, vault, ledger and time stamps on a [FakeDisk], opened and
/// closed
/// in the order of the real one, with a catalogue that is made anew at each opening.
///
/// Sees to it that every frame it has, and every one that is forced, makes the tree that as many frames made before.
final class LedgerHouse implements AutoCloseable {
    private static final MasterKey MASTER = new MasterKey.Digits("42".repeat(32));

    final SegmentFileVault vault;
    final SqliteCatalogue catalogue;
    final SignerKey key;
    final FileLedger ledger;
    final TimestampFiles stamps;
    final Intake intake;

    private final Ground ground;
    private final Deque<Closing> opened = new ArrayDeque<>();

    // Guarded by `leaves`.
    private final List<Sha256> leaves = new ArrayList<>();
    private final TreeEdge tree = new TreeEdge(new Edge());
    private final List<Sha256> roots;
    private final List<Books.Account> changes = new ArrayList<>();

    /// Where it lies.
    ///
    /// @param data the data directory
    /// @param catalogue a file on a real disk
    /// @param known how far the vault is known to have been forced
    record Ground(FakeDisk disk, Path data, Path catalogue, Clock clock, long segmentBytes, Position known) {
        Path vault() {
            return data.resolve("vault");
        }

        Path ledger() {
            return data.resolve("ledger");
        }
    }

    private interface Closing {
        void close() throws ArchiveException, IOException;
    }

    /// @param roots of the trees of the first frames that ever were, by their number less one; grows
    LedgerHouse(Ground ground, List<Sha256> roots) throws ArchiveException, IOException {
        this.ground = ground;
        this.roots = roots;
        try {
            Keyring keyring = keyring();
            LetterId.Maker ids = new LetterId.Maker(keyring.idKey().toBytes());
            catalogue = SqliteCatalogue.open(ground.catalogue(), ids);
            opened.push(() -> SqliteCatalogue.remove(ground.catalogue()));
            opened.push(catalogue::close);
            vault = SmallSegments.open(
                    ground.disk(), ground.vault(), keyring, ground.known(), ground.clock(), ground.segmentBytes());
            Closing closingVault = vault::close;
            opened.push(closingVault);
            People people = new People();
            Sources sources = new Sources();
            Projection projection = Projection.start(vault, catalogue, act -> {
                people.apply(act);
                sources.apply(act);
            });
            key = SignerKey.ofArchive(keyring.archiveId(), keyring.ledgerSeed().toBytes());
            ledger = FileLedger.open(ground.disk(), ground.ledger(), key, ground.clock());
            stamps = new TimestampFiles(ground.disk(), ground.ledger());
            opened.remove(closingVault);
            opened.push(ledger::close);
            opened.push(projection::close);
            opened.push(closingVault);
            readThrough();
            follow();
            intake = new Intake(
                    vault,
                    catalogue,
                    projection,
                    ids,
                    new Marks(keyring.partKey()),
                    new ErasedMarks(keyring.markKey(), catalogue),
                    people::directory,
                    sources::at,
                    () -> NetworkLists.SHIPPED,
                    ground.clock());
        } catch (ArchiveException | IOException | RuntimeException | Error e) {
            closeAll();
            throw e;
        }
    }

    /// What a data directory does first, in its order.
    private Keyring keyring() throws ArchiveException, IOException {
        FakeDisk disk = ground.disk();
        Path format = ground.data().resolve("FORMAT");
        disk.createDirectories(ground.data());
        boolean before = disk.exists(ground.ledger()) || !roots.isEmpty();
        if (!disk.exists(format)) {
            if (before || disk.exists(ground.vault())) {
                throw new AssertionError("FORMAT is lost, and there was an archive already");
            }
            disk.replace(format, "format\n".getBytes(StandardCharsets.US_ASCII));
        }
        if (Keyring.exists(disk, ground.vault())) {
            return Keyring.open(disk, ground.vault(), MASTER);
        }
        if (before) {
            throw new AssertionError("the keyring is lost, and there was an archive already");
        }
        disk.createDirectories(ground.vault());
        return Keyring.create(disk, ground.vault(), MASTER);
    }

    private void readThrough() throws ArchiveException {
        vault.walk(Position.START, new Vault.Walker() {
            @Override
            public void frame(Kept kept) throws ArchiveException {
                grown(kept);
            }

            @Override
            public void damaged(Vault.Damage damage) {
                if (!ground.disk().isOff()) {
                    throw new AssertionError("the walk reports damage: " + damage);
                }
            }
        });
        if (ground.disk().isOff()) {
            throw new ArchiveException("the power is gone", true);
        }
        if (leaves().size() < roots.size()) {
            throw new AssertionError("the vault has " + leaves().size() + " frames, and once had " + roots.size());
        }
    }

    private void follow() throws ArchiveException {
        long end = vault.end().frames();
        if (leaves().size() != end) {
            throw new AssertionError("the vault has " + end + " frames and shows " + leaves().size());
        }
        for (long number = ledger.size() + 1; number <= end; number++) {
            vault.frame(number)
                    .ifPresent(kept -> ledger.add(kept.number(), kept.head().leafData()));
        }
        ledger.start(end);
        vault.follow(forced -> forced.forEach(kept -> {
            try {
                grown(kept);
            } catch (ArchiveException e) {
                throw new AssertionError(e);
            }
            ledger.add(kept.number(), kept.head().leafData());
        }));
    }

    /// The next frame. The tree up to it is what it was, if it ever was.
    private void grown(Kept kept) throws ArchiveException {
        synchronized (leaves) {
            Sha256 leaf = TreeHash.leaf(kept.head().leafData());
            leaves.add(leaf);
            tree.append(leaf);
            int size = leaves.size();
            if (kept.number() != size) {
                throw new AssertionError("frame " + kept.number() + " comes as number " + size);
            }
            if (size > roots.size()) {
                roots.add(tree.root());
            } else if (!roots.get(size - 1).equals(tree.root())) {
                throw new AssertionError("the first " + size + " frames are others than before");
            }
            if (Projection.registration(kept) instanceof Registration.OfArrival arrival) {
                changes.addAll(Books.changes(arrival.entry(), 0));
            }
        }
    }

    /// The leaves of all frames, in order.
    List<Sha256> leaves() {
        synchronized (leaves) {
            return List.copyOf(leaves);
        }
    }

    /// What all frames add to the books, as they say themselves.
    List<Books.Account> changes() {
        synchronized (leaves) {
            return List.copyOf(changes);
        }
    }

    /// The tiles that lie there.
    TileFiles tiles() {
        return new TileFiles(ground.disk(), ground.ledger());
    }

    @Override
    public void close() throws ArchiveException, IOException {
        Optional<Exception> failed = closeAll();
        if (failed.isPresent()) {
            switch (failed.get()) {
                case ArchiveException e -> throw e;
                case IOException e -> throw e;
                case Exception e -> throw new IllegalStateException(e);
            }
        }
    }

    /// Closes all there is; gives what failed first.
    private Optional<Exception> closeAll() {
        Optional<Exception> failed = Optional.empty();
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (ArchiveException | IOException e) {
                failed = failed.isPresent() ? failed : Optional.of(e);
            }
        }
        return failed;
    }

    /// A root needs no more than the tree's edge.
    private static final class Edge implements TileStore {
        @Override
        public boolean has(Tile tile) {
            return false;
        }

        @Override
        public byte[] read(Tile tile) {
            throw new IllegalStateException(tile.path() + " was given away");
        }

        @Override
        public void write(Tile tile, byte[] hashes) {
            // nobody asks for it
        }
    }
}
