package io.carteggio.archive.access;

import io.carteggio.archive.attribution.Person;

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

    /// Someone who reads across people for a stated reason; each such act is written down.
    record Auditor(String name, String reason) implements Viewer {
        public Auditor {
            if (reason.isBlank()) {
                throw new IllegalArgumentException("an auditor states a reason");
            }
        }
    }

    /// Whoever has the machine and the data directory, at the command line: can read all, and that is written down
    /// too.
    record Operator() implements Viewer {
        @Override
        public String name() {
            return "operator";
        }
    }
}
