package io.carteggio.server.web;

import io.carteggio.server.web.page.SyncView;
import io.carteggio.server.web.page.SyncView.Choice;
import io.carteggio.server.web.page.SyncView.Row;
import io.carteggio.server.web.page.SyncView.Setting;
import io.carteggio.server.web.page.SyncView.State;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The directories that people are synchronised with: made, looked at before they change anything, run. By the
/// operations of the commands, so the same gate holds; a secret goes in and never out.
final class SyncPages {
    static final String URL = "/people/sync";

    /// Before the name of a synchronisation in the name of its job.
    private static final String JOB = "sync:";

    private static final int PAGE = 100;
    private static final int GRAPH_STEPS = 4;

    /// What each form has, by the names of settings.
    private static final Map<String, List<String>> FIELDS = Map.of(
            "graph",
            List.of(
                    "tenant",
                    "client-id",
                    "only-groups",
                    "only-domains",
                    "only-licensed",
                    "share",
                    "schedule",
                    "url",
                    "token-url",
                    "scope"),
            "ldap",
            List.of(
                    "host",
                    "tls",
                    "certificate",
                    "user",
                    "base",
                    "groups-base",
                    "people-filter",
                    "groups-filter",
                    "address-attributes",
                    "kind",
                    "only-groups",
                    "only-domains",
                    "share",
                    "schedule"));

    private static final Map<String, List<String>> SECRETS =
            Map.of("graph", List.of("client-secret", "client-key"), "ldap", List.of("password"));

    private static final List<String> SCHEDULES = List.of("manual", "every:1h", "every:24h");

    private final Site site;
    private final DryRuns dryRuns;

    SyncPages(Site site) {
        this.site = site;
        this.dryRuns = new DryRuns(site.clock());
    }

    // ---- all of them

    void list(Visit visit) throws IOException {
        Map<String, ObjectNode> jobs = new TreeMap<>();
        Calls.run(site, visit, "job.list", Calls.params())
                .lines()
                .forEach(line -> jobs.put(Calls.text(line, "name").orElse(""), line));
        List<Row> rows = Calls.run(site, visit, "sync.list", Calls.params()).lines().stream()
                .map(line -> row(
                        visit,
                        line,
                        Optional.ofNullable(
                                jobs.get(JOB + Calls.text(line, "name").orElse("")))))
                .toList();
        visit.page("syncs", visit.say("sync.title"), new SyncView(rows));
    }

    private static Row row(Visit visit, ObjectNode sync, Optional<ObjectNode> job) {
        String name = Calls.text(sync, "name").orElse("");
        String protocol = Calls.text(sync, "protocol").orElse("");
        return new Row(name, url(name), kind(visit, protocol), state(visit, name, job));
    }

    private static String kind(Visit visit, String protocol) {
        return protocol.matches("csv|ldap|graph") ? visit.say("sync.kind." + protocol) : protocol;
    }

    private static State state(Visit visit, String name, Optional<ObjectNode> job) {
        String word = job.flatMap(j -> Calls.text(j, "state")).orElse("waiting");
        Optional<JsonNode> last = job.map(j -> j.path("lastRun")).filter(JsonNode::isObject);
        return new State(
                url(name) + "/state",
                word,
                visit.say("job.state." + word),
                schedule(visit, job.flatMap(j -> Calls.text(j, "schedule")).orElse("")),
                job.flatMap(j -> Calls.instant(j, "lastSuccess")).map(visit.words()::exact),
                job.flatMap(j -> Calls.instant(j, "next")).map(visit.words()::exact),
                job.flatMap(j -> Calls.text(j, "trouble")),
                last.flatMap(run -> Calls.text(run, "reason")));
    }

    private static String schedule(Visit visit, String schedule) {
        return SCHEDULES.contains(schedule) ? visit.say("sync.schedule." + word(schedule)) : schedule;
    }

    private static String word(String schedule) {
        return schedule.replace(':', '-');
    }

    private static String url(String name) {
        return URL + "/" + Calls.inPath(name);
    }

    // ---- a new one

    void form(Visit visit) throws IOException {
        String protocol = visit.path("protocol");
        if (!FIELDS.containsKey(protocol)) {
            visit.notFound();
            return;
        }
        Map<String, String> proposed = new LinkedHashMap<>();
        proposed.put("name", proposedName(visit, protocol.equals("graph") ? "entra" : "directory"));
        proposed.put("tls", "implicit");
        proposed.put("kind", "auto");
        proposed.put("schedule", "manual");
        form(visit, HttpStatus.OK, protocol, proposed, Optional.empty());
    }

    private String proposedName(Visit visit, String wanted) throws IOException {
        List<String> taken = Calls.run(site, visit, "sync.list", Calls.params()).lines().stream()
                .flatMap(line -> Calls.text(line, "name").stream())
                .toList();
        return Stream.concat(
                        Stream.of(wanted),
                        IntStream.rangeClosed(2, taken.size() + 2).mapToObj(n -> wanted + "-" + n))
                .filter(name -> !taken.contains(name))
                .findFirst()
                .orElse(wanted);
    }

    private static void form(
            Visit visit, HttpStatus status, String protocol, Map<String, String> typed, Optional<String> fault) {
        String title = visit.say("sync.kind." + protocol);
        visit.page(
                status,
                "sync-new",
                visit.say("sync.new", title),
                new SyncView.Form(
                        protocol,
                        title,
                        protocol.equals("graph")
                                ? IntStream.rangeClosed(1, GRAPH_STEPS)
                                        .mapToObj(n -> visit.texts().rich("sync.graph.step." + n))
                                        .toList()
                                : List.of(),
                        typed,
                        fault));
    }

    void create(Visit visit) throws IOException {
        String protocol = visit.path("protocol");
        if (!FIELDS.containsKey(protocol)) {
            visit.notFound();
            return;
        }
        Map<String, String> typed = new LinkedHashMap<>();
        typed.put("name", visit.field("name"));
        ObjectNode settings = Calls.params();
        for (String field : FIELDS.getOrDefault(protocol, List.of())) {
            String value = visit.field(field);
            typed.put(field, value);
            if (!value.isEmpty()) {
                settings.put(field, value);
            }
        }
        if (protocol.equals("ldap")) {
            server(settings, visit.field("host"));
        }
        ObjectNode secrets = Calls.params();
        for (String name : SECRETS.getOrDefault(protocol, List.of())) {
            String secret = visit.rawField(name);
            if (!secret.isBlank()) {
                secrets.put(name, name.equals("client-key") ? secret.replace("\r\n", "\n") : secret);
            }
        }
        ObjectNode params = Calls.params().put("name", visit.field("name")).put("protocol", protocol);
        params.set("settings", settings);
        Calls.Answer answer = Calls.run(
                site,
                visit,
                "sync.add",
                params,
                secrets.isEmpty() ? new byte[0] : secrets.toString().getBytes(StandardCharsets.UTF_8));
        if (waits(visit, answer)) {
            return;
        }
        if (!answer.isDone()) {
            form(visit, HttpStatus.UNPROCESSABLE_CONTENT, protocol, typed, answer.fault());
            return;
        }
        visit.loggedIn().tell(visit.say("sync.added", visit.field("name")));
        visit.redirect(url(visit.field("name")));
    }

    /// What is typed may be `HOST`, `HOST:PORT` or an address of LDAP.
    private static void server(ObjectNode settings, String typed) {
        boolean starttls = typed.startsWith("ldap://");
        String host = typed.replaceFirst("^ldaps?://", "").replaceFirst("/$", "");
        int colon = host.lastIndexOf(':');
        boolean port = colon > 0 && host.substring(colon + 1).matches("[0-9]{1,5}");
        settings.put("host", port ? host.substring(0, colon) : host);
        if (port) {
            settings.put("port", host.substring(colon + 1));
        }
        if (starttls && Calls.text(settings, "tls").orElse("implicit").equals("implicit")) {
            settings.put("tls", "starttls");
        }
    }

    /// Whether it waits for a second person: then the next page says so.
    private static boolean waits(Visit visit, Calls.Answer answer) {
        if (answer.waits()) {
            visit.loggedIn().tell(visit.say("approvals.waits"));
            visit.redirect("/approvals");
            return true;
        }
        return false;
    }

    // ---- one of them

    void sync(Visit visit) throws IOException {
        page(visit, HttpStatus.OK, Optional.empty());
    }

    private void page(Visit visit, HttpStatus status, Optional<String> fault) throws IOException {
        Optional<ObjectNode> sync = asked(visit);
        if (sync.isEmpty()) {
            visit.notFound();
            return;
        }
        String name = visit.path("sync");
        List<Setting> settings = new ArrayList<>();
        sync.get()
                .path("settings")
                .properties()
                .forEach(s -> settings.add(new Setting(s.getKey(), s.getValue().asString(""))));
        List<String> secrets = sync.get()
                .path("secrets")
                .valueStream()
                .map(secret -> secret.asString(""))
                .toList();
        String now = Calls.text(sync.get().path("settings"), "schedule").orElse("manual");
        List<Choice> schedules = Stream.concat(
                        SCHEDULES.stream(), Stream.of(now).filter(s -> !SCHEDULES.contains(s)))
                .map(s -> new Choice(s, schedule(visit, s), s.equals(now)))
                .toList();
        visit.page(
                status,
                "sync",
                name,
                new SyncView.One(
                        row(visit, sync.get(), job(visit, name)),
                        settings,
                        secrets,
                        "/jobs/" + Calls.inPath(JOB + name),
                        schedules,
                        Calls.text(sync.get(), "protocol").orElse("").equals("csv"),
                        fault));
    }

    private Optional<ObjectNode> asked(Visit visit) throws IOException {
        return Calls.run(site, visit, "sync.show", Calls.params().put("name", visit.path("sync"))).lines().stream()
                .findFirst();
    }

    private Optional<ObjectNode> job(Visit visit, String sync) throws IOException {
        return Calls.run(site, visit, "job.show", Calls.params().put("name", JOB + sync)).lines().stream()
                .findFirst();
    }

    /// How it stands, for the page that keeps itself up to date.
    void state(Visit visit) throws IOException {
        if (asked(visit).isEmpty()) {
            visit.notFound();
            return;
        }
        String name = visit.path("sync");
        visit.page("sync-state", name, state(visit, name, job(visit, name)));
    }

    /// Reads the other directory and keeps for looking at what would change.
    void look(Visit visit) throws IOException {
        if (asked(visit).isEmpty()) {
            visit.notFound();
            return;
        }
        String name = visit.path("sync");
        Calls.Answer answer = Calls.run(
                site, visit, "person.sync", Calls.params().put("name", name).put("dryRun", true));
        if (!answer.isDone()) {
            page(visit, HttpStatus.UNPROCESSABLE_CONTENT, answer.fault());
            return;
        }
        dryRuns.keep(visit.self().id(), name, found(answer));
        visit.redirect(url(name) + "/plan");
    }

    private DryRuns.Found found(Calls.Answer answer) {
        List<DryRuns.Change> changes = new ArrayList<>();
        Map<String, Long> counts = new LinkedHashMap<>();
        List<String> remarks = new ArrayList<>();
        Optional<String> stop = Optional.empty();
        for (ObjectNode line : answer.lines()) {
            Optional<String> kind = Calls.text(line, "kind");
            if (kind.isPresent()) {
                counts.merge(kind.get(), 1L, Long::sum);
                if (changes.size() < DryRuns.CHANGES_LIMIT) {
                    changes.add(new DryRuns.Change(
                            kind.get(),
                            Calls.text(line, "who").orElse(""),
                            Calls.text(line, "what").orElse(""),
                            Calls.instant(line, "from")));
                }
            }
            Calls.text(line, "remark").ifPresent(remarks::add);
            stop = stop.or(() -> Calls.text(line, "needsConfirmation"));
        }
        return new DryRuns.Found(site.clock().instant(), changes, counts, remarks, stop);
    }

    /// What the last look found, a page of it.
    void plan(Visit visit) {
        String name = visit.path("sync");
        Optional<DryRuns.Found> found = dryRuns.of(visit.self().id(), name);
        if (found.isEmpty()) {
            visit.redirect(url(name));
            return;
        }
        String kind = visit.query("kind");
        int from = visit.query("from").matches("[0-9]{1,6}") ? Integer.parseInt(visit.query("from")) : 0;
        List<DryRuns.Change> wanted = found.get().changes().stream()
                .filter(c -> kind.isEmpty() || c.kind().equals(kind))
                .toList();
        List<SyncView.Change> shown = wanted.stream()
                .skip(from)
                .limit(PAGE)
                .map(c -> change(visit, c))
                .toList();
        List<SyncView.Kind> kinds = new ArrayList<>();
        found.get()
                .counts()
                .forEach((word, count) -> kinds.add(new SyncView.Kind(
                        visit.say("sync.change." + word),
                        visit.words().number(count),
                        pageOf(name, word, 0),
                        word.equals(kind))));
        visit.page(
                "sync-plan",
                visit.say("sync.plan.title", name),
                new SyncView.Plan(
                        name,
                        url(name),
                        visit.words().exact(found.get().at()),
                        found.get().all() == 0
                                ? visit.say("sync.plan.nothing")
                                : visit.texts()
                                        .count("sync.plan.changes", found.get().all()),
                        found.get().stop(),
                        kinds,
                        shown,
                        found.get().remarks(),
                        from > 0 ? Optional.of(pageOf(name, kind, Math.max(0, from - PAGE))) : Optional.empty(),
                        from + PAGE < wanted.size() ? Optional.of(pageOf(name, kind, from + PAGE)) : Optional.empty(),
                        found.get().all() > found.get().changes().size()));
    }

    private static String pageOf(String name, String kind, int from) {
        return url(name) + "/plan?kind=" + SearchPages.encoded(kind) + (from > 0 ? "&from=" + from : "");
    }

    private static SyncView.Change change(Visit visit, DryRuns.Change change) {
        return new SyncView.Change(
                visit.say("sync.change." + change.kind()),
                change.who(),
                change.what() + (change.kind().equals("given") ? " " + since(visit, change.from()) : ""));
    }

    private static String since(Visit visit, Optional<Instant> from) {
        return from.map(at -> visit.say("people.span.since", visit.words().day(at)))
                .orElseGet(() -> visit.say("sync.since-always"));
    }

    void run(Visit visit) throws IOException {
        if (asked(visit).isEmpty()) {
            visit.notFound();
            return;
        }
        String name = visit.path("sync");
        Calls.Answer answer = Calls.run(site, visit, "job.start", Calls.params().put("name", JOB + name));
        visit.loggedIn()
                .tell(answer.fault()
                        .map(why -> visit.say("source.run.busy", why))
                        .orElseGet(() -> visit.say("sync.run.begun")));
        visit.redirect(url(name));
    }

    /// A run although as many would be gone as would: only by who has looked at it.
    void confirm(Visit visit) throws IOException {
        if (asked(visit).isEmpty()) {
            visit.notFound();
            return;
        }
        String name = visit.path("sync");
        boolean looked = dryRuns.of(visit.self().id(), name).isPresent()
                && visit.field("looked").equals("yes");
        if (!looked) {
            page(visit, HttpStatus.UNPROCESSABLE_CONTENT, Optional.of(visit.say("sync.confirm.look")));
            return;
        }
        Calls.Answer answer = Calls.run(
                site, visit, "person.sync", Calls.params().put("name", name).put("confirm", true));
        if (!answer.isDone()) {
            page(visit, HttpStatus.UNPROCESSABLE_CONTENT, answer.fault());
            return;
        }
        dryRuns.forget(name);
        visit.loggedIn().tell(visit.say("sync.confirmed", name));
        visit.redirect(url(name));
    }

    void schedule(Visit visit) throws IOException {
        if (asked(visit).isEmpty()) {
            visit.notFound();
            return;
        }
        ObjectNode params = Calls.params().put("name", visit.path("sync"));
        params.putObject("settings").put("schedule", visit.field("schedule"));
        Calls.Answer answer = Calls.run(site, visit, "sync.set", params);
        if (waits(visit, answer)) {
            return;
        }
        if (!answer.isDone()) {
            page(visit, HttpStatus.UNPROCESSABLE_CONTENT, answer.fault());
            return;
        }
        visit.loggedIn().tell(visit.say("sync.scheduled"));
        visit.redirect(url(visit.path("sync")));
    }

    void remove(Visit visit) throws IOException {
        String name = visit.path("sync");
        Optional<String> fault = Calls.run(
                        site, visit, "sync.remove", Calls.params().put("name", name))
                .fault();
        dryRuns.forget(name);
        visit.loggedIn().tell(fault.orElseGet(() -> visit.say("sync.removed", name)));
        visit.redirect(URL);
    }
}
