package io.carteggio.server.web;

import io.carteggio.server.local.Exit;
import io.carteggio.server.web.page.JobsView;
import io.carteggio.server.web.page.LetterView.Moment;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Jobs: what they are at, what they did, and what an administrator does with them. By the operations of the commands.
final class JobPages {
    private static final Set<String> ACTS = Set.of("start", "pause", "resume", "cancel");
    private static final int HISTORY = 50;

    private final Site site;

    JobPages(Site site) {
        this.site = site;
    }

    void list(Visit visit) throws IOException {
        visit.page("jobs", visit.say("jobs.title"), view(visit));
    }

    /// The same without anything around it, for the page that keeps itself up to date.
    void state(Visit visit) throws IOException {
        visit.page("job-rows", visit.say("jobs.title"), view(visit));
    }

    private JobsView view(Visit visit) throws IOException {
        return new JobsView(
                Calls.run(site, visit, "job.list", JsonNodeFactory.instance.objectNode(), new byte[0]).lines().stream()
                        .filter(line -> line.has("schedule"))
                        .map(line -> row(visit, line))
                        .toList());
    }

    private static JobsView.Row row(Visit visit, ObjectNode line) {
        String name = line.path("name").asString("");
        String state = line.path("state").asString("waiting");
        List<JobsView.Act> acts = new ArrayList<>();
        boolean running = state.equals("running");
        acts.add(act(visit, running ? "cancel" : "start"));
        acts.add(act(visit, line.path("paused").asBoolean(false) ? "resume" : "pause"));
        JsonNode progress = line.path("progress");
        return new JobsView.Row(
                name,
                url(name),
                state,
                visit.say("job.state." + state),
                visit.say("job.schedule", line.path("schedule").asString("")),
                progress.isObject()
                        ? Optional.of(visit.say(
                                "job.progress",
                                progress.path("fetched").asLong(0),
                                progress.path("letters").asLong(0),
                                progress.path("removed").asLong(0)))
                        : Optional.empty(),
                text(line, "trouble"),
                state.equals("listening") ? Optional.empty() : instant(visit, line, "next"), // it is now, always
                instant(visit, line, "lastSuccess"),
                acts);
    }

    private static JobsView.Act act(Visit visit, String word) {
        return new JobsView.Act(word, visit.say("job.act." + word));
    }

    private static String url(String name) {
        return "/jobs/" + SearchPages.encoded(name).replace("+", "%20");
    }

    private static Optional<String> text(JsonNode line, String name) {
        return line.path(name).isString() ? Optional.of(line.path(name).asString("")) : Optional.empty();
    }

    private static Optional<Moment> instant(Visit visit, JsonNode line, String name) {
        return text(line, name).map(Instant::parse).map(visit.words()::exact);
    }

    /// One job and its runs.
    void job(Visit visit) throws IOException {
        ObjectNode params = named(visit);
        Calls.Answer shown = Calls.run(site, visit, "job.show", params, new byte[0]);
        if (shown.outcome().exit() != Exit.DONE || shown.lines().isEmpty()) {
            visit.notFound();
            return;
        }
        List<JobsView.Ran> history =
                Calls.run(site, visit, "job.history", params.put("limit", HISTORY), new byte[0]).lines().stream()
                        .map(run -> ran(visit, run))
                        .toList();
        String name = visit.path("job");
        visit.page("job", name, new JobsView.One(row(visit, shown.lines().getFirst()), history));
    }

    private static JobsView.Ran ran(Visit visit, ObjectNode run) {
        Words words = visit.words();
        return new JobsView.Ran(
                instant(visit, run, "started").orElseThrow(),
                instant(visit, run, "ended"),
                run.path("outcome").asString(""),
                text(run, "reason").orElse(""),
                run.path("by").asString(""),
                words.number(run.path("fetched").asLong(0)),
                words.number(run.path("letters").asLong(0)),
                words.number(run.path("evidence").asLong(0)
                        + run.path("notices").asLong(0)
                        + run.path("quarantined").asLong(0)),
                words.number(run.path("removed").asLong(0)));
    }

    private ObjectNode named(Visit visit) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("by", visit.self().name())
                .put("name", visit.path("job"));
    }

    /// Runs, pauses, resumes or cancels.
    void act(Visit visit) throws IOException {
        String act = visit.path("act");
        if (!ACTS.contains(act)) {
            visit.notFound();
            return;
        }
        Calls.Answer answer = Calls.run(site, visit, "job." + act, named(visit), new byte[0]);
        String name = visit.path("job");
        visit.loggedIn()
                .tell(
                        answer.outcome().exit() == Exit.DONE
                                ? visit.say("job.done", visit.say("job.act." + act))
                                : visit.say(
                                        "job.told",
                                        name,
                                        answer.outcome().error().orElse("")));
        visit.redirect("/jobs");
    }
}
