package io.carteggio.archive.authenticity;

import java.util.List;
import java.util.Optional;

/// Whether a mail came as its source expects.
public sealed interface Verdict {
    /// How the reason of every mail begins that did not. None of other mail begins so.
    String NOT_AUTHENTIC = "not authentic: ";

    /// As expected.
    ///
    /// @param remarks what is odd all the same, and decides nothing
    record Authentic(List<String> remarks) implements Verdict {
        public Authentic {
            remarks = List.copyOf(remarks);
        }
    }

    /// Not as expected.
    ///
    /// @param differences at least one: what was expected, and what came
    record Mismatch(List<String> differences) implements Verdict {
        public Mismatch {
            differences = List.copyOf(differences);
            if (differences.isEmpty()) {
                throw new IllegalArgumentException("a mismatch without a difference");
            }
        }

        /// Why the mail is in quarantine.
        public String reason() {
            return NOT_AUTHENTIC + String.join("; ", differences);
        }
    }

    /// Whether a mail with this reason is in quarantine for not being authentic.
    static boolean isReason(Optional<String> reason) {
        return reason.filter(why -> why.startsWith(NOT_AUTHENTIC)).isPresent();
    }
}
