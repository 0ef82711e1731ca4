package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.server.web.page.AdministrationView;
import io.carteggio.server.web.page.AdministrationView.Group;
import io.carteggio.server.web.page.AdministrationView.Place;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/// The page that lists all of the administrator's pages.
final class AdministrationPages {
    private final Site site;

    AdministrationPages(Site site) {
        this.site = site;
    }

    /// What is there now, and whether it needs somebody.
    private record State(String says, boolean bad) {}

    void all(Visit visit) throws ArchiveException, IOException {
        Map<String, State> states = states(visit);
        List<Group> groups = new ArrayList<>();
        for (Areas.Group group : Areas.GROUPS) {
            groups.add(new Group(
                    group.word(),
                    visit.say("areas." + group.word()),
                    group.places().stream()
                            .map(p -> new Place(
                                    p.url(),
                                    visit.say("area." + p.word()),
                                    visit.say("area." + p.word() + ".hint"),
                                    Optional.ofNullable(states.get(p.word())).map(State::says),
                                    Optional.ofNullable(states.get(p.word()))
                                            .filter(State::bad)
                                            .isPresent()))
                            .toList()));
        }
        visit.page("administration", visit.say("nav.administration"), new AdministrationView(groups));
    }

    private Map<String, State> states(Visit visit) throws ArchiveException, IOException {
        Map<String, State> states = new HashMap<>();
        int alarms = site.desk().monitor().standing().size();
        if (alarms > 0) {
            states.put("alarms", new State(visit.texts().count("administration.alarms", alarms), true));
        }
        Calls.Answer health = Calls.run(site, visit, "health.show", Calls.params());
        long findings = health.first().path("findings").asLong(0);
        if (health.first().has("findings")) {
            states.put(
                    "health",
                    new State(
                            findings == 0
                                    ? visit.say("administration.health.well")
                                    : visit.texts().count("administration.health", findings),
                            findings > 0));
        }
        long quarantined = site.desk().catalogue().books().all().quarantined();
        if (quarantined > 0) {
            states.put("quarantine", new State(visit.words().number(quarantined), true));
        }
        List<ObjectNode> jobs =
                Calls.run(site, visit, "job.list", Calls.params()).lines();
        long failing = jobs.stream()
                .filter(job ->
                        Calls.text(job, "state").filter("failing"::equals).isPresent())
                .count();
        if (failing > 0) {
            states.put("jobs", new State(visit.texts().count("administration.jobs", failing), true));
        }
        List<ObjectNode> queue = Calls.run(
                        site, visit, "rule.queue", Calls.params().put("limit", 0))
                .lines();
        if (!queue.isEmpty()) {
            ObjectNode counts = queue.getLast();
            long undelivered = Stream.of("waiting", "returned", "dead")
                    .mapToLong(state -> counts.path(state).asLong(0))
                    .sum();
            if (undelivered > 0) {
                states.put("reports", new State(visit.words().number(undelivered), true));
            }
        }
        states.put(
                "rules",
                counted(
                        visit,
                        Calls.run(site, visit, "rule.list", Calls.params())
                                .lines()
                                .size()));
        states.put("sources", counted(visit, site.desk().sources().all().size()));
        var directory = site.desk().people().directory();
        states.put("people", counted(visit, directory.people().size()));
        states.put("domains", counted(visit, directory.domains().size()));
        ObjectNode backup =
                Calls.run(site, visit, "backup.show", Calls.params()).first();
        if (backup.has("last")) {
            Optional<Instant> last = Calls.instant(backup.path("last"), "at");
            states.put(
                    "backup",
                    new State(
                            last.map(visit.words()::day).orElseGet(() -> visit.say("administration.backup.none")),
                            backup.path("due").asBoolean(false)));
        }
        return states;
    }

    private static State counted(Visit visit, long number) {
        return new State(visit.words().number(number), false);
    }
}
