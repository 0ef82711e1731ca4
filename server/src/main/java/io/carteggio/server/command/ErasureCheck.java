package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Catalogue.Registration;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.catalogue.Projection;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Act.ErasedFrame;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Place;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Whether just that was erased which acts say: every act of the vault that decides an erasure, beside
/// every record whose key is gone, both ways. Takes eight octets for each erased record. Belongs to one
/// thread.
final class ErasureCheck {
    private static final int PAGE_LETTERS = 500;

    private final Desk desk;
    private final Findings findings;
    private final Set<String> named = new HashSet<>();
    private final List<Decision> open = new ArrayList<>();
    private long[] decided = new long[64];
    private int count;
    private long untold;

    /// Who is told.
    interface Findings {
        /// Something that is not as acts say.
        ///
        /// @param letter the id of the letter that it is about, if it is about one
        void problem(String what, Optional<String> letter);
    }

    /// That an act takes a record.
    private record Decision(long act, Place place) {}

    /// A record that counts as erased, and the act that is said to have done it.
    private record Gone(Place place, long act) {}

    ErasureCheck(Desk desk, Findings findings) {
        this.desk = desk;
        this.findings = findings;
    }

    /// Takes the next act that decides an erasure.
    void act(long number, Act.Erased act) throws ArchiveException {
        for (ErasedFrame frame : act.frames()) {
            for (int record : frame.records()) {
                Place place = new Place(frame.frame(), record);
                if (count == decided.length) {
                    decided = Arrays.copyOf(decided, 2 * count);
                }
                decided[count++] = place.number();
                if (!isErased(place)) {
                    open.add(new Decision(number, place)); // it may be under way
                }
            }
        }
    }

    /// Whether it is; where the keys of its segment are lost, that is named elsewhere, and nothing
    /// opens it.
    private boolean isErased(Place place) throws ArchiveException {
        try {
            return desk.vault().isErased(place);
        } catch (ArchiveException e) {
            if (e.laterHelps()) {
                throw e;
            }
            untold++;
            return true;
        }
    }

    /// Compares, after the last act was taken and while no erasure is under way.
    void finish() throws ArchiveException {
        Arrays.sort(decided, 0, count);
        incomplete();
        unsaid();
        nowhere();
        through();
    }

    /// What could not be told, in a sentence.
    Optional<String> unproven() {
        return untold == 0
                ? Optional.empty()
                : Optional.of("that what was erased is just what acts say: the keys of " + untold
                        + " records, or the acts that took them, cannot be read");
    }

    private void incomplete() throws ArchiveException {
        Map<Long, List<Place>> byAct = new LinkedHashMap<>();
        for (Decision decision : open) {
            if (!isErased(decision.place())) {
                byAct.computeIfAbsent(decision.act(), _ -> new ArrayList<>()).add(decision.place());
            }
        }
        byAct.forEach((act, places) -> findings.problem(
                "the erasure that frame " + act + " decided is not complete: keys of " + places.size()
                        + " records are still there, the first of " + words(places.getFirst())
                        + "; `carteggio rebuild` destroys them",
                Optional.empty()));
    }

    /// Records that are gone, and of which no act says that they should be.
    private void unsaid() throws ArchiveException {
        List<Gone> gone = new ArrayList<>();
        desk.vault()
                .tombstones(t -> t.records().forEach(r -> {
                    Place place = new Place(t.frame(), r.record());
                    if (Arrays.binarySearch(decided, 0, count, place.number()) < 0) {
                        gone.add(new Gone(place, t.act()));
                    }
                }));
        Map<Long, Boolean> legible = new HashMap<>();
        for (Gone one : gone) {
            Boolean known = legible.get(one.act());
            if (known == null) {
                known = one.act() < 1
                        || one.act() > desk.vault().end().frames()
                        || frame(one.act()).isPresent();
                legible.put(one.act(), known);
            }
            if (known) {
                unsaid(one.place());
            } else {
                untold++;
            }
        }
    }

    private void unsaid(Place place) throws ArchiveException {
        Optional<FrameRecord.Type> type = frame(place.frame())
                .filter(kept -> place.record() < kept.head().rows().size())
                .map(kept -> kept.head().rows().get(place.record()).type());
        String what = words(place)
                + type.map(t -> " (" + t.name().toLowerCase(Locale.ROOT) + ")").orElse("")
                + " was erased, and no act that can be read says so";
        List<CataloguedLetter> letters = letters(place, type);
        for (CataloguedLetter letter : letters) {
            name(letter, "letter " + letter.id() + ": " + what);
        }
        if (letters.isEmpty()) {
            findings.problem(what, Optional.empty());
        }
    }

    /// The letters that a record is, makes up, or tells of.
    private List<CataloguedLetter> letters(Place place, Optional<FrameRecord.Type> type) throws ArchiveException {
        Optional<CataloguedLetter> here = desk.catalogue().letterAt(place);
        if (here.isPresent() || type.equals(Optional.of(FrameRecord.Type.LETTER))) {
            return here.stream().toList();
        }
        List<CataloguedLetter> letters = new ArrayList<>(desk.catalogue().lettersUsing(place));
        for (CataloguedLetter letter : desk.catalogue().lettersOf(place.frame())) {
            if (letters.stream().noneMatch(l -> l.number() == letter.number())) {
                letters.add(letter);
            }
        }
        return letters;
    }

    private void name(CataloguedLetter letter, String what) {
        named.add(letter.id().text());
        findings.problem(what, Optional.of(letter.id().text()));
    }

    /// Letters that count as kept anew and are not: made anew from the vault, the catalogue has them
    /// all the same.
    private void nowhere() throws ArchiveException {
        List<CataloguedLetter> page = desk.catalogue().lettersNowhere(0, PAGE_LETTERS);
        while (!page.isEmpty()) {
            for (CataloguedLetter letter : page) {
                if (!named.contains(letter.id().text())) {
                    name(
                            letter,
                            "letter " + letter.id()
                                    + " lies nowhere any more, and no act that can be read says that it was erased");
                }
            }
            page = desk.catalogue().lettersNowhere(page.getLast().number(), PAGE_LETTERS);
        }
    }

    /// Whether the keyring says that erasures were carried out beyond what the vault has.
    private void through() throws ArchiveException {
        long through = desk.keyring().erasedThrough();
        long end = desk.vault().end().frames();
        String said = "the keyring says that erasures were carried out as far as frame " + through;
        String mended = "; `carteggio rebuild` looks at all of them again";
        if (through > end) {
            findings.problem(said + ", and the vault ends with frame " + end + mended, Optional.empty());
        } else if (through > 0
                && frame(through).filter(kept -> !isErasure(kept)).isPresent()) {
            findings.problem(said + ", which decides none" + mended, Optional.empty());
        }
    }

    private static boolean isErasure(Kept kept) {
        try {
            return Projection.registration(kept) instanceof Registration.OfAct(Kept _, Act.Erased _);
        } catch (ArchiveException unknownToThisProgram) {
            return true;
        }
    }

    /// A frame, unless it is damaged.
    private Optional<Kept> frame(long number) throws ArchiveException {
        try {
            return desk.vault().frame(number);
        } catch (ArchiveException e) {
            if (e.laterHelps()) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private static String words(Place place) {
        return "record " + place.record() + " of frame " + place.frame();
    }
}
