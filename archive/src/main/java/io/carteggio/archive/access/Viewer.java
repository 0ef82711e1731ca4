package io.carteggio.archive.access;

import io.carteggio.archive.attribution.Person;
import java.util.Optional;

/// On whose behalf something is read.
public sealed interface Viewer {
    /// The name in the audit trail.
    String name();

    /// A person and her own letters, whatever her role.
    record Owner(Person person) implements Viewer {
        @Override
        public String name() {
            return person.name();
        }
    }

    /// Someone who reads across people for a stated reason, within what her grants let her; each such act is written
    /// down.
    ///
    /// @param from where she asks from, for the audit trail
    record Auditor(Person person, String reason, Optional<String> from) implements Viewer {
        public Auditor {
            if (reason.isBlank()) {
                throw new IllegalArgumentException("an auditor states a reason");
            }
        }

        @Override
        public String name() {
            return person.name();
        }
    }

    /// Whoever has the machine and the data directory, at the command line: can read all, and that is written down
    /// too.
    record Operator(Optional<String> reason) implements Viewer {
        public Operator() {
            this(Optional.empty());
        }

        @Override
        public String name() {
            return "operator";
        }
    }
}
