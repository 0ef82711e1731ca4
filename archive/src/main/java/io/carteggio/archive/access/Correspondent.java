package io.carteggio.archive.access;

import io.carteggio.mail.Address;
import java.util.Optional;

/// Somebody whom headers of letters name, as far as a viewer sees them.
///
/// @param name as it stood beside the address in the newest of them
/// @param sent of how many of the letters looked at the header names her as sender
/// @param got of how many as one who got it
public record Correspondent(Address address, Optional<String> name, long sent, long got) {}
