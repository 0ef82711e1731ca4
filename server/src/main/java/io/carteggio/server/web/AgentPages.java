package io.carteggio.server.web;

import io.carteggio.server.web.page.AgentView;
import io.carteggio.server.web.page.AgentView.Forward;
import io.carteggio.server.web.page.AgentView.Import;
import io.carteggio.server.web.page.AgentView.Route;
import io.carteggio.server.web.page.AgentView.Rule;
import io.javalin.http.HttpStatus;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/// How the journaling agent works, where mail goes on to, and rules from Exchange and for it. By the operations
/// of the commands.
final class AgentPages {
    static final String URL = RulePages.URL + "/settings";
    static final String IMPORT = RulePages.URL + "/import";
    private static final List<String> FIELDS =
            List.of("alternate", "limit", "unable", "suspended", "expire-days", "sender");

    /// The forms that rules can be had in, with the ends of their files.
    private static final Map<String, String> FORMS =
            Map.of("csv", "csv", "json", "json", "clixml", "xml", "dsc", "ps1", "list", "txt", "xml", "xml");

    /// A file of rules: in base64 it still fits into the form that adds them.
    private static final int FILE_LIMIT_BYTES = 1024 * 1024;

    private final Site site;

    AgentPages(Site site) {
        this.site = site;
    }

    // ---- settings

    void settings(Visit visit) throws IOException {
        settings(visit, HttpStatus.OK, Map.of(), Optional.empty());
    }

    private void settings(Visit visit, HttpStatus status, Map<String, String> typed, Optional<String> fault)
            throws IOException {
        ObjectNode line = inForce(visit);
        Map<String, String> held = held(line);
        FIELDS.stream().filter(typed::containsKey).forEach(name -> held.put(name, typed.getOrDefault(name, "")));
        List<Route> routes = line.path("routes").properties().stream()
                .map(one -> new Route(one.getKey(), one.getValue().asString("")))
                .toList();
        List<Forward> forwards = Calls.run(site, visit, "rule.forward", Calls.params()).lines().stream()
                .map(one -> new Forward(
                        Calls.text(one, "address").orElse(""),
                        visit.say(
                                one.path("copy").asBoolean(false) ? "agent.forward.says.copy" : "agent.forward.says",
                                RulePages.texts(one.path("to")).collect(Collectors.joining(", ")))))
                .toList();
        visit.page(status, "agent", visit.say("agent.title"), new AgentView(held, routes, forwards, typed, fault));
    }

    private ObjectNode inForce(Visit visit) throws IOException {
        return Calls.run(site, visit, "rule.settings", Calls.params()).first();
    }

    /// What the form shows: what was chosen, and what is usual where nothing was.
    private static Map<String, String> held(ObjectNode line) {
        Map<String, String> held = new HashMap<>();
        held.put("alternate", Calls.text(line, "alternate").orElse(""));
        held.put("limit", Long.toString(line.path("limit").asLong(0)));
        held.put("unable", Calls.text(line, "unable").orElse(""));
        held.put("suspended", Calls.text(line, "suspended").orElse(""));
        held.put("expire-days", Long.toString(line.path("expireDays").asLong(0)));
        held.put("sender", Calls.text(line, "sender").orElse(""));
        return held;
    }

    /// Sets what was changed: what is usual, and left as it was shown, is not chosen thereby.
    void set(Visit visit) throws IOException {
        Map<String, String> typed = typed(visit, FIELDS);
        Map<String, String> changed = new HashMap<>(typed);
        changed.entrySet().removeAll(held(inForce(visit)).entrySet());
        set(visit, changed, typed, "agent.saved");
    }

    private static Map<String, String> typed(Visit visit, List<String> names) {
        return names.stream().collect(Collectors.toMap(name -> name, visit::field));
    }

    private void set(Visit visit, Map<String, String> settings, Map<String, String> typed, String done)
            throws IOException {
        ObjectNode params = Calls.params();
        ObjectNode given = params.putObject("settings");
        settings.forEach(given::put);
        end(visit, Calls.run(site, visit, "rule.settings", params), typed, done);
    }

    private void end(Visit visit, Calls.Answer answer, Map<String, String> typed, String done) throws IOException {
        if (answer.fault().isPresent()) {
            settings(visit, HttpStatus.UNPROCESSABLE_CONTENT, typed, answer.fault());
            return;
        }
        visit.loggedIn().tell(visit.say(done));
        visit.redirect(URL);
    }

    /// Sets by which server mail for a domain goes; without a server, the name service is
    /// asked again.
    void route(Visit visit) throws IOException {
        Map<String, String> typed = typed(visit, List.of("domain", "server", "tls"));
        String domain = visit.field("domain").toLowerCase(Locale.ROOT);
        if (!SourceWizardPages.isDomain(domain)) {
            settings(
                    visit,
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    typed,
                    Optional.of(visit.say("domains.none-such", domain)));
            return;
        }
        boolean remove = visit.flag("remove");
        if (!remove && visit.field("server").isEmpty()) {
            settings(
                    visit, HttpStatus.UNPROCESSABLE_CONTENT, typed, Optional.of(visit.say("agent.route.server.fault")));
            return;
        }
        set(
                visit,
                Map.of("route." + domain, remove ? "" : visit.field("server") + " " + visit.field("tls")),
                typed,
                remove ? "agent.route.removed" : "agent.route.added");
    }

    /// Sets where mail for an address goes on to.
    void forward(Visit visit) throws IOException {
        Map<String, String> typed = typed(visit, List.of("address", "to"));
        boolean remove = visit.flag("remove");
        List<String> to = remove
                ? List.of()
                : Stream.of(visit.field("to").split("[,;\\s]+", -1))
                        .filter(one -> !one.isEmpty())
                        .toList();
        if (!remove && to.isEmpty()) {
            settings(visit, HttpStatus.UNPROCESSABLE_CONTENT, typed, Optional.of(visit.say("agent.forward.to.fault")));
            return;
        }
        ObjectNode params =
                Calls.params().put("address", visit.field("address")).put("copy", visit.flag("copy"));
        to.forEach(params.putArray("to")::add);
        end(
                visit,
                Calls.run(site, visit, "rule.forward", params),
                typed,
                remove ? "agent.forward.removed" : "agent.forward.added");
    }

    // ---- from Exchange, and for it

    void importForm(Visit visit) {
        show(visit, HttpStatus.OK, new Import(List.of(), "", "", "", "", false, Optional.empty()));
    }

    private static void show(Visit visit, HttpStatus status, Import page) {
        visit.page(status, "rule-import", visit.say("rule-import.title"), page);
    }

    /// What is in a file, and what would come of it.
    void look(Visit visit) throws IOException {
        Optional<byte[]> file = visit.file("file");
        if (file.isEmpty() || file.get().length == 0) {
            refuse(visit, visit.say("rule-import.nothing"));
            return;
        }
        if (file.get().length > FILE_LIMIT_BYTES) {
            refuse(visit, visit.say("rule-import.large"));
            return;
        }
        Calls.Answer answer = imported(visit, file.get(), false);
        List<Rule> rules = rules(visit, answer);
        if (rules.isEmpty()) {
            refuse(visit, answer.fault().orElseGet(() -> visit.say("rule-import.none")));
            return;
        }
        long refused = rules.stream().filter(rule -> rule.refused().isPresent()).count();
        show(
                visit,
                HttpStatus.OK,
                new Import(
                        rules,
                        visit.texts().count("rule-import.found", rules.size(), refused),
                        Base64.getEncoder().encodeToString(file.get()),
                        visit.field("scope"),
                        visit.field("mailbox"),
                        refused < rules.size(),
                        Optional.empty()));
    }

    private static void refuse(Visit visit, String why) {
        show(
                visit,
                HttpStatus.UNPROCESSABLE_CONTENT,
                new Import(List.of(), "", "", visit.field("scope"), visit.field("mailbox"), false, Optional.of(why)));
    }

    private Calls.Answer imported(Visit visit, byte[] file, boolean apply) throws IOException {
        ObjectNode params = Calls.params().put("apply", apply);
        if (RulePages.SCOPES.contains(visit.field("scope"))) {
            params.put("scope", visit.field("scope"));
        }
        if (!visit.field("mailbox").isEmpty()) {
            params.put("mailbox", visit.field("mailbox"));
        }
        return Calls.run(site, visit, "rule.import", params, file);
    }

    private static List<Rule> rules(Visit visit, Calls.Answer answer) {
        return answer.lines().stream()
                .filter(line -> line.has("name"))
                .map(line -> new Rule(
                        Calls.text(line, "name").orElse(""),
                        visit.say(
                                "rules.says",
                                Calls.text(line, "recipient").orElseGet(() -> visit.say("rules.everybody")),
                                Calls.text(line, "scope")
                                        .filter(RulePages.SCOPES::contains)
                                        .map(word -> visit.say("rules.scope." + word))
                                        .orElseGet(() -> visit.say("rule-import.scope.unknown")),
                                Calls.text(line, "mailbox").orElse("")),
                        line.path("enabled").asBoolean(true),
                        Calls.text(line, "refused")))
                .toList();
    }

    /// Adds those that may be.
    void add(Visit visit) throws IOException {
        byte[] file;
        try {
            file = Base64.getDecoder().decode(visit.field("octets"));
        } catch (IllegalArgumentException e) {
            refuse(visit, visit.say("rule-import.nothing"));
            return;
        }
        Calls.Answer answer = imported(visit, file, true);
        List<Rule> rules = rules(visit, answer);
        if (rules.isEmpty()) {
            refuse(visit, answer.fault().orElseGet(() -> visit.say("rule-import.none")));
            return;
        }
        long added = rules.stream().filter(rule -> rule.refused().isEmpty()).count();
        visit.loggedIn().tell(visit.texts().count("rule-import.added", added, rules.size() - added));
        visit.redirect(RulePages.URL);
    }

    void export(Visit visit) throws IOException {
        String form = visit.query("form");
        Optional<String> end = Optional.ofNullable(FORMS.get(form));
        if (end.isEmpty()) {
            visit.notFound();
            return;
        }
        byte[] octets = Calls.octets(site, visit, "rule.export", Calls.params().put("form", form));
        visit.header("Content-Disposition", "attachment; filename=\"journal-rules." + end.get() + "\"");
        visit.stream("text/plain; charset=utf-8", new ByteArrayInputStream(octets));
    }
}
