/// Logging in with what another server knows: an OpenID provider ([OpenId]), or an LDAP directory
/// ([io.carteggio.server.sync.ldap.LdapLogIn]). What they say is whose account it is; whose that is here,
/// is said by [Accounts]. What a passkey proves is said by [WebAuthn]. No page is made here, and no session.
@NullMarked
package io.carteggio.server.login;

import org.jspecify.annotations.NullMarked;
