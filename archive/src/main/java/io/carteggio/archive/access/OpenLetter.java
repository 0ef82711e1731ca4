package io.carteggio.archive.access;

import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.mail.Content;
import java.util.List;

/// A letter that a viewer may see, with its bytes, compared with its sum when it was opened.
///
/// @param envelopes one for each testimony that lets the viewer see it, oldest first
public record OpenLetter(CataloguedLetter letter, Content bytes, List<EnvelopeView> envelopes) {
    public OpenLetter {
        envelopes = List.copyOf(envelopes);
    }
}
