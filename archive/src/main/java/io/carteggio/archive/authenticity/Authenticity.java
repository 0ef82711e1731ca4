package io.carteggio.archive.authenticity;

import io.carteggio.archive.entry.Provenance;
import io.carteggio.mail.Address;
import io.carteggio.mail.structure.Field;
import io.carteggio.mail.structure.Header;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// Compares how a mail came with what its source expects (JOURNAL-FORMATS 6.2). Pure.
///
/// A field of a header counts only where each one of its name says what is expected: whoever could add one of
/// his own, before or behind the true one, gains nothing. Encoded words and comments are not read: Exchange
/// writes none.
public final class Authenticity {
    private static final String ORGANISATION = "X-OriginatorOrg";
    private static final String TENANT = "X-MS-Exchange-CrossTenant-Id";
    private static final String PROCESSED = "X-LD-Processed";
    private static final String INNER_TENANT = "X-MS-Exchange-Organization-Id";

    private Authenticity() {}

    /// The answer.
    ///
    /// @param came what the listener saw of the connection
    /// @param header of the mail as it arrived: the report's own, which the sending system writes
    /// @param original the header of the mail inside, where there is one. Whoever wrote that mail may
    ///     have written it: it is only compared, and decides nothing
    public static Verdict check(
            Expected expected, Provenance came, Header header, Optional<Header> original, NetworkLists lists) {
        List<String> differences = new ArrayList<>();
        fault(expected).ifPresent(differences::add);
        network(expected, came, lists).ifPresent(differences::add);
        if (expected.tls() && came.tls().isEmpty()) {
            differences.add("expected TLS, came in the clear");
        }
        client(expected, came).ifPresent(differences::add);
        unreadable(expected, header).ifPresent(differences::add);
        expected.originatorOrg().flatMap(domain -> organisation(domain, header)).ifPresent(differences::add);
        expected.tenant().flatMap(tenant -> tenant(tenant, header)).ifPresent(differences::add);
        if (!differences.isEmpty()) {
            return new Verdict.Mismatch(differences);
        }
        return new Verdict.Authentic(innerTenants(expected, original));
    }

    /// The answer for a report that came back in a notice: the notice came by another way, and the organisation is
    /// written on the way out, which the report may not have reached. So a report must only not name another one.
    ///
    /// @param expected of the source that the report was for
    /// @param report the header of the report in the notice
    /// @param original as in [#check]
    public static Verdict checkReturned(Expected expected, Header report, Optional<Header> original) {
        List<String> differences = new ArrayList<>();
        fault(expected).ifPresent(differences::add);
        unreadable(expected, report).ifPresent(differences::add);
        boolean namesOrganisation = report.has(ORGANISATION);
        boolean namesTenant = report.has(TENANT) || report.has(PROCESSED);
        expected.originatorOrg()
                .filter(_ -> namesOrganisation)
                .flatMap(domain -> organisation(domain, report))
                .ifPresent(differences::add);
        expected.tenant()
                .filter(_ -> namesTenant)
                .flatMap(tenant -> tenant(tenant, report))
                .ifPresent(differences::add);
        if (!differences.isEmpty()) {
            return new Verdict.Mismatch(differences);
        }
        List<String> remarks = new ArrayList<>(innerTenants(expected, original));
        if ((expected.originatorOrg().isPresent() && !namesOrganisation)
                || (expected.tenant().isPresent() && !namesTenant)) {
            remarks.add("RETURNED_UNNAMED: the report came back without the fields that name whose it is");
        }
        return new Verdict.Authentic(remarks);
    }

    private static Optional<String> fault(Expected expected) {
        return expected.fault().map(why -> "the settings of the source are not understood (" + why + ")");
    }

    private static Optional<String> unreadable(Expected expected, Header header) {
        boolean asks = expected.originatorOrg().isPresent() || expected.tenant().isPresent();
        return asks && !header.complete()
                ? Optional.of("expected a header that can be read whole, came one over the limits")
                : Optional.empty();
    }

    private static List<String> innerTenants(Expected expected, Optional<Header> original) {
        return expected.tenant().stream()
                .flatMap(tenant -> original.flatMap(inner -> innerTenant(tenant, inner)).stream())
                .toList();
    }

    private static Optional<String> network(Expected expected, Provenance came, NetworkLists lists) {
        if (expected.networks().isEmpty()) {
            return Optional.empty();
        }
        Optional<InetAddress> peer = came.peer().flatMap(Network::address);
        boolean inside = peer.isPresent()
                && expected.networks().stream().anyMatch(allowed -> switch (allowed) {
                    case Expected.Allowed.Range(Network network) -> network.holds(peer.get());
                    case Expected.Allowed.Listed(String name) ->
                        lists.named(name).filter(list -> list.holds(peer.get())).isPresent();
                });
        if (inside) {
            return Optional.empty();
        }
        StringBuilder words = new StringBuilder();
        for (Expected.Allowed allowed :
                expected.networks().stream().limit(Foreign.VALUES).toList()) {
            words.append(words.isEmpty() ? "" : ", ")
                    .append(
                            switch (allowed) {
                                case Expected.Allowed.Range(Network network) -> network.toString();
                                case Expected.Allowed.Listed(String name) ->
                                    name
                                            + lists.named(name)
                                                    .map(list -> " (" + list.origin() + ", of " + list.date() + ")")
                                                    .orElse(" (there is no such list)");
                            });
        }
        int more = expected.networks().size() - Foreign.VALUES;
        return Optional.of("expected a host in " + words + (more > 0 ? " and " + more + " more" : "") + ", came "
                + came.peer().orElse("from nowhere"));
    }

    private static Optional<String> client(Expected expected, Provenance came) {
        if (expected.client().isEmpty()) {
            return Optional.empty();
        }
        ClientWanted wanted = expected.client().get();
        Optional<String> fault = came.client().isEmpty()
                ? Optional.of("none")
                : wanted.fault(came.client().get());
        return fault.map(what -> "expected the client certificate " + wanted.words() + ", came " + what);
    }

    private static Optional<String> organisation(String domain, Header header) {
        String key = Address.domainKey(domain);
        List<String> values = values(header, ORGANISATION);
        return !values.isEmpty()
                        && values.stream().allMatch(v -> Address.domainKey(v).equals(key))
                ? Optional.empty()
                : different(ORGANISATION, domain, values);
    }

    /// Both fields in which Exchange Online names the tenant count; one of them must be there.
    private static Optional<String> tenant(UUID tenant, Header header) {
        List<String> named = values(header, TENANT);
        List<String> processed = values(header, PROCESSED); // GUID,ExtAddr
        boolean same = !(named.isEmpty() && processed.isEmpty())
                && named.stream().allMatch(value -> isTenant(tenant, value))
                && processed.stream().allMatch(value -> isTenant(tenant, value.split(",", 2)[0].strip()));
        if (same) {
            return Optional.empty();
        }
        boolean blameNamed = processed.isEmpty() || named.stream().anyMatch(value -> !isTenant(tenant, value));
        return different(blameNamed ? TENANT : PROCESSED, tenant.toString(), blameNamed ? named : processed);
    }

    private static boolean isTenant(UUID tenant, String value) {
        return Expected.guid(value).equals(Optional.of(tenant));
    }

    private static Optional<String> innerTenant(UUID tenant, Header original) {
        List<String> values = values(original, INNER_TENANT);
        return values.stream().allMatch(value -> isTenant(tenant, value))
                ? Optional.empty()
                : Optional.of(
                        "OTHER_TENANT_INSIDE: the mail inside says " + INNER_TENANT + " " + Foreign.shown(values));
    }

    private static Optional<String> different(String field, String expected, List<String> values) {
        return Optional.of(
                "expected " + field + " " + expected + ", came " + (values.isEmpty() ? "none" : Foreign.shown(values)));
    }

    private static List<String> values(Header header, String name) {
        return header.all(name).stream().map(Field::text).toList();
    }
}
