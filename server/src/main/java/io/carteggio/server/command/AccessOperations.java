package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.entry.Across;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.intake.Sources;
import io.carteggio.archive.role.Grant;
import io.carteggio.archive.role.LogIns.Way;
import io.carteggio.archive.role.Roles;
import io.carteggio.archive.synchronisation.Syncs;
import io.carteggio.mail.Address;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;

/// `access`: everyone with rights beyond her own letters, and every account that the archive itself has elsewhere.
final class AccessOperations {
    private static final String USER = "user";

    private final Desk desk;

    AccessOperations(Desk desk) {
        this.desk = desk;
    }

    /// A line a right: `kind` is `mode`, `log-in` (how people do), `role`, `token`, `source`, or `account`
    /// (at another server: of fetched mailboxes and of synchronisations). Last, one with `reviewed`, `reviewedBy`
    /// and `due`.
    Outcome review(Request request, Reply reply) throws IOException {
        for (ObjectNode line : lines()) {
            reply.line(line);
        }
        reply.line(last());
        return Outcome.DONE;
    }

    /// The same, and that it was looked at: `reason`; `days` until the next one.
    Outcome sign(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        List<ObjectNode> lines = lines();
        try {
            desk.roles()
                    .sign(
                            desk.acts(),
                            request.by(),
                            lines.stream().map(ObjectNode::toString).toList(),
                            request.number("days", Roles.REVIEW_DAYS),
                            request.text("reason"));
        } catch (IllegalArgumentException e) {
            throw Refusal.no(Optional.ofNullable(e.getMessage()).orElse("refused"));
        }
        for (ObjectNode line : lines) {
            reply.line(line);
        }
        reply.line(last());
        return Outcome.DONE;
    }

    private ObjectNode last() {
        ObjectNode line = Json.object();
        line.set("reviewed", Json.instant(desk.roles().review().map(Roles.Review::at)));
        line.set("reviewedBy", Json.text(desk.roles().review().map(Roles.Review::by)));
        line.set("due", Json.instant(desk.roles().reviewDue()));
        return line;
    }

    private List<ObjectNode> lines() {
        Instant now = desk.acts().now();
        List<ObjectNode> lines = new ArrayList<>();
        boolean two = desk.gate().approvals().twoPersons();
        lines.add(line(
                "mode",
                "the archive",
                two ? "two-person mode" : "single mode: one person alone may do what is" + " dangerous"));
        lines.addAll(logIns());
        for (Grant grant : desk.roles().inForce(now)) {
            lines.add(line(
                    "role",
                    name(grant.person()),
                    grant.role().word() + grant.across().map(this::reach).orElse("")
                            + grant.until().map(end -> ", until " + end).orElse(", without an end")
                            + (canLogIn(grant.person()) ? second(grant.person()) : ", cannot log in")
                            + ", given " + grant.at() + " by " + grant.by()
                            + grant.group()
                                    .map(group -> ", for the group " + group)
                                    .orElse("")));
        }
        desk.tokens().all().stream()
                .filter(t -> t.isGood(now))
                .forEach(t -> lines.add(line(
                        "token",
                        name(t.person()),
                        t.name() + ", for " + String.join(" ", t.scopes()) + ", until " + t.expires())));
        for (Source source : desk.sources().all()) {
            Optional<Sources.Mailbox> mailbox = desk.sources().mailbox(source.name());
            lines.add(
                    mailbox.isPresent()
                            ? line("account", source.name(), account(mailbox.get()))
                            : line(
                                    "source",
                                    source.name(),
                                    "takes mail at "
                                            + source.address().map(Address::raw).orElse("no address: imports")));
        }
        desk.syncs().all().forEach(sync -> lines.add(line("account", "sync " + sync.name(), account(sync))));
        return lines;
    }

    private boolean canLogIn(String person) {
        return (desk.logIns().byPassword() && desk.people().credential(person).isPresent())
                || !desk.logIns().of(person).isEmpty();
    }

    /// What she logs in with besides a password.
    private String second(String person) {
        boolean code = desk.keyring().secret("second-factor:" + person).isPresent();
        int passkeys = desk.logIns().byPasskey() ? desk.passkeys().of(person).size() : 0;
        return (code ? ", with a second factor" : ", by a password alone")
                + (passkeys == 0 ? "" : ", " + passkeys + (passkeys == 1 ? " passkey" : " passkeys"));
    }

    /// The account that people are read with, or the file.
    private static String account(Syncs.Sync sync) {
        Map<String, String> settings = sync.settings();
        return switch (sync.protocol()) {
            case "csv" -> "reads people in " + settings.getOrDefault("file", "(unknown)");
            case "graph" ->
                "reads people as the application " + settings.getOrDefault("client-id", "(unknown)") + " of the tenant "
                        + settings.getOrDefault("tenant", "(unknown)");
            default ->
                "reads people as " + settings.getOrDefault(USER, "(nobody named)") + " at "
                        + settings.getOrDefault("host", "(unknown)") + " by " + sync.protocol();
        };
    }

    /// How people log in, and what groups elsewhere give them.
    private List<ObjectNode> logIns() {
        List<ObjectNode> lines = new ArrayList<>();
        if (!desk.logIns().byPassword()) {
            lines.add(line("log-in", "people", "not by a password here"));
        }
        if (!desk.logIns().byPasskey()) {
            lines.add(line("log-in", "people", "not by a passkey"));
        }
        desk.logIns()
                .settings(Way.OIDC)
                .ifPresent(s -> lines.add(line(
                        "log-in",
                        "people",
                        "by the word of the OpenID provider " + s.getOrDefault("issuer", "")
                                + Optional.ofNullable(s.get("roles"))
                                        .map(roles -> ", whose groups give roles: " + roles)
                                        .orElse(""))));
        desk.logIns()
                .settings(Way.LDAP)
                .ifPresent(s -> lines.add(
                        line("log-in", "people", "by their password of the directory " + s.getOrDefault("host", ""))));
        return lines;
    }

    /// The account that the archive logs in with, and where; never its secret.
    private static String account(Sources.Mailbox mailbox) {
        TreeMap<String, String> settings = new TreeMap<>(mailbox.settings());
        return "logs in as " + settings.getOrDefault(USER, "(nobody named)") + " at "
                + settings.getOrDefault("host", settings.getOrDefault("url", "(unknown)")) + " by "
                + mailbox.protocol();
    }

    private String reach(Across across) {
        return " of "
                + (across.everyone()
                        ? "everyone"
                        : String.join(
                                ", ", across.people().stream().map(this::name).toList()))
                + across.from().map(f -> " from " + f).orElse("")
                + across.to().map(t -> " to " + t).orElse("");
    }

    private static ObjectNode line(String kind, String whose, String what) {
        return Json.object().put("kind", kind).put("whose", whose).put("what", what);
    }

    private String name(String person) {
        return desk.people().directory().byId(person).map(Person::name).orElse(person);
    }
}
