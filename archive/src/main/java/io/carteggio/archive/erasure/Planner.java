package io.carteggio.archive.erasure;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Arrivals;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.Catalogue.Registration;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.Disposition;
import io.carteggio.archive.entry.LetterRef;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Vault;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Finds what belongs to a message, and what must go with it. Changes nothing.
final class Planner {
    /// Letters with one body that are compared.
    private static final int FORKS_LIMIT = 10_000;

    private static final int WHOLE_PAGE = 200;

    private final Vault vault;
    private final Catalogue catalogue;
    private final Arrivals arrivals;

    Planner(Vault vault, Catalogue catalogue) {
        this.vault = vault;
        this.catalogue = catalogue;
        this.arrivals = new Arrivals(vault);
    }

    /// Mail that was kept whole.
    record Whole(Kept kept, ArrivalEntry entry) {}

    /// Mail that was kept whole and still is; empty where the frame is another, or was erased.
    Optional<Whole> whole(long number) throws ArchiveException {
        return arrivals.of(number).flatMap(Planner::whole);
    }

    /// The same; empty also where the frame cannot be read any more.
    Optional<Whole> legible(long number) throws ArchiveException {
        return arrivals.legible(number).flatMap(Planner::whole);
    }

    private static Optional<Whole> whole(Registration.OfArrival arrival) {
        ArrivalEntry entry = arrival.entry();
        boolean whole = entry.disposition() == Disposition.QUARANTINED || entry.disposition() == Disposition.NOTICE;
        return whole && entry.erased().isEmpty() ? Optional.of(new Whole(arrival.kept(), entry)) : Optional.empty();
    }

    /// All of such a mail goes, also where it lay before.
    void bury(Plan plan, Whole mail) throws ArchiveException {
        for (Kept.KeptRecord record : mail.kept().records()) {
            plan.take(record.place());
        }
        plan.bury(mail.kept().number(), Tombstone.of(mail.entry(), Set.of(), Set.of(), List.of()));
        buryEarlier(plan, mail.entry());
    }

    /// What left quarantine has its octets there too.
    private void buryEarlier(Plan plan, ArrivalEntry entry) throws ArchiveException {
        if (entry.revision().isPresent()) {
            Optional<Whole> earlier = whole(entry.revision().get().arrival());
            if (earlier.isPresent()) {
                bury(plan, earlier.get());
            }
        }
    }

    /// What mail that was kept whole has of these letters.
    ///
    /// @param after only mail with larger numbers
    Copies copies(Message message, long after) throws ArchiveException {
        Map<Long, Whole> holding = new TreeMap<>();
        Map<Long, Set<Long>> letters = new TreeMap<>();
        List<Long> suspects = new ArrayList<>();
        List<Long> closed = new ArrayList<>();
        long through = after;
        CopySearch search = new CopySearch();
        boolean ready = false;
        for (List<Long> page = catalogue.keptWhole(after, WHOLE_PAGE);
                !page.isEmpty();
                page = catalogue.keptWhole(through, WHOLE_PAGE)) {
            if (!ready) { // most archives have no such mail, and need not read their letters for it
                for (CataloguedLetter letter : message.letters()) {
                    search.add(letter, this);
                }
                ready = true;
            }
            for (long number : page) {
                through = number;
                Optional<Whole> mail = legible(number);
                Optional<CopySearch.Found> found = mail.isPresent() ? found(search, mail.get()) : Optional.empty();
                if (found.isEmpty()) {
                    closed.add(number);
                } else if (!found.get().letters().isEmpty()) {
                    holding.put(number, mail.get());
                    letters.put(number, found.get().letters());
                } else if (!found.get().named().isEmpty()) {
                    suspects.add(number);
                } else if (!found.get().open()) {
                    closed.add(number);
                }
            }
        }
        return new Copies(holding, letters, suspects, closed, through);
    }

    private Optional<CopySearch.Found> found(CopySearch search, Whole mail) throws ArchiveException {
        Optional<Content> octets = arrivals.whole(mail.kept());
        try {
            return octets.isPresent() ? Optional.of(search.find(octets.get())) : Optional.empty();
        } catch (IOException damaged) {
            return Optional.empty();
        }
    }

    /// The sum of such a mail; empty where it cannot be read any more, which must not keep it from going.
    Optional<Sha256> sum(Whole mail) throws ArchiveException {
        Optional<Content> octets = arrivals.whole(mail.kept());
        try {
            return octets.isPresent() ? Optional.of(Sha256.of(octets.get())) : Optional.empty();
        } catch (IOException damaged) {
            return Optional.empty();
        }
    }

    /// The letter with its variants: the protected and the clear copy of one mail in one report, and
    /// letters that differ in trace headers alone.
    Message message(CataloguedLetter letter) throws ArchiveException {
        return message(List.of(letter));
    }

    /// The same, as it is now.
    Message again(Message earlier) throws ArchiveException {
        return message(List.copyOf(earlier.letters()));
    }

    private Message message(List<CataloguedLetter> letters) throws ArchiveException {
        Map<Long, CataloguedLetter> found = new TreeMap<>();
        Map<Long, List<Testimony>> said = new TreeMap<>();
        Deque<CataloguedLetter> next = new ArrayDeque<>(letters);
        while (!next.isEmpty()) {
            Optional<CataloguedLetter> letter = catalogue.letter(next.remove().number());
            if (letter.isEmpty() || found.containsKey(letter.get().number())) {
                continue;
            }
            List<Testimony> testimonies = catalogue.testimonies(letter.get().number());
            found.put(letter.get().number(), letter.get());
            said.put(letter.get().number(), testimonies);
            for (Testimony t : testimonies) {
                for (LetterRef copy : t.entry().copiesOf(letter.get().sum())) {
                    catalogue.letter(copy.sum()).ifPresent(next::add);
                }
            }
            next.addAll(variants(letter.get(), testimonies));
        }
        return new Message(found, said);
    }

    /// Letters with the same body whose headers differ in trace alone.
    private List<CataloguedLetter> variants(CataloguedLetter letter, List<Testimony> said) throws ArchiveException {
        Set<Long> bodies = new HashSet<>();
        for (Testimony t : said) {
            t.entry().letters().stream()
                    .filter(l -> l.sum().equals(letter.sum()))
                    .forEach(l -> l.bodyMark().ifPresent(bodies::add));
        }
        Map<Long, CataloguedLetter> alike = new TreeMap<>();
        catalogue.variants(letter.number(), FORKS_LIMIT).forEach(l -> alike.put(l.number(), l));
        for (long body : bodies) {
            catalogue.lettersWithBody(body, FORKS_LIMIT).forEach(l -> alike.put(l.number(), l));
        }
        List<CataloguedLetter> variants = new ArrayList<>();
        for (CataloguedLetter other : alike.values()) {
            if (other.number() != letter.number() && isVariant(letter, other)) {
                variants.add(other);
            }
        }
        return variants;
    }

    private boolean isVariant(CataloguedLetter letter, CataloguedLetter other) throws ArchiveException {
        try {
            return Variants.same(verified(letter), verified(other));
        } catch (IOException e) {
            throw new ArchiveException("letters cannot be compared: " + e.getMessage(), true, e);
        }
    }

    Plan plan(Message message) throws ArchiveException {
        Plan plan = new Plan();
        for (Testimony arrival : message.arrivals().values()) {
            for (Kept.KeptRecord record : frame(arrival.number()).records()) {
                switch (record.type()) {
                    case EVIDENCE, WHOLE -> plan.take(record.place());
                    case MANIFEST, LETTER, PART, DICTIONARY -> {} // what is whose comes next
                }
            }
        }
        for (CataloguedLetter letter : message.letters()) {
            for (Place place : letter.places()) {
                plan.take(place);
                if (!message.arrivals().containsKey(place.frame())) {
                    plan.buryAct(place.frame());
                }
            }
        }
        parts(plan, message);
        keepWhole(plan, message);
        for (Testimony arrival : message.arrivals().values()) {
            bury(plan, message, arrival);
            buryEarlier(plan, arrival.entry());
        }
        return plan;
    }

    private void bury(Plan plan, Message message, Testimony arrival) throws ArchiveException {
        Set<Sha256> originals = new HashSet<>();
        for (CataloguedLetter letter : message.letters()) {
            boolean first = message.said().getOrDefault(letter.number(), List.of()).stream()
                    .filter(t -> t.entry().letters().stream()
                            .anyMatch(l -> l.fresh() && l.sum().equals(letter.sum())))
                    .findFirst()
                    .filter(t -> t.number() == arrival.number())
                    .isPresent();
            if (first) {
                originals.add(letter.sum());
            }
        }
        List<Long> parts = new ArrayList<>();
        List<Place> lie = frame(arrival.number()).places(FrameRecord.Type.PART);
        for (int i = 0; i < arrival.entry().parts().size() && i < lie.size(); i++) {
            parts.add(plan.takes(lie.get(i)) ? 0 : arrival.entry().parts().get(i));
        }
        plan.bury(arrival.number(), Tombstone.of(arrival.entry(), message.sums(), originals, parts));
    }

    private Kept frame(long number) throws ArchiveException {
        return vault.frame(number)
                .orElseThrow(() -> new ArchiveException(
                        "frame " + number
                                + " is damaged, so it cannot be told what of it must go; run `carteggio check`",
                        false));
    }

    /// Parts that the letters are made of go where no other letter is made of them.
    private void parts(Plan plan, Message message) throws ArchiveException {
        Set<Place> parts = new HashSet<>();
        for (Testimony arrival : message.arrivals().values()) {
            for (Kept.KeptRecord record : frame(arrival.number()).records()) {
                if (record.type() == FrameRecord.Type.PART) {
                    parts.add(record.place());
                }
            }
            for (LetterRef ref : arrival.entry().letters()) {
                if (message.sums().contains(ref.sum())) {
                    parts.addAll(ref.uses());
                }
            }
        }
        for (Place part : parts) {
            if (isPart(part) && !neededElsewhere(message, part)) {
                plan.take(part);
                // which of its frame's letters are made of it is not written down, so those that stay
                // are kept anew
                for (CataloguedLetter letter : lettersIn(part.frame())) {
                    if (!message.has(letter.number())) {
                        plan.keepAnew(letter);
                        letter.places().forEach(plan::take);
                    }
                }
            }
        }
    }

    private boolean isPart(Place place) throws ArchiveException {
        return vault.frame(place.frame()).stream()
                .flatMap(k -> k.records().stream())
                .anyMatch(r -> r.place().equals(place) && r.type() == FrameRecord.Type.PART);
    }

    private boolean neededElsewhere(Message message, Place part) throws ArchiveException {
        if (catalogue.lettersUsing(part).stream().anyMatch(l -> !message.has(l.number()))) {
            return true;
        }
        // a part in a frame of which nothing of this message lies is its own letters'
        boolean ours = message.arrivals().containsKey(part.frame());
        return !ours && lettersIn(part.frame()).stream().anyMatch(l -> !message.has(l.number()));
    }

    /// The letters whose octets lie in a frame.
    private List<CataloguedLetter> lettersIn(long frame) throws ArchiveException {
        List<CataloguedLetter> letters = new ArrayList<>();
        for (Place place : frame(frame).places(FrameRecord.Type.LETTER)) {
            catalogue.letterAt(place).ifPresent(letters::add);
        }
        return letters;
    }

    /// Letters that stay, though a record that they are read with goes. What they leave behind may in
    /// turn be what others are read with.
    private void keepWhole(Plan plan, Message message) throws ArchiveException {
        Deque<Place> going = new ArrayDeque<>();
        message.letters().forEach(l -> going.addAll(l.places()));
        plan.anew().forEach(l -> going.addAll(l.places()));
        while (!going.isEmpty()) {
            for (CataloguedLetter stays : catalogue.lettersUsing(going.remove())) {
                if (!message.has(stays.number()) && !plan.keepsAnew(stays.number())) {
                    plan.keepAnew(stays);
                    stays.places().forEach(plan::take);
                    going.addAll(stays.places());
                }
            }
        }
    }

    /// The octets of a letter, compared with its sum.
    Content verified(CataloguedLetter letter) throws ArchiveException {
        for (Place place : letter.places()) {
            try {
                Content bytes = vault.read(place);
                if (Sha256.of(bytes).equals(letter.sum())) {
                    return bytes;
                }
            } catch (IOException unreadable) {
                // perhaps it lies elsewhere too
            }
        }
        throw new ArchiveException(
                "letter " + letter.id() + " shares octets with this one and cannot be read; run `carteggio check`",
                false);
    }
}
