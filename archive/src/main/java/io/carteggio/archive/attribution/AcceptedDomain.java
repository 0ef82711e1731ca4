package io.carteggio.archive.attribution;

import io.carteggio.archive.entry.Change.DomainKind;

/// A domain whose mail is ours.
///
/// @param domain as [Address#domainKey] has it
/// @param subdomains whether all below it are too
public record AcceptedDomain(String domain, DomainKind kind, boolean subdomains) {
    /// Whether this makes a domain ours.
    ///
    /// @param domainKey as [Address#domainKey] has it
    public boolean covers(String domainKey) {
        return domainKey.equals(domain) || (subdomains && domainKey.endsWith("." + domain));
    }
}
