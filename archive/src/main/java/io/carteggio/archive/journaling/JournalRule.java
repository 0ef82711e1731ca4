package io.carteggio.archive.journaling;

import io.carteggio.archive.entry.Change.Member;
import io.carteggio.archive.entry.JournalScope;
import io.carteggio.mail.Address;
import java.util.Locale;
import java.util.Optional;

/// A journal rule.
///
/// @param name unique, case aside
/// @param recipient whose mail it is about: of a person all addresses, of a group all members, also by way of others;
///     absent: everybody's
/// @param mailbox the journaling mailbox: a source of this archive, or any address elsewhere
/// @param alternate where reports go that do not reach it; absent: where those of all rules do
/// @param dedicated whether the mailbox is there for reports alone, although it lies in a domain of ours
public record JournalRule(
        String name,
        JournalScope scope,
        Optional<Member> recipient,
        Address mailbox,
        Optional<Address> alternate,
        boolean dedicated,
        boolean enabled) {
    /// The form of a name for comparing.
    static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /// The same, at work or not.
    public JournalRule withEnabled(boolean now) {
        return new JournalRule(name, scope, recipient, mailbox, alternate, dedicated, now);
    }
}
