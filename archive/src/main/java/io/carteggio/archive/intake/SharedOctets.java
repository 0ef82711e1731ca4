package io.carteggio.archive.intake;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.vault.Place;
import java.util.List;
import java.util.Optional;

/// What the archive already has that a letter might share. A mark only suggests: the octets are
/// compared.
interface SharedOctets {
    /// What a catalogue knows of.
    static SharedOctets of(Catalogue catalogue) {
        return new SharedOctets() {
            @Override
            public List<Place> parts(long mark) throws ArchiveException {
                return catalogue.parts(mark);
            }

            @Override
            public Optional<Place> letterWithBody(long mark) throws ArchiveException {
                return catalogue.lettersWithBody(mark, 1).stream()
                        .findFirst()
                        .map(l -> l.places().getFirst());
            }
        };
    }

    /// Parts with a mark, oldest first.
    List<Place> parts(long mark) throws ArchiveException;

    /// The oldest letter whose body has a mark.
    Optional<Place> letterWithBody(long mark) throws ArchiveException;
}
