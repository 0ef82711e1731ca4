package io.carteggio.archive.attribution;

import io.carteggio.mail.Address;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// All people and their dated addresses at one moment.
public final class Directory {
    private final List<Person> people;
    private final Map<String, List<Claim>> dated = new HashMap<>();
    private final Map<String, List<Person>> byAddress = new HashMap<>(); // filled when it is first asked
    private boolean filled;

    private record Claim(String person, Instant from, Instant to) {}

    public Directory(List<Person> people) {
        this.people = List.copyOf(people);
        for (Person person : people) {
            for (Holding h : person.holdings()) {
                if (!h.undated()) {
                    dated.computeIfAbsent(h.address().key(), k -> new ArrayList<>())
                            .add(new Claim(person.id(), h.from().orElse(Instant.MIN), h.to().orElse(Instant.MAX)));
                }
            }
        }
        dated.values().forEach(claims -> claims.sort(Comparator.comparing(Claim::from)));
    }

    public List<Person> people() {
        return people;
    }

    public Optional<Person> byId(String id) {
        return people.stream().filter(p -> p.id().equals(id)).findFirst();
    }

    /// The one person that a user of a command or a log-in form means: by exact name (case aside), by id, or by an
    /// address she holds now. Empty where there is none or more than one.
    public Optional<Person> named(String text, Instant now) {
        Optional<Person> byId = byId(text);
        if (byId.isPresent()) {
            return byId;
        }
        String key = text.isEmpty() ? "" : new Address(text).key();
        List<Person> found = people.stream()
                .filter(p -> p.name().equalsIgnoreCase(text)
                        || tenures(p).stream().anyMatch(t -> t.addressKey().equals(key) && t.covers(now)))
                .toList();
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    /// The spans in which addresses count as this person's. A dated holding counts as dated. An undated one counts
    /// always but for the spans in which somebody else held the address with dates: so a re-used address opens
    /// nothing old (P5), and who is added after her letters came in sees them at once.
    public List<Tenure> tenures(Person person) {
        List<Tenure> tenures = new ArrayList<>();
        for (Holding h : person.holdings()) {
            String key = h.address().key();
            if (!h.undated()) {
                tenures.add(new Tenure(key, h.from().orElse(Instant.MIN), h.to().orElse(Instant.MAX)));
                continue;
            }
            Instant free = Instant.MIN;
            for (Claim claim : dated.getOrDefault(key, List.of())) {
                if (claim.person.equals(person.id())) {
                    continue;
                }
                if (free.isBefore(claim.from)) {
                    tenures.add(new Tenure(key, free, claim.from));
                }
                free = free.isBefore(claim.to) ? claim.to : free;
            }
            if (free.isBefore(Instant.MAX)) {
                tenures.add(new Tenure(key, free, Instant.MAX));
            }
        }
        return tenures;
    }

    /// Everyone who ever held the address. A directory is made for every act, and few are asked: so what this needs
    /// is made late.
    private synchronized List<Person> holding(String addressKey) {
        if (!filled) {
            for (Person person : people) {
                person.holdings().stream()
                        .map(h -> h.address().key())
                        .distinct()
                        .forEach(key -> byAddress
                                .computeIfAbsent(key, k -> new ArrayList<>(1))
                                .add(person));
            }
            filled = true;
        }
        return byAddress.getOrDefault(addressKey, List.of());
    }

    /// The keys of all addresses that count at that instant to whoever holds this one then: it among them.
    public Set<String> aliases(String addressKey, Instant at) {
        Set<String> keys = new HashSet<>();
        for (Person person : holders(addressKey, at)) {
            tenures(person).stream().filter(t -> t.covers(at)).forEach(t -> keys.add(t.addressKey()));
        }
        return keys;
    }

    /// Everyone to whom the address counts at that instant.
    public List<Person> holders(String addressKey, Instant at) {
        return holding(addressKey).stream()
                .filter(p -> tenures(p).stream().anyMatch(t -> t.addressKey().equals(addressKey) && t.covers(at)))
                .toList();
    }
}
