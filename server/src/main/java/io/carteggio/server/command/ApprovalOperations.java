package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.approval.Asked;
import io.carteggio.archive.approval.Gate.Passage;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.audit.Actor;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// `approval` and `mode`: what takes two people. Every change is an act.
final class ApprovalOperations {
    private static final String TWO = "two-person";
    private static final String SINGLE = "single";

    private final Desk desk;

    ApprovalOperations(Desk desk) {
        this.desk = desk;
    }

    /// A line a request, newest first; `all`: also those that are over.
    Outcome list(Request request, Reply reply) throws IOException, Refusal {
        boolean all = request.flag("all");
        Instant now = desk.acts().now();
        for (Asked asked : desk.gate().approvals().all()) {
            boolean standing = switch (asked.state(now)) {
                case OPEN, APPROVED -> true;
                case REFUSED, EXPIRED, USED -> false;
            };
            if (all || standing) {
                reply.line(asked(asked, now));
            }
        }
        return Outcome.DONE;
    }

    Outcome show(Request request, Reply reply) throws IOException, Refusal {
        Asked asked = named(request);
        reply.line(asked(asked, desk.acts().now()).put("params", asked.params()));
        return Outcome.DONE;
    }

    private Asked named(Request request) throws Refusal {
        String id = request.text("request");
        return desk.gate().approvals().request(id).orElseThrow(() -> Refusal.no("there is no request " + id));
    }

    Outcome approve(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        return decide(request, reply, true);
    }

    Outcome refuse(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        return decide(request, reply, false);
    }

    /// At the machine `person` says who decides, and `password` proves it.
    private Outcome decide(Request request, Reply reply, boolean approve)
            throws ArchiveException, IOException, Refusal {
        try {
            Asked asked = desk.gate().decide(decider(request), named(request).id(), approve, request.text("reason"));
            reply.line(asked(asked, desk.acts().now()));
            return Outcome.DONE;
        } catch (IllegalArgumentException e) {
            throw said(e);
        }
    }

    private Actor decider(Request request) throws ArchiveException, Refusal {
        if (request.actor().person().isPresent()) {
            return request.actor();
        }
        Person person = Viewers.person(
                desk.people(), request.text("person"), desk.acts().now());
        if (desk.keyring().secret("second-factor:" + person.id()).isPresent()) {
            throw Refusal.no(person.name() + " logs in with a second factor: decide on the page Approvals");
        }
        if (!desk.isPassword(person, request.text("password"))) {
            desk.acts().audit(Actor.MACHINE, "log-in failed", person.name(), Optional.of("to decide on a request"));
            throw Refusal.no("this is not the password of " + person.name());
        }
        return new Actor(person.name(), Optional.of(person.id()), Optional.empty());
    }

    private static ObjectNode asked(Asked asked, Instant now) {
        ObjectNode line = Json.object()
                .put("request", asked.id())
                .put("state", Asked.word(asked.state(now)))
                .put("operation", asked.operation())
                .put("object", asked.object())
                .put("at", Json.instant(asked.at()))
                .put("by", asked.by())
                .put("expires", Json.instant(asked.expires()));
        line.set("reason", Json.text(asked.reason()));
        asked.decision().ifPresent(d -> {
            line.put("decidedBy", d.by());
            line.put("decidedAt", Json.instant(d.at()));
            line.put("decidedFor", d.reason());
        });
        line.set("used", Json.instant(asked.used()));
        return line;
    }

    Outcome showMode(Request request, Reply reply) throws IOException {
        reply.line(mode());
        return Outcome.DONE;
    }

    /// `mode`: `two-person` or `single`; `reason`.
    Outcome setMode(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        String mode = request.text("mode");
        if (!mode.equals(TWO) && !mode.equals(SINGLE)) {
            throw Refusal.usage("no mode '" + mode + "': there are " + TWO + " and " + SINGLE);
        }
        try {
            Passage passage = desk.gate().setMode(request.actor(), mode.equals(TWO), request.text("reason"));
            if (passage instanceof Passage.Waiting waiting) {
                throw Refusal.no(waiting.sentence());
            }
        } catch (IllegalArgumentException e) {
            throw said(e);
        }
        reply.line(mode());
        return Outcome.DONE;
    }

    private ObjectNode mode() {
        ObjectNode line = Json.object().put("mode", desk.gate().approvals().twoPersons() ? TWO : SINGLE);
        line.set(
                "approvers",
                Json.texts(desk.gate().approvers().stream()
                        .map(id -> desk.people()
                                .directory()
                                .byId(id)
                                .map(Person::name)
                                .orElse(id))));
        return line;
    }

    private static Refusal said(IllegalArgumentException e) {
        return Refusal.no(Optional.ofNullable(e.getMessage()).orElse("refused"));
    }
}
