package io.carteggio.server.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.intake.Sources.Mailbox;
import io.carteggio.embedded.jobs.JobRun;
import io.carteggio.embedded.jobs.JobRun.Outcome;
import io.carteggio.embedded.jobs.JobStore.State;
import io.carteggio.mail.Address;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.fetch.pop3.Pop3Protocol;
import io.carteggio.server.jobs.Job;
import io.carteggio.server.jobs.Jobs;
import io.carteggio.server.jobs.Schedule;
import io.carteggio.server.secret.Secrets;
import io.carteggio.server.watch.AlarmKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Runs and jobs over a mailbox in memory: what becomes of the mail, the job, the alarm.
@Tag("slow")
class FetchJobsTest {
    private final MemoryProtocol server = new MemoryProtocol();
    private final Moving clock = new Moving();
    private final Archive archive = open();
    private final FetchJobs fetches = new FetchJobs(archive, new Protocols(List.of(server, new Pop3Protocol())), clock);
    private final Jobs jobs =
            new Jobs(archive.jobs(), fetches::all, archive.watch().alarms(), clock);

    /// A clock that is set forward by hand.
    private static final class Moving extends Clock {
        private volatile Duration ahead = Duration.ZERO;

        @Override
        public Instant instant() {
            return Instant.now().plus(ahead);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }

    private static Archive open() {
        try {
            return Archive.open(Files.createTempDirectory("carteggio-fetch-"), Clock.systemUTC())
                    .orElseThrow();
        } catch (ArchiveException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void mails() {
        server.kept = key -> archive.jobs().knows("box", key);
        for (long uid = 1; uid <= 20; uid++) {
            server.mails.put(uid, mail(uid, "bruno@firm.example"));
        }
    }

    @AfterEach
    void close() throws Exception {
        jobs.close();
        Path data = archive.directory();
        archive.close();
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.toList().reversed()) {
                Files.delete(file);
            }
        }
    }

    private static String mail(long n, String to) {
        return "From: anna@firm.example\r\nTo: " + to + "\r\nSubject: " + n
                + "\r\nDate: Fri, 01 Mar 2024 12:34:56 +0100\r\nMessage-ID: <" + n + "@firm.example>\r\n\r\nText " + n
                + "\r\n";
    }

    private void add(String... settings) throws ArchiveException {
        Map<String, String> all = new TreeMap<>(Map.of("host", "memory", "user", "anna", "schedule", "manual"));
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        Mailbox mailbox = new Mailbox("memory", all);
        fetches.check(mailbox);
        if (archive.sources().named("box").isEmpty()) {
            archive.sources().addMailbox(archive.acts(), "test", "box", Family.MULTIDROP, mailbox);
        } else {
            archive.sources().setMailbox(archive.acts(), "test", "box", Family.MULTIDROP, mailbox);
        }
    }

    private Job job() {
        return jobs.named("box").orElseThrow();
    }

    private JobRun run() throws ArchiveException {
        JobRun run = jobs.runNow(job(), "test", r -> {}).orElseThrow();
        assertThat(run.counts().balanced()).as("balance of %s", run).isTrue();
        return run;
    }

    private Books.Account books() throws ArchiveException {
        return archive.catalogue().books().sources().stream()
                .filter(a -> a.source().equals("box"))
                .findFirst()
                .orElseThrow();
    }

    // ---- mail

    @Test
    void archivedMailIsRemovedAndNothingElse() throws Exception {
        add("after", "delete");
        server.unreadable.add(3L);
        server.vanishing.add(4L);
        JobRun run = run();
        assertThat(run.outcome()).isEqualTo(Outcome.DONE);
        assertThat(run.counts().letters()).isEqualTo(18);
        assertThat(run.counts().unreadable()).isEqualTo(1);
        assertThat(archive.watch().standing())
                .filteredOn(alarm -> alarm.kind() == AlarmKind.UNREADABLE)
                .singleElement()
                .satisfies(alarm -> assertThat(alarm.text())
                        .contains("does not give a mail")
                        .contains("3: damaged"));
        assertThat(run.counts().vanished()).isEqualTo(1);
        assertThat(run.counts().removed()).isEqualTo(18);
        assertThat(server.mails).containsOnlyKeys(3L, 4L);
        server.unreadable.clear();
        server.vanishing.clear();
        assertThat(run().counts().letters())
                .as("what could not be read is asked for again")
                .isEqualTo(2);
        assertThat(server.mails).isEmpty();
        assertThat(books().letters()).isEqualTo(20);
    }

    @Test
    void aRunThatWasInTheAlternateMailboxEndsItsAlarm() throws Exception {
        add();
        archive.watch().alarms().raise(AlarmKind.ALTERNATE, "box", "nobody listened");
        archive.watch().alarms().raise(AlarmKind.ALTERNATE, "another", "nobody listened");
        assertThat(run().outcome()).isEqualTo(Outcome.DONE);
        assertThat(archive.watch().standing())
                .filteredOn(alarm -> alarm.kind() == AlarmKind.ALTERNATE)
                .singleElement()
                .satisfies(alarm -> assertThat(alarm.subject()).isEqualTo("another"));
    }

    @Test
    void whatStaysIsFetchedOnce() throws Exception {
        add("after", "keep");
        assertThat(run().counts().letters()).isEqualTo(20);
        server.mails.put(21L, mail(21, "x@firm.example"));
        assertThat(run().counts().fetched()).isEqualTo(1);
        assertThat(server.mails).hasSize(21);
        add("after", "move:Done");
        assertThat(run().counts().removed())
                .as("also what earlier runs archived")
                .isEqualTo(21);
        assertThat(server.moved.get("Done")).hasSize(21);
    }

    @Test
    void mailGoesAfterSomeDays() throws Exception {
        add("after", "delete:3");
        assertThat(run().counts().removed()).isZero();
        clock.ahead = Duration.ofDays(2);
        server.mails.put(21L, mail(21, "x@firm.example"));
        assertThat(run().counts().removed()).isZero();
        clock.ahead = Duration.ofDays(3).plusMinutes(1);
        assertThat(run().counts().removed()).isEqualTo(20);
        assertThat(server.mails).containsOnlyKeys(21L);
    }

    @Test
    void aCutLosesNothing() throws Exception {
        add("after", "delete");
        server.cutAfter.set(9);
        JobRun cut = run();
        assertThat(cut.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(cut.reason()).contains("cut on order");
        assertThat(cut.counts().fetched()).isEqualTo(9);
        assertThat(cut.counts().left()).isEqualTo(11);
        assertThat(server.mails).as("removed in the next run").hasSize(20);
        server.cutAfter.set(Integer.MAX_VALUE);
        JobRun rest = run();
        assertThat(rest.counts().letters()).isEqualTo(11);
        assertThat(rest.counts().evidence()).as("nothing comes twice").isZero();
        assertThat(rest.counts().removed()).isEqualTo(20);
        assertThat(server.mails).isEmpty();
    }

    @Test
    void anotherNumberingBringsEvidence() throws Exception {
        add("after", "keep");
        run();
        server.epoch = "2";
        JobRun again = run();
        assertThat(again.counts().evidence()).isEqualTo(20);
        assertThat(again.reason()).hasValueSatisfying(note -> assertThat(note).contains("anew"));
        assertThat(books().letters()).isEqualTo(20);
        assertThat(run().counts().fetched()).isZero();
    }

    @Test
    void aKeyThatIsGivenToAnotherMailIsFetched() throws Exception {
        add("after", "keep");
        run();
        server.mails.remove(5L);
        clock.ahead = Duration.ofDays(2); // the next listing is a whole one
        run();
        server.mails.put(5L, mail(55, "x@firm.example"));
        clock.ahead = Duration.ofDays(4);
        assertThat(run().counts().letters()).isEqualTo(1);
    }

    @Test
    void unknownPeopleAreDiscardedWhereThatWasChosen() throws Exception {
        archive.people()
                .add(
                        archive.acts(),
                        "test",
                        "Bruno",
                        PersonRole.USER,
                        List.of(new Holding(new Address("bruno@firm.example"), Optional.empty(), Optional.empty())));
        server.mails.put(21L, mail(21, "stranger@elsewhere.example").replace("anna@firm", "other@elsewhere"));
        add("unknown", "discard", "after", "delete");
        JobRun run = run();
        assertThat(run.counts().letters()).isEqualTo(20);
        assertThat(run.counts().discarded()).isEqualTo(1);
        assertThat(server.mails).as("stays at the server").containsOnlyKeys(21L);
        assertThat(run().counts().fetched()).as("and is not fetched again").isZero();
        assertThat(books().discarded()).isEqualTo(1);
        add("unknown", "discard-and-delete", "after", "delete");
        assertThat(run().counts().removed()).isEqualTo(1);
        assertThat(server.mails).isEmpty();
    }

    @Test
    void peopleAreSynchronisedFirstWhereTheSourceSaysSo() throws Exception {
        fetches.peopleFirst(name -> {
            assertThat(name).isEqualTo("hr");
            archive.people()
                    .add(
                            archive.acts(),
                            "sync:hr",
                            "Bruno",
                            PersonRole.USER,
                            List.of(new Holding(
                                    new Address("bruno@firm.example"), Optional.empty(), Optional.empty())));
            return Optional.of("1 people new");
        });
        add("unknown", "discard", "sync-first", "hr");
        JobRun run = run();
        assertThat(run.counts().letters())
                .as("he is known before his mail is looked at")
                .isEqualTo(20);
        assertThat(run.reason()).contains("people: 1 people new");
    }

    @Test
    void whereThatFailsMailIsFetchedUnlessItWouldBeLost() throws Exception {
        fetches.peopleFirst(_ -> {
            throw new ArchiveException("the directory does not answer", true);
        });
        add("unknown", "discard", "sync-first", "hr");
        assertThat(run().outcome()).isEqualTo(JobRun.Outcome.FAILED);
        assertThat(server.mails).hasSize(20);
        add("sync-first", "hr");
        JobRun run = run();
        assertThat(run.outcome()).isEqualTo(JobRun.Outcome.DONE);
        assertThat(run.counts().letters()).isEqualTo(20);
        assertThat(run.reason().orElse("")).contains("could not be synchronised");
    }

    private boolean isAlarm() {
        return archive.watch().standing().stream()
                .anyMatch(alarm ->
                        alarm.kind() == AlarmKind.JOB && alarm.subject().equals("box"));
    }

    /// Mail goes on coming in; that archived mail stays is said at the second time in a row, until it
    /// leaves.
    @Test
    void whatTheServerCannotRemoveIsRemovedLater() throws Exception {
        add("after", "delete");
        server.removes = false;
        JobRun run = run();
        assertThat(run.counts().letters()).isEqualTo(20);
        assertThat(run.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(run.reason().orElseThrow()).contains("all mail was fetched", "it does not go");
        assertThat(jobs.state("box").failures()).isEqualTo(1);
        assertThat(jobs.state("box").alarm()).as("once may pass").isFalse();
        assertThat(isAlarm()).isFalse();
        server.mails.put(21L, mail(21, "x@firm.example"));
        assertThat(run().counts().letters()).isEqualTo(1);
        assertThat(jobs.state("box").alarm()).isTrue();
        assertThat(isAlarm()).isTrue();
        server.removes = true;
        run = run();
        assertThat(run.outcome()).isEqualTo(Outcome.DONE);
        assertThat(run.counts().removed()).isEqualTo(21);
        assertThat(server.mails).isEmpty();
        assertThat(jobs.state("box").alarm()).isFalse();
        assertThat(isAlarm()).isFalse();
    }

    /// "May not delete": everything is fetched all the same, and goes on being fetched every five minutes.
    @Test
    void aRemovalThatIsRefusedStopsNoFetching() throws Exception {
        add("after", "delete", "schedule", "every:1m");
        for (long uid = 21; uid <= 2 * Fetch.BATCH + 50; uid++) {
            server.mails.put(uid, mail(uid, "bruno@firm.example"));
        }
        server.removalRefusal = Optional.of(new FetchException(Kind.RIGHTS, "you may not"));
        JobRun run = run();
        assertThat(run.counts().letters()).as("also behind the first batch").isEqualTo(2 * Fetch.BATCH + 50);
        assertThat(run.reason().orElseThrow()).contains("you may not");
        assertThat(isAlarm()).as("at once").isTrue();
        for (long i = 0; i < 8; i++) {
            server.mails.put(1_000 + i, mail(1_000 + i, "bruno@firm.example"));
            assertThat(run().counts().letters()).isEqualTo(1);
        }
        assertThat(jobs.state("box").next().orElseThrow())
                .isBefore(clock.instant().plus(Duration.ofMinutes(6)));
        server.removalRefusal = Optional.empty();
        assertThat(run().outcome()).isEqualTo(Outcome.DONE);
        assertThat(server.mails).isEmpty();
        assertThat(isAlarm()).isFalse();
    }

    /// Who chose the night does not get a session every five minutes of the day.
    @Test
    void aScheduleOfLongerIntervalsIsKeptToWhereMailDoesNotLeave() throws Exception {
        server.removes = false;
        for (String[] row : new String[][] {
            {"0 2 * * *", "PT0S", "PT25H"},
            {"every:15m", "PT14M", "PT16M"},
            {"every:5m", "PT4M50S", "PT5M"},
            {"every:4m", "PT4M50S", "PT5M31S"},
            {"continuous", "PT4M50S", "PT5M31S"}
        }) {
            add("after", "delete", "schedule", row[0]);
            for (int i = 0; i < 6; i++) {
                assertThat(run().outcome()).isEqualTo(Outcome.FAILED);
            }
            Instant now = clock.instant();
            Instant next = jobs.state("box").next().orElseThrow();
            assertThat(next).as(row[0]).isBetween(now.plus(Duration.parse(row[1])), now.plus(Duration.parse(row[2])));
            if (row[0].contains("*")) {
                assertThat(next)
                        .isEqualTo(Schedule.of(row[0], ZoneId.systemDefault())
                                .next(now)
                                .orElseThrow());
            }
        }
    }

    @Test
    void aMailThatStaysIsInNobodysWay() throws Exception {
        add("after", "delete");
        server.staying.addAll(List.of(1L, 2L, 9L));
        JobRun run = run();
        assertThat(run.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(run.counts().removed()).isEqualTo(17);
        assertThat(server.mails).containsOnlyKeys(1L, 2L, 9L);
        server.staying.clear();
        assertThat(run().counts().removed()).isEqualTo(3);
    }

    /// POP3 knows no rights: all that it says is `-ERR`.
    @Test
    void aMaildropThatDeletesNothingIsAnAlarm() throws Exception {
        String in = """
                S: +OK hello
                C: CAPA
                S: -ERR
                C: USER anna
                S: +OK
                C: PASS secret
                S: +OK
                C: STAT
                S: +OK 1 100
                """;
        String measured = """
                C: STAT
                S: +OK 1 100
                C: TOP 1 0
                S: -ERR
                """;
        String uidl = """
                C: UIDL
                S: +OK
                S: 1 a
                S: .
                """;
        String removal = """
                C: DELE 1
                S: -ERR not here
                C: QUIT
                S: +OK
                """;
        String known = "--\n" + in + uidl + uidl; // once to look, once for the numbers of what is to go
        try (ScriptedServer maildrop = new ScriptedServer(in + measured + uidl + """
                C: RETR 1
                S: +OK
                S: From: anna@firm.example
                S:
                S: Text
                S: .
                """ + removal + "--\n" + in + measured
                + "C: QUIT\nS: +OK\n" + known + removal + known
                + removal.replace("-ERR not here", "+OK"))) {
            Map<String, String> settings = Map.of(
                    "host",
                    "127.0.0.1",
                    "port",
                    Integer.toString(maildrop.port()),
                    "tls",
                    "none",
                    "user",
                    "anna",
                    "after",
                    "delete",
                    "schedule",
                    "manual");
            archive.sources()
                    .addMailbox(archive.acts(), "test", "box", Family.MULTIDROP, new Mailbox("pop3", settings));
            fetches.keep("box", Map.of(Secrets.PASSWORD, "secret"));
            JobRun run = run();
            assertThat(run.counts().letters()).isEqualTo(1);
            assertThat(run.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(run.reason().orElseThrow()).contains("refuses to delete a mail: not here");
            assertThat(isAlarm()).isFalse();
            assertThat(run().outcome()).isEqualTo(Outcome.FAILED);
            assertThat(isAlarm()).isTrue();
            assertThat(jobs.state("box").trouble().orElseThrow()).contains("not here");
            assertThat(run().counts().removed()).isEqualTo(1);
            assertThat(isAlarm()).isFalse();
            assertThat(maildrop.failure()).isEmpty();
        }
    }

    /// The catalogue does not follow, as with a full disk: nothing is taken, and nothing is removed.
    @Test
    void whatTheArchiveDoesNotTakeStaysThere() throws Exception {
        add("after", "delete");
        try (Connection other = DriverManager.getConnection(
                        "jdbc:sqlite:" + archive.directory().resolve("catalogue.db"));
                Statement lock = other.createStatement()) {
            lock.execute("BEGIN IMMEDIATE");
            archive.acts().audit("test", "test", "is not registered", Optional.empty());
            assertThat(archive.trouble()).isPresent();
            assertThat(run().outcome()).isEqualTo(Outcome.FAILED);
            assertThat(jobs.state("box").trouble().orElseThrow()).contains("catalogue");
            assertThat(server.mails).hasSize(20);
            lock.execute("ROLLBACK");
        }
        archive.catalogue(); // in trouble it does not wait
        for (int i = 0; archive.trouble().isPresent(); i++) {
            assertThat(i).isLessThan(600);
            Thread.sleep(100);
        }
        assertThat(run().outcome()).isEqualTo(Outcome.DONE);
        assertThat(server.mails).isEmpty();
        assertThat(books().letters()).isEqualTo(20);
    }

    // ---- jobs

    @Test
    void failuresAreRememberedAndTriedLaterAndLater() throws Exception {
        add("schedule", "every:15m");
        server.refusal = Optional.of(new FetchException(Kind.UNREACHABLE, "nobody listens"));
        Duration[] waits = new Duration[8];
        for (int i = 0; i < waits.length; i++) {
            Instant before = clock.instant();
            assertThat(run().outcome()).isEqualTo(Outcome.FAILED);
            State state = jobs.state("box");
            assertThat(state.failures()).isEqualTo(i + 1);
            assertThat(state.alarm()).as("after %d failures", i + 1).isEqualTo(i >= 2);
            waits[i] = Duration.between(before, state.next().orElseThrow());
        }
        assertThat(waits[0]).isBetween(Duration.ofMinutes(1), Duration.ofSeconds(67));
        assertThat(waits[3]).isBetween(Duration.ofMinutes(8), Duration.ofMinutes(9));
        assertThat(waits[7]).isBetween(Duration.ofHours(1), Duration.ofMinutes(67));
        server.refusal = Optional.empty();
        assertThat(run().outcome()).isEqualTo(Outcome.DONE);
        assertThat(jobs.state("box").failures()).isZero();
        assertThat(jobs.state("box").alarm()).isFalse();
    }

    @Test
    void whatDoesNotPassIsAnAlarmAtOnce() throws Exception {
        add("schedule", "every:15m");
        server.refusal = Optional.of(new FetchException(Kind.LOG_IN, "wrong password"));
        Instant before = clock.instant();
        run();
        State state = jobs.state("box");
        assertThat(state.alarm()).isTrue();
        assertThat(state.trouble()).contains("wrong password");
        assertThat(state.next().orElseThrow()).isAfter(before.plus(Duration.ofMinutes(15)));
        server.refusal = Optional.empty();
        run();
        assertThat(jobs.state("box").alarm()).isFalse();
        server.refusal = Optional.of(new FetchException(Kind.CUT, "cut"));
        run();
        assertThat(jobs.state("box").alarm()).isFalse();
        server.refusal = Optional.of(new FetchException(Kind.LOG_IN, "wrong password"));
        run();
        assertThat(jobs.state("box").alarm()).as("also after another failure").isTrue();
        server.refusal = Optional.of(new FetchException(Kind.BUSY, "go away", Optional.of(Duration.ofHours(3))));
        run();
        assertThat(jobs.state("box").next().orElseThrow()).as("as told").isAfter(before.plus(Duration.ofHours(3)));
    }

    @Test
    void aJobNeverRunsTwiceAtOnceAndCanBeCancelled() throws Exception {
        add();
        server.open = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        Thread first = Thread.ofVirtual().start(() -> {
            try {
                assertThat(jobs.runNow(job(), "test", r -> {}).orElseThrow().outcome())
                        .isEqualTo(Outcome.CANCELLED);
                ended.countDown();
            } catch (ArchiveException e) {
                throw new IllegalStateException(e);
            }
        });
        await(() ->
                jobs.running("box").map(r -> r.stage().startsWith("fetching")).orElse(false));
        assertThat(jobs.runNow(job(), "test", r -> {})).isEmpty();
        assertThat(jobs.cancel("box")).isTrue();
        assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
        first.join();
        assertThat(jobs.cancel("box")).isFalse();
        server.open.countDown();
        assertThat(run().counts().letters()).isEqualTo(20);
    }

    @Test
    void aContinuousJobFollowsTheMailbox() throws Exception {
        add("schedule", "continuous:10s", "after", "delete");
        jobs.start();
        await(() -> server.mails.isEmpty());
        await(() -> jobs.listening("box"));
        server.mails.put(30L, mail(30, "x@firm.example"));
        await(() -> server.mails.isEmpty());
        await(() -> jobs.history("box", 10).size() > 1); // it is written when the mails have gone
        await(() -> jobs.listening("box"));
        assertThat(server.opened.get()).as("one session").isEqualTo(1);
        assertThat(jobs.history("box", 10)).as("runs that did something").hasSize(2);
        jobs.pause("box");
        assertThat(jobs.listening("box")).isFalse();
        server.mails.put(31L, mail(31, "x@firm.example"));
        Thread.sleep(1_500);
        assertThat(server.mails).hasSize(1);
        assertThat(jobs.runNow(job(), "test", r -> {}).orElseThrow().counts().letters())
                .as("by hand also when paused")
                .isEqualTo(1);
        server.mails.put(32L, mail(32, "x@firm.example"));
        jobs.resume("box");
        await(() -> server.mails.isEmpty());
    }

    @Test
    void aScheduledJobRunsWhenItIsDue() throws Exception {
        add("schedule", "every:15m");
        jobs.start();
        await(() -> jobs.history("box", 10).stream().anyMatch(r -> r.outcome() == Outcome.DONE));
        Thread.sleep(1_500);
        assertThat(jobs.history("box", 10)).hasSize(1);
        clock.ahead = Duration.ofMinutes(16);
        await(() -> jobs.history("box", 10).size() == 2);
    }

    // ---- settings and secrets

    @Test
    void secretsLieInTheKeyringAndNowhereElse() throws Exception {
        String secret = "correct horse battery staple";
        add();
        fetches.keep("box", Map.of(Secrets.PASSWORD, secret, Secrets.CLIENT_SECRET, secret + "2"));
        assertThat(fetches.secrets("box")).containsExactly(Secrets.CLIENT_SECRET, Secrets.PASSWORD);
        assertThat(archive.keyring().secret("source/box/password").map(o -> new String(o, StandardCharsets.UTF_8)))
                .contains(secret);
        try (Stream<Path> files = Files.walk(archive.directory())) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain(secret);
            }
        }
        fetches.forget("box");
        assertThat(fetches.secrets("box")).isEmpty();
    }

    @Test
    void settingsThatCannotWorkAreRefused() {
        for (String[] wrong : new String[][] {
            {"flavor", "x"},
            {"after", "burn"},
            {"after", "move:INBOX"},
            {"after", "delete:99999"},
            {"unknown", "maybe"},
            {"tls", "ssl"},
            {"certificate", "sha256:12"},
            {"auth", "oauth"},
            {"timeout", "0s"},
            {"timeout", "2h"},
            {"quota", "0"},
            {"quota", "8388608T"},
            {"quota", "999999999T"},
            {"schedule", "* * *"},
            {"token-url", "http://evil.example/"},
            {"token-url", "::"},
            {"user", ""},
            {"folder", "a\nb"}
        }) {
            assertThatThrownBy(() -> add(wrong[0], wrong[1]))
                    .as(wrong[0] + " " + wrong[1])
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> add("quota", "8388608T")).hasMessageContainingAll("'quota'", "8388608T");
        assertThat(new Settings(Map.of("quota", "8388607T")).quotaBytes()).contains(8_388_607L << 40);
    }

    private interface Condition {
        boolean holds() throws ArchiveException;
    }

    private static void await(Condition condition) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("waited in vain").isLessThan(until);
            Thread.sleep(20);
        }
    }
}
