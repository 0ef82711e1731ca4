package io.carteggio.archive.intake;

import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.attribution.Tenure;
import io.carteggio.mail.Address;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Discards letters of which nobody in the directory is a sender or a recipient. Safe for many threads.
final class KnownPeople implements Screening {
    static final String WHY = "nobody in it is known here";

    private final Supplier<Directory> directory;
    private volatile Addresses addresses;

    /// The addresses of everyone, by key.
    private record Addresses(Directory of, Map<String, List<Tenure>> tenures) {
        static Addresses of(Directory directory) {
            Map<String, List<Tenure>> tenures = new HashMap<>();
            for (Person person : directory.people()) {
                for (Tenure tenure : directory.tenures(person)) {
                    tenures.computeIfAbsent(tenure.addressKey(), key -> new ArrayList<>())
                            .add(tenure);
                }
            }
            return new Addresses(directory, tenures);
        }
    }

    KnownPeople(Supplier<Directory> directory) {
        this.directory = directory;
        this.addresses = Addresses.of(directory.get());
    }

    @Override
    public Optional<String> discards(List<Address> people, Instant at) {
        Directory now = directory.get();
        Addresses known = addresses;
        if (known.of != now) {
            known = Addresses.of(now);
            addresses = known;
        }
        for (Address address : people) {
            for (Tenure tenure : known.tenures.getOrDefault(address.key(), List.of())) {
                if (tenure.covers(at)) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(WHY);
    }
}
