package io.carteggio.archive.authenticity;

import io.carteggio.mail.Address;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/// What a source expects of whoever brings its mail. Nothing expected: whoever knows the address may.
///
/// @param networks where it comes from; none for anywhere
/// @param tls whether the connection must be secured
/// @param client which certificate the client must show
/// @param originatorOrg the domain that `X-OriginatorOrg` must name, as it was given
/// @param tenant whose mail it must be
/// @param fault why the settings are not understood: then nothing is as expected
public record Expected(
        List<Allowed> networks,
        boolean tls,
        Optional<ClientWanted> client,
        Optional<String> originatorOrg,
        Optional<UUID> tenant,
        Optional<String> fault) {
    /// The names of the settings, in the order in which they are shown.
    public static final List<String> SETTINGS =
            List.of("networks", "tls", "client-certificate", "originator-org", "tenant");

    /// Nothing in particular.
    public static final Expected NOTHING =
            new Expected(List.of(), false, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /// One source names no more networks and lists; longer ones are a [NetworkList].
    public static final int MOST_NETWORKS = 256;

    private static final Pattern GUID =
            Pattern.compile("\\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})}?");
    private static final Pattern DOMAIN = Pattern.compile("[^\\s@<>,;:/\\\\\"\\p{C}]{1,255}");

    /// Where mail may come from.
    public sealed interface Allowed {
        /// A network.
        record Range(Network network) implements Allowed {
            @Override
            public String toString() {
                return network.toString();
            }
        }

        /// A list of networks by its name.
        record Listed(String name) implements Allowed {
            @Override
            public String toString() {
                return name;
            }
        }
    }

    public Expected {
        networks = List.copyOf(networks);
    }

    public boolean isNothing() {
        return equals(NOTHING);
    }

    /// Reads settings; those of other names are passed over.
    ///
    /// @throws IllegalArgumentException where one is not understood, with a line for people
    public static Expected of(Map<String, String> settings) {
        Map<String, String> given = new LinkedHashMap<>();
        for (String name : SETTINGS) {
            String value = settings.getOrDefault(name, "").strip();
            if (!value.isEmpty()) {
                given.put(name, value);
            }
        }
        return new Expected(
                networks(given.getOrDefault("networks", "")),
                tls(given.getOrDefault("tls", "offered")),
                Optional.ofNullable(given.get("client-certificate")).map(ClientWanted::parse),
                Optional.ofNullable(given.get("originator-org")).map(Expected::domain),
                Optional.ofNullable(given.get("tenant"))
                        .map(text -> guid(text)
                                .orElseThrow(() -> new IllegalArgumentException(
                                        "a tenant is a GUID such as 11111111-2222-3333-4444-555555555555"))),
                Optional.empty());
    }

    /// The same of settings that were kept once: where this program does not understand them, nothing is as
    /// expected, so that all mail goes into quarantine rather than past a check.
    public static Expected ofKept(Map<String, String> settings) {
        try {
            return of(settings);
        } catch (IllegalArgumentException e) {
            return new Expected(
                    List.of(),
                    false,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(String.valueOf(e.getMessage())));
        }
    }

    private static List<Allowed> networks(String text) {
        List<Allowed> networks = new ArrayList<>();
        for (String one : text.isEmpty() ? new String[0] : text.split("[,\\s]+", -1)) {
            String word = one.toLowerCase(Locale.ROOT);
            networks.add(
                    NetworkLists.NAMES.contains(word) ? new Allowed.Listed(word) : new Allowed.Range(network(one)));
            if (networks.size() > MOST_NETWORKS) {
                throw new IllegalArgumentException("a source has at most " + MOST_NETWORKS + " networks");
            }
        }
        return networks;
    }

    private static Network network(String text) {
        try {
            return Network.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    e.getMessage() + "; networks are such as 192.0.2.0/24,2001:db8::/32, or the word "
                            + String.join(", ", NetworkLists.NAMES),
                    e);
        }
    }

    private static boolean tls(String word) {
        return switch (word) {
            case "required" -> true;
            case "offered" -> false;
            default -> throw new IllegalArgumentException("TLS of a journaling address is required or offered");
        };
    }

    private static String domain(String text) {
        if (!DOMAIN.matcher(text).matches() || Address.domainKey(text).isEmpty()) {
            throw new IllegalArgumentException("an organisation is named by a domain such as contoso.onmicrosoft.com");
        }
        return text;
    }

    /// A GUID, also in braces; empty where it is none. [UUID#fromString] takes `1-1-1-1-1` too.
    static Optional<UUID> guid(String text) {
        var guid = GUID.matcher(text.toLowerCase(Locale.ROOT));
        return guid.matches() ? Optional.of(UUID.fromString(guid.group(1))) : Optional.empty();
    }
}
