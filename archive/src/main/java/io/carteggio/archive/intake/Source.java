package io.carteggio.archive.intake;

import io.carteggio.archive.entry.Family;
import io.carteggio.mail.Address;
import java.util.Optional;

/// A configured place that mail comes from.
///
/// @param address the journaling address at the built-in listener; absent for an import
public record Source(String name, Optional<Address> address, Family family) {}
