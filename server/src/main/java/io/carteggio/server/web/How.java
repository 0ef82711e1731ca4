package io.carteggio.server.web;

import java.util.Optional;

/// What somebody proved who she is with, when she logged in.
sealed interface How {
    /// A password that is kept here.
    record Password() implements How {}

    /// A passkey.
    ///
    /// @param name as she calls it
    record Passkey(String name) implements How {}

    /// One that an LDAP directory has.
    ///
    /// @param account what she typed
    record Directory(String account) implements How {}

    /// An OpenID provider's word.
    ///
    /// @param account what the provider calls her
    /// @param hint what tells the provider whose session ends
    record OpenId(String issuer, String account, Optional<String> hint) implements How {}

    /// With nothing: the pages are for nobody ([io.carteggio.server.web.Rehearsal]).
    record Rehearsal() implements How {}

    /// For the audit trail.
    default String word() {
        return switch (this) {
            case Password() -> "password";
            case Passkey(String name) -> "passkey " + name;
            case Directory _ -> "password of the directory";
            case Rehearsal() -> "nothing";
            case OpenId openId -> "OpenID at " + openId.issuer();
        };
    }
}
