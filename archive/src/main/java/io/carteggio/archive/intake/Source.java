package io.carteggio.archive.intake;

import io.carteggio.archive.entry.Family;
import io.carteggio.mail.Address;
import java.util.Optional;

/// A configured place that mail comes from.
///
/// @param address the journaling address at the built-in listener, or the owner's of an imported mailbox
public record Source(String name, Optional<Address> address, Family family) {
    /// Whether the built-in listener takes mail for the address. That of an imported mailbox is its owner's own: mail
    /// for her is not ours to take.
    public boolean listening() {
        return address.isPresent()
                && switch (family) {
                    case REPORT, NDR, MULTIDROP -> true;
                    case AUTO, MAILBOX -> false;
                };
    }
}
