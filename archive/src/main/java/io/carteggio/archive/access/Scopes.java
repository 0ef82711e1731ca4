package io.carteggio.archive.access;

import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.attribution.Tenure;
import io.carteggio.archive.entry.Across;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// The scopes of those who asked since the directory last changed: to go through thousands of groups for each question
/// would take longer than the question, and an index knows a scope again. Safe for many threads.
final class Scopes {
    /// With more of them, all are worked out anew.
    static final int LIMIT = 500;

    private volatile Known known = new Known(new Directory(List.of()));

    /// What was worked out by one directory.
    ///
    /// @param by the id of whose letters they are, or what an auditor may read
    private record Known(Directory of, Map<Object, Scope> by) {
        Known(Directory of) {
            this(of, new ConcurrentHashMap<>());
        }
    }

    /// Her own letters.
    Scope own(Directory directory, String person) {
        return known(directory, person, () -> Scope.Own.of(tenures(directory, person)));
    }

    /// What several grants open together.
    Scope across(Directory directory, List<Across> grants) {
        return known(directory, List.copyOf(grants), () -> Scope.of(grants, id -> tenures(directory, id)));
    }

    private static List<Tenure> tenures(Directory directory, String person) {
        return directory.byId(person).map(directory::access).orElse(List.of());
    }

    @SuppressWarnings("ReferenceEquality") // a directory is another one after each change, however alike they are
    private Scope known(Directory directory, Object by, Supplier<Scope> scope) {
        Known here = known;
        if (here.of != directory || here.by.size() >= LIMIT) {
            here = new Known(directory);
            known = here; // two at a time may each do so: then something is worked out twice
        }
        return here.by.computeIfAbsent(by, _ -> scope.get());
    }
}
