package io.carteggio.embedded.vault;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Key;
import io.carteggio.archive.vault.KeyTree;
import io.carteggio.archive.vault.Octets;
import io.carteggio.archive.vault.Sidecar;
import io.carteggio.archive.vault.Sidecar.Gone;
import io.carteggio.archive.vault.Sidecar.Tombstone;
import io.carteggio.archive.vault.Vault.Erasing;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.keys.Keyring.SegmentKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Destroys the keys of records in closed segments. One at a time; may be repeated until it has come
/// through.
///
/// For each segment: the sidecar without those keys, under a fresh generation key, goes into the
/// place of the copy, forced; then the keyring takes the new generation and forgets the old one; then
/// the sidecar itself follows. At each instant one of the two files opens with what the keyring has.
final class Erasure {
    private final Disk disk;
    private final Path directory;
    private final Keyring keyring;
    private final Segments segments;

    Erasure(Disk disk, Path directory, Keyring keyring, Segments segments) {
        this.disk = disk;
        this.directory = directory;
        this.keyring = keyring;
        this.segments = segments;
    }

    synchronized void erase(long act, Map<Long, Erasing> records) throws ArchiveException {
        Map<Long, Map<Long, Erasing>> bySegment = new TreeMap<>();
        for (Map.Entry<Long, Erasing> e : records.entrySet()) {
            Segment segment = segments.of(e.getKey())
                    .orElseThrow(() -> new ArchiveException("frame " + e.getKey() + " is not in the vault", false));
            bySegment.computeIfAbsent(segment.number(), _ -> new TreeMap<>()).put(e.getKey(), e.getValue());
        }
        try {
            for (Map.Entry<Long, Map<Long, Erasing>> e : bySegment.entrySet()) {
                erase(act, segments.byNumber(e.getKey()).orElseThrow(), e.getValue());
            }
            // A torn tail may hold the same letter as it came the first time, never acknowledged, under a
            // key that its segment's tree still gives.
            for (Path torn : SegmentFiles.torn(disk, directory)) {
                disk.delete(torn);
            }
            disk.forceDirectory(directory);
            keyring.erasedThrough(act);
        } catch (IOException e) {
            throw new ArchiveException("the erasure is not complete yet: " + e, true, e);
        }
    }

    /// Finishes what an earlier erasure may have left: the keyring's change, and the sidecar that
    /// follows it. The copy is about to be written over, so the sidecar itself must open with what
    /// the keyring has.
    private void settle(long segment) throws IOException, ArchiveException {
        keyring.settle();
        segments.forgetKeys(segment);
        Optional<SegmentKey> key = keyring.segment(segment).filter(k -> k.generation() > 0);
        if (key.isPresent() && !opens(SegmentFiles.sidecar(directory, segment), key.get())) {
            Path copy = SegmentFiles.sidecarCopy(directory, segment);
            if (!opens(copy, key.get())) {
                throw new ArchiveException(
                        "neither sidecar of segment " + segment + " opens; restore one of them from a backup", false);
            }
            disk.replace(SegmentFiles.sidecar(directory, segment), disk.readAll(copy));
        }
    }

    private boolean opens(Path sidecar, SegmentKey key) throws IOException {
        return disk.exists(sidecar)
                && Sidecar.read(disk.readAll(sidecar), key.segment(), key.key(), keyring.archiveId())
                        .filter(s -> s.generation() == key.generation())
                        .isPresent();
    }

    private void erase(long act, Segment segment, Map<Long, Erasing> records) throws IOException, ArchiveException {
        settle(segment.number());
        Segments.Opened opened = segments.keys(segment.number());
        if (opened.generation() == 0) {
            throw new ArchiveException("segment " + segment.number() + " is still open", true);
        }
        int missingFrom = segment.header().edition() + 1;
        List<Long> leaves = new ArrayList<>();
        Map<Long, Tombstone> erased = new TreeMap<>(opened.erased());
        for (Map.Entry<Long, Erasing> e : records.entrySet()) {
            long frame = e.getKey();
            Optional<Tombstone> before = Optional.ofNullable(erased.get(frame));
            List<Gone> gone = new ArrayList<>(before.map(Tombstone::records).orElse(List.of()));
            for (int record : e.getValue().records()) {
                leaves.add(KeyTree.leaf(frame - segment.firstFrame(), record));
                if (before.filter(t -> t.covers(record)).isEmpty()) {
                    gone.add(new Gone(record, missingFrom));
                }
            }
            Optional<Octets> stands = e.getValue().tombstone().or(() -> before.flatMap(Tombstone::manifest));
            erased.put(frame, new Tombstone(frame, gone, act, stands));
        }
        Key next = Key.random();
        Sidecar sidecar = new Sidecar(
                segment.number(), opened.generation() + 1, opened.keys().without(leaves), erased);
        byte[] bytes = sidecar.toBytes(next, keyring.archiveId());
        disk.replace(SegmentFiles.sidecarCopy(directory, segment.number()), bytes);
        try {
            keyring.put(List.of(new SegmentKey(segment.number(), sidecar.generation(), next)));
            disk.replace(SegmentFiles.sidecar(directory, segment.number()), bytes);
        } finally {
            // whether or not it came through: what was read before is not to be relied on
            segments.forgetKeys(segment.number());
        }
    }
}
