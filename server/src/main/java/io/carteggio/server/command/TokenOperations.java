package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.role.ApiTokens.ApiToken;
import io.carteggio.archive.role.ApiTokens.Made;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// `token`: tokens by which programs call the API as a person. Every change is an act.
final class TokenOperations {
    private final Desk desk;

    TokenOperations(Desk desk) {
        this.desk = desk;
    }

    /// `name`, `scopes`, `expires`; at the machine also `person`, elsewhere it is for who asks. The one line has the
    /// `secret`, which nobody is told again.
    Outcome add(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        String person = request.actor().person().isPresent()
                ? request.actor().person().get()
                : Viewers.person(
                                desk.people(),
                                request.text("person"),
                                desk.acts().now())
                        .id();
        Instant expires =
                request.optionalInstant("expires").orElseThrow(() -> Refusal.usage("token.add: 'expires' is missing"));
        try {
            Made made = desk.tokens()
                    .add(desk.acts(), request.by(), person, request.text("name"), request.texts("scopes"), expires);
            reply.line(token(made.token()).put("secret", made.secret()));
        } catch (IllegalArgumentException e) {
            throw Refusal.no(Optional.ofNullable(e.getMessage()).orElse("refused"));
        }
        return Outcome.DONE;
    }

    /// A line a token that is good; `all`: also those that were.
    Outcome list(Request request, Reply reply) throws IOException, Refusal {
        boolean all = request.flag("all");
        for (ApiToken token : desk.tokens().all()) {
            if (all || token.isGood(desk.acts().now())) {
                reply.line(token(token));
            }
        }
        return Outcome.DONE;
    }

    /// `token`: its id.
    Outcome revoke(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        String id = request.text("token");
        try {
            desk.tokens().revoke(desk.acts(), request.by(), id);
        } catch (IllegalArgumentException e) {
            throw Refusal.no(Optional.ofNullable(e.getMessage()).orElse("refused"));
        }
        reply.line(Json.object().put("revoked", id));
        return Outcome.DONE;
    }

    private ObjectNode token(ApiToken token) {
        ObjectNode line = Json.object()
                .put("token", token.id())
                .put("name", token.name())
                .put("person", token.person())
                .put(
                        "of",
                        desk.people()
                                .directory()
                                .byId(token.person())
                                .map(Person::name)
                                .orElse(token.person()))
                .put("at", Json.instant(token.at()))
                .put("by", token.by())
                .put("expires", Json.instant(token.expires()));
        line.set("scopes", Json.texts(token.scopes().stream()));
        line.set("revoked", Json.instant(token.revoked()));
        return line;
    }
}
