package io.carteggio.archive.intake;

import io.carteggio.archive.entry.Family;
import io.carteggio.mail.Address;
import io.carteggio.mail.report.HeaderOrder;
import java.util.Optional;

/// A configured place that mail comes from.
///
/// @param headers where a plain mail's header is asked who got it
/// @param address the journaling address at the built-in listener, or the owner's of an imported mailbox
public record Source(String name, Optional<Address> address, Family family, HeaderOrder headers) {
    /// With the usual order of header fields.
    public Source(String name, Optional<Address> address, Family family) {
        this(name, address, family, HeaderOrder.DEFAULT);
    }

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
