/// People and groups of an LDAP directory: Active Directory, OpenLDAP and their like. Start at
/// [LdapDirectory].
@NullMarked
package io.carteggio.server.sync.ldap;

import org.jspecify.annotations.NullMarked;
