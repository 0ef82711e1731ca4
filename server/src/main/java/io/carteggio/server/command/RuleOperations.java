package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.attribution.Holder;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.entry.Change.Member;
import io.carteggio.archive.entry.JournalScope;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.journaling.AgentSettings;
import io.carteggio.archive.journaling.JournalRule;
import io.carteggio.archive.journaling.JournalRules;
import io.carteggio.archive.journaling.RuleBook;
import io.carteggio.archive.journaling.RuleBook.Forwarding;
import io.carteggio.embedded.reports.ReportQueue.Destination;
import io.carteggio.mail.Address;
import io.carteggio.server.agent.ForeignRule;
import io.carteggio.server.agent.RuleExport;
import io.carteggio.server.agent.RuleImport;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `rule`: what the journaling agent journals, and where to. Every change is an act.
final class RuleOperations {
    /// What a rule is called that is only thought of.
    private static final String NOT_YET = "not yet added";

    private final Desk desk;

    RuleOperations(Desk desk) {
        this.desk = desk;
    }

    private interface Doing {
        void with() throws ArchiveException, Refusal;
    }

    private static void checked(Doing doing) throws ArchiveException, Refusal {
        try {
            doing.with();
        } catch (IllegalArgumentException e) {
            throw Refusal.no(Optional.ofNullable(e.getMessage()).orElse("refused"));
        }
    }

    private JournalRules.Around around() {
        return new JournalRules.Around(desk.people().directory(), desk.sources(), now());
    }

    private Instant now() {
        return desk.acts().now();
    }

    /// `mailbox` is an address, or the name of a source of this archive.
    Outcome add(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        String name = request.text("name").strip();
        boolean enabled = !request.flag("disabled");
        checked(() -> desk.journalRules()
                .add(desk.acts(), request.by(), given(name, request).withEnabled(enabled), around()));
        return said(name, reply);
    }

    /// A rule as it is given to be added, at work.
    ///
    /// @throws IllegalArgumentException where what is given means nothing
    private JournalRule given(String name, Request request) throws Refusal {
        return new JournalRule(
                name,
                scope(request.optionalText("scope").orElse("global")),
                recipient(request.optionalText("recipient")),
                mailbox(request.text("mailbox")),
                request.optionalText("alternate").map(AgentSettings::address),
                request.flag("dedicated"),
                true);
    }

    /// The rules with one among them that is only thought of, where a `mailbox` is given: as for [#add], under
    /// the name of the one that `rule` names, in its place.
    RuleBook thought(Request request) throws ArchiveException, Refusal {
        RuleBook book = desk.journalRules().book();
        if (request.optionalText("mailbox").isEmpty()) {
            return book;
        }
        String name = name(request);
        List<JournalRule> rules = new ArrayList<>(book.rules());
        checked(() -> {
            JournalRule rule = given(name, request);
            JournalRules.check(rule, book, around());
            book.named(name)
                    .ifPresentOrElse(
                            before -> rules.replaceAll(one -> one.name().equals(before.name()) ? rule : one),
                            () -> rules.add(rule));
        });
        return new RuleBook(rules, book.forwardings(), book.settings());
    }

    /// What the rule is called that is asked about.
    String name(Request request) throws Refusal {
        Optional<String> rule = request.optionalText("rule");
        return rule.isPresent() ? named(rule.get()).name() : NOT_YET;
    }

    /// What is not given stays; `recipient` and `alternate` empty: none.
    Outcome set(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        JournalRule before = named(request.text("name"));
        checked(() -> {
            Optional<String> scope = request.optionalText("scope");
            Optional<String> recipient = request.optionalText("recipient");
            Optional<String> mailbox = request.optionalText("mailbox");
            Optional<String> alternate = request.optionalText("alternate");
            JournalRule rule = new JournalRule(
                    before.name(),
                    scope.isPresent() ? scope(scope.get()) : before.scope(),
                    recipient.isPresent() ? recipient(recipient) : before.recipient(),
                    mailbox.isPresent() ? mailbox(mailbox.get()) : before.mailbox(),
                    alternate.isPresent()
                            ? alternate.filter(text -> !text.isBlank()).map(AgentSettings::address)
                            : before.alternate(),
                    before.dedicated() || request.flag("dedicated"),
                    before.enabled());
            desk.journalRules().set(desk.acts(), request.by(), rule, around());
        });
        return said(before.name(), reply);
    }

    private static JournalScope scope(String word) {
        try {
            return JournalScope.ofWord(word.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("a scope is internal, external or global, not '" + word + "'", e);
        }
    }

    private Optional<Member> recipient(Optional<String> text) {
        return text.map(String::strip)
                .filter(one -> !one.isEmpty())
                .map(one -> JournalRules.recipient(one, desk.people().directory(), now()));
    }

    private Address mailbox(String text) {
        return desk.sources().named(text).flatMap(Source::address).orElseGet(() -> AgentSettings.address(text));
    }

    private JournalRule named(String name) throws Refusal {
        return desk.journalRules()
                .book()
                .named(name)
                .orElseThrow(() -> Refusal.no("there is no journal rule named " + name));
    }

    private Outcome said(String name, Reply reply) throws ArchiveException, IOException, Refusal {
        reply.line(line(named(name), desk.reports().destinations()));
        return Outcome.DONE;
    }

    Outcome list(Request request, Reply reply) throws ArchiveException, IOException {
        Map<String, Destination> destinations = desk.reports().destinations();
        for (JournalRule rule : desk.journalRules().book().rules()) {
            reply.line(line(rule, destinations));
        }
        return Outcome.DONE;
    }

    Outcome show(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        return said(request.text("name"), reply);
    }

    Outcome enable(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        return enable(request, true, reply);
    }

    Outcome disable(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        return enable(request, false, reply);
    }

    private Outcome enable(Request request, boolean enabled, Reply reply)
            throws ArchiveException, IOException, Refusal {
        String name = request.text("name");
        checked(() -> desk.journalRules().enable(desk.acts(), request.by(), name, enabled));
        return said(name, reply);
    }

    Outcome remove(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        JournalRule rule = named(request.text("name"));
        checked(() -> desk.journalRules().remove(desk.acts(), request.by(), rule.name()));
        reply.line(Json.object().put("name", rule.name()).put("removed", true));
        return Outcome.DONE;
    }

    private ObjectNode line(JournalRule rule, Map<String, Destination> destinations) {
        RuleBook book = desk.journalRules().book();
        Optional<Destination> trouble =
                Optional.ofNullable(destinations.get(rule.mailbox().key()));
        String state =
                !rule.enabled() ? "disabled" : trouble.map(Destination::trouble).orElse("working");
        ObjectNode line =
                Json.object().put("name", rule.name()).put("scope", rule.scope().word());
        line.set("recipient", rule.recipient().<JsonNode>map(this::said).orElseGet(() -> Json.text(Optional.empty())));
        line.put("mailbox", rule.mailbox().raw());
        line.set("source", Json.text(desk.sources().at(rule.mailbox()).map(Source::name)));
        line.set("alternate", Json.address(book.alternateOf(rule)));
        line.put("ownAlternate", rule.alternate().isPresent());
        line.put("dedicated", rule.dedicated()).put("enabled", rule.enabled()).put("state", state);
        line.put("gaps", state.equals("suspended") && book.settings().disables());
        line.set("since", Json.instant(trouble.map(Destination::since)));
        line.set("lastAnswer", Json.text(trouble.map(Destination::last)));
        return line;
    }

    private ObjectNode said(Member recipient) {
        Directory directory = desk.people().directory();
        return switch (recipient) {
            case Member.OfPerson(String id) -> said("person", id, directory.byId(id));
            case Member.OfGroup(String id) -> said("group", id, directory.group(id));
            case Member.OfAddress(Address address) ->
                Json.object().put("kind", "address").put("name", address.raw()).put("address", address.raw());
        };
    }

    private ObjectNode said(String kind, String id, Optional<? extends Holder> holder) {
        Instant now = now();
        ObjectNode line = Json.object()
                .put("kind", kind)
                .put("name", holder.map(Holder::name).orElse(id));
        line.set(
                "address",
                Json.address(holder.flatMap(one -> one.holdings().stream()
                        .filter(holding -> holding.span().covers(now))
                        .findFirst()
                        .map(Holding::address))));
        return line;
    }

    /// How the agent works; with `settings`, sets those that are named, empty ones back to what is usual.
    Outcome settings(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        JsonNode given = request.params().path("settings");
        if (!given.properties().isEmpty()) {
            Map<String, String> next = new TreeMap<>(desk.journalRules().settings());
            for (Map.Entry<String, JsonNode> one : given.properties()) {
                String value =
                        one.getValue().isString() ? one.getValue().stringValue().strip() : "";
                if (value.isEmpty()) {
                    next.remove(one.getKey());
                } else {
                    next.put(one.getKey(), value);
                }
            }
            checked(() -> desk.journalRules().set(desk.acts(), request.by(), next, around()));
        }
        AgentSettings settings = desk.journalRules().book().settings();
        ObjectNode line = Json.object();
        line.set("alternate", Json.address(settings.alternate()));
        line.put("limit", settings.limit())
                .put("unable", settings.accepts() ? "accept" : "tempfail")
                .put("suspended", settings.disables() ? "disable" : "queue")
                .put("expireDays", settings.expiry().toDays());
        line.set("sender", Json.address(settings.sender()));
        line.put("escrow", settings.escrow());
        ObjectNode routes = Json.object();
        new TreeMap<>(settings.routes()).forEach((domain, route) -> routes.put(domain, route.toString()));
        line.set("routes", routes);
        line.set("warnings", Json.texts(desk.journalRules().book().warnings().stream()));
        reply.line(line);
        return Outcome.DONE;
    }

    /// Lists where mail goes on to; with `address`, sets that (`to` empty: nowhere).
    Outcome forward(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Optional<String> address = request.optionalText("address");
        if (address.isPresent()) {
            checked(() -> {
                List<Address> to = new ArrayList<>();
                for (String one : request.texts("to")) {
                    to.add(AgentSettings.address(one));
                }
                desk.journalRules()
                        .forward(
                                desk.acts(),
                                request.by(),
                                new Forwarding(AgentSettings.address(address.get()), to, request.flag("copy")));
            });
        }
        for (Forwarding one : new TreeMap<>(desk.journalRules().book().forwardings()).values()) {
            ObjectNode line = Json.object().put("address", one.address().raw()).put("copy", one.copy());
            line.set("to", Json.texts(one.to().stream().map(Address::raw)));
            reply.line(line);
        }
        return Outcome.DONE;
    }

    /// Reads rules from a file in the body, and says what would come of each; with `apply`, adds those that may be.
    ///
    /// `scope` stands for scopes that the file has as numbers; `mailbox` for journaling mailboxes, all of them.
    Outcome importRules(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        List<ForeignRule> found;
        try {
            found = RuleImport.read(RuleImport.octets(request.body()));
        } catch (IllegalArgumentException e) {
            throw Refusal.no(Optional.ofNullable(e.getMessage()).orElse("not a list of rules"));
        }
        Optional<String> scope = request.optionalText("scope");
        Optional<String> mailbox = request.optionalText("mailbox");
        boolean apply = request.flag("apply");
        int refused = 0;
        for (ForeignRule foreign : found) {
            ObjectNode line = Json.object().put("name", foreign.name());
            line.set("scope", Json.text(foreign.scope().map(JournalScope::word).or(() -> scope)));
            line.set("recipient", Json.text(foreign.recipient()));
            line.put("mailbox", mailbox.orElse(foreign.mailbox())).put("enabled", foreign.enabled());
            try {
                JournalRule rule = new JournalRule(
                        foreign.name(),
                        foreign.scope().isPresent()
                                ? foreign.scope().get()
                                : scope(scope.orElseThrow(() -> new IllegalArgumentException(
                                        "its scope is a number, whose meaning is not known: say which (`--scope`)"))),
                        recipient(foreign.recipient()),
                        mailbox(mailbox.orElse(foreign.mailbox())),
                        Optional.empty(),
                        false,
                        foreign.enabled());
                if (apply) {
                    desk.journalRules().add(desk.acts(), request.by(), rule, around());
                } else {
                    desk.journalRules().checkNew(rule, around());
                }
                line.putNull("refused");
            } catch (IllegalArgumentException e) {
                refused++;
                line.put("refused", Optional.ofNullable(e.getMessage()).orElse("refused"));
            }
            reply.line(line);
        }
        reply.line(
                Json.object().put("rules", found.size()).put("refused", refused).put("applied", apply));
        return refused == 0 ? Outcome.DONE : Outcome.NO;
    }

    /// All rules in one of the forms of Exchange's, as octets.
    Outcome exportRules(Request request, Reply reply) throws IOException, Refusal {
        RuleExport.Form form;
        try {
            form = RuleExport.Form.ofWord(request.optionalText("form").orElse("csv"));
        } catch (IllegalArgumentException e) {
            throw Refusal.usage("a form is csv, json, clixml, dsc, list or xml");
        }
        List<ForeignRule> rules = desk.journalRules().book().rules().stream()
                .map(rule -> new ForeignRule(
                        rule.name(),
                        Optional.of(rule.scope()),
                        rule.recipient()
                                .map(member -> Json.optional(said(member), "address")
                                        .orElseGet(
                                                () -> said(member).path("name").asString(""))),
                        rule.mailbox().raw(),
                        rule.enabled()))
                .toList();
        byte[] octets = RuleExport.write(rules, form).getBytes(StandardCharsets.UTF_8);
        if (reply.offer(Json.object().put("form", form.word()).put("bytes", octets.length))) {
            reply.all(new ByteArrayInputStream(octets), octets.length);
        }
        return Outcome.DONE;
    }
}
