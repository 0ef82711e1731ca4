package io.carteggio.archive.unknown;

import io.carteggio.archive.attribution.AcceptedDomain;
import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.attribution.Group;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.search.UnknownAddress;
import io.carteggio.archive.unknown.Suggestion.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Guesses whose unknown addresses are, from how they look, how often and until when they are in letters, and what the
/// directory knows. A function of these; one per directory.
///
/// A guess opens nothing: somebody has to give the address to the person.
public final class Suggestions {
    /// In a domain of ours an address that has not been in a letter for so long is a leaver's.
    static final Duration QUIET = Duration.ofDays(90);

    /// Nobody writes to a wrong address more often, in relation to all.
    private static final long TYPO_LETTERS_LIMIT = 12;

    /// Words shorter than this are all alike.
    private static final int TYPO_FROM_CHARACTERS = 4;

    private static final int TWO_SLIPS_FROM_CHARACTERS = 10;

    /// An old domain has at least so many addresses whose local part is a person's …
    private static final int MOVED_ADDRESSES = 3;

    /// … they are at least this share of all unknown addresses there …
    private static final double MOVED_SHARE = 0.5;

    /// … and of all local parts that we know.
    private static final double MOVED_SHARE_OF_OURS = 0.05;

    private record Known(String local, String domain, Person person) {
        String key() {
            return local + "@" + domain;
        }
    }

    private final Set<String> ours = new HashSet<>();
    private final List<AcceptedDomain> accepted;
    private final Map<String, List<Known>> byKey = new HashMap<>();
    private final Map<String, List<Known>> byLocal = new HashMap<>();
    private final Map<String, List<Known>> byLetters = new HashMap<>();
    private final Map<Integer, List<Known>> byLength = new HashMap<>();
    private final Directory directory;

    /// Guesses by this directory. Ours are the accepted domains, and those in which somebody holds an address.
    public Suggestions(Directory directory) {
        this.directory = directory;
        accepted = directory.domains();
        for (Person person : directory.people()) {
            Set<String> seen = new HashSet<>();
            for (Holding holding : person.holdings()) {
                String key = holding.address().key();
                int at = key.lastIndexOf('@');
                if (at > 0 && seen.add(key)) {
                    Known known = new Known(key.substring(0, at), key.substring(at + 1), person);
                    ours.add(known.domain());
                    put(byKey, key, known);
                    put(byLocal, known.local(), known);
                    put(byLetters, letters(known.local()), known);
                    put(byLength, known.local().length(), known);
                }
            }
        }
    }

    private static <K> void put(Map<K, List<Known>> map, K key, Known known) {
        map.computeIfAbsent(key, k -> new ArrayList<>(1)).add(known);
    }

    /// The words of a local part without their order and what is between them: `rossi.anna` is `anna_rossi`.
    private static String letters(String local) {
        String[] words = local.split("[._-]+", -1);
        Arrays.sort(words);
        return String.join(".", words);
    }

    private boolean isOurs(String domain) {
        return ours.contains(domain) || accepted.stream().anyMatch(d -> d.covers(domain));
    }

    /// A suggestion for each address, in their order.
    ///
    /// @param now what quiet is measured by
    public List<Suggestion> of(List<UnknownAddress> addresses, Instant now) {
        Set<String> moved = moved(addresses);
        return addresses.stream().map(a -> of(a, moved, now)).toList();
    }

    private Suggestion of(UnknownAddress address, Set<String> moved, Instant now) {
        List<Known> same = byKey.getOrDefault(address.key(), List.of());
        Optional<Group> group = group(address, same.isEmpty());
        if (group.isPresent()) {
            return new Suggestion(address, Kind.GROUP, Optional.empty(), group.map(Group::name));
        }
        if (!same.isEmpty()) {
            return suggestion(address, Kind.LEAVER, same); // known, but not when these letters came
        }
        if (isOurs(address.domain())) {
            List<Known> meant = slipped(address);
            if (!meant.isEmpty()) {
                return suggestion(address, Kind.TYPO, meant);
            }
            boolean quiet = address.last().isBefore(now.minus(QUIET));
            return suggestion(address, quiet ? Kind.LEAVER : Kind.MISSING, List.of());
        }
        List<Known> namesakes = byLocal.getOrDefault(address.local(), List.of());
        List<Known> near = namesakes.stream()
                .filter(k -> isSlip(address) && EditDistance.of(address.domain(), k.domain(), 1) == 1)
                .toList();
        if (!near.isEmpty()) {
            return suggestion(address, Kind.TYPO, near);
        }
        if (moved.contains(address.domain()) && !namesakes.isEmpty()) {
            return suggestion(address, Kind.OLD_DOMAIN, namesakes);
        }
        return suggestion(address, Kind.FOREIGN, List.of());
    }

    /// The group that had the address when these letters came; where nobody else ever had it, whenever it had it.
    private Optional<Group> group(UnknownAddress address, boolean alsoAtOtherTimes) {
        String key = address.key();
        return Stream.of(address.first(), address.last())
                .flatMap(at -> directory.groupsAt(key, at).stream())
                .findFirst()
                .or(() -> alsoAtOtherTimes ? directory.groupsEver(key).stream().findFirst() : Optional.empty());
    }

    /// Names the person where the known addresses are all one person's.
    private static Suggestion suggestion(UnknownAddress address, Kind kind, List<Known> like) {
        Set<String> people = like.stream().map(k -> k.person().id()).collect(Collectors.toSet());
        Optional<Known> one = people.size() == 1 ? Optional.of(like.getFirst()) : Optional.empty();
        return new Suggestion(address, kind, one.map(Known::person), one.map(Known::key));
    }

    /// A wrong address gets few letters and sends none.
    private static boolean isSlip(UnknownAddress address) {
        return address.sent() == 0 && address.letters() <= TYPO_LETTERS_LIMIT;
    }

    /// The known addresses of our domains that are next to this one, where it looks like a slip.
    private List<Known> slipped(UnknownAddress address) {
        List<Known> reordered = byLetters.getOrDefault(letters(address.local()), List.of()).stream()
                .filter(k -> !k.local().equals(address.local()) || isOurs(address.domain()))
                .toList();
        if (!reordered.isEmpty()) {
            return inSameDomain(reordered, address);
        }
        if (!isSlip(address) || address.local().length() < TYPO_FROM_CHARACTERS) {
            return List.of();
        }
        int most = address.local().length() < TWO_SLIPS_FROM_CHARACTERS ? 1 : 2;
        int least = most + 1;
        List<Known> nearest = new ArrayList<>();
        for (int length = address.local().length() - most;
                length <= address.local().length() + most;
                length++) {
            for (Known known : byLength.getOrDefault(length, List.of())) {
                int distance = EditDistance.of(address.local(), known.local(), most);
                if (distance < least) {
                    nearest.clear();
                    least = distance;
                }
                if (distance == least && distance <= most) {
                    nearest.add(known);
                }
            }
        }
        return inSameDomain(nearest, address);
    }

    private static List<Known> inSameDomain(List<Known> found, UnknownAddress address) {
        List<Known> here =
                found.stream().filter(k -> k.domain().equals(address.domain())).toList();
        return here.isEmpty() ? found : here;
    }

    /// Foreign domains in which so many local parts are those of our people that it must have been ours. A provider
    /// whose mailboxes everybody has is none: there strangers are the more.
    private Set<String> moved(List<UnknownAddress> addresses) {
        Map<String, Integer> all = new HashMap<>();
        Map<String, Integer> namesakes = new HashMap<>();
        for (UnknownAddress address : addresses) {
            if (!isOurs(address.domain())) {
                all.merge(address.domain(), 1, Integer::sum);
                if (byLocal.containsKey(address.local())) {
                    namesakes.merge(address.domain(), 1, Integer::sum);
                }
            }
        }
        Set<String> moved = new HashSet<>();
        namesakes.forEach((domain, number) -> {
            if (number >= Math.max(MOVED_ADDRESSES, MOVED_SHARE_OF_OURS * byLocal.size())
                    && number >= MOVED_SHARE * all.getOrDefault(domain, 0)) {
                moved.add(domain);
            }
        });
        return moved;
    }
}
