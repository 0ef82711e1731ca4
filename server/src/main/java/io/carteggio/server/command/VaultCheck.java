package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.catalogue.Books.Account;
import io.carteggio.archive.catalogue.Catalogue.Registration;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.catalogue.Projection;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.LetterRef;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Kept.KeptRecord;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.SegmentFormat.FrameHead;
import io.carteggio.archive.vault.SegmentFormat.Row;
import io.carteggio.archive.vault.Vault;
import io.carteggio.mail.Sha256;
import io.carteggio.server.local.Reply;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Looks at every frame of the vault, and keeps books of its own. Memory grows with the number of
/// sources, and with what was erased ([ErasureCheck]). Belongs to one thread.
final class VaultCheck implements Vault.Walker {
    private static final int PROGRESS_FRAMES = 500;
    private static final int REGISTERED_TRIES = 300;
    private static final long REGISTERED_PAUSE_MILLIS = 100;

    private final Desk desk;
    private final Reply reply;
    private final boolean deep;
    private final boolean asking;
    private final ErasureCheck erasures;
    private final Map<String, Account> bySource = new TreeMap<>();
    private long frames;
    private long arrivals;
    private long acts;
    private long bytes;
    private long letters;
    private long problems;
    private boolean framesDamaged;
    private Position reached = Position.START;
    private Optional<IOException> peer = Optional.empty();
    private Listener listener = kept -> {};

    /// Who else looks at each frame.
    interface Listener {
        void frame(FrameHead head) throws ArchiveException;
    }

    /// @param deep whether every record is read
    /// @param asking whether the catalogue is asked about every letter, where it is not compared as a whole
    VaultCheck(Desk desk, Reply reply, boolean deep, boolean asking) {
        this.desk = desk;
        this.reply = reply;
        this.deep = deep;
        this.asking = asking;
        this.erasures = new ErasureCheck(desk, this::problem);
    }

    @Override
    public boolean deep() {
        return deep;
    }

    @Override
    public void frame(Kept kept) throws ArchiveException {
        if (peer.isPresent()) {
            throw new ArchiveException("nobody listens any more", true, peer.get());
        }
        listener.frame(kept.head());
        frames++;
        reached = later(reached, kept.end());
        kept.records().forEach(r -> bytes += r.sizeBytes());
        try {
            switch (Projection.registration(kept)) {
                case Registration.OfArrival(Kept k, ArrivalEntry entry) -> arrival(k, entry);
                case Registration.OfAct(Kept k, Act act) -> {
                    acts++;
                    if (act instanceof Act.Erased erased) {
                        erasures.act(k.number(), erased);
                    }
                }
            }
        } catch (ArchiveException e) {
            problem("frame " + kept.number() + ": " + e.getMessage(), Optional.empty());
        }
        if (frames % PROGRESS_FRAMES == 0) {
            progress(0);
        }
    }

    @Override
    public void sealed(FrameHead head) throws ArchiveException {
        listener.frame(head);
    }

    /// @param indexed letters that were compared with the index
    void progress(long indexed) {
        say(Json.object().put("frames", frames + indexed).put("bytes", bytes));
    }

    private void arrival(Kept kept, ArrivalEntry entry) throws ArchiveException {
        arrivals++;
        int originals = 0;
        int gone = 0;
        Iterator<Place> places = kept.places(FrameRecord.Type.LETTER).iterator();
        for (LetterRef ref : entry.letters()) {
            Optional<Place> first = Optional.empty();
            if (ref.fresh()) {
                if (!places.hasNext()) {
                    problem("arrival " + kept.number() + " says it brought a letter and has none", Optional.empty());
                    continue;
                }
                first = Optional.of(places.next());
                Optional<KeptRecord> record = kept.record(first.get());
                boolean other = record.filter(r -> r.sizeBytes() != ref.sizeBytes()
                                || r.sum().filter(s -> !s.equals(ref.sum())).isPresent())
                        .isPresent();
                if (other && !ref.isGone()) {
                    problem("arrival " + kept.number() + " brought another letter than it says", Optional.empty());
                }
            }
            if (ref.isGone()) {
                gone += ref.isGoneOriginal() ? 1 : 0;
            } else {
                originals += letter(kept, ref, first);
            }
        }
        if (places.hasNext()) {
            problem("arrival " + kept.number() + " brought a letter that it does not name", Optional.empty());
        }
        for (Account change : Books.changes(entry, asking ? originals + gone : 0)) {
            bySource.merge(change.source(), change, Account::plus);
        }
        letters += originals;
    }

    /// @return 1 where this is the letter's first place, as far as the catalogue was asked
    private int letter(Kept kept, LetterRef ref, Optional<Place> place) throws ArchiveException {
        if (!asking) {
            return 0;
        }
        long arrival = kept.number();
        awaitRegistered(arrival);
        Optional<CataloguedLetter> known = desk.catalogue().letter(ref.sum());
        if (known.isEmpty()) {
            String id = desk.id(ref.sum()).text();
            problem("the catalogue does not know letter " + id + " of arrival " + arrival, Optional.of(id));
            return 0;
        }
        String id = known.get().id().text();
        if (known.get().sizeBytes() != ref.sizeBytes()) {
            problem("the catalogue has a wrong size for letter " + id, Optional.of(id));
        }
        if (place.isEmpty()) {
            return 0;
        }
        List<Place> places = known.get().places();
        if (kept.record(place.get()).isPresent() && !places.contains(place.get())) {
            problem(
                    "the catalogue does not know where letter " + id + " of arrival " + arrival + " lies",
                    Optional.of(id));
            return 0;
        }
        return known.get().number() == place.get().number() ? 1 : 0;
    }

    /// The catalogue may be an instant behind the vault.
    private void awaitRegistered(long frame) throws ArchiveException {
        for (int i = 0; i < REGISTERED_TRIES && desk.catalogue().position().frames() < frame; i++) {
            try {
                Thread.sleep(REGISTERED_PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ArchiveException("interrupted", true, e);
            }
        }
    }

    @Override
    public void damaged(Vault.Damage damage) throws ArchiveException {
        String where = "segment " + damage.segment() + " at " + damage.offset()
                + (damage.frame() > 0 ? ", frame " + damage.frame() : "") + ": " + damage.what();
        framesDamaged |= damage.record().isEmpty();
        Optional<CataloguedLetter> letter = damage.record().isPresent()
                ? desk.catalogue().letterAt(damage.record().get())
                : Optional.empty();
        if (letter.isPresent()) {
            String id = letter.get().id().text();
            boolean copies = letter.get().places().size() > 1;
            problem(
                    "letter " + id + " is damaged" + (copies ? " (it lies elsewhere too)" : "") + ": " + where,
                    Optional.of(id));
            return;
        }
        Set<String> ids = lettersOf(damage);
        for (String id : ids) {
            problem("letter " + id + ": a frame that tells of it is damaged: " + where, Optional.of(id));
        }
        if (ids.isEmpty()) {
            problem(where, Optional.empty());
        }
    }

    /// The ids of all letters that a damaged frame brought or vouches for, as far as the catalogue or
    /// the rest of the frame tells them.
    private Set<String> lettersOf(Vault.Damage damage) throws ArchiveException {
        Set<String> ids = new LinkedHashSet<>();
        if (damage.frame() < 1 || (damage.head().isEmpty() && isLegible(damage.frame()))) {
            return ids; // the frame is whole, and what is wrong lies before it
        }
        desk.catalogue().lettersOf(damage.frame()).forEach(l -> ids.add(l.id().text()));
        List<Row> rows = damage.head().map(FrameHead::rows).orElse(List.of());
        for (int i = 1; i < rows.size(); i++) {
            Place place = new Place(damage.frame(), i);
            if (rows.get(i).type() == FrameRecord.Type.LETTER
                    && desk.catalogue().letterAt(place).isEmpty()) {
                try {
                    ids.add(desk.id(Sha256.of(desk.vault().read(place))).text());
                } catch (IOException | ArchiveException unreadable) {
                    // erased, or damaged and told of by itself
                }
            }
        }
        return ids;
    }

    private boolean isLegible(long frame) {
        try {
            return desk.vault().frame(frame).isPresent();
        } catch (ArchiveException unreadable) {
            return false;
        }
    }

    /// The books and the number of letters, taken at an instant when the catalogue stood where this
    /// walk has come to. How many letters came for the first time is known only where the catalogue was asked.
    void compare(Books books, long catalogued) {
        Map<String, Account> theirs = new TreeMap<>();
        books.sources().forEach(a -> theirs.put(a.source(), asking ? a : a.withOriginals(0)));
        for (Account ours : bySource.values()) {
            Optional<Account> booked = Optional.ofNullable(theirs.remove(ours.source()));
            if (!booked.equals(Optional.of(ours))) {
                problem(
                        "the books of source " + ours.source() + " are not what the vault says: "
                                + booked.map(Account::toString).orElse("none") + " instead of " + ours,
                        Optional.empty());
            }
        }
        for (Account more : theirs.values()) {
            problem("the books have a source that the vault does not know: " + more.source(), Optional.empty());
        }
        if (asking && letters != catalogued) {
            problem("the catalogue has " + catalogued + " letters, the vault " + letters, Optional.empty());
        }
    }

    /// Names who else is shown each frame from now on.
    void listen(Listener other) {
        listener = other;
    }

    void problem(String what, Optional<String> letter) {
        problems++;
        var line = Json.object().put("problem", what);
        line.set("letter", Json.text(letter));
        say(line);
    }

    private void say(tools.jackson.databind.node.ObjectNode line) {
        if (peer.isEmpty()) {
            try {
                reply.line(line);
            } catch (IOException e) {
                peer = Optional.of(e);
            }
        }
    }

    void rethrow() throws IOException {
        if (peer.isPresent()) {
            throw peer.get();
        }
    }

    /// What acts have erased.
    ErasureCheck erasures() {
        return erasures;
    }

    /// Where the walk has come to, where it went past a position that was known before: mail comes in
    /// meanwhile.
    Position reached(Position known) {
        return later(known, reached);
    }

    private static Position later(Position one, Position other) {
        return other.frames() > one.frames() ? other : one;
    }

    boolean framesDamaged() {
        return framesDamaged;
    }

    long problems() {
        return problems;
    }

    long frames() {
        return frames;
    }

    long arrivals() {
        return arrivals;
    }

    long acts() {
        return acts;
    }

    long bytes() {
        return bytes;
    }
}
