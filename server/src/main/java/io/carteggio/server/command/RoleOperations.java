package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.entry.Across;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.role.Grant;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// `role`: who may do what. Every change is an act.
final class RoleOperations {
    private static final String EVERYONE = "everyone";

    private final Desk desk;

    RoleOperations(Desk desk) {
        this.desk = desk;
    }

    /// `person`, `role`, `reason`; `until`; for an auditor `whose` (`everyone`, or people) and the letters' `from` and
    /// `to`.
    Outcome give(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Instant now = desk.acts().now();
        Person person = Viewers.person(desk.people(), request.text("person"), now);
        PersonRole role = AdministrationOperations.role(request.text("role"));
        List<String> whose = request.texts("whose");
        boolean limited = !whose.isEmpty()
                || request.optionalInstant("from").isPresent()
                || request.optionalInstant("to").isPresent();
        try {
            Optional<Across> across = Optional.empty();
            if (limited) {
                boolean everyone = whose.equals(List.of(EVERYONE));
                List<String> ids = new ArrayList<>();
                for (String name : everyone ? List.<String>of() : whose) {
                    ids.add(Viewers.person(desk.people(), name, now).id());
                }
                across = Optional.of(
                        new Across(everyone, ids, request.optionalInstant("from"), request.optionalInstant("to")));
            }
            reply.line(grant(desk.roles()
                    .give(
                            desk.acts(),
                            request.by(),
                            person.id(),
                            role,
                            request.optionalInstant("until"),
                            across,
                            request.text("reason"))));
        } catch (IllegalArgumentException e) {
            throw Refusal.no(Optional.ofNullable(e.getMessage()).orElse("refused"));
        }
        return Outcome.DONE;
    }

    /// `grant`: its id, as `role list` has it; `reason`.
    Outcome withdraw(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        try {
            reply.line(grant(
                    desk.roles().withdraw(desk.acts(), request.by(), request.text("grant"), request.text("reason"))));
        } catch (IllegalArgumentException e) {
            throw Refusal.no(Optional.ofNullable(e.getMessage()).orElse("refused"));
        }
        return Outcome.DONE;
    }

    /// A line a role; `all`: also those that ended.
    Outcome list(Request request, Reply reply) throws IOException, Refusal {
        boolean all = request.flag("all");
        Instant now = desk.acts().now();
        for (Grant grant : desk.roles().all()) {
            if (all || grant.inForce(now)) {
                reply.line(grant(grant));
            }
        }
        return Outcome.DONE;
    }

    private ObjectNode grant(Grant grant) {
        ObjectNode line = Json.object()
                .put("grant", grant.id())
                .put("role", grant.role().word())
                .put("person", grant.person())
                .put("name", name(grant.person()))
                .put("at", Json.instant(grant.at()))
                .put("by", grant.by());
        line.set("until", Json.instant(grant.until()));
        line.set("reason", Json.text(grant.reason()));
        grant.across().ifPresent(a -> {
            line.set(
                    "whose",
                    Json.texts(
                            a.everyone()
                                    ? List.of(EVERYONE).stream()
                                    : a.people().stream().map(this::name)));
            line.set("from", Json.instant(a.from()));
            line.set("to", Json.instant(a.to()));
        });
        line.put("inForce", grant.inForce(desk.acts().now()));
        grant.withdrawn().ifPresent(w -> {
            line.put("withdrawn", Json.instant(w.at()));
            line.put("withdrawnBy", w.by());
            line.put("withdrawnFor", w.reason());
        });
        return line;
    }

    private String name(String person) {
        return desk.people().directory().byId(person).map(Person::name).orElse(person);
    }
}
