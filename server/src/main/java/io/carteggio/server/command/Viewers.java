package io.carteggio.server.command;

import io.carteggio.archive.access.Viewer;
import io.carteggio.archive.attribution.People;
import io.carteggio.archive.attribution.Person;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Request;
import java.time.Instant;
import java.util.Optional;

/// On whose behalf a command reads: `--as PERSON`, `--auditor REASON`, or, with neither, whoever sits at the machine.
/// Each but the first is written into the audit trail by [io.carteggio.archive.access.Reading].
final class Viewers {
    private Viewers() {}

    static Viewer of(Request request, People people, Instant now) throws Refusal {
        Optional<String> as = request.optionalText("as");
        Optional<String> auditor = request.optionalText("auditor");
        if (as.isPresent() && auditor.isPresent()) {
            throw Refusal.usage("--as and --auditor do not go together");
        }
        if (as.isPresent()) {
            return new Viewer.Owner(person(people, as.get(), now));
        }
        if (auditor.isPresent()) {
            if (auditor.get().isBlank()) {
                throw Refusal.usage("--auditor needs a reason, which is written down");
            }
            return new Viewer.Auditor("auditor", auditor.get());
        }
        return new Viewer.Operator();
    }

    /// The one person that a text means.
    static Person person(People people, String text, Instant now) throws Refusal {
        return people.directory()
                .named(text, now)
                .orElseThrow(() -> Refusal.no("nobody, or more than one, is known as '" + text + "'"));
    }
}
