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

    /// Destroys what can be destroyed, also where the keys of some segments cannot be had.
    synchronized void erase(long act, Map<Long, Erasing> records) throws ArchiveException {
        Optional<ArchiveException> trouble = Optional.empty();
        Map<Long, Map<Long, Erasing>> bySegment = new TreeMap<>();
        for (Map.Entry<Long, Erasing> e : records.entrySet()) {
            Optional<Segment> segment = segments.of(e.getKey());
            if (segment.isPresent()) {
                bySegment
                        .computeIfAbsent(segment.get().number(), _ -> new TreeMap<>())
                        .put(e.getKey(), e.getValue());
            } else {
                trouble = Optional.of(new ArchiveException("frame " + e.getKey() + " is not in the vault", false));
            }
        }
        try {
            if (trouble.isEmpty() && act <= keyring.erasedThrough() && isDone(act, bySegment)) {
                return; // all files followed long ago
            }
            for (Map.Entry<Long, Map<Long, Erasing>> e : bySegment.entrySet()) {
                try {
                    erase(act, segments.byNumber(e.getKey()).orElseThrow(), e.getValue());
                } catch (ArchiveException lost) {
                    if (lost.laterHelps()) {
                        throw lost;
                    }
                    trouble = Optional.of(lost);
                }
            }
            // A torn tail may hold the same letter as it came the first time, never acknowledged, under a
            // key that its segment's tree still gives.
            for (Path torn : SegmentFiles.torn(disk, directory)) {
                disk.delete(torn);
            }
            disk.forceDirectory(directory);
        } catch (IOException e) {
            throw new ArchiveException("the erasure is not complete yet: " + e, true, e);
        }
        if (trouble.isPresent()) {
            throw trouble.get();
        }
    }

    private boolean isDone(long act, Map<Long, Map<Long, Erasing>> bySegment) throws ArchiveException {
        for (Map.Entry<Long, Map<Long, Erasing>> e : bySegment.entrySet()) {
            if (segments.lost().containsKey(e.getKey())
                    || !isDone(
                            act,
                            segments.byNumber(e.getKey()).orElseThrow(),
                            segments.keys(e.getKey()),
                            e.getValue())) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDone(long act, Segment segment, Segments.Opened opened, Map<Long, Erasing> records) {
        return records.entrySet().stream().allMatch(e -> {
            Tombstone now = tombstone(act, segment, e.getKey(), e.getValue());
            Optional<Tombstone> before = Optional.ofNullable(opened.erased().get(e.getKey()));
            return before.filter(b -> both(b, now).equals(b)).isPresent()
                    && leaves(segment, e.getKey(), e.getValue()).stream().noneMatch(opened.keys()::opens);
        });
    }

    private static List<Long> leaves(Segment segment, long frame, Erasing what) {
        return what.records().stream()
                .map(record -> KeyTree.leaf(frame - segment.firstFrame(), record))
                .toList();
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
        if (isDone(act, segment, opened, records)) {
            return;
        }
        List<Long> leaves = new ArrayList<>();
        Map<Long, Tombstone> erased = new TreeMap<>(opened.erased());
        for (Map.Entry<Long, Erasing> e : records.entrySet()) {
            leaves.addAll(leaves(segment, e.getKey(), e.getValue()));
            erased.merge(e.getKey(), tombstone(act, segment, e.getKey(), e.getValue()), Erasure::both);
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

    private static Tombstone tombstone(long act, Segment segment, long frame, Erasing what) {
        int missingFrom = segment.header().edition() + 1;
        List<Gone> gone =
                what.records().stream().map(r -> new Gone(r, missingFrom)).toList();
        return new Tombstone(frame, gone, act, what.tombstone());
    }

    /// What two acts have left of a frame. The later one knew of the earlier, so its manifest stands,
    /// also where the earlier is carried out once more.
    private static Tombstone both(Tombstone before, Tombstone now) {
        List<Gone> gone = new ArrayList<>(before.records());
        now.records().stream().filter(g -> !before.covers(g.record())).forEach(gone::add);
        boolean later = now.act() >= before.act();
        Optional<Octets> manifest =
                later ? now.manifest().or(before::manifest) : before.manifest().or(now::manifest);
        return new Tombstone(before.frame(), gone, Math.max(before.act(), now.act()), manifest);
    }
}
