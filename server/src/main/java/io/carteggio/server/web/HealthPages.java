package io.carteggio.server.web;

import io.carteggio.archive.entry.PersonRole;
import io.carteggio.server.watch.AlarmKind;
import io.carteggio.server.watch.Monitor;
import io.carteggio.server.web.page.HealthView;
import io.carteggio.server.web.page.HealthView.Fact;
import io.carteggio.server.web.page.HealthView.Finding;
import io.carteggio.server.web.page.HealthView.Group;
import io.carteggio.server.web.page.HealthView.Way;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/// What is wrong now, in the order of its urgency, each with what to do; and how everything stands. It asks
/// what `health` asks, and nothing that can fail with the archive itself.
final class HealthPages {
    private static final String URL = "/health";

    /// What an operation may find besides alarms.
    private static final Set<String> KINDS = Set.of(
            "trouble",
            "blind",
            "concern",
            "gap",
            "disk",
            "job",
            "paused",
            "backup-damaged",
            "backup-old",
            "backup-none",
            "lag",
            "unsearched",
            "readers",
            "readers-wall",
            "unlodged",
            "sync-never",
            "sync-old",
            "warning");

    /// Those whose title says all that the text does.
    private static final Set<String> PLAIN = Set.of("backup-none", "sync-never", "paused");

    /// Where something is done about what was found.
    private static final Map<String, String> WAYS = Map.ofEntries(
            Map.entry("job", "/jobs"),
            Map.entry("paused", "/jobs"),
            Map.entry("alarm-job", "/jobs"),
            Map.entry("backup-damaged", "/backup"),
            Map.entry("backup-old", "/backup"),
            Map.entry("backup-none", "/backup"),
            Map.entry("alarm-backup", "/backup"),
            Map.entry("sync-never", SyncPages.URL),
            Map.entry("sync-old", SyncPages.URL),
            Map.entry("warning", "/alarms"),
            Map.entry("alarm-canary", "/alarms"),
            Map.entry("alarm-silent", "/sources"),
            Map.entry("alarm-alternate", "/sources"),
            Map.entry("alarm-quarantine", "/quarantine"),
            Map.entry("alarm-authenticity", "/quarantine"),
            Map.entry("alarm-marker", "/quarantine"),
            Map.entry("alarm-unreadable", "/quarantine"),
            Map.entry("alarm-journaling", ReportPages.URL),
            Map.entry("alarm-unjournaled", RulePages.URL),
            Map.entry("alarm-alone", "/trail"));

    private final Site site;

    HealthPages(Site site) {
        this.site = site;
    }

    void health(Visit visit) throws IOException {
        Calls.Answer answer = Calls.run(site, visit, "health.show", Calls.params());
        if (answer.lines().isEmpty()) {
            visit.page(
                    "health",
                    visit.say("health.title"),
                    new HealthView(visit.say("health.unknown"), "bad", List.of(), List.of(), answer.fault()));
            return;
        }
        ObjectNode facts = answer.first();
        List<ObjectNode> found = answer.lines().subList(1, answer.lines().size());
        List<Group> groups = Stream.of("now", "soon", "look")
                .map(word -> new Group(
                        word,
                        visit.say("health.urgency." + word),
                        found.stream()
                                .filter(line -> Calls.text(line, "urgency")
                                        .filter(word::equals)
                                        .isPresent())
                                .map(line -> finding(visit, line))
                                .toList()))
                .filter(group -> !group.findings().isEmpty())
                .toList();
        visit.page(
                "health",
                visit.say("health.title"),
                new HealthView(
                        found.isEmpty()
                                ? visit.say("health.well")
                                : visit.texts().count("health.found", found.size()),
                        found.isEmpty() ? "good" : facts.path("now").asLong(0) > 0 ? "bad" : "fair",
                        groups,
                        facts(visit, facts),
                        Optional.empty()));
    }

    private static Finding finding(Visit visit, ObjectNode line) {
        String kind = Calls.text(line, "kind").orElse("");
        String alarm = kind.startsWith("alarm-") ? kind.substring("alarm-".length()) : "";
        boolean known = Stream.of(AlarmKind.values()).anyMatch(k -> k.word().equals(alarm));
        String title =
                known ? visit.say("alarm." + alarm) : KINDS.contains(kind) ? visit.say("health.kind." + kind) : kind;
        String help =
                known ? visit.say("health.alarm." + alarm) : KINDS.contains(kind) ? visit.say("health.do." + kind) : "";
        String text = PLAIN.contains(kind) ? "" : Calls.text(line, "text").orElse("");
        boolean nobodyTold = text.equals(Monitor.NOBODY_TOLD);
        return new Finding(
                title,
                Calls.text(line, "subject").orElse(""),
                nobodyTold ? "" : text,
                nobodyTold ? visit.say("books.warning.nobody-told") + " " + help : help,
                Calls.instant(line, "since").map(visit.words()::exact),
                way(visit, kind),
                kind.equals("gap")
                        ? Optional.of(Long.toString(line.path("number").asLong(0)))
                        : Optional.empty());
    }

    private static Optional<Way> way(Visit visit, String kind) {
        if (kind.equals("unsearched")) { // letters: for who may read across people, with a reason
            return visit.holds(PersonRole.AUDITOR)
                    ? Optional.of(new Way(visit.say("search.unsearched.show"), "/search?q=is%3Aunsearched"))
                    : Optional.empty();
        }
        return Optional.ofNullable(WAYS.get(kind))
                .map(url -> new Way(
                        Areas.of(url)
                                .map(place -> visit.say("area." + place.word()))
                                .orElseGet(() -> visit.say("nav.trail")),
                        url));
    }

    private static List<Fact> facts(Visit visit, ObjectNode line) {
        Words words = visit.words();
        List<Fact> facts = new ArrayList<>();
        long free = line.path("freeBytes").asLong(0);
        facts.add(fact(
                visit,
                "disk",
                visit.say(
                        "health.fact.disk.value",
                        words.size(free),
                        words.size(line.path("freeLimit").asLong(0))),
                free > line.path("freeLimit").asLong(0)));
        long letters = line.path("letters").asLong(0);
        long lag = line.path("indexLag").asLong(0);
        facts.add(fact(
                visit,
                "index",
                lag == 0 ? visit.say("books.lag.none") : visit.texts().count("health.fact.index.behind", lag),
                lag == 0));
        long unsearched = line.path("notFullySearched").asLong(0);
        facts.add(fact(
                visit,
                "coverage",
                visit.say("health.fact.coverage.value", letters - unsearched, letters),
                unsearched == 0));
        boolean reading = line.path("reading").asBoolean(false);
        long waiting = line.path("attachmentsWaiting").asLong(0);
        facts.add(fact(
                visit,
                "readers",
                reading
                        ? visit.say(
                                "health.fact.readers.value",
                                line.path("readers").asLong(0),
                                waiting)
                        : visit.say("health.fact.readers.none"),
                reading));
        long failing = line.path("jobsFailing").asLong(0);
        facts.add(fact(
                visit,
                "jobs",
                visit.say("health.fact.jobs.value", line.path("jobs").asLong(0), failing),
                failing == 0));
        long gaps = line.path("gaps").asLong(0);
        facts.add(fact(visit, "gaps", words.number(gaps), gaps == 0));
        Optional<String> certificate = Calls.instant(line, "certificate").map(words::day);
        facts.add(new Fact(
                visit.say("health.fact.certificate"),
                certificate.orElseGet(() -> visit.say("health.fact.none")),
                "plain"));
        Optional<String> backup =
                Calls.instant(line, "lastBackup").map(at -> words.exact(at).text());
        facts.add(fact(
                visit, "backup", backup.orElseGet(() -> visit.say("administration.backup.none")), backup.isPresent()));
        facts.add(new Fact(
                visit.say("health.fact.ledger"),
                visit.say(
                        "health.fact.ledger.value",
                        line.path("frames").asLong(0),
                        line.path("signed").asLong(0)),
                "plain"));
        facts.add(new Fact(
                visit.say("health.fact.stamp"),
                Calls.instant(line, "stampedAt")
                        .map(at -> words.exact(at).text())
                        .orElseGet(() -> visit.say("health.fact.none")),
                "plain"));
        facts.add(new Fact(
                visit.say("health.fact.people"),
                line.path("syncs").asLong(0) == 0
                        ? visit.say("health.fact.people.by-hand")
                        : Calls.instant(line, "peopleAsOf")
                                .map(at -> words.exact(at).text())
                                .orElseGet(() -> visit.say("health.fact.none")),
                "plain"));
        facts.add(new Fact(
                visit.say("health.fact.version"), Calls.text(line, "version").orElse(""), "plain"));
        return facts;
    }

    private static Fact fact(Visit visit, String word, String value, boolean good) {
        return new Fact(visit.say("health.fact." + word), value, good ? "good" : "bad");
    }

    /// Answers for a report that will not come.
    void closeGap(Visit visit) throws IOException {
        String number = visit.path("arrival");
        if (!number.matches("[0-9]{1,18}")) {
            visit.notFound();
            return;
        }
        String reason = visit.field("reason");
        if (reason.isEmpty() || reason.length() > SearchPages.REASON_MOST_CHARS) {
            visit.loggedIn().tell(visit.say("health.gap.why"));
            visit.redirect(URL);
            return;
        }
        Optional<String> fault = Calls.run(
                        site,
                        visit,
                        "gap.close",
                        Calls.params().put("gap", Long.parseLong(number)).put("reason", reason))
                .fault();
        visit.loggedIn().tell(fault.orElseGet(() -> visit.say("health.gap.closed", number)));
        visit.redirect(URL);
    }
}
