package io.carteggio.archive.intake;

import io.carteggio.archive.authenticity.Expected;
import io.carteggio.archive.entry.Family;
import io.carteggio.mail.Address;
import io.carteggio.mail.report.HeaderOrder;
import java.util.Optional;

/// A configured place that mail comes from.
///
/// @param address the journaling address at the built-in listener, or the owner's of an imported mailbox
/// @param headers where a plain mail's header is asked who got it
/// @param expected who may deliver to the journaling address
/// @param discardsUnknown whether an administrator chose that letters in which nobody is known are not kept
public record Source(
        String name,
        Optional<Address> address,
        Family family,
        HeaderOrder headers,
        Expected expected,
        boolean discardsUnknown) {
    /// With the usual order of header fields.
    public Source(String name, Optional<Address> address, Family family) {
        this(name, address, family, HeaderOrder.DEFAULT);
    }

    /// Where anybody may deliver, and everything is kept.
    public Source(String name, Optional<Address> address, Family family, HeaderOrder headers) {
        this(name, address, family, headers, Expected.NOTHING, false);
    }

    /// The same, where anybody may deliver.
    public Source trusting() {
        return new Source(name, address, family, headers, Expected.NOTHING, discardsUnknown);
    }

    /// The same, whose mail may also be somebody's plain mail.
    public Source takingPlainMail() {
        return new Source(name, address, Family.AUTO, headers, expected, discardsUnknown);
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
