package io.carteggio.server.web;

import io.carteggio.archive.attribution.Holder;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.intake.Source;
import io.carteggio.server.local.Exit;
import io.carteggio.server.web.page.RuleView;
import io.carteggio.server.web.page.RuleView.Line;
import io.carteggio.server.web.page.RuleView.Look;
import io.carteggio.server.web.page.RuleView.Report;
import io.carteggio.server.web.page.RuleView.Typed;
import io.carteggio.server.web.page.RuleView.Verdict;
import io.carteggio.server.web.page.RulesView;
import io.carteggio.server.web.page.RulesView.Past;
import io.carteggio.server.web.page.RulesView.Row;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The journaling agent's rules: all of them, one being made or changed, and what it would do. By the
/// operations of the commands. A rule is named by a parameter, since its name may hold anything.
final class RulePages {
    static final String URL = "/rules";
    static final List<String> SCOPES = List.of("global", "internal", "external");

    /// What operations call a rule that is only thought of.
    private static final String NOT_YET = "not yet added";

    private static final int CHOICES = 500;
    private static final int NAME_CHARS = 64;

    /// What a page says of the past, so that it is there at once: `rule test --past` goes
    /// further.
    private static final int PAST_DAYS = 30;

    private static final int PAST_LETTERS = 20_000;

    private final Site site;

    RulePages(Site site) {
        this.site = site;
    }

    static String url(String name) {
        return URL + "/rule?name=" + SearchPages.encoded(name);
    }

    // ---- all of them

    void list(Visit visit) throws IOException {
        Calls.Answer rules = Calls.run(site, visit, "rule.list", Calls.params());
        Map<String, String> caught = new HashMap<>();
        Optional<Past> past = Optional.empty();
        if (visit.query("past").equals("yes") && !rules.lines().isEmpty()) {
            List<ObjectNode> lines =
                    Calls.run(site, visit, "rule.past", pastParams()).lines();
            lines.stream()
                    .filter(line -> line.has("rule"))
                    .forEach(line -> caught.put(Calls.text(line, "rule").orElse(""), caught(visit, line)));
            past = lines.stream().filter(line -> line.has("since")).findFirst().map(line -> past(visit, line));
        }
        List<Row> rows =
                rules.lines().stream().map(line -> row(visit, line, caught)).toList();
        List<String> warnings = rows.isEmpty()
                ? List.of()
                : texts(Calls.run(site, visit, "rule.settings", Calls.params())
                                .first()
                                .path("warnings"))
                        .toList();
        visit.page("rules", visit.say("rules.title"), new RulesView(rows, warnings, past, rules.fault()));
    }

    private static ObjectNode pastParams() {
        return Calls.params().put("days", PAST_DAYS).put("most", PAST_LETTERS);
    }

    private static String caught(Visit visit, ObjectNode line) {
        return visit.texts()
                .count(
                        "rules.caught",
                        line.path("letters").asLong(0),
                        visit.words().size(line.path("bytes").asLong(0)));
    }

    private static Past past(Visit visit, ObjectNode line) {
        List<String> notes = new ArrayList<>();
        if (!line.path("whole").asBoolean(true)) {
            notes.add(visit.say("rules.past.part"));
        }
        for (String[] note : new String[][] {
            {"withoutEnvelope", "rules.past.without-envelope"},
            {"withoutSender", "rules.past.without-sender"},
            {"unreadable", "rules.past.unreadable"}
        }) {
            long number = line.path(note[0]).asLong(0);
            if (number > 0) {
                notes.add(visit.texts().count(note[1], number));
            }
        }
        notes.add(visit.say("rules.past.only"));
        return new Past(
                visit.texts()
                        .count(
                                "rules.past",
                                line.path("letters").asLong(0),
                                Calls.instant(line, "since")
                                        .map(visit.words()::day)
                                        .orElse("")),
                notes);
    }

    private static Row row(Visit visit, ObjectNode line, Map<String, String> caught) {
        String name = Calls.text(line, "name").orElse("");
        String mailbox = Calls.text(line, "mailbox").orElse("");
        return new Row(
                name,
                url(name),
                visit.say(
                        "rules.says",
                        Calls.text(line.path("recipient"), "name").orElseGet(() -> visit.say("rules.everybody")),
                        visit.say("rules.scope." + Calls.text(line, "scope").orElse("global")),
                        mailbox(visit, line)),
                Calls.text(line, "alternate")
                        .map(address -> visit.say("rules.alternate", address))
                        .orElseGet(() -> visit.say("rules.alternate.none")),
                mailbox,
                Calls.text(line, "state").orElse("working"),
                Calls.instant(line, "since").map(visit.words()::exact),
                Calls.text(line, "lastAnswer"),
                line.path("enabled").asBoolean(true),
                line.path("gaps").asBoolean(false),
                Optional.ofNullable(caught.get(name)));
    }

    private static String mailbox(Visit visit, ObjectNode line) {
        String mailbox = Calls.text(line, "mailbox").orElse("");
        return Calls.text(line, "source")
                .map(source -> visit.say("rules.source", mailbox, source))
                .orElse(mailbox);
    }

    static Stream<String> texts(JsonNode array) {
        return array.valueStream().filter(JsonNode::isString).map(JsonNode::stringValue);
    }

    // ---- one of them

    void form(Visit visit) {
        edit(visit, HttpStatus.OK, Optional.empty(), Typed.BLANK, Optional.empty(), Optional.empty());
    }

    void rule(Visit visit) throws IOException {
        Optional<ObjectNode> line = named(visit, visit.query("name"));
        if (line.isEmpty()) {
            visit.notFound();
            return;
        }
        edit(visit, HttpStatus.OK, line, typed(line.get()), Optional.empty(), Optional.empty());
    }

    private Optional<ObjectNode> named(Visit visit, String name) throws IOException {
        return Calls.run(site, visit, "rule.show", Calls.params().put("name", name)).lines().stream()
                .findFirst();
    }

    private static Typed typed(ObjectNode line) {
        return new Typed(
                Calls.text(line, "name").orElse(""),
                Calls.text(line, "scope").orElse("global"),
                Calls.text(line.path("recipient"), "name").orElse(""),
                Calls.text(line, "source").or(() -> Calls.text(line, "mailbox")).orElse(""),
                line.path("ownAlternate").asBoolean(false)
                        ? Calls.text(line, "alternate").orElse("")
                        : "",
                line.path("dedicated").asBoolean(false),
                !line.path("enabled").asBoolean(true),
                "",
                "",
                false);
    }

    private static Typed typed(Visit visit) {
        return new Typed(
                visit.field("name"),
                visit.field("scope"),
                visit.field("recipient"),
                visit.field("mailbox"),
                visit.field("alternate"),
                visit.flag("dedicated"),
                visit.flag("disabled"),
                visit.field("from"),
                visit.field("to"),
                visit.flag("authenticated"));
    }

    private void edit(
            Visit visit,
            HttpStatus status,
            Optional<ObjectNode> line,
            Typed typed,
            Optional<Look> look,
            Optional<String> fault) {
        var directory = site.desk().people().directory();
        visit.page(
                status,
                "rule",
                line.isPresent() ? typed.name() : visit.say("rule.new"),
                new RuleView(
                        line.map(one -> row(visit, one, Map.of())),
                        typed,
                        Stream.concat(directory.people().stream(), directory.groups().stream())
                                .map(Holder::name)
                                .sorted((a, b) -> a.toLowerCase(Locale.ROOT).compareTo(b.toLowerCase(Locale.ROOT)))
                                .distinct()
                                .limit(CHOICES)
                                .toList(),
                        site.desk().sources().all().stream()
                                .filter(source -> source.family() == Family.REPORT
                                        && source.address().isPresent())
                                .map(Source::name)
                                .toList(),
                        look,
                        fault));
    }

    /// What was typed, as operations take it. Whom a rule is about is told by address where it is somebody whom
    /// it was about before: a name may be that of several.
    private static ObjectNode params(Typed typed, Optional<ObjectNode> before) {
        String recipient = before.map(line -> line.path("recipient"))
                .filter(one -> Calls.text(one, "name")
                        .filter(typed.recipient()::equals)
                        .isPresent())
                .flatMap(one -> Calls.text(one, "address"))
                .orElse(typed.recipient());
        return Calls.params()
                .put("mailbox", typed.mailbox())
                .put("scope", typed.scope())
                .put("recipient", recipient)
                .put("dedicated", typed.dedicated());
    }

    void add(Visit visit) throws IOException {
        Typed typed = typed(visit);
        ObjectNode params =
                params(typed, Optional.empty()).put("name", typed.name()).put("disabled", typed.disabled());
        if (!typed.alternate().isEmpty()) {
            params.put("alternate", typed.alternate());
        }
        Optional<String> fault = fault(visit, typed);
        if (fault.isEmpty()) {
            fault = Calls.run(site, visit, "rule.add", params).fault();
        }
        if (fault.isPresent()) {
            edit(visit, HttpStatus.UNPROCESSABLE_CONTENT, Optional.empty(), typed, Optional.empty(), fault);
            return;
        }
        visit.loggedIn().tell(visit.say(typed.disabled() ? "rule.added.disabled" : "rule.added", typed.name()));
        visit.redirect(URL);
    }

    private static Optional<String> fault(Visit visit, Typed typed) {
        if (typed.name().isEmpty() || typed.name().length() > NAME_CHARS) {
            return Optional.of(visit.say("rule.name.fault", NAME_CHARS));
        }
        return typed.mailbox().isEmpty() ? Optional.of(visit.say("rule.mailbox.fault")) : Optional.empty();
    }

    void change(Visit visit) throws IOException {
        Typed typed = typed(visit);
        Optional<ObjectNode> before = named(visit, typed.name());
        if (before.isEmpty()) {
            visit.notFound();
            return;
        }
        Optional<String> fault = fault(visit, typed);
        if (fault.isEmpty()) {
            fault = Calls.run(
                            site,
                            visit,
                            "rule.set",
                            params(typed, before).put("name", typed.name()).put("alternate", typed.alternate()))
                    .fault();
        }
        if (fault.isPresent()) {
            edit(visit, HttpStatus.UNPROCESSABLE_CONTENT, before, typed, Optional.empty(), fault);
            return;
        }
        visit.loggedIn().tell(visit.say("rule.changed", typed.name()));
        visit.redirect(URL);
    }

    // ---- what it would do

    /// A rule that is not there yet.
    void lookNew(Visit visit) throws IOException {
        look(visit, Optional.empty());
    }

    /// A rule as it would be.
    void look(Visit visit) throws IOException {
        Optional<ObjectNode> before = named(visit, visit.field("name"));
        if (before.isEmpty()) {
            visit.notFound();
            return;
        }
        look(visit, before);
    }

    private void look(Visit visit, Optional<ObjectNode> before) throws IOException {
        Typed typed = typed(visit);
        Optional<String> fault =
                typed.mailbox().isEmpty() ? Optional.of(visit.say("rule.mailbox.fault")) : Optional.empty();
        ObjectNode rule = params(typed, before);
        if (before.isPresent()) {
            rule.put("rule", typed.name());
        }
        if (!typed.alternate().isEmpty()) {
            rule.put("alternate", typed.alternate());
        }
        List<String> to = Stream.of(typed.to().split("[,;\\s]+", -1))
                .filter(one -> !one.isEmpty())
                .toList();
        List<ObjectNode> said = List.of();
        if (fault.isEmpty() && !to.isEmpty()) {
            ObjectNode params = rule.deepCopy().put("from", typed.from()).put("authenticated", typed.authenticated());
            to.forEach(params.putArray("to")::add);
            Calls.Answer answer = Calls.run(site, visit, "rule.test", params);
            said = answer.lines();
            fault = answer.outcome().exit() == Exit.NO
                            && answer.outcome().error().isEmpty()
                    ? Optional.empty() // it would not be journaled, which is an answer
                    : answer.fault();
        }
        Optional<Look> look = Optional.empty();
        if (fault.isEmpty()) {
            ObjectNode params = pastParams();
            params.setAll(rule);
            Calls.Answer past = Calls.run(site, visit, "rule.past", params);
            fault = past.fault();
            if (past.isDone()) {
                String name = typed.name().isEmpty() ? visit.say("rule.new") : typed.name();
                look = Optional.of(look(visit, name, said, !to.isEmpty(), past.lines()));
            }
        }
        edit(visit, fault.isPresent() ? HttpStatus.UNPROCESSABLE_CONTENT : HttpStatus.OK, before, typed, look, fault);
    }

    /// @param name of the rule that is looked at
    private static Look look(Visit visit, String name, List<ObjectNode> said, boolean message, List<ObjectNode> past) {
        return new Look(
                message,
                said.stream().anyMatch(line -> line.has("never")),
                said.stream()
                        .filter(line -> line.has("fires"))
                        .map(line -> new Verdict(
                                named(Calls.text(line, "rule").orElse(""), name),
                                line.path("fires").asBoolean(false),
                                visit.say(
                                        "rule.why." + Calls.text(line, "reason").orElse("neither"),
                                        Calls.text(line, "at").orElse(""))))
                        .toList(),
                said.stream()
                        .filter(line -> line.has("recipients"))
                        .map(line -> report(visit, name, line))
                        .toList(),
                caught(visit, past.getFirst()),
                past(visit, past.getLast()));
    }

    private static String named(String said, String name) {
        return said.equals(NOT_YET) ? name : said;
    }

    private static Report report(Visit visit, String name, ObjectNode line) {
        return new Report(
                mailbox(visit, line),
                Calls.text(line, "alternate")
                        .map(address -> visit.say("rules.alternate", address))
                        .orElseGet(() -> visit.say("rules.alternate.none")),
                texts(line.path("rules")).map(one -> named(one, name)).collect(Collectors.joining(", ")),
                line.path("recipients")
                        .valueStream()
                        .map(one -> new Line(
                                visit.say("rule.role." + Calls.text(one, "role").orElse("recipient")),
                                Calls.text(one, "address").orElse(""),
                                Calls.text(one, "expanded")
                                        .map(group -> visit.say("rule.expanded", group))
                                        .or(() -> Calls.text(one, "forwarded")
                                                .map(by -> visit.say("rule.forwarded", by)))))
                        .toList());
    }

    // ---- what is done to it

    void confirm(Visit visit) throws IOException {
        String name = visit.query("name");
        String act = visit.query("act");
        if (!List.of("disable", "remove").contains(act) || named(visit, name).isEmpty()) {
            visit.notFound();
            return;
        }
        visit.page("rule-confirm", visit.say("rule.confirm." + act, name), new RulesView.Confirm(act, name, url(name)));
    }

    void act(Visit visit) throws IOException {
        String act = visit.path("act");
        String name = visit.field("name");
        if (!List.of("enable", "disable", "remove").contains(act)) {
            visit.notFound();
            return;
        }
        Optional<String> fault = Calls.run(
                        site, visit, "rule." + act, Calls.params().put("name", name))
                .fault();
        visit.loggedIn().tell(fault.orElseGet(() -> visit.say("rule.done." + act, name)));
        visit.redirect(URL);
    }
}
