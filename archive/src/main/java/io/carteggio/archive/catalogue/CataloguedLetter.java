package io.carteggio.archive.catalogue;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.vault.Place;
import io.carteggio.mail.Sha256;
import java.util.List;

/// A letter as the catalogue knows it.
///
/// @param number of the place where it lay first ([Place#number]), so in the order of the vault:
///     newest letters have the highest
/// @param places where its bytes lie: one, or more where two arrivals raced
public record CataloguedLetter(long number, LetterId id, Sha256 sum, long sizeBytes, List<Place> places) {
    public CataloguedLetter {
        places = List.copyOf(places);
        if (places.isEmpty()) {
            throw new IllegalArgumentException("a letter lies somewhere");
        }
    }
}
