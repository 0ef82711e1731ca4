package io.carteggio.archive.journaling;

import io.carteggio.mail.Address;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/// How the journaling agent works, but for its rules.
///
/// @param alternate where the reports of all rules go that do not reach their mailbox
/// @param limit of rules
/// @param accepts whether mail goes on that could not be journaled, with a gap that is alarmed of; else whoever brings
///     it is told to try again
/// @param disables whether a rule whose mailbox is suspended journals nothing more, but for a gap record of each
/// message
///     (as Exchange disables it); else its reports go on queueing
/// @param expiry after how long a report that is not delivered goes to the alternate mailbox
/// @param sender who stands in reports as their sender; absent: `journal-agent` at this host
/// @param escrow whether mail that is encrypted to keys held in escrow gets a clear copy in its report
/// @param routes by which host mail for a domain is delivered, by [Address#domainKey]; for others the name service is
///     asked
public record AgentSettings(
        Optional<Address> alternate,
        int limit,
        boolean accepts,
        boolean disables,
        Duration expiry,
        Optional<Address> sender,
        boolean escrow,
        Map<String, Route> routes) {
    /// As many rules as Exchange Online has had since 2019 (JOURNAL-FORMATS 8.6).
    public static final int RULES = 50;

    private static final int RULES_LIMIT = 10_000;
    private static final int EXPIRY_DAYS_LIMIT = 7;
    private static final Duration EXPIRY = Duration.ofDays(2);

    static final String ALTERNATE = "alternate";
    private static final String LIMIT = "limit";
    private static final String UNABLE = "unable";
    private static final String SUSPENDED = "suspended";
    private static final String EXPIRE = "expire-days";
    private static final String SENDER = "sender";
    private static final String ESCROW = "escrow";

    /// What follows is a domain.
    private static final String ROUTE = "route.";

    public static final AgentSettings USUAL =
            new AgentSettings(Optional.empty(), RULES, false, false, EXPIRY, Optional.empty(), false, Map.of());

    /// How a connection is secured.
    public enum Tls {
        NONE,
        /// Where it is offered, whoever has the certificate.
        OPPORTUNISTIC,
        /// Always, and the certificate is the host's, by an authority that this system trusts.
        VERIFIED;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// The host that mail for a domain is given to.
    public record Route(String host, int port, Tls tls) {
        /// Reads `HOST:PORT`, and perhaps ` TLS`.
        static Route of(String text) {
            String[] words = text.strip().split(" +", -1);
            int colon = words[0].lastIndexOf(':');
            String host = colon < 0 ? "" : words[0].substring(0, colon).replaceAll("^\\[|]$", "");
            if (words.length > 2 || !host.matches("[A-Za-z0-9.:_-]{1,253}")) {
                throw new IllegalArgumentException(
                        "a route is HOST:PORT, and perhaps none, opportunistic or verified, not '" + text + "'");
            }
            Tls tls = words.length == 1 ? Tls.OPPORTUNISTIC : tls(words[1]);
            return new Route(host, number("a port", words[0].substring(colon + 1), 65_535), tls);
        }

        private static Tls tls(String word) {
            for (Tls one : Tls.values()) {
                if (one.word().equals(word)) {
                    return one;
                }
            }
            throw new IllegalArgumentException("TLS is none, opportunistic or verified, not '" + word + "'");
        }

        @Override
        public String toString() {
            return host + ":" + port + " " + tls.word();
        }
    }

    public AgentSettings {
        routes = Map.copyOf(routes);
    }

    /// Reads settings by name.
    ///
    /// @throws IllegalArgumentException where one is none, or makes no sense
    public static AgentSettings of(Map<String, String> settings) {
        Map<String, Route> routes = new HashMap<>();
        for (String name : new TreeSet<>(settings.keySet())) {
            switch (name) {
                case ALTERNATE, LIMIT, UNABLE, SUSPENDED, EXPIRE, SENDER, ESCROW -> {}
                default -> {
                    if (!name.startsWith(ROUTE) || name.length() == ROUTE.length()) {
                        throw new IllegalArgumentException("the journaling agent has no setting '" + name + "'");
                    }
                    routes.put(
                            Address.domainKey(name.substring(ROUTE.length())),
                            Route.of(settings.getOrDefault(name, "")));
                }
            }
        }
        Map<String, String> given = settings;
        boolean accepts = switch (given.getOrDefault(UNABLE, "tempfail")) {
            case "tempfail" -> false;
            case "accept" -> true;
            case String other ->
                throw new IllegalArgumentException(
                        "what becomes of mail that cannot be journaled: tempfail or accept, not '" + other + "'");
        };
        boolean escrow = switch (given.getOrDefault(ESCROW, "off")) {
            case "off" -> false;
            case "on" -> true;
            case String other ->
                throw new IllegalArgumentException(
                        "mail encrypted to keys in escrow is decrypted for its report: on or off, not '" + other + "'");
        };
        boolean disables = switch (given.getOrDefault(SUSPENDED, "queue")) {
            case "queue" -> false;
            case "disable" -> true;
            case String other ->
                throw new IllegalArgumentException(
                        "what becomes of a rule whose mailbox is suspended: queue or disable, not '" + other + "'");
        };
        return new AgentSettings(
                value(given, ALTERNATE, AgentSettings::address),
                value(given, LIMIT, text -> number(LIMIT, text, RULES_LIMIT)).orElse(RULES),
                accepts,
                disables,
                value(given, EXPIRE, text -> Duration.ofDays(number(EXPIRE, text, EXPIRY_DAYS_LIMIT)))
                        .orElse(EXPIRY),
                value(given, SENDER, AgentSettings::address),
                escrow,
                routes);
    }

    private static <T> Optional<T> value(Map<String, String> given, String name, Function<String, T> reading) {
        return Optional.ofNullable(given.get(name)).map(reading);
    }

    private static int number(String name, String text, int limit) {
        try {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= limit) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below, as a number that is out of bounds
        }
        throw new IllegalArgumentException(name + " is a number from 1 to " + limit + ", not '" + text + "'");
    }

    /// An address that a report can be sent to.
    ///
    /// @throws IllegalArgumentException for any other text
    public static Address address(String text) {
        String bare = text.strip();
        Address address = bare.isEmpty() ? new Address("?") : new Address(bare);
        boolean odd = bare.chars().anyMatch(c -> c <= ' ' || c == 0x7f || c == '<' || c == '>');
        if (odd || address.domain().isEmpty() || address.localPart().isEmpty()) {
            throw new IllegalArgumentException("not an address: '" + text + "'");
        }
        return address;
    }
}
