package io.carteggio.archive.intake;

import io.carteggio.archive.attribution.Directory;
import io.carteggio.mail.Address;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Discards letters of which nobody in the directory, no person and no group, is a sender or a recipient. Safe
/// for many threads.
final class KnownPeople implements Screening {
    static final String WHY = "nobody in it is known here";

    private final Supplier<Directory> directory;

    KnownPeople(Supplier<Directory> directory) {
        this.directory = directory;
    }

    @Override
    public Optional<String> discards(List<Address> people, Instant at) {
        Directory now = directory.get();
        boolean known = people.stream()
                .map(Address::key)
                .anyMatch(key -> !now.holders(key, at).isEmpty()
                        || !now.groupsAt(key, at).isEmpty());
        return known ? Optional.empty() : Optional.of(WHY);
    }
}
