package io.carteggio.server.web.page;

import java.util.Optional;

/// A form by which someone sets her password, and at the set-up her name.
///
/// @param heading what is going on
/// @param lead a sentence of explanation
/// @param action where the form goes
/// @param fixedName the name where it is settled; absent at the set-up, which asks for it
public record NewPassword(
        String heading,
        String lead,
        String action,
        Optional<String> fixedName,
        String name,
        String address,
        int leastChars,
        Optional<String> fault) {}
