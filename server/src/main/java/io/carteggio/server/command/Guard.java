package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.approval.Gate.Passage;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.erasure.Keeping.Bounds;
import io.carteggio.archive.role.LogIns;
import io.carteggio.mail.Address;
import io.carteggio.server.local.Exit;
import io.carteggio.server.local.Operation;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Which operations are dangerous, and when: these pass the gate first. Its methods say it in words for the second
/// person, or nothing where this call is harmless.
final class Guard {
    /// What nobody may read in the vault, and what only says how an answer travels.
    private static final Set<String> UNSEEN = Set.of("password", "by", "unasked");

    private final Desk desk;

    Guard(Desk desk) {
        this.desk = desk;
    }

    /// What is dangerous about a call; empty where nothing is.
    @FunctionalInterface
    interface Danger {
        Optional<String> of(Request request) throws ArchiveException, Refusal;
    }

    /// The operation, behind the gate. Where it refuses before anything was done, the approval stays good.
    Operation guarded(Operation operation, Danger danger) {
        return (request, reply) -> {
            Optional<String> object = danger.of(request);
            Optional<String> approval = object.isPresent() ? pass(request, object.get()) : Optional.empty();
            return approval.isPresent()
                    ? begun(operation, request, reply, approval.get())
                    : operation.run(request, reply);
        };
    }

    /// Does what was approved. Only a plain refusal, with nothing said yet and no frame in the vault since,
    /// by whomever, is taken for nothing done; else the approval is used, as it is after a crash.
    private Outcome begun(Operation operation, Request request, Reply reply, String approval)
            throws ArchiveException, IOException, Refusal {
        Watched watched = new Watched(reply);
        long before = desk.vault().end().frames();
        try {
            Outcome outcome = operation.run(request, watched);
            if (outcome.exit() != Exit.DONE) {
                giveBack(request, watched, before, approval);
            }
            return outcome;
        } catch (Refusal e) {
            giveBack(request, watched, before, approval);
            throw e;
        }
    }

    private void giveBack(Request request, Watched watched, long before, String approval) throws ArchiveException {
        if (!watched.said && desk.vault().end().frames() == before) {
            desk.gate().giveBack(request.actor(), approval);
        }
    }

    /// Knows whether anything was answered.
    private static final class Watched implements Reply {
        private final Reply reply;
        private boolean said;

        Watched(Reply reply) {
            this.reply = reply;
        }

        @Override
        public void line(ObjectNode line) throws IOException {
            said = true;
            reply.line(line);
        }

        @Override
        public boolean offer(ObjectNode line) throws IOException {
            said = true;
            return reply.offer(line);
        }

        @Override
        public boolean give(ObjectNode line) throws IOException {
            said = true;
            return reply.give(line);
        }

        @Override
        public void octets(byte[] bytes, int offset, int length) throws IOException {
            reply.octets(bytes, offset, length);
        }

        @Override
        public void end() throws IOException {
            reply.end();
        }
    }

    /// @return the approval that it took
    private Optional<String> pass(Request request, String object) throws ArchiveException, Refusal {
        try {
            Passage passage = desk.gate()
                    .pass(
                            request.actor(),
                            request.operation(),
                            object,
                            exactly(request.params()),
                            request.optionalText("reason"));
            return switch (passage) {
                case Passage.Open(Optional<String> approval) -> approval;
                case Passage.Waiting waiting -> throw Refusal.no(waiting.sentence());
            };
        } catch (IllegalArgumentException e) {
            throw Refusal.no(Optional.ofNullable(e.getMessage()).orElse("refused"));
        }
    }

    /// The parameters with their names in order, so that the same call has the same text.
    static String exactly(ObjectNode params) {
        return ordered(params).toString();
    }

    private static JsonNode ordered(JsonNode node) {
        if (!(node instanceof ObjectNode object)) {
            return node;
        }
        Map<String, JsonNode> fields = new TreeMap<>();
        object.properties().forEach(f -> fields.put(f.getKey(), f.getValue()));
        ObjectNode ordered = Json.object();
        fields.forEach((name, value) -> {
            if (!UNSEEN.contains(name) && !value.isNull()) {
                ordered.set(name, ordered(value));
            }
        });
        return ordered;
    }

    // ---- what is dangerous

    Optional<String> grant(Request request) throws Refusal {
        List<String> whose = request.texts("whose");
        return Optional.of("the role " + request.text("role") + " for " + request.text("person")
                + (whose.isEmpty() ? "" : ", letters of " + String.join(", ", whose))
                + request.optionalText("from").map(at -> " from " + at).orElse("")
                + request.optionalText("to").map(at -> " to " + at).orElse("")
                + request.optionalText("until").map(at -> ", until " + at).orElse(""));
    }

    /// Taking a second person her say; an auditor may be stopped by anybody.
    Optional<String> withdrawal(Request request) throws Refusal {
        return desk.roles()
                .grant(request.text("grant"))
                .filter(g -> g.role() != PersonRole.AUDITOR)
                .map(g -> "take the role " + g.role().word() + " from " + name(g.person()));
    }

    private String name(String person) {
        return desk.people().directory().byId(person).map(Person::name).orElse(person);
    }

    /// Another role than a user's, or an address that has mail already.
    Optional<String> newPerson(Request request) throws ArchiveException, Refusal {
        List<String> dangers = new ArrayList<>();
        String role = request.optionalText("role").orElse(PersonRole.USER.word());
        if (!role.equals(PersonRole.USER.word())) {
            dangers.add("the role " + role);
        }
        for (String address : request.texts("addresses")) {
            if (!address.isBlank() && desk.reading().hasMail(new Address(address.strip()))) {
                dangers.add("the address " + address + ", which has mail");
            }
        }
        return dangers.isEmpty()
                ? Optional.empty()
                : Optional.of("give " + request.text("name") + " " + String.join(" and ", dangers));
    }

    /// Addresses on the unknown desk have mail.
    Optional<String> assignment(Request request) throws Refusal {
        if (request.flag("dryRun")) {
            return Optional.empty();
        }
        List<String> addresses = request.texts("addresses");
        return Optional.of("give addresses that have mail: "
                + (addresses.isEmpty()
                        ? "as suggested, " + String.join(", ", request.texts("kinds"))
                        : String.join(", ", addresses))
                + request.optionalText("person").map(p -> ", to " + p).orElse(""));
    }

    /// An address that has mail already opens it.
    Optional<String> giving(Request request) throws ArchiveException, Refusal {
        List<String> dangers = new ArrayList<>();
        for (String address : request.texts("addresses")) {
            if (!address.isBlank() && desk.reading().hasMail(new Address(address.strip()))) {
                dangers.add("the address " + address + ", which has mail");
            }
        }
        return dangers.isEmpty()
                ? Optional.empty()
                : Optional.of("give " + whom(request) + " " + String.join(" and ", dangers));
    }

    private static String whom(Request request) throws Refusal {
        Optional<String> group = request.optionalText("group");
        return group.isPresent() ? "the group " + group.get() : request.text("person");
    }

    /// One person's letters become another's as well.
    static Optional<String> merging(Request request) throws Refusal {
        return Optional.of("make " + request.text("person") + " one person with " + request.text("into"));
    }

    static Optional<String> splitting(Request request) throws Refusal {
        return Optional.of("give " + String.join(", ", request.texts("addresses")) + " of " + request.text("person")
                + " to a new person named " + request.text("name"));
    }

    /// Another directory says from then on who holds which address.
    static Optional<String> syncing(Request request) throws Refusal {
        return Optional.of("let the directory " + request.text("name") + " say whose addresses are");
    }

    /// A member reads what went to the group.
    Optional<String> joining(Request request) throws Refusal {
        return request.flag("end") || request.flag("wrong")
                ? Optional.empty()
                : Optional.of("take " + String.join(", ", request.texts("members")) + " into the group "
                        + request.text("group"));
    }

    /// Whoever sets it can log in as her.
    Optional<String> password(Request request) throws Refusal {
        Person person = Viewers.person(
                desk.people(), request.text("person"), desk.acts().now());
        Set<PersonRole> roles = desk.roles().rolesOf(person.id(), desk.acts().now());
        return roles.size() == 1
                ? Optional.empty()
                : Optional.of("a new password for " + person.name() + ", who is "
                        + String.join(" and ", io.carteggio.archive.role.Roles.words(roles)));
    }

    /// At the machine, of somebody who has a role: whoever makes it can act as her.
    Optional<String> token(Request request) throws Refusal {
        if (request.actor().person().isPresent()) {
            return Optional.empty();
        }
        return password(request)
                .map(_ -> "a token of " + "somebody with a role: "
                        + request.params().path("person").asString(""));
    }

    Optional<String> export(Request request) throws Refusal {
        boolean own = request.optionalText("as").isPresent()
                && request.optionalText("auditor").isEmpty()
                && !desk.gate().approvals().twoPersons();
        return own
                ? Optional.empty()
                : Optional.of("the export of all letters that match: " + request.text("query")
                        + request.optionalText("as").map(p -> ", of " + p).orElse(", of everyone"));
    }

    Optional<String> erasure(Request request) throws Refusal {
        return Optional.of(
                request.optionalText("id").map(id -> "letter " + id).orElse("mail " + request.number("arrival", 0)));
    }

    Optional<String> release(Request request) throws Refusal {
        String name = request.text("name");
        return desk.keeping().holds().stream()
                .filter(h -> h.name().equals(name))
                .findFirst()
                .map(h -> "the hold " + name + " on: " + h.query());
    }

    /// Letters may go, or must go, earlier than now.
    Optional<String> retention(Request request) throws Refusal {
        Bounds now = desk.keeping().bounds();
        Bounds next = ErasureOperations.next(request, now);
        boolean lower = next.minimumDays().orElse(0L) < now.minimumDays().orElse(0L)
                || next.maximumDays().orElse(Long.MAX_VALUE) < now.maximumDays().orElse(Long.MAX_VALUE);
        return lower
                ? Optional.of("keep at least " + days(next.minimumDays()) + " and at most " + days(next.maximumDays())
                        + " instead of " + days(now.minimumDays()) + " and " + days(now.maximumDays()))
                : Optional.empty();
    }

    private static String days(Optional<Long> days) {
        return days.map(d -> d + " days").orElse("without bound");
    }

    Optional<String> retentionApplied(Request request) throws Refusal {
        return request.flag("dryRun") ? Optional.empty() : Optional.of("erase all letters over the maximum age");
    }

    Optional<String> quarantined(Request request) throws Refusal {
        return desk.gate().approvals().twoPersons()
                ? Optional.of("read mail in quarantine, arrival " + request.number("arrival", 0))
                : Optional.empty();
    }

    /// Who says who people are can be anybody here.
    Optional<String> logIn(Request request) throws Refusal {
        LogIns.Way way = LogInOperations.way(request);
        if (way == LogIns.Way.PASSWORD || way == LogIns.Way.PASSKEY || request.flag("off")) {
            return Optional.empty();
        }
        Map<String, String> next =
                FetchOperations.settings(request, desk.logIns().settings(way).orElse(Map.of()));
        return Optional.of("let " + next.getOrDefault(way == LogIns.Way.OIDC ? "issuer" : "host", "nobody")
                + " say who people are"
                + Optional.ofNullable(next.get("roles"))
                        .map(roles -> ", and who is what: " + roles)
                        .orElse(""));
    }

    static Optional<String> key(Request request) throws Refusal {
        return Optional.of("seal the archive's keys under another master key");
    }

    static Optional<String> escrow(Request request) throws Refusal {
        return Optional.of("hold the private keys " + request.text("name") + " in escrow (file of SHA-256 "
                + request.text("sum") + ")");
    }

    /// Whether encrypted mail is to be decrypted from now on; all other settings are harmless.
    static Optional<String> escrowOn(Request request) {
        return request.params().path("settings").path("escrow").asString("").equals("on")
                ? Optional.of("decrypt mail that is encrypted to keys in escrow")
                : Optional.empty();
    }
}
