package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.entry.Change;
import io.carteggio.archive.synchronisation.SyncPlan;
import io.carteggio.archive.synchronisation.Syncs.Sync;
import io.carteggio.embedded.jobs.JobRun;
import io.carteggio.server.local.Exit;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import io.carteggio.server.sync.SyncJobs;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// `sync` and `person sync`: the directories that people are synchronised with. Secrets come in the body, never
/// as a parameter, and never go out.
final class SyncOperations {

    private final Desk desk;

    SyncOperations(Desk desk) {
        this.desk = desk;
    }

    Outcome add(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Sync sync =
                new Sync(request.text("name"), request.text("protocol"), FetchOperations.settings(request, Map.of()));
        Map<String, String> secrets = FetchOperations.secrets(request);
        fileOnlyFromHere(request, sync);
        try {
            desk.syncJobs().check(sync, secrets);
            if (desk.syncs().named(sync.name()).isPresent()) {
                throw new IllegalArgumentException("there is a synchronisation named " + sync.name() + " already");
            }
            desk.syncJobs().forget(sync.name());
            desk.syncJobs().keep(sync, secrets);
            desk.syncs().add(desk.acts(), by(request), sync);
        } catch (IllegalArgumentException e) {
            throw Refusal.no(Optional.ofNullable(e.getMessage()).orElse("refused"));
        }
        reply.line(line(named(sync.name())));
        return Outcome.DONE;
    }

    /// Which file is read is said at the machine: whoever is an administrator on the pages alone does not look
    /// at others.
    private static void fileOnlyFromHere(Request request, Sync sync) throws Refusal {
        if (sync.protocol().equals("csv") && request.actor().person().isPresent()) {
            throw Refusal.no("a file to read is named at the machine itself, by the command `sync`");
        }
    }

    Outcome set(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Sync before = named(request.text("name"));
        Sync sync = new Sync(before.name(), before.protocol(), FetchOperations.settings(request, before.settings()));
        Map<String, String> secrets = FetchOperations.secrets(request);
        fileOnlyFromHere(request, sync);
        try {
            desk.syncJobs().check(sync, secrets);
            desk.syncJobs().keep(sync, secrets);
            desk.syncs().set(desk.acts(), by(request), sync);
        } catch (IllegalArgumentException e) {
            throw Refusal.no(Optional.ofNullable(e.getMessage()).orElse("refused"));
        }
        desk.jobs().changed(SyncJobs.PREFIX + sync.name());
        reply.line(line(named(sync.name())));
        return Outcome.DONE;
    }

    Outcome list(Request request, Reply reply) throws IOException {
        for (Sync sync : desk.syncs().all()) {
            reply.line(line(sync));
        }
        return Outcome.DONE;
    }

    Outcome show(Request request, Reply reply) throws IOException, Refusal {
        reply.line(line(named(request.text("name"))));
        return Outcome.DONE;
    }

    Outcome remove(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Sync sync = named(request.text("name"));
        desk.syncs().remove(desk.acts(), by(request), sync.name());
        desk.jobs().dropped(SyncJobs.PREFIX + sync.name());
        desk.syncJobs().forget(sync.name());
        reply.line(Json.object().put("name", sync.name()).put("removed", true));
        return Outcome.DONE;
    }

    private Sync named(String name) throws Refusal {
        return desk.syncs().named(name).orElseThrow(() -> Refusal.no("there is no synchronisation named " + name));
    }

    private static String by(Request request) throws Refusal {
        return request.by();
    }

    private ObjectNode line(Sync sync) {
        ObjectNode line = Json.object()
                .put("name", sync.name())
                .put("protocol", sync.protocol())
                .put("job", SyncJobs.PREFIX + sync.name());
        ObjectNode settings = Json.object();
        sync.settings().forEach(settings::put);
        line.set("settings", settings);
        line.set("secrets", Json.texts(desk.syncJobs().secrets(sync.name()).stream()));
        return line;
    }

    /// Synchronises with one, or with all; with `dryRun` only says what would change.
    Outcome run(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Optional<String> name = request.optionalText("name");
        List<Sync> syncs =
                name.isPresent() ? List.of(named(name.get())) : desk.syncs().all();
        if (syncs.isEmpty()) {
            throw Refusal.no("there is nothing to synchronise with: see 'sync add'");
        }
        boolean confirm = request.flag("confirm");
        for (Sync sync : syncs) {
            if (request.flag("dryRun")) {
                SyncPlan plan = desk.syncJobs().plan(sync);
                tell(sync, plan, true, plan.stop(sync.rules()), reply);
                continue;
            }
            SyncJobs.SyncJob job = desk.syncJobs().job(sync, by(request), confirm);
            Optional<JobRun> run = desk.jobs().runNow(job, by(request), _ -> {});
            if (run.isEmpty()) {
                throw Refusal.no("job " + job.name() + " is running already");
            }
            if (job.plan().isEmpty()) {
                return Outcome.failed(
                        Exit.NO, sync.name() + ": " + run.get().reason().orElse("no reason"));
            }
            tell(sync, job.plan().get(), false, Optional.empty(), reply);
        }
        return Outcome.DONE;
    }

    private static void tell(Sync sync, SyncPlan plan, boolean dryRun, Optional<String> stop, Reply reply)
            throws IOException {
        for (Change change : plan.changes()) {
            Optional<String> text = plan.line(change);
            Optional<SyncPlan.Told> told = plan.told(change);
            if (text.isPresent() && told.isPresent()) {
                ObjectNode line = Json.object()
                        .put("change", text.get())
                        .put("kind", told.get().kind())
                        .put("who", told.get().who())
                        .put("what", told.get().what());
                line.set("from", Json.instant(told.get().from()));
                reply.line(line);
            }
        }
        for (String remark : plan.remarks()) {
            reply.line(Json.object().put("remark", remark));
        }
        ObjectNode line =
                Json.object().put("sync", sync.name()).put("dryRun", dryRun).put("summary", plan.summary());
        ObjectNode counts = Json.object();
        plan.counts().forEach(counts::put);
        line.set("counts", counts);
        line.put("known", plan.known()).put("vanishing", plan.vanishing());
        line.set("needsConfirmation", Json.text(stop));
        reply.line(line);
    }
}
