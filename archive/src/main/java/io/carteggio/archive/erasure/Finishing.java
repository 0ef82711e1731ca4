package io.carteggio.archive.erasure;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.Catalogue.Registration;
import io.carteggio.archive.catalogue.Projection;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Act.ErasedFrame;
import io.carteggio.archive.entry.EntryCodec;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Key;
import io.carteggio.archive.vault.Octets;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.SegmentFormat;
import io.carteggio.archive.vault.SegmentFormat.Row;
import io.carteggio.archive.vault.Vault;
import io.carteggio.archive.vault.Vault.Erasing;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Carries out the erasures that acts in the vault have decided: has the index forget the letters, then
/// destroys the keys of the records that the act names.
///
/// Only an act that stands in the vault, sealed and as it was committed to, destroys anything. The
/// catalogue is asked where such acts are to be looked for, never what they say: it is derived, and
/// whoever can write its file can put a row there. What it tells of and the vault does not have is
/// refused, and [#unfinished] says so.
///
/// An erasure may be carried out again and again, so what a crash interrupts is done at the next
/// opening. Safe for many threads, which come one after the other.
public final class Finishing {
    private static final Logger LOG = System.getLogger(Finishing.class.getName());

    private final Vault vault;
    private final Catalogue catalogue;
    private final Set<String> logged = new HashSet<>();
    private volatile List<String> unfinished = List.of();

    /// How the index forgets letters.
    @FunctionalInterface
    public interface Purge {
        void of(Collection<Long> letters) throws ArchiveException;
    }

    /// What stands in a frame that the catalogue names.
    private sealed interface Looked {
        record Decided(Act.Erased act) implements Looked {}

        /// No erasure, or no frame at all.
        record Nothing(String why) implements Looked {}

        /// It cannot be read now.
        record Closed(String why) implements Looked {}
    }

    public Finishing(Vault vault, Catalogue catalogue) {
        this.vault = vault;
        this.catalogue = catalogue;
    }

    Vault vault() {
        return vault;
    }

    Catalogue catalogue() {
        return catalogue;
    }

    /// What could not be carried out, or is no erasure though the catalogue has it for one, in
    /// sentences: as the last call found it.
    public List<String> unfinished() {
        return unfinished;
    }

    /// Carries out what was decided and is not complete, at the opening of an archive. To be called
    /// before anything else follows the catalogue.
    ///
    /// @param registered how many frames the catalogue had before it was brought up to the vault:
    ///     erasures behind are looked at once more, also those that count as carried out
    public synchronized void resume(Purge purge, long registered) throws ArchiveException {
        long after = Math.min(vault.erasedThrough(), registered);
        forget(purge, after);
        carryOut(after);
    }

    /// Carries out what was decided and is not complete, with no other erasure under way.
    synchronized void finish(Purge purge) throws ArchiveException {
        long after = vault.erasedThrough();
        forget(purge, after);
        carryOut(after);
    }

    /// The same, and the erasure of one act whatever else counts as carried out.
    ///
    /// @throws ArchiveException where that erasure is not complete
    synchronized void finish(Purge purge, long act) throws ArchiveException {
        long after = vault.erasedThrough();
        forget(purge, after);
        Round round = carryOut(after);
        Optional<String> trouble = round.done.contains(act) ? Optional.empty() : round.carryOut(act, Optional.empty());
        if (trouble.isPresent()) {
            throw new ArchiveException(trouble.get(), false);
        }
    }

    /// Looks at every erasure that the catalogue knows, also those that count as carried out, for a
    /// catalogue that was just made from the vault; then the vault's own account of how far it has come
    /// is right again. The index is left alone.
    public synchronized void review() throws ArchiveException {
        Round round = carryOut(0);
        if (round.whole && vault.erasedThrough() != round.last) {
            vault.erasedThrough(round.last);
        }
    }

    private void forget(Purge purge, long after) throws ArchiveException {
        List<Long> letters = catalogue.unpurged();
        if (!letters.isEmpty()) {
            purge.of(letters);
            catalogue.purged(letters);
        }
        if (!letters.isEmpty() || !catalogue.erasures(after, 1).isEmpty()) {
            catalogue.scrub();
        }
    }

    private Round carryOut(long after) throws ArchiveException {
        Round round = new Round();
        long last = after;
        for (List<Catalogue.Erasure> next = catalogue.erasures(last, 1);
                !next.isEmpty();
                next = catalogue.erasures(last, 1)) { // in their order: the vault remembers only how far it has come
            Catalogue.Erasure row = next.getFirst();
            last = row.number();
            round.carryOut(last, Optional.of(row.manifest()));
        }
        unfinished = List.copyOf(round.left);
        for (String what : round.left) {
            if (logged.add(what)) {
                LOG.log(Level.WARNING, what);
            }
        }
        return round;
    }

    /// One way through erasures, oldest first.
    private final class Round {
        private final List<String> left = new ArrayList<>();
        private final Set<Long> done = new HashSet<>();
        private boolean whole = true;
        private long last;

        /// @param row what the catalogue says of it
        /// @return why it is not carried out, if it is not
        Optional<String> carryOut(long number, Optional<Octets> row) throws ArchiveException {
            String frame = "frame " + number;
            Optional<String> trouble = switch (look(number)) {
                case Looked.Decided(Act.Erased act) -> {
                    if (row.isPresent() && !row.get().equals(Octets.of(EntryCodec.encode(act)))) {
                        left.add("the catalogue says something else of the erasure in " + frame
                                + " than the vault, which counts; `carteggio rebuild` makes the catalogue anew");
                    }
                    yield destroy(number, act);
                }
                case Looked.Nothing(String why) ->
                    Optional.of("the catalogue tells of an erasure in " + frame + ", and " + why
                            + "; nothing was erased for it, and `carteggio rebuild` makes the catalogue anew");
                case Looked.Closed(String why) -> {
                    whole = false;
                    yield Optional.of("an erasure is decided in " + frame + " and cannot be carried out: " + why);
                }
            };
            trouble.ifPresent(left::add);
            return trouble;
        }

        private Optional<String> destroy(long number, Act.Erased act) throws ArchiveException {
            Map<Long, Erasing> records = new LinkedHashMap<>();
            for (ErasedFrame frame : act.frames()) {
                records.put(frame.frame(), new Erasing(frame.records(), frame.tombstone()));
            }
            try {
                vault.erase(number, records);
            } catch (ArchiveException e) {
                if (e.laterHelps()) {
                    throw e;
                }
                whole = false; // lost keys, say: nobody is kept waiting for them, and it is tried again
                return Optional.of(
                        "an erasure is decided in frame " + number + " and is not complete: " + e.getMessage());
            }
            done.add(number);
            last = number;
            if (whole && number > vault.erasedThrough()) {
                vault.erasedThrough(number);
            }
            return Optional.empty();
        }
    }

    private Looked look(long number) throws ArchiveException {
        if (number > vault.end().frames()) {
            return new Looked.Nothing("the vault has no such frame");
        }
        try {
            Optional<Kept> kept = vault.frame(number);
            if (kept.isEmpty()) {
                return new Looked.Closed("the frame is missing or damaged (`carteggio check` tells)");
            }
            return switch (Projection.registration(kept.get())) {
                case Registration.OfAct(Kept k, Act.Erased act) ->
                    isAsCommitted(k) ? new Looked.Decided(act) : new Looked.Closed("it is not what was committed to");
                case Registration.OfAct _ -> new Looked.Nothing("that frame is another act");
                case Registration.OfArrival _ -> new Looked.Nothing("that frame is an arrival");
            };
        } catch (ArchiveException e) {
            if (e.laterHelps()) {
                throw e;
            }
            return new Looked.Closed(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return new Looked.Closed("the frame cannot be read: " + e.getMessage());
        }
    }

    private boolean isAsCommitted(Kept kept) throws ArchiveException, IOException {
        Row row = kept.head().rows().getFirst();
        Optional<Key> salt = vault.salt(new Place(kept.number(), 0));
        return salt.isPresent()
                && SegmentFormat.commitment(salt.get(), row.type(), Sha256.of(kept.manifest()))
                        .equals(row.commitment());
    }
}
