package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.server.local.Exit;
import io.carteggio.server.local.Outcome;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Operations for programs: the very ones that the commands call, for who is an administrator on the pages. Which there
/// are, and what they take and answer, says [ApiOperations].
///
/// What is sent is an object of JSON with the parameters, and `secrets` in it where the operation takes any; or a form
/// with the fields `params` and `secrets`, each such an object, and the session's token. The answer is
/// `{"lines": [...], "exit": 0, "error": null}`; what is refused before anything was said is a problem.
final class ApiPages {
    /// How many lines of what only looks are answered at a time, where nobody says.
    static final int PAGE = 500;

    static final int PAGE_LIMIT = 1_000;

    private static final String SECRETS = "secrets";

    private final Site site;

    ApiPages(Site site) {
        this.site = site;
    }

    void call(Visit visit) throws ArchiveException, IOException {
        Optional<ApiOperation> named = ApiOperations.named(visit.path("operation"))
                .filter(o -> o.overseen() || visit.holds(PersonRole.ADMINISTRATOR));
        if (named.isEmpty()) {
            visit.notFound();
            return;
        }
        ApiOperation operation = named.get();
        boolean byToken = visit.token().isPresent();
        if (byToken && (operation.inPerson() || !visit.token().get().covers(operation.name()))) {
            visit.message(HttpStatus.FORBIDDEN, visit.say("api.token"), visit.say("api.token.why"));
            return;
        }
        if (!byToken && operation.inPerson() && !visit.isFresh()) {
            visit.message(HttpStatus.FORBIDDEN, visit.say("api.password"), visit.say("api.password.why"));
            return;
        }
        Optional<ObjectNode> given = visit.sendsJson() ? visit.sent() : object(visit.field("params"));
        if (given.isEmpty()) {
            visit.message(HttpStatus.BAD_REQUEST, visit.say("api.json"), visit.say("api.params"));
            return;
        }
        ObjectNode params = given.get();
        byte[] secrets = secrets(visit, params);
        Optional<String> stranger = operation.params().stranger(params);
        if (stranger.isPresent() || (secrets.length > 0 && !operation.secrets())) {
            visit.message(
                    HttpStatus.BAD_REQUEST,
                    visit.say("api.usage"),
                    visit.say("api.stranger", operation.name(), stranger.orElse(SECRETS)));
            return;
        }
        Optional<Calls.Window> window = window(visit, operation);
        if (window.isEmpty()) {
            visit.message(HttpStatus.BAD_REQUEST, visit.say("api.usage"), visit.say("api.limit", PAGE_LIMIT));
            return;
        }
        if (!operation.looks()) {
            visit.audit("call", operation.name() + " " + params, Optional.empty());
        }
        answer(visit, Calls.run(site, visit, operation.name(), params, secrets, window.get()), window.get());
    }

    private static void answer(Visit visit, Calls.Answer called, Calls.Window window) {
        Outcome outcome = called.outcome();
        if (outcome.exit() == Exit.USAGE
                || (outcome.error().isPresent() && called.lines().isEmpty())) {
            visit.problem(
                    outcome.exit() == Exit.USAGE ? HttpStatus.BAD_REQUEST : HttpStatus.UNPROCESSABLE_CONTENT,
                    visit.say(outcome.exit() == Exit.USAGE ? "api.usage" : "api.refused"),
                    outcome.error().orElse(""),
                    Map.of("exit", outcome.exit().code()));
            return;
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode lines = answer.putArray("lines");
        called.lines().forEach(lines::add);
        answer.put("exit", outcome.exit().code());
        answer.set("error", LetterApi.text(outcome.error()));
        if (called.more()) {
            answer.put("next", Integer.toString(window.from() + window.most()));
        }
        visit.json(answer);
    }

    /// The part of a long answer that is wanted; of what does something, all is told.
    private static Optional<Calls.Window> window(Visit visit, ApiOperation operation) {
        String limit = visit.query("limit");
        String cursor = visit.query("cursor");
        if (!operation.looks()) {
            return limit.isEmpty() && cursor.isEmpty() ? Optional.of(Calls.Window.ALL) : Optional.empty();
        }
        int most = limit.isEmpty() ? PAGE : limit.matches("[0-9]{1,4}") ? Integer.parseInt(limit) : 0;
        boolean good = most >= 1 && most <= PAGE_LIMIT && cursor.matches("[0-9]{0,8}");
        return good
                ? Optional.of(new Calls.Window(cursor.isEmpty() ? 0 : Integer.parseInt(cursor), most))
                : Optional.empty();
    }

    private static Optional<ObjectNode> object(String json) {
        try {
            JsonNode given = JsonMapper.shared().readTree(json.isEmpty() ? "{}" : json);
            return given instanceof ObjectNode object ? Optional.of(object) : Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    /// Takes them out of the parameters: those are written down.
    private static byte[] secrets(Visit visit, ObjectNode params) {
        if (!visit.sendsJson()) {
            return visit.field(SECRETS).getBytes(StandardCharsets.UTF_8);
        }
        JsonNode secrets = params.path(SECRETS);
        byte[] octets =
                secrets.isMissingNode() ? new byte[0] : secrets.toString().getBytes(StandardCharsets.UTF_8);
        params.remove(SECRETS);
        return octets;
    }
}
