package io.carteggio.server.ledger;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.ledger.InclusionProof;
import io.carteggio.archive.ledger.Leaf;
import io.carteggio.archive.ledger.LetterProof;
import io.carteggio.archive.ledger.LetterProof.Opening;
import io.carteggio.archive.ledger.SignedCheckpoint;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Key;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Vault;
import io.carteggio.embedded.ledger.FileLedger;
import io.carteggio.embedded.ledger.TimestampFiles;
import io.carteggio.embedded.ledger.TimestampFiles.Stamped;
import io.carteggio.mail.Sha256;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// Makes the proof that a letter was kept. Asks nobody whether it may be given out: whoever calls has opened
/// the letter for the one who wants it. Safe for many threads.
public final class Prover {
    private final Vault vault;
    private final FileLedger ledger;
    private final TimestampFiles stamps;

    public Prover(Vault vault, FileLedger ledger, TimestampFiles stamps) {
        this.vault = vault;
        this.ledger = ledger;
        this.stamps = stamps;
    }

    /// Proves the letter by the earliest of its places that can be proven, and by the earliest time stamp
    /// over that, else by the newest checkpoint.
    ///
    /// @param sum of the letter
    /// @throws ArchiveException where no place of it can be proven, saying why
    public LetterProof prove(LetterId id, Sha256 sum, Collection<Place> places) throws ArchiveException {
        for (Place place : places.stream().sorted().toList()) {
            Optional<Key> salt = vault.salt(place);
            Optional<Kept> kept = vault.frame(place.frame());
            if (salt.isPresent() && kept.isPresent()) {
                Leaf leaf = Leaf.of(kept.get().head().leafData());
                Opening opening =
                        new Opening(place.record(), Sha256.ofSum(salt.get().toBytes()), sum);
                Optional<LetterProof> stamped = stamped(leaf, opening, id);
                return stamped.isPresent() ? stamped.get() : plain(leaf, opening, id);
            }
        }
        throw new ArchiveException("letter " + id + " lies in no frame that can be read", false);
    }

    private Optional<LetterProof> stamped(Leaf leaf, Opening opening, LetterId id) throws ArchiveException {
        Optional<Stamped> stamped = stamps.covering(leaf.frame());
        if (stamped.isPresent()
                && SignedCheckpoint.read(stamped.get().note(), ledger.key())
                        instanceof SignedCheckpoint.Reading.Good(SignedCheckpoint checkpoint)
                && checkpoint.checkpoint().size() >= leaf.frame()) {
            String reply = Base64.getEncoder().encodeToString(stamped.get().reply());
            return Optional.of(proof(leaf, opening, id, checkpoint, Optional.of(reply)));
        }
        return Optional.empty();
    }

    private LetterProof plain(Leaf leaf, Opening opening, LetterId id) throws ArchiveException {
        // Not signed anew for each proof: an export of many letters then has one checkpoint, or a few.
        Optional<SignedCheckpoint> signed = covering(ledger.latest(), leaf);
        SignedCheckpoint newest = (signed.isPresent() ? signed : covering(ledger.sign(false), leaf))
                .orElseThrow(() -> new ArchiveException(
                        "no checkpoint has frame " + leaf.frame() + " yet: " + ledger.standing(), true));
        return proof(leaf, opening, id, newest, Optional.empty());
    }

    private static Optional<SignedCheckpoint> covering(Optional<SignedCheckpoint> checkpoint, Leaf leaf) {
        return checkpoint.filter(c -> c.checkpoint().size() >= leaf.frame());
    }

    private LetterProof proof(
            Leaf leaf, Opening opening, LetterId id, SignedCheckpoint checkpoint, Optional<String> reply)
            throws ArchiveException {
        InclusionProof path =
                ledger.inclusion(leaf.frame(), checkpoint.checkpoint().size());
        return new LetterProof(leaf, List.of(opening), Optional.of(id), path, checkpoint, reply);
    }
}
