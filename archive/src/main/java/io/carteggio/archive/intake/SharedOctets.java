package io.carteggio.archive.intake;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Projection;
import io.carteggio.archive.vault.Place;
import java.util.List;
import java.util.Optional;

/// What the archive already has that a letter might share. A mark only suggests: the octets are
/// compared.
interface SharedOctets {
    /// What the catalogue knows of, or will know of.
    static SharedOctets of(Projection projection) {
        return new SharedOctets() {
            @Override
            public List<Place> parts(long mark) throws ArchiveException {
                return projection.parts(mark);
            }

            @Override
            public Optional<Place> letterWithBody(long mark) throws ArchiveException {
                return projection.letterWithBody(mark);
            }
        };
    }

    /// Parts with a mark, oldest first.
    List<Place> parts(long mark) throws ArchiveException;

    /// The oldest letter whose body has a mark.
    Optional<Place> letterWithBody(long mark) throws ArchiveException;
}
