package io.carteggio.archive.erasure;

import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Act.ErasedFrame;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.EntryCodec;
import io.carteggio.archive.vault.Octets;
import io.carteggio.archive.vault.Place;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// What an erasure takes of which frame. Belongs to one thread.
final class Plan {
    private final Map<Long, Set<Integer>> records = new TreeMap<>();
    private final Map<Long, ArrivalEntry> tombstones = new LinkedHashMap<>();
    private final Set<Long> acts = new HashSet<>();
    private final Map<Long, CataloguedLetter> anew = new TreeMap<>();

    void take(Place record) {
        records.computeIfAbsent(record.frame(), _ -> new TreeSet<>()).add(record.record());
    }

    boolean takes(Place record) {
        return records.getOrDefault(record.frame(), Set.of()).contains(record.record());
    }

    void bury(long arrival, ArrivalEntry tombstone) {
        take(new Place(arrival, 0));
        tombstones.put(arrival, tombstone);
    }

    /// The frame is an act that kept a letter anew, and nothing else.
    void buryAct(long frame) {
        take(new Place(frame, 0));
        acts.add(frame);
    }

    void keepAnew(CataloguedLetter letter) {
        anew.put(letter.number(), letter);
    }

    boolean keepsAnew(long letter) {
        return anew.containsKey(letter);
    }

    /// Letters that survive and would not be readable.
    List<CataloguedLetter> anew() {
        return List.copyOf(anew.values());
    }

    List<ErasedFrame> frames(Instant at, String by) {
        List<ErasedFrame> frames = new ArrayList<>();
        records.forEach((frame, indices) -> {
            Optional<byte[]> stands = Optional.empty();
            if (tombstones.containsKey(frame)) {
                stands = Optional.ofNullable(tombstones.get(frame)).map(EntryCodec::encode);
            } else if (acts.contains(frame)) {
                stands = Optional.of(EntryCodec.encode(new Act.KeptAnew(at, by, List.of())));
            }
            frames.add(new ErasedFrame(frame, List.copyOf(indices), stands.map(Octets::of)));
        });
        return frames;
    }
}
