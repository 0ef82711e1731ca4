package io.carteggio.server.sync;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.synchronisation.Rules;
import io.carteggio.archive.synchronisation.Snapshot;
import io.carteggio.archive.synchronisation.SyncPlan;
import io.carteggio.archive.synchronisation.Syncs.Sync;
import io.carteggio.embedded.jobs.JobRun;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.fetch.Authority;
import io.carteggio.server.fetch.FetchJobs;
import io.carteggio.server.fetch.Settings;
import io.carteggio.server.fetch.Settings.CertificateCheck;
import io.carteggio.server.jobs.Job;
import io.carteggio.server.jobs.Jobs;
import io.carteggio.server.jobs.Run;
import io.carteggio.server.jobs.Schedule;
import io.carteggio.server.secret.Sealed;
import io.carteggio.server.secret.Secrets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// A job for each directory that people are synchronised with. Safe for many threads.
public final class SyncJobs {
    /// How one runs where nobody said otherwise: after a dry run somebody says when.
    public static final String SCHEDULE = "manual";

    /// Before the name of a synchronisation in the name of its job: no source is named so.
    public static final String PREFIX = "sync:";

    /// Before a fetch, what was done so short a time ago is not done again.
    private static final Duration FRESH = Duration.ofMinutes(5);

    private final Archive archive;
    private final List<RemoteDirectory> kinds;
    private final Clock clock;
    private final Map<String, ReentrantLock> running = new ConcurrentHashMap<>();
    private final Map<String, Instant> done = new ConcurrentHashMap<>();

    public SyncJobs(Archive archive, List<RemoteDirectory> kinds, Clock clock) {
        this.archive = archive;
        this.kinds = List.copyOf(kinds);
        this.clock = clock;
    }

    /// Those there are now.
    public List<Job> all() {
        List<Job> jobs = new ArrayList<>();
        archive.syncs().all().forEach(sync -> jobs.add(job(sync, PREFIX + sync.name(), false)));
        return jobs;
    }

    /// A run on demand.
    ///
    /// @param confirmed whether as many may be gone as are
    public SyncJob job(Sync sync, String by, boolean confirmed) {
        return new SyncJob(sync, by, confirmed);
    }

    /// Refuses settings that cannot work, with the secrets that come with them.
    ///
    /// @throws IllegalArgumentException with a line for people
    public void check(Sync sync, Map<String, String> secrets) {
        check(sync);
        if (kind(sync).settings().contains("certificate")) {
            Authority.check(sync.settings(), secrets, sealed(sync.name()));
        } else if (secrets.containsKey(Secrets.AUTHORITY)) {
            throw new IllegalArgumentException("an authority of one's own is for LDAP alone");
        }
    }

    private void check(Sync sync) {
        Settings settings = new Settings(sync.settings());
        RemoteDirectory kind = kind(sync);
        Set<String> known = new TreeSet<>(Rules.SETTINGS);
        known.addAll(kind.settings());
        known.add("schedule");
        for (String name : sync.settings().keySet()) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(kind.word() + " has no setting '" + name + "'");
            }
        }
        var _ = sync.rules();
        if (schedule(sync) instanceof Schedule.Continuous) {
            throw new IllegalArgumentException("a synchronisation does not run all the time: every:1h, manual, or five"
                    + " fields as in a crontab");
        }
        kind.check(settings);
    }

    private RemoteDirectory kind(Sync sync) {
        return kinds.stream()
                .filter(k -> k.word().equals(sync.protocol()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no kind of directory: " + sync.protocol()));
    }

    private static Schedule schedule(Sync sync) {
        return Schedule.of(sync.settings().getOrDefault("schedule", SCHEDULE), ZoneId.systemDefault());
    }

    /// The names of the secrets that are kept for one.
    public List<String> secrets(String name) {
        return sealed(name).names();
    }

    /// Keeps secrets of one in place of those of the same names; an empty one is forgotten, and so is an authority
    /// that its settings no longer name.
    public void keep(Sync sync, Map<String, String> secrets) throws ArchiveException {
        Map<String, String> all = new HashMap<>(secrets);
        if (!(new Settings(sync.settings()).certificate() instanceof CertificateCheck.Issued)
                && secrets(sync.name()).contains(Secrets.AUTHORITY)) {
            all.put(Secrets.AUTHORITY, "");
        }
        if (!all.isEmpty()) {
            sealed(sync.name()).keep(all);
        }
    }

    /// Forgets all secrets of one, and what was kept of it from one run to the next.
    public void forget(String name) throws ArchiveException {
        sealed(name).forget();
        for (RemoteDirectory kind : kinds) {
            kind.forget(name);
        }
    }

    private Sealed sealed(String name) {
        return new Sealed(archive.keyring(), "sync/" + name + "/");
    }

    /// What a run would change now. Changes nothing.
    public SyncPlan plan(Sync sync) throws ArchiveException {
        Snapshot remote = read(sync);
        return plan(sync, remote, archive.people().directory(), archive.acts().now());
    }

    private Snapshot read(Sync sync) throws ArchiveException {
        try {
            return kind(sync).read(sync.name(), new Settings(sync.settings()), sealed(sync.name()));
        } catch (IllegalArgumentException e) { // settings of another version of this program
            throw new ArchiveException("the settings of " + sync.name() + ": " + e.getMessage(), false, e);
        }
    }

    private SyncPlan plan(Sync sync, Snapshot remote, Directory now, Instant at) throws ArchiveException {
        try {
            return SyncPlan.of(
                    sync.name(),
                    now,
                    remote,
                    sync.rules(),
                    at,
                    () -> UUID.randomUUID().toString(),
                    id -> archive.roles().isLastAdministrator(id, at));
        } catch (IllegalArgumentException e) {
            throw new ArchiveException(sync.name() + ": " + e.getMessage(), false, e);
        }
    }

    /// Reads the other directory, and brings ours up to what it says. Waits for a run that is under way.
    ///
    /// @throws ArchiveException also where more people would be gone than may without confirmation
    SyncPlan run(Sync sync, String by, boolean confirmed, Run run) throws ArchiveException {
        ReentrantLock mine = running.computeIfAbsent(sync.name(), _ -> new ReentrantLock());
        try {
            mine.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ArchiveException("interrupted", true, e);
        }
        try {
            run.stage("reading the directory");
            Snapshot remote = read(sync);
            run.checkCancelled();
            run.stage("changing");
            SyncPlan plan = apply(sync, by, confirmed, remote);
            done.put(sync.name(), clock.instant());
            return plan;
        } finally {
            mine.unlock();
        }
    }

    private SyncPlan apply(Sync sync, String by, boolean confirmed, Snapshot remote) throws ArchiveException {
        List<SyncPlan> made = new ArrayList<>();
        var _ = archive.people().change(archive.acts(), by, Optional.of(sync.name()), (now, at) -> {
            SyncPlan plan = plan(sync, remote, now, at);
            Optional<String> stop = confirmed ? Optional.empty() : plan.stop(sync.rules());
            if (stop.isPresent()) {
                throw new ArchiveException(
                        "nothing was changed: " + stop.get() + ". Look at it with `person sync " + sync.name()
                                + " --dry-run`; if it is right, `person sync " + sync.name() + " --confirm`.",
                        false);
            }
            made.add(plan);
            return plan.changes();
        });
        return made.getFirst();
    }

    /// Before mail is fetched: unless that was done a moment ago, or is under way.
    ///
    /// @return what was changed
    public Optional<String> first(String name, Jobs jobs) throws ArchiveException {
        Sync sync = archive.syncs()
                .named(name)
                .orElseThrow(() -> new ArchiveException("there is no synchronisation named " + name, false));
        Instant last = done.get(name);
        if (last != null && last.plus(FRESH).isAfter(clock.instant())) {
            return Optional.empty();
        }
        SyncJob job = job(sync, PREFIX + name, false);
        Optional<JobRun> run = jobs.runNow(job, "fetch", _ -> {});
        if (run.isPresent() && job.plan().isEmpty()) {
            throw new ArchiveException(
                    "synchronisation " + name + ": " + run.get().reason().orElse("no reason"), true);
        }
        return job.plan().map(SyncPlan::summary);
    }

    /// One synchronisation.
    public final class SyncJob implements Job {
        private final Sync sync;
        private final String by;
        private final boolean confirmed;
        private volatile Optional<SyncPlan> plan = Optional.empty();

        private SyncJob(Sync sync, String by, boolean confirmed) {
            this.sync = sync;
            this.by = by;
            this.confirmed = confirmed;
        }

        /// What it changed, once it has run well.
        public Optional<SyncPlan> plan() {
            return plan;
        }

        @Override
        public String name() {
            return PREFIX + sync.name();
        }

        @Override
        public Schedule schedule() {
            return SyncJobs.schedule(sync);
        }

        @Override
        public Task open(Run opening) {
            return new Task() {
                @Override
                public void once(Run run) throws ArchiveException {
                    SyncPlan changed = SyncJobs.this.run(sync, by, confirmed, run);
                    plan = Optional.of(changed);
                    run.note(changed.summary());
                }

                @Override
                public void awaitMore(Duration atMost) {}

                @Override
                public void close() {}
            };
        }

        @Override
        public Retry retry(ArchiveException failure, int failures) {
            return FetchJobs.retry(failure, failures);
        }
    }
}
