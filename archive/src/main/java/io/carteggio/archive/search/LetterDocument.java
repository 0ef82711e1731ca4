package io.carteggio.archive.search;

import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.mail.Content;
import java.util.List;

/// All that the index needs of one letter; it reads the bytes itself.
///
/// @param testimonies all that was ever said of it; a later arrival makes the document anew
public record LetterDocument(CataloguedLetter letter, Content bytes, List<Testimony> testimonies) {
    public LetterDocument {
        testimonies = List.copyOf(testimonies);
    }
}
