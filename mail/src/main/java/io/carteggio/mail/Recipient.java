package io.carteggio.mail;

import java.util.Optional;

/// One who got a mail, as the envelope tells it.
///
/// @param expanded the group whose expansion added this recipient
/// @param forwarded the mailbox that forwarded to this recipient
public record Recipient(Role role, Address address, Optional<Address> expanded, Optional<Address> forwarded) {
    public Recipient(Role role, Address address) {
        this(role, address, Optional.empty(), Optional.empty());
    }
}
