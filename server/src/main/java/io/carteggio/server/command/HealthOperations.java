package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.extraction.TextFollower;
import io.carteggio.archive.gap.Gap;
import io.carteggio.archive.search.SearchIndex.Coverage;
import io.carteggio.archive.synchronisation.Syncs.Sync;
import io.carteggio.embedded.jobs.JobStore;
import io.carteggio.mail.extract.ExtractWire;
import io.carteggio.mail.extract.Shortfall;
import io.carteggio.server.jobs.Job;
import io.carteggio.server.ledger.Custody;
import io.carteggio.server.local.Operations;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import io.carteggio.server.sync.SyncJobs;
import io.carteggio.server.watch.Alarm;
import io.carteggio.server.watch.AlarmKind;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/// `health`: what is wrong now, the most urgent first, and how everything stands. What alarms tell already is
/// told once.
final class HealthOperations {
    /// So many letters behind is what a rush of mail makes of the index; more is worth a word.
    private static final long LAG = 1_000;

    /// People are not as old as that where they are synchronised by themselves.
    private static final Duration PEOPLE_OLD = Duration.ofDays(7);

    /// Alarms that mean that mail is lost, or will be soon.
    private static final Set<AlarmKind> NOW = EnumSet.of(
            AlarmKind.TROUBLE,
            AlarmKind.DISK,
            AlarmKind.LEDGER,
            AlarmKind.SILENT,
            AlarmKind.CANARY,
            AlarmKind.ALTERNATE,
            AlarmKind.JOB,
            AlarmKind.GAP,
            AlarmKind.REFUSED,
            AlarmKind.CERTIFICATE);

    private static final Set<AlarmKind> SOON = EnumSet.of(
            AlarmKind.NDR,
            AlarmKind.AUTHENTICITY,
            AlarmKind.MARKER,
            AlarmKind.UNREADABLE,
            AlarmKind.PROTECTED,
            AlarmKind.QUARANTINE,
            AlarmKind.BACKUP,
            AlarmKind.REVIEW);

    private final Desk desk;

    HealthOperations(Desk desk) {
        this.desk = desk;
    }

    /// How soon somebody has to look.
    enum Urgency {
        NOW("now"),
        SOON("soon"),
        LOOK("look");

        private final String word;

        Urgency(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    /// Something that is not as it should be.
    ///
    /// @param kind one word; of an alarm `alarm-` and its kind
    /// @param text in English
    private record Finding(
            Urgency urgency, String kind, String subject, String text, Optional<Instant> since, Optional<Long> number) {
        static Finding of(Urgency urgency, String kind, String subject, String text) {
            return new Finding(urgency, kind, subject, text, Optional.empty(), Optional.empty());
        }

        ObjectNode line() {
            ObjectNode line = Json.object()
                    .put("urgency", urgency.word())
                    .put("kind", kind)
                    .put("subject", subject)
                    .put("text", text);
            line.set("since", Json.instant(since));
            number.ifPresent(n -> line.put("number", n));
            return line;
        }
    }

    /// One line with how everything stands, then one for each finding.
    Outcome show(Request request, Reply reply) throws IOException {
        List<Finding> findings = new ArrayList<>();
        ObjectNode facts = Json.object().put("version", Carteggio.version());
        Optional<String> trouble = desk.trouble();
        List<String> concerns = desk.concerns();
        trouble.ifPresent(why -> findings.add(Finding.of(Urgency.NOW, "trouble", "archive", why)));
        concerns.forEach(why -> findings.add(Finding.of(Urgency.NOW, "concern", "ledger", why)));
        List<Alarm> alarms = desk.watch().standing();
        for (Alarm alarm : alarms) {
            boolean said = switch (alarm.kind()) {
                case TROUBLE -> trouble.isPresent();
                case LEDGER -> !concerns.isEmpty();
                case GAP -> true; // each gap is a finding of its own
                default -> false;
            };
            if (!said) {
                findings.add(new Finding(
                        urgency(alarm.kind()),
                        "alarm-" + alarm.kind().word(),
                        alarm.subject(),
                        alarm.text(),
                        Optional.of(alarm.opened()),
                        Optional.of(alarm.number())));
            }
        }
        look("gaps", findings, () -> gaps(findings, facts));
        look("disk", findings, () -> disk(findings, facts, alarms));
        look("jobs", findings, () -> jobs(findings, facts, alarms));
        look("backup", findings, () -> backup(findings, facts, alarms));
        look("index", findings, () -> index(findings, facts));
        readers(findings, facts);
        look("ledger", findings, () -> ledger(findings, facts));
        look("people", findings, () -> people(findings, facts));
        facts.set("certificate", Json.instant(desk.watch().certificateEnds()));
        facts.put("serving", desk.watch().isRunning());
        for (String warning : desk.watch().warnings()) {
            findings.add(Finding.of(Urgency.SOON, "warning", "archive", warning));
        }
        findings.sort(Comparator.comparing(Finding::urgency));
        facts.put("findings", findings.size());
        facts.put(
                "now", findings.stream().filter(f -> f.urgency() == Urgency.NOW).count());
        reply.line(facts);
        for (Finding finding : findings) {
            reply.line(finding.line());
        }
        return facts.path("now").asLong(0) == 0 ? Outcome.DONE : Outcome.NO;
    }

    /// Something to look at.
    private interface Part {
        void look() throws ArchiveException, IOException;
    }

    /// What cannot be looked at is a finding, and hides nothing else: this is asked most where
    /// something is broken.
    private static void look(String what, List<Finding> findings, Part part) {
        try {
            part.look();
        } catch (ArchiveException | IOException e) {
            findings.add(Finding.of(Urgency.NOW, "blind", what, Operations.oneLine(e)));
        }
    }

    private static Urgency urgency(AlarmKind kind) {
        return NOW.contains(kind) ? Urgency.NOW : SOON.contains(kind) ? Urgency.SOON : Urgency.LOOK;
    }

    private static boolean stands(List<Alarm> alarms, AlarmKind kind, String subject) {
        return alarms.stream().anyMatch(a -> a.kind() == kind && a.subject().equals(subject));
    }

    private void gaps(List<Finding> findings, ObjectNode facts) throws ArchiveException {
        List<Gap> open = desk.gaps().list(false);
        for (Gap gap : open) {
            findings.add(new Finding(
                    Urgency.NOW,
                    "gap",
                    gap.source(),
                    "report " + gap.reportId().orElse("(unknown)") + " of message "
                            + gap.messageId().orElse("(unknown)") + ": " + gap.why(),
                    Optional.of(gap.told()),
                    Optional.of(gap.arrival())));
        }
        facts.put("gaps", open.size());
    }

    private void disk(List<Finding> findings, ObjectNode facts, List<Alarm> alarms) throws IOException {
        long free = Files.getFileStore(desk.directory()).getUsableSpace();
        long limit = desk.watch().settings().limits().diskFreeBytes();
        facts.put("freeBytes", free).put("freeLimit", limit);
        if (free / 2 < limit && !stands(alarms, AlarmKind.DISK, "disk")) {
            findings.add(Finding.of(
                    free < limit ? Urgency.NOW : Urgency.SOON,
                    "disk",
                    "disk",
                    Sizes.of(free) + " are free where the archive lies; below " + Sizes.of(limit) + " is an alarm"));
        }
    }

    private void jobs(List<Finding> findings, ObjectNode facts, List<Alarm> alarms) throws ArchiveException {
        int failing = 0;
        for (Job job : desk.jobs().all()) {
            JobStore.State state = desk.jobs().state(job.name());
            if (state.failures() > 0) {
                failing++;
            }
            if (state.failures() > 0 && !stands(alarms, AlarmKind.JOB, job.name())) {
                findings.add(new Finding(
                        Urgency.SOON,
                        "job",
                        job.name(),
                        state.trouble().orElse("it fails"),
                        state.since(),
                        Optional.empty()));
            }
            if (state.paused()) {
                findings.add(Finding.of(Urgency.LOOK, "paused", job.name(), "it is paused"));
            }
        }
        facts.put("jobs", desk.jobs().all().size()).put("jobsFailing", failing);
    }

    private void backup(List<Finding> findings, ObjectNode facts, List<Alarm> alarms) throws ArchiveException {
        Optional<Act.BackedUp> last = desk.backups().last();
        facts.set("lastBackup", Json.instant(last.map(Act.BackedUp::at)));
        if (last.filter(b -> b.damaged() > 0).isPresent()) {
            findings.add(Finding.of(
                    Urgency.NOW,
                    "backup-damaged",
                    last.get().place(),
                    last.get().damaged() + " files of the last backup are not as they were written"));
        } else if (BackupOperations.isDue(desk) && !stands(alarms, AlarmKind.BACKUP, "backup")) {
            findings.add(Finding.of(
                    Urgency.SOON,
                    last.isPresent() ? "backup-old" : "backup-none",
                    "backup",
                    last.map(b -> "the last backup was made at " + Json.instant(b.at()))
                            .orElse("no backup was ever made")));
        }
    }

    private void index(List<Finding> findings, ObjectNode facts) throws ArchiveException {
        long letters = desk.catalogue().letters();
        long lag = desk.indexLag();
        Coverage coverage = desk.index().coverage(ExtractWire.READER);
        long waiting = coverage.of(Shortfall.WAITING) + coverage.outdated();
        facts.put("letters", letters)
                .put("indexLag", lag)
                .put("notFullySearched", coverage.notFullySearched())
                .put("attachmentsWaiting", waiting);
        if (lag > LAG) {
            findings.add(Finding.of(Urgency.LOOK, "lag", "index", lag + " letters cannot be found yet"));
        }
        if (coverage.notFullySearched() > 0) {
            findings.add(Finding.of(
                    Urgency.LOOK,
                    "unsearched",
                    "index",
                    coverage.notFullySearched() + " letters could not be searched wholly"));
        }
    }

    private void readers(List<Finding> findings, ObjectNode facts) {
        Optional<TextFollower> follower = desk.texts();
        facts.put("reading", follower.isPresent());
        if (follower.isEmpty()) {
            if (facts.path("attachmentsWaiting").asLong(0) > 0) {
                findings.add(Finding.of(Urgency.LOOK, "readers", "attachments", "nobody reads attachments"));
            }
            return;
        }
        var condition = follower.get().extractor().condition();
        facts.put("readers", condition.running()).put("readersEnded", condition.killed());
        follower.get()
                .standing()
                .trouble()
                .ifPresent(why -> findings.add(Finding.of(Urgency.SOON, "readers", "attachments", why)));
        condition.notice().ifPresent(why -> findings.add(Finding.of(Urgency.LOOK, "readers-wall", "attachments", why)));
    }

    private void ledger(List<Finding> findings, ObjectNode facts) throws ArchiveException {
        Custody.Settings settings = desk.arrangements().settings();
        LedgerOperations.head(desk, facts);
        if (settings.place().isEmpty() && settings.authority().isEmpty()) {
            findings.add(Finding.of(
                    Urgency.LOOK,
                    "unlodged",
                    "ledger",
                    "checkpoints are neither stamped nor lodged elsewhere: nothing outside of this machine would show"
                            + " that the whole of it was replaced"));
        }
    }

    private void people(List<Finding> findings, ObjectNode facts) throws ArchiveException {
        Instant now = desk.acts().now();
        Optional<Instant> oldest = Optional.empty();
        for (Sync sync : desk.syncs().all()) {
            Optional<Instant> success =
                    desk.jobs().state(SyncJobs.PREFIX + sync.name()).success();
            if (success.isEmpty()) {
                findings.add(Finding.of(Urgency.LOOK, "sync-never", sync.name(), "it has not run yet"));
            } else if (success.get().isBefore(now.minus(PEOPLE_OLD))) {
                findings.add(new Finding(
                        Urgency.LOOK, "sync-old", sync.name(), "people are as of then", success, Optional.empty()));
            }
            boolean older = success.isPresent()
                    && oldest.filter(at -> at.isBefore(success.get())).isEmpty();
            oldest = older ? success : oldest;
        }
        facts.put("syncs", desk.syncs().all().size());
        facts.set("peopleAsOf", Json.instant(oldest));
    }
}
