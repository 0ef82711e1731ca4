package io.carteggio.archive.access;

import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.mail.Content;
import java.util.List;

/// A letter that a viewer may see, with its bytes, compared with its sum when it was opened.
///
/// @param seesAll whether the viewer may see every recipient: the sender and an auditor may. Who may not must not
///     be shown a `Bcc` that the letter's own header still has, either; the octets stay as they are
/// @param envelopes one for each testimony that lets the viewer see it, oldest first; behind them those of the
///     other letters of its message
/// @param message the message that it is a letter of; itself alone where the letter was opened among many
public record OpenLetter(
        CataloguedLetter letter, Content bytes, boolean seesAll, List<EnvelopeView> envelopes, Message message) {
    public OpenLetter {
        envelopes = List.copyOf(envelopes);
    }
}
