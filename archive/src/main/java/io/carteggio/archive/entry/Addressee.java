package io.carteggio.archive.entry;

import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;

/// A recipient with the role in which the others could see it.
///
/// @param told the line of the envelope
/// @param seenAs `TO`, `CC`, or `BCC` for one whom the others did not see. The same as told but where the
///     report says no more than `RECIPIENT`: then it is recovered from the original's own header
///     (JOURNAL-FORMATS 2.8 step 9)
public record Addressee(Recipient told, Role seenAs) {
    public Addressee {
        if (seenAs == Role.RECIPIENT) {
            throw new IllegalArgumentException("an addressee is seen as to, cc or bcc");
        }
    }

    /// Whether only the sender, an auditor and the addressee may see this line (P5).
    public boolean blind() {
        return seenAs == Role.BCC;
    }
}
