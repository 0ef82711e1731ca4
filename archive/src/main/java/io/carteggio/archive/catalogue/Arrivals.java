package io.carteggio.archive.catalogue;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Catalogue.Registration;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Vault;
import io.carteggio.mail.Content;
import java.util.Optional;

/// Arrivals as they stand in the vault, for those who go there past the catalogue. Safe for many threads.
public final class Arrivals {
    private final Vault vault;

    public Arrivals(Vault vault) {
        this.vault = vault;
    }

    /// The arrival of a frame; empty where the frame is another, or damaged.
    public Optional<Registration.OfArrival> of(long number) throws ArchiveException {
        Optional<Kept> kept = vault.frame(number);
        return kept.isPresent() && Projection.registration(kept.get()) instanceof Registration.OfArrival arrival
                ? Optional.of(arrival)
                : Optional.empty();
    }

    /// The same; empty also where it cannot be read any more.
    ///
    /// @throws ArchiveException only where trying again may help
    public Optional<Registration.OfArrival> legible(long number) throws ArchiveException {
        try {
            return of(number);
        } catch (ArchiveException e) {
            if (e.laterHelps()) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /// The octets of a mail that was kept whole; empty where they are not kept, or cannot be read any more. What is
    /// damaged may show only when they are read.
    ///
    /// @throws ArchiveException only where trying again may help
    public Optional<Content> whole(Kept kept) throws ArchiveException {
        for (Place place : kept.places(FrameRecord.Type.WHOLE)) {
            try {
                if (kept.record(place).isPresent()) {
                    return Optional.of(vault.read(place));
                }
            } catch (ArchiveException e) {
                if (e.laterHelps()) {
                    throw e;
                }
            }
        }
        return Optional.empty();
    }
}
