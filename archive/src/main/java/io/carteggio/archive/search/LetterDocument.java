package io.carteggio.archive.search;

import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.mail.Content;
import java.util.List;
import java.util.Optional;

/// All that the index needs of one letter; it reads the bytes itself.
///
/// @param testimonies all that was ever said of it; a later arrival makes the document anew
/// @param attached what is in its attachments; where absent, what the index knows of them stays
public record LetterDocument(
        CataloguedLetter letter, Content bytes, List<Testimony> testimonies, Optional<AttachedTexts> attached) {
    public LetterDocument {
        testimonies = List.copyOf(testimonies);
    }

    public LetterDocument(CataloguedLetter letter, Content bytes, List<Testimony> testimonies) {
        this(letter, bytes, testimonies, Optional.empty());
    }

    /// The same with what is in its attachments.
    public LetterDocument with(AttachedTexts texts) {
        return new LetterDocument(letter, bytes, testimonies, Optional.of(texts));
    }
}
