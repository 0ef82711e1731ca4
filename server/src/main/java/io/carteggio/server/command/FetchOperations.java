package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.intake.Sources.Mailbox;
import io.carteggio.archive.synchronisation.Syncs.Sync;
import io.carteggio.embedded.jobs.JobRun;
import io.carteggio.embedded.jobs.JobStore;
import io.carteggio.embedded.jobs.RunCounts;
import io.carteggio.server.fetch.ConnectionTrial;
import io.carteggio.server.fetch.FetchJobs;
import io.carteggio.server.fetch.Settings;
import io.carteggio.server.jobs.Job;
import io.carteggio.server.jobs.Jobs;
import io.carteggio.server.jobs.Run;
import io.carteggio.server.local.Exit;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import io.carteggio.server.sync.SyncJobs;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Fetched sources and their jobs. Secrets come in the body, never as a parameter, and never go out.
final class FetchOperations {
    /// All secrets of a source together are not longer.
    private static final int SECRETS_BYTES = 256 * 1024;

    private static final int HISTORY = 50;

    private final Desk desk;
    private final SmtpSourceOperations listening;

    FetchOperations(Desk desk, SmtpSourceOperations listening) {
        this.desk = desk;
        this.listening = listening;
    }

    // ---- sources

    Outcome add(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        String name = request.text("name");
        Mailbox mailbox = new Mailbox(request.text("protocol"), settings(request, Map.of()));
        Family family = family(request.optionalText("family").orElse("report"));
        Map<String, String> secrets = secrets(request);
        try {
            desk.fetches().check(mailbox);
            if (desk.sources().named(name).isPresent()) {
                throw new IllegalArgumentException("there is a source named " + name + " already");
            }
            // before the act: a source without its password would fail, a password without a source does nothing
            desk.fetches().forget(name);
            desk.fetches().keep(name, secrets);
            desk.sources().addMailbox(desk.acts(), request.by(), name, family, mailbox);
        } catch (IllegalArgumentException e) {
            throw Refusal.no(said(e));
        }
        desk.jobs().changed(name);
        reply.line(source(name));
        return Outcome.DONE;
    }

    Outcome set(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        String name = request.text("name");
        Source source = source(request);
        if (desk.sources().mailbox(name).isEmpty()) {
            return listening.set(request, reply);
        }
        Mailbox before = mailbox(name);
        Mailbox mailbox = new Mailbox(before.protocol(), settings(request, before.settings()));
        Optional<String> family = request.optionalText("family");
        Map<String, String> secrets = secrets(request);
        try {
            desk.fetches().check(mailbox);
            if (!secrets.isEmpty()) {
                desk.fetches().keep(name, secrets);
            }
            desk.sources()
                    .setMailbox(
                            desk.acts(),
                            request.by(),
                            name,
                            family.isPresent() ? family(family.get()) : source.family(),
                            mailbox);
        } catch (IllegalArgumentException e) {
            throw Refusal.no(said(e));
        }
        desk.jobs().changed(name);
        desk.fetches().lookAnew(name);
        reply.line(source(name));
        return Outcome.DONE;
    }

    Outcome show(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        source(request);
        reply.line(source(request.text("name")));
        return Outcome.DONE;
    }

    Outcome remove(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        String name = request.text("name");
        source(request);
        try {
            desk.sources().remove(desk.acts(), request.by(), name);
        } catch (IllegalArgumentException e) {
            throw Refusal.no(said(e));
        }
        desk.jobs().dropped(name);
        desk.fetches().forget(name);
        reply.line(Json.object().put("name", name).put("removed", true));
        return Outcome.DONE;
    }

    /// Each step is a line.
    Outcome test(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Source source = source(request);
        Mailbox mailbox = mailbox(source.name());
        boolean good = new ConnectionTrial(desk.fetches(), desk::spool).run(source, mailbox, result -> {
            ObjectNode line = Json.object()
                    .put("step", result.step().word())
                    .put("result", result.outcome().word())
                    .put("detail", result.detail());
            line.set("warnings", Json.texts(result.warnings().stream()));
            reply.line(line);
        });
        return good ? Outcome.DONE : Outcome.NO;
    }

    /// The settings of a request over those there are; an empty value removes one.
    static Map<String, String> settings(Request request, Map<String, String> before) throws Refusal {
        Map<String, String> settings = new TreeMap<>(before);
        JsonNode given = request.params().path("settings");
        for (Map.Entry<String, JsonNode> setting : given.properties()) {
            if (!setting.getValue().isString()) {
                throw Refusal.usage("the setting '" + setting.getKey() + "' is not text");
            }
            if (setting.getValue().stringValue().isEmpty()) {
                settings.remove(setting.getKey());
            } else {
                settings.put(setting.getKey(), setting.getValue().stringValue());
            }
        }
        return settings;
    }

    static Map<String, String> secrets(Request request) throws IOException, Refusal {
        byte[] body = request.body().readNBytes(SECRETS_BYTES);
        Map<String, String> secrets = new LinkedHashMap<>();
        if (body.length == 0) {
            return secrets;
        }
        try {
            for (Map.Entry<String, JsonNode> secret :
                    JsonMapper.shared().readTree(body).properties()) {
                secrets.put(secret.getKey(), secret.getValue().asString(""));
            }
        } catch (JacksonException e) {
            throw Refusal.usage("the secrets are not an object of JSON"); // what it is belongs in no message
        }
        return secrets;
    }

    private Source source(Request request) throws Refusal {
        String name = request.text("name");
        return desk.sources().named(name).orElseThrow(() -> Refusal.no("there is no source " + name));
    }

    private Mailbox mailbox(String name) throws Refusal {
        return desk.sources()
                .mailbox(name)
                .orElseThrow(() -> Refusal.no("source " + name + " is not fetched: its mail comes by itself"));
    }

    private ObjectNode source(String name) throws ArchiveException {
        ObjectNode line = listening.source(name);
        Optional<Mailbox> mailbox = desk.sources().mailbox(name);
        line.set("protocol", Json.text(mailbox.map(Mailbox::protocol)));
        line.set("secrets", Json.texts(desk.fetches().secrets(name).stream()));
        if (mailbox.isPresent()) {
            ObjectNode settings = Json.object();
            mailbox.get().settings().forEach(settings::put);
            line.set("settings", settings);
            line.set("warnings", Json.texts(warnings(mailbox.get()).stream()));
        }
        return line;
    }

    /// What works and should not be left so.
    private static List<String> warnings(Mailbox mailbox) {
        List<String> warnings = new java.util.ArrayList<>();
        Settings settings = new Settings(mailbox.settings());
        if (settings.tls() == Settings.Tls.NONE) {
            warnings.add("NOT SECURED: anybody on the way can read the password and every mail");
        }
        if (settings.certificate() instanceof Settings.CertificateCheck.Ignored) {
            warnings.add("CERTIFICATE NOT CHECKED: whoever stands in between can read and change everything");
        }
        if (settings.after() instanceof Settings.After.Keep) {
            warnings.add("archived mails stay at the server: whoever has its mailbox can read them all, and it fills;"
                    + " once all works, set --after delete or delete:DAYS");
        }
        return warnings;
    }

    private static Family family(String word) throws Refusal {
        Family family = ImportOperations.family(word);
        return switch (family) {
            case REPORT, NDR, MULTIDROP -> family;
            case AUTO, MAILBOX -> throw Refusal.usage("a fetched source is report, ndr or multidrop, not " + word);
        };
    }

    private static String said(IllegalArgumentException e) {
        return Optional.ofNullable(e.getMessage()).orElse("refused");
    }

    // ---- jobs

    Outcome listJobs(Request request, Reply reply) throws ArchiveException, IOException {
        for (Job job : desk.jobs().all()) {
            reply.line(job(job));
        }
        return Outcome.DONE;
    }

    Outcome showJob(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        reply.line(job(named(request)));
        return Outcome.DONE;
    }

    Outcome history(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Job job = named(request);
        int limit = Math.clamp(request.number("limit", HISTORY), 1, JobStore.HISTORY_LIMIT);
        for (JobRun run : desk.jobs().history(job.name(), limit)) {
            reply.line(run(run));
        }
        return Outcome.DONE;
    }

    /// Begins a run and does not wait for its end.
    Outcome startJob(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Job job = named(request);
        if (!desk.jobs().start(job, request.by())) {
            throw Refusal.no("job " + job.name() + " is running already");
        }
        reply.line(job(job));
        return Outcome.DONE;
    }

    /// Runs it to its end; a line each second while it runs, marked as such, and one of the finished run.
    Outcome runJob(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Job job = named(request);
        Jobs jobs = desk.jobs();
        boolean[] peerIsThere = {true};
        Optional<JobRun> ended = jobs.runNow(job, request.by(), under -> {
            if (peerIsThere[0]) {
                try {
                    reply.line(progress(under));
                } catch (IOException e) {
                    peerIsThere[0] = false; // who asked went away; the run goes on
                }
            }
        });
        if (ended.isEmpty()) {
            throw Refusal.no("job " + job.name() + " is running already");
        }
        reply.line(run(ended.get()).put("progress", false));
        return ended.get().outcome() == JobRun.Outcome.DONE
                ? Outcome.DONE
                : Outcome.failed(
                        Exit.NO,
                        "job " + job.name() + " " + ended.get().outcome().word() + ": "
                                + ended.get().reason().orElse("no reason"));
    }

    Outcome pause(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Job job = named(request);
        desk.jobs().pause(job.name());
        reply.line(job(job));
        return Outcome.DONE;
    }

    Outcome resume(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Job job = named(request);
        desk.jobs().resume(job.name());
        reply.line(job(job));
        return Outcome.DONE;
    }

    Outcome cancel(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Job job = named(request);
        if (!desk.jobs().cancel(job.name())) {
            throw Refusal.no("job " + job.name() + " is not running");
        }
        reply.line(job(job));
        return Outcome.DONE;
    }

    private Job named(Request request) throws Refusal {
        String name = request.text("name");
        return desk.jobs().named(name).orElseThrow(() -> Refusal.no("there is no job " + name));
    }

    private ObjectNode job(Job job) throws ArchiveException {
        String name = job.name();
        JobStore.State state = desk.jobs().state(name);
        Optional<Run> running = desk.jobs().running(name);
        Optional<Mailbox> mailbox = desk.sources().mailbox(name);
        String word = running.isPresent()
                ? "running"
                : state.paused()
                        ? "paused"
                        : state.failures() > 0 ? "failing" : desk.jobs().listening(name) ? "listening" : "waiting";
        ObjectNode line = Json.object().put("name", name);
        line.set(
                "protocol",
                Json.text(mailbox.map(Mailbox::protocol).or(() -> sync(name).map(Sync::protocol))));
        line.put("schedule", schedule(name, mailbox));
        line.put("state", word).put("paused", state.paused()).put("failures", state.failures());
        line.put("alarm", state.alarm());
        line.set("failingSince", Json.instant(state.since()));
        line.set("trouble", Json.text(state.trouble()));
        line.set("next", Json.instant(state.paused() ? Optional.empty() : state.next()));
        line.set("lastSuccess", Json.instant(state.success()));
        List<JobRun> last = desk.jobs().history(name, 1);
        line.set("lastRun", last.isEmpty() ? Json.text(Optional.empty()) : run(last.getFirst()));
        line.set("mailbox", fullness(name));
        if (running.isPresent()) {
            line.set("progress", progress(running.get()));
        }
        return line;
    }

    /// The synchronisation that a job does, if it is one.
    private Optional<Sync> sync(String job) {
        return job.startsWith(SyncJobs.PREFIX)
                ? desk.syncs().named(job.substring(SyncJobs.PREFIX.length()))
                : Optional.empty();
    }

    private String schedule(String job, Optional<Mailbox> mailbox) {
        return mailbox.map(m -> m.settings().getOrDefault("schedule", FetchJobs.SCHEDULE))
                .or(() -> sync(job).map(s -> s.settings().getOrDefault("schedule", SyncJobs.SCHEDULE)))
                .orElse("");
    }

    private JsonNode fullness(String name) {
        Optional<FetchJobs.Fullness> full = desk.fetches().fullness(name);
        if (full.isEmpty()) {
            return Json.text(Optional.empty());
        }
        ObjectNode line = Json.object().put("mails", full.get().fill().mails());
        line.set("usedBytes", number(full.get().fill().usedBytes()));
        line.set("limitBytes", number(full.get().limitBytes()));
        line.set("oldest", Json.instant(full.get().oldest()));
        line.put("at", Json.instant(full.get().at()));
        line.set("alarm", Json.text(full.get().alarm()));
        return line;
    }

    private static JsonNode number(Optional<Long> number) {
        return number.isPresent()
                ? JsonNodeFactory.instance.numberNode(number.get())
                : JsonNodeFactory.instance.nullNode();
    }

    private ObjectNode progress(Run run) throws ArchiveException {
        ObjectNode line = Json.object().put("run", run.number()).put("progress", true);
        line.put("started", Json.instant(run.started())).put("stage", run.stage());
        counts(line, desk.jobs().run(run.number()).map(JobRun::counts).orElse(RunCounts.NONE));
        return line;
    }

    private static ObjectNode run(JobRun run) {
        ObjectNode line =
                Json.object().put("run", run.number()).put("job", run.job()).put("by", run.by());
        line.put("started", Json.instant(run.started()));
        line.set("ended", Json.instant(run.ended()));
        line.put("outcome", run.outcome().word());
        line.set("reason", Json.text(run.reason()));
        counts(line, run.counts());
        return line;
    }

    private static void counts(ObjectNode line, RunCounts counts) {
        line.put("unknown", counts.unknown())
                .put("fetched", counts.fetched())
                .put("letters", counts.letters())
                .put("evidence", counts.evidence())
                .put("notices", counts.notices())
                .put("quarantined", counts.quarantined())
                .put("discarded", counts.discarded())
                .put("vanished", counts.vanished())
                .put("unreadable", counts.unreadable())
                .put("left", counts.left())
                .put("removed", counts.removed())
                .put("bytes", counts.bytes());
    }
}
