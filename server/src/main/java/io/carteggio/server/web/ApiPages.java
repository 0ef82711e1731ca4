package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.server.local.Outcome;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Roles, sources, jobs, the quarantine and the directory as JSON: the very operations that the commands call, for who
/// is an administrator on
/// the pages.
///
/// A form with the fields `params` (an object of JSON), `secrets` (another, where the operation takes
/// any) and the session's token is answered by `{"lines": [...], "exit": 0, "error": null}`.
final class ApiPages {
    /// No operation that reads letters is among them, and none that takes long but the test of a
    /// connection, and reading all of the quarantine again.
    static final Set<String> OPERATIONS = Set.of(
            "token.add",
            "token.list",
            "token.revoke",
            "role.grant",
            "role.withdraw",
            "login.show",
            "login.set",
            "login.test",
            "login.forget",
            "source.add",
            "source.networks",
            "source.list",
            "source.show",
            "source.fetch",
            "source.set",
            "source.remove",
            "source.test",
            "job.list",
            "job.show",
            "job.start",
            "job.pause",
            "job.resume",
            "job.cancel",
            "job.history",
            "rule.add",
            "rule.set",
            "rule.list",
            "rule.show",
            "rule.enable",
            "rule.disable",
            "rule.remove",
            "rule.test",
            "rule.settings",
            "rule.forward",
            "rule.queue",
            "rule.again",
            "rule.resume",
            "quarantine.list",
            "quarantine.show",
            "quarantine.retry",
            "quarantine.release",
            "quarantine.discard",
            "text.show",
            "text.again",
            "unknown.list",
            "unknown.assign",
            "person.add",
            "person.list",
            "person.show",
            "person.rename",
            "person.give",
            "person.end",
            "person.gone",
            "person.return",
            "person.merge",
            "person.split",
            "contact.add",
            "contact.list",
            "group.add",
            "group.list",
            "group.show",
            "group.member",
            "group.rename",
            "group.give",
            "group.end",
            "group.remove",
            "group.return",
            "domain.add",
            "domain.list",
            "domain.remove",
            "sync.add",
            "sync.set",
            "sync.list",
            "sync.show",
            "sync.remove",
            "person.sync");

    /// Those that a data-protection officer may call, too.
    static final Set<String> OVERSEEN = Set.of(
            "role.list",
            "approval.list",
            "approval.show",
            "approval.approve",
            "approval.refuse",
            "audit.list",
            "access.review",
            "access.sign",
            "mode.show",
            "mode.set");

    /// What a program may not do with a token, whatever it is for: give rights, decide as a second person.
    static final Set<String> IN_PERSON = Set.of(
            "token.add",
            "token.revoke",
            "role.grant",
            "role.withdraw",
            "login.set",
            "login.forget",
            "approval.approve",
            "approval.refuse",
            "access.sign",
            "mode.set");

    /// How operations end that only look.
    private static final Set<String> LOOKING = Set.of(".list", ".show", ".networks", ".history", ".review");

    private final Site site;

    ApiPages(Site site) {
        this.site = site;
    }

    void call(Visit visit) throws ArchiveException, IOException {
        String operation = visit.path("operation");
        boolean administrator = visit.holds(PersonRole.ADMINISTRATOR);
        if (!OVERSEEN.contains(operation) && !(administrator && OPERATIONS.contains(operation))) {
            visit.notFound();
            return;
        }
        boolean byToken = visit.token().isPresent();
        if (byToken && (IN_PERSON.contains(operation) || !visit.token().get().covers(operation))) {
            visit.message(HttpStatus.FORBIDDEN, visit.say("api.token"), visit.say("api.token.why"));
            return;
        }
        if (!byToken && IN_PERSON.contains(operation) && !visit.isFresh()) {
            visit.message(HttpStatus.FORBIDDEN, visit.say("api.password"), visit.say("api.password.why"));
            return;
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode lines = answer.putArray("lines");
        ObjectNode params;
        try {
            JsonNode given =
                    JsonMapper.shared().readTree(visit.field("params").isEmpty() ? "{}" : visit.field("params"));
            if (!(given instanceof ObjectNode object)) {
                visit.message(HttpStatus.BAD_REQUEST, visit.say("api.object"), visit.say("api.params"));
                return;
            }
            params = object;
        } catch (JacksonException e) {
            visit.message(HttpStatus.BAD_REQUEST, visit.say("api.json"), visit.say("api.params"));
            return;
        }
        params.put("by", visit.self().name());
        byte[] secrets = visit.field("secrets").getBytes(StandardCharsets.UTF_8);
        if (LOOKING.stream().noneMatch(operation::endsWith)) {
            visit.audit("call", operation + " " + params, Optional.empty());
        }
        Calls.Answer called = Calls.run(site, visit, operation, params, secrets);
        called.lines().forEach(lines::add);
        Outcome outcome = called.outcome();
        answer.put("exit", outcome.exit().code());
        answer.set(
                "error",
                outcome.error().isPresent()
                        ? JsonNodeFactory.instance.stringNode(outcome.error().get())
                        : JsonNodeFactory.instance.nullNode());
        visit.text("application/json", answer.toString());
    }
}
