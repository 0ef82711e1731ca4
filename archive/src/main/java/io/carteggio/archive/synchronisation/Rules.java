package io.carteggio.archive.synchronisation;

import io.carteggio.mail.Address;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Whom a synchronisation is about, and how many may go at once.
///
/// @param groups only their members, by name, address or key; none: everyone
/// @param domains only addresses in these, `*.example.com` for all below one; none: all addresses
/// @param licensed only people with a licence; accounts that are closed, as those of shared mailboxes are,
/// stay
/// @param sharePercent of the people known, how many may be gone in one run without confirmation
public record Rules(List<String> groups, List<String> domains, boolean licensed, int sharePercent) {
    /// What may be set.
    public static final Set<String> SETTINGS = Set.of("only-groups", "only-domains", "only-licensed", "share");

    /// Where nobody said how many may go at once.
    public static final int SHARE_PERCENT = 10;

    /// Fewer than these may always go.
    public static final int LEAST = 5;

    public static final Rules NONE = new Rules(List.of(), List.of(), false, SHARE_PERCENT);

    public Rules {
        groups = List.copyOf(groups);
        domains = domains.stream().map(Address::domainKey).toList();
        if (sharePercent < 1 || sharePercent > 100) {
            throw new IllegalArgumentException("the share is a number of percent, 1 to 100");
        }
    }

    /// Reads the settings that are ours.
    ///
    /// @throws IllegalArgumentException with a line for people
    public static Rules of(Map<String, String> settings) {
        String share = settings.getOrDefault("share", Integer.toString(SHARE_PERCENT))
                .replace("%", "")
                .strip();
        if (!share.matches("\\d{1,3}")) {
            throw new IllegalArgumentException("the share is a number of percent, 1 to 100");
        }
        String licensed = settings.getOrDefault("only-licensed", "no");
        if (!licensed.equals("yes") && !licensed.equals("no")) {
            throw new IllegalArgumentException("only-licensed is yes or no");
        }
        return new Rules(
                list(settings, "only-groups"),
                list(settings, "only-domains"),
                licensed.equals("yes"),
                Integer.parseInt(share));
    }

    private static List<String> list(Map<String, String> settings, String name) {
        return Arrays.stream(settings.getOrDefault(name, "").split(";", -1))
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .toList();
    }

    boolean takes(Address address) {
        if (domains.isEmpty()) {
            return true;
        }
        String key = Address.domainKey(address.domain());
        return domains.stream()
                .anyMatch(domain -> domain.startsWith("*.") ? key.endsWith(domain.substring(1)) : key.equals(domain));
    }
}
