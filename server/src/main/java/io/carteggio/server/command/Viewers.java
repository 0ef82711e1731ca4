package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.access.Viewer;
import io.carteggio.archive.attribution.People;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Request;
import java.time.Instant;
import java.util.Optional;

/// On whose behalf a command reads: `--as PERSON`, `--auditor REASON`, both for an auditor within her grants, or, with
/// neither, whoever sits at the machine. All of it is written into the audit trail, since whoever sits at the machine
/// is not the person.
final class Viewers {
    private Viewers() {}

    static Viewer of(Request request, Desk desk) throws Refusal {
        Optional<String> as = request.optionalText("as");
        Optional<String> auditor = request.optionalText("auditor");
        Instant now = desk.acts().now();
        if (auditor.isPresent() && auditor.get().isBlank()) {
            throw Refusal.usage("--auditor needs a reason, which is written down");
        }
        if (as.isPresent() && auditor.isPresent()) {
            Person person = person(desk.people(), as.get(), now);
            if (!desk.roles().holds(person.id(), PersonRole.AUDITOR, now)) {
                throw Refusal.usage(
                        "--as and --auditor go together for an auditor only: " + person.name() + " is none at present");
            }
            return new Viewer.Auditor(person, auditor.get(), request.actor().from());
        }
        boolean approved = request.operation().equals("export"); // which has passed the gate
        if (desk.gate().approvals().twoPersons() && !approved) {
            throw Refusal.no("in two-person mode letters are read on the pages, or by an auditor to whom two gave the"
                    + " role: --as PERSON --auditor REASON");
        }
        return as.isPresent() ? new Viewer.Owner(person(desk.people(), as.get(), now)) : new Viewer.Operator(auditor);
    }

    /// Writes down that somebody else than the person reads what is hers; of others
    /// [io.carteggio.archive.access.Reading] does it.
    static void note(Desk desk, Request request, Viewer viewer, String object) throws ArchiveException {
        if (viewer instanceof Viewer.Owner(Person person)) {
            desk.acts().audit(request.actor(), request.operation(), object, Optional.of("as " + person.name()));
        }
    }

    /// The one person that a text means.
    static Person person(People people, String text, Instant now) throws Refusal {
        return people.directory()
                .named(text, now)
                .orElseThrow(() -> Refusal.no("nobody, or more than one, is known as '" + text + "'"));
    }
}
