package io.carteggio.server.agent;

import io.carteggio.archive.entry.JournalScope;
import java.util.Optional;

/// A journal rule as a file of Exchange's says it, before it is compared with the directory.
///
/// @param scope absent where the file has a number, whose meaning is not known (JOURNAL-FORMATS 9)
/// @param recipient a name or an address; absent: everybody's mail
/// @param mailbox a name or an address; empty where the file has none
public record ForeignRule(
        String name, Optional<JournalScope> scope, Optional<String> recipient, String mailbox, boolean enabled) {}
