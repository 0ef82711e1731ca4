package io.carteggio.embedded.reports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Key;
import io.carteggio.embedded.reports.QueuedReport.Draft;
import io.carteggio.embedded.reports.QueuedReport.State;
import io.carteggio.embedded.reports.ReportQueue.Destination;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.report.ReportWriter.Octets;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportQueueTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final Address MAILBOX = new Address("J@archive.example");
    private static final Key KEY = Key.random();

    @TempDir
    private Path folder = Path.of("");

    private ReportQueue open() throws ArchiveException {
        return ReportQueue.open(folder, KEY, NOW);
    }

    private static Draft draft(String id) {
        return new Draft(
                false,
                MAILBOX,
                Optional.of(new Address("ndr@firm.example")),
                List.of("All mail", "Another"),
                id,
                Octets.EIGHT_BIT);
    }

    private static Draft notice(String id) {
        return new Draft(
                true, new Address("ndr@firm.example"), Optional.empty(), List.of("All mail"), id, Octets.EIGHT_BIT);
    }

    private static Content mail(String text) {
        return Content.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(Content content) throws IOException {
        return new String(content.toByteArray(1 << 20), StandardCharsets.UTF_8);
    }

    @Test
    void whatWaitsIsThereAfterARestart() throws Exception {
        long id;
        try (ReportQueue queue = open()) {
            id = queue.put(draft("r1@x"), mail("words"), NOW, false);
        }
        try (ReportQueue queue = open()) {
            QueuedReport report = queue.named(id).orElseThrow();
            assertThat(report)
                    .isEqualTo(new QueuedReport(
                            id,
                            State.WAITING,
                            false,
                            MAILBOX,
                            Optional.of(new Address("ndr@firm.example")),
                            List.of("All mail", "Another"),
                            "r1@x",
                            Octets.EIGHT_BIT,
                            5,
                            NOW,
                            0,
                            NOW,
                            Optional.empty(),
                            Optional.empty()));
            assertThat(text(queue.mail(report))).isEqualTo("words");
            assertThat(queue.due(NOW, List.of(), 10)).containsExactly(report);
            assertThat(queue.due(NOW.minusMillis(1), List.of(), 10)).isEmpty();
            assertThat(queue.nextDue()).contains(NOW);
            queue.delivered(id);
            assertThat(queue.named(id)).isEmpty();
            assertThat(queue.nextDue()).isEmpty();
            assertThat(files(".report")).isEmpty();
        }
    }

    private List<Path> files(String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ending)).toList();
        }
    }

    @Test
    void largeReportsAndStretchesOfThemComeBackOctetForOctet() throws Exception {
        byte[] octets = new byte[300_000];
        new Random(1).nextBytes(octets);
        try (ReportQueue queue = open()) {
            for (int size : new int[] {0, 1, 65_535, 65_536, 65_537, 131_072, 300_000}) {
                long id = queue.put(draft("s" + size), Content.owning(octets, size), NOW, false);
                Content back = queue.mail(queue.named(id).orElseThrow());
                assertThat(back.toByteArray(size)).isEqualTo(java.util.Arrays.copyOf(octets, size));
                if (size > 100) {
                    assertThat(back.slice(50, size - 99L).toByteArray(size))
                            .isEqualTo(java.util.Arrays.copyOfRange(octets, 50, size - 49));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20_000})
    void nothingOfTheMailLiesInTheClearAndAChangeIsFound(int times) throws Exception {
        long id;
        try (ReportQueue queue = open()) {
            id = queue.put(draft("r"), mail("a secret that nobody should read ".repeat(times)), NOW, false);
            for (Path file : files("")) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain("secret");
            }
            if (times == 1) {
                assertThat(files(".report")).isEmpty();
                change("UPDATE report SET octets = substr(octets, 1, length(octets) - 1)"
                        + " || CASE substr(octets, -1) WHEN x'00' THEN x'01' ELSE x'00' END");
            } else {
                Path file = files(".report").getFirst();
                byte[] sealed = Files.readAllBytes(file);
                sealed[sealed.length - 1] ^= 1;
                Files.write(file, sealed);
            }
        }
        try (ReportQueue queue = open()) { // what came just now is in memory
            assertThatThrownBy(() -> text(queue.mail(queue.named(id).orElseThrow())))
                    .isInstanceOf(IOException.class);
        }
    }

    private void change(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("queue.db"));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// Many at a time are forced together; each stands for itself all the same.
    @Test
    void manyAtATimeAreAllThere() throws Exception {
        List<Long> ids = Collections.synchronizedList(new ArrayList<>());
        try (ReportQueue queue = open();
                ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                int number = i;
                all.add(threads.submit(() -> {
                    Content mail = number % 40 == 7 ? broken() : mail("mail " + number);
                    long id = queue.put(draft("r" + number), mail, NOW, number % 2 == 0);
                    ids.add(id);
                    if (number % 4 == 0) {
                        queue.release(List.of(id));
                    } else if (number % 4 == 2) {
                        queue.drop(List.of(id));
                    }
                    return id;
                }));
            }
            int refused = 0;
            for (Future<?> one : all) {
                try {
                    one.get();
                } catch (ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(ArchiveException.class);
                    refused++;
                }
            }
            assertThat(refused).isEqualTo(10);
            assertThat(ids).hasSize(390).doesNotHaveDuplicates();
        }
        try (ReportQueue queue = open()) {
            List<QueuedReport> there = queue.list(EnumSet.allOf(State.class), 0, 1000);
            assertThat(there).hasSize(290).allMatch(report -> report.state() == State.WAITING);
            for (QueuedReport report : there) {
                assertThat(text(queue.mail(report)))
                        .isEqualTo("mail " + report.reportId().substring(1));
            }
        }
    }

    /// A queue of the first version had a file for each report.
    @Test
    void aQueueOfTheFirstVersionGoesOn() throws Exception {
        long id;
        try (ReportQueue queue = open()) {
            id = queue.put(draft("old"), mail("old words"), NOW, false);
        }
        SealedMail.write(folder.resolve(id + ".report"), mail("old words"), KEY);
        change("ALTER TABLE report DROP COLUMN octets");
        change("ALTER TABLE report DROP COLUMN until");
        for (String index : List.of("name (report)", "due (state, next, id)", "destination (destination, state, id)")) {
            change("DROP INDEX report_" + index.replaceAll(" .*", ""));
            change("CREATE INDEX report_" + index.replace(" (", " ON report ("));
        }
        change("PRAGMA user_version = 1");
        try (ReportQueue queue = open()) {
            QueuedReport report = queue.named(id).orElseThrow();
            assertThat(queue.isThere(report)).isTrue();
            assertThat(text(queue.mail(report))).isEqualTo("old words");
            queue.put(draft("new"), mail("new words"), NOW, false);
            queue.delivered(id);
            assertThat(files(".report")).isEmpty();
        }
    }

    @Test
    void aReportOfAMessageThatMayHaveGoneOnIsDelivered() throws Exception {
        long released;
        long unsure;
        try (ReportQueue queue = open()) {
            released = queue.put(draft("a"), mail("a"), NOW, true);
            unsure = queue.put(draft("b"), mail("b"), NOW, true);
            long dropped = queue.put(draft("c"), mail("c"), NOW, true);
            assertThat(queue.due(NOW, List.of(), 10)).isEmpty();
            queue.release(Set.of(released));
            queue.drop(Set.of(dropped));
            assertThat(queue.due(NOW, List.of(), 10))
                    .extracting(QueuedReport::id)
                    .containsExactly(released);
            assertThat(queue.counts()).containsEntry(State.PENDING, 1L).containsEntry(State.WAITING, 1L);
        }
        try (ReportQueue queue = open()) {
            assertThat(queue.due(NOW, List.of(), 10))
                    .extracting(QueuedReport::id)
                    .containsExactly(released, unsure);
        }
    }

    /// The program ended between the file and the row, or between the row's end and the file's.
    @Test
    void filesWithoutAReportAreRemovedAndReportsWithoutAFileStayKnown() throws Exception {
        long lost;
        try (ReportQueue queue = open()) {
            lost = queue.put(draft("a"), mail("a".repeat(300_000)), NOW, false);
        }
        Files.delete(files(".report").getFirst());
        Files.write(folder.resolve("900.report"), new byte[] {1, 2, 3});
        try (ReportQueue queue = open()) {
            QueuedReport report = queue.named(lost).orElseThrow();
            assertThat(queue.isThere(report)).isFalse();
            assertThat(files(".report")).isEmpty();
            assertThat(queue.put(draft("b"), mail("b"), NOW, false)).isGreaterThan(900);
        }
    }

    /// One that never gets through is not the first to ask each time.
    @Test
    void whatWasTriedLessOftenIsFirst() throws Exception {
        Instant next = NOW.plusSeconds(60);
        try (ReportQueue queue = open()) {
            long one = queue.put(draft("1"), mail("a"), NOW, false);
            long two = queue.put(draft("2"), mail("a"), NOW, false);
            queue.deferred(one, next, "451", Optional.empty());
            queue.postponed(MAILBOX, one, next, Instant.EPOCH);
            assertThat(queue.due(next, List.of(), 10))
                    .extracting(QueuedReport::id)
                    .containsExactly(two, one);
        }
    }

    @Test
    void aQueueOfTheSecondVersionGoesOn() throws Exception {
        long returned;
        try (ReportQueue queue = open()) {
            queue.put(draft("old"), mail("old words"), NOW, false);
            returned = queue.put(draft("returned"), mail("its notice was taken"), NOW, false);
            queue.ended(returned, State.RETURNED, "over");
            long onItsWay = queue.put(draft("on its way"), mail("its notice waits"), NOW, false);
            queue.giveBack(onItsWay, "over", notice("on its way"), mail("notice"), NOW);
        }
        change("ALTER TABLE report DROP COLUMN until");
        change("DROP INDEX report_due");
        change("CREATE INDEX report_due ON report (next, id) WHERE state = 'WAITING'");
        change("PRAGMA user_version = 2");
        try (ReportQueue queue = open()) {
            QueuedReport report = queue.due(NOW, List.of(), 10).getFirst();
            assertThat(text(queue.mail(report))).isEqualTo("old words");
            Instant until = NOW.plus(ReportQueue.KEPT_RETURNED);
            assertThat(queue.outlived(until.minusMillis(1))).isEmpty();
            assertThat(queue.outlived(until)).containsExactly(returned);
        }
    }

    @Test
    void triesAreRememberedAndEndedOnesAreKept() throws Exception {
        try (ReportQueue queue = open()) {
            long id = queue.put(draft("r@x"), mail("a"), NOW, false);
            Instant next = NOW.plus(Duration.ofMinutes(5));
            queue.deferred(id, next, "451 later", Optional.of("mx.archive.example"));
            QueuedReport tried = queue.named(id).orElseThrow();
            assertThat(tried.attempts()).isEqualTo(1);
            assertThat(tried.last()).contains("451 later");
            assertThat(queue.due(NOW, List.of(), 10)).isEmpty();
            assertThat(queue.due(next, List.of(), 10)).hasSize(1);
            queue.ended(id, State.RETURNED, "time is over");
            assertThat(queue.due(next, List.of(), 10)).isEmpty();
            assertThat(queue.returned("r@x")).extracting(QueuedReport::id).containsExactly(id);
            assertThat(queue.list(EnumSet.of(State.RETURNED), 0, 10)).hasSize(1);
            assertThat(queue.list(EnumSet.of(State.RETURNED), id, 10)).isEmpty();
            queue.again(List.of(id), next);
            assertThat(queue.named(id).orElseThrow().attempts()).isZero();
            assertThat(queue.oldest()).contains(next);
        }
    }

    @Test
    void aMailboxThatIsInTheWayHoldsUpAllThatWaitsForIt() throws Exception {
        try (ReportQueue queue = open()) {
            long one = queue.put(draft("1"), mail("a"), NOW, false);
            long two = queue.put(draft("2"), mail("a"), NOW, false);
            Instant next = NOW.plusSeconds(60);
            Destination trouble = new Destination(new Address("j@ARCHIVE.example"), true, NOW, false, "550 who?");
            queue.troubled(trouble);
            queue.postponed(MAILBOX, one, next, Instant.EPOCH);
            assertThat(queue.due(NOW, List.of(), 10))
                    .extracting(QueuedReport::id)
                    .containsExactly(one);
            assertThat(queue.named(two).orElseThrow().attempts()).isZero();
            assertThat(queue.destinations()).containsEntry("j@archive.example", trouble);
            queue.recovered(MAILBOX, NOW);
            assertThat(queue.destinations()).isEmpty();
            assertThat(queue.due(NOW, List.of(), 10)).hasSize(2);
        }
    }

    @Test
    void whoDeliversIsTold() throws Exception {
        List<String> told = new ArrayList<>();
        try (ReportQueue queue = open()) {
            queue.follow(new ReportQueue.Follower() {
                @Override
                public void look() {
                    told.add("look");
                }

                @Override
                public boolean released(List<QueuedReport> reports) {
                    for (QueuedReport report : reports) {
                        assertThat(report.state()).isEqualTo(State.WAITING);
                        told.add(report.reportId());
                    }
                    return true;
                }
            });
            long id = queue.put(draft("1"), mail("a"), NOW, true);
            assertThat(told).isEmpty();
            queue.release(List.of(id));
            queue.put(draft("2"), mail("a"), NOW, false);
            queue.put(draft("large"), mail("a".repeat(300_000)), NOW, false);
            queue.again(List.of(id), NOW);
            queue.recovered(MAILBOX, NOW);
            assertThat(told).containsExactly("1", "2", "look", "look", "look");
            told.clear();
            long taken = queue.put(draft("3"), mail("a"), NOW, true);
            queue.release(List.of(taken));
            assertThat(queue.due(NOW, List.of(), 10)).noneMatch(report -> report.id() == taken);
            queue.waiting(List.of(taken)); // there was no room after all
            assertThat(queue.due(NOW, List.of(), 10)).anyMatch(report -> report.id() == taken);
            assertThat(told).containsExactly("3", "look");
        }
    }

    /// The queue stays readable on a full disk; what it owes is written when there is room.
    @Test
    void whatCannotBeWrittenIsWrittenLater() throws Exception {
        try (ReportQueue queue = open()) {
            long goesOn = queue.put(draft("1"), mail("a"), NOW, true);
            long refused = queue.put(draft("2"), mail("a"), NOW, true);
            change("CREATE TRIGGER full1 BEFORE UPDATE ON report BEGIN SELECT RAISE(FAIL, 'the disk is full'); END");
            change("CREATE TRIGGER full2 BEFORE DELETE ON report BEGIN SELECT RAISE(FAIL, 'the disk is full'); END");
            assertThatThrownBy(() -> queue.release(List.of(goesOn))).hasMessageContaining("the disk is full");
            assertThatThrownBy(() -> queue.drop(List.of(refused))).hasMessageContaining("the disk is full");
            assertThatThrownBy(queue::settle).hasMessageContaining("the disk is full");
            long new1 = queue.put(draft("3"), mail("a"), NOW, false); // is on disk, and so is no failure
            assertThat(queue.due(NOW, List.of(), 10)).isEmpty();
            change("DROP TRIGGER full1");
            change("DROP TRIGGER full2");
            queue.settle();
            assertThat(queue.due(NOW, List.of(), 10))
                    .extracting(QueuedReport::id)
                    .containsExactly(goesOn, new1);
            assertThat(queue.named(refused)).isEmpty();
        }
    }

    @Test
    void aNoticeAndItsReportsReturnAreOne() throws Exception {
        try (ReportQueue queue = open()) {
            long id = queue.put(draft("1"), mail("a"), NOW, false);
            change("CREATE TRIGGER full BEFORE UPDATE ON report WHEN new.state = 'RETURNED'"
                    + " BEGIN SELECT RAISE(FAIL, 'the disk is full'); END");
            assertThatThrownBy(() -> queue.giveBack(id, "over", draft("1"), mail("notice"), NOW))
                    .isInstanceOf(ArchiveException.class);
            assertThat(queue.list(EnumSet.allOf(State.class), 0, 10)).hasSize(1);
            change("DROP TRIGGER full");
            queue.giveBack(id, "over", draft("1"), mail("notice"), NOW);
            assertThat(queue.list(EnumSet.allOf(State.class), 0, 10))
                    .extracting(QueuedReport::state)
                    .containsExactly(State.RETURNED, State.WAITING);
        }
    }

    @Test
    void whatTheAlternateMailboxHasIsKeptForATime() throws Exception {
        Instant until = NOW.plus(Duration.ofDays(30));
        try (ReportQueue queue = open()) {
            long id = queue.put(draft("1"), mail("a"), NOW, false);
            queue.giveBack(id, "over", draft("1"), mail("notice"), NOW);
            assertThat(queue.outlived(until)).as("the notice is on its way").isEmpty();
            queue.arrivedInNotice("1", until);
            assertThat(queue.outlived(until.minusMillis(1))).isEmpty();
            assertThat(queue.outlived(until)).containsExactly(id);
            queue.again(List.of(id), NOW);
            queue.ended(id, State.RETURNED, "over once more");
            assertThat(queue.outlived(until)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 300_000})
    void whatIsSentAgainMeanwhileIsNotLetGo(int bytes) throws Exception {
        try (ReportQueue queue = open()) {
            long again = queue.put(draft("1"), mail("a".repeat(bytes)), NOW, false);
            long returnedAnew = queue.put(draft("2"), mail("a".repeat(bytes)), NOW, false);
            long goes = queue.put(draft("3"), mail("a".repeat(bytes)), NOW, false);
            for (long id : List.of(again, returnedAnew, goes)) {
                queue.ended(id, State.RETURNED, "over");
                queue.arrivedInNotice(queue.named(id).orElseThrow().reportId(), NOW);
            }
            List<Long> outlived = queue.outlived(NOW);
            assertThat(outlived).containsExactly(again, returnedAnew, goes);
            queue.again(List.of(again, returnedAnew), NOW);
            queue.ended(returnedAnew, State.RETURNED, "over once more");
            for (long id : outlived) {
                queue.letGo(id, NOW);
            }
            List<QueuedReport> left = queue.list(EnumSet.allOf(State.class), 0, 10);
            assertThat(left).extracting(QueuedReport::id).containsExactly(again, returnedAnew);
            for (QueuedReport report : left) {
                assertThat(text(queue.mail(report))).hasSize(bytes);
            }
            assertThat(files(".report")).hasSize(bytes == 1 ? 0 : 2);
        }
    }

    /// Whoever looks what is due while a report is handed to him finds it there or gets it, not both.
    @Test
    void aReportIsHandedOverOnce() throws Exception {
        List<Long> got = Collections.synchronizedList(new ArrayList<>());
        AtomicBoolean all = new AtomicBoolean();
        try (ReportQueue queue = open();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            queue.follow(new ReportQueue.Follower() {
                @Override
                public void look() {}

                @Override
                public boolean released(List<QueuedReport> reports) {
                    reports.forEach(report -> got.add(report.id()));
                    return true;
                }
            });
            Future<?> looking = threads.submit(() -> {
                while (!all.get()) {
                    for (QueuedReport report : queue.due(NOW, List.of(), 10)) {
                        got.add(report.id());
                        queue.delivered(report.id());
                    }
                }
                return null;
            });
            List<Long> put = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                put.add(queue.put(draft("r" + i), mail("words"), NOW, false));
            }
            all.set(true);
            looking.get();
            assertThat(got).containsExactlyInAnyOrderElementsOf(put);
        }
    }

    @Test
    void whatIsOverIsNotPutOff() throws Exception {
        Instant next = NOW.plusSeconds(60);
        try (ReportQueue queue = open()) {
            long old = queue.put(draft("1"), mail("a"), NOW.minusSeconds(100), false);
            queue.put(draft("2"), mail("a"), NOW, false);
            queue.postponed(MAILBOX, 0, next, NOW.minusSeconds(100));
            assertThat(queue.due(NOW, List.of(), 10))
                    .extracting(QueuedReport::id)
                    .containsExactly(old);
        }
    }

    @Test
    void aMailboxInTroubleForWhichNothingWaitsIsKnown() throws Exception {
        try (ReportQueue queue = open()) {
            long one = queue.put(draft("1"), mail("a"), NOW, false);
            Destination trouble = new Destination(MAILBOX, false, NOW, true, "down");
            queue.troubled(trouble);
            assertThat(queue.unasked()).isEmpty();
            queue.ended(one, State.DEAD, "over");
            assertThat(queue.unasked()).containsExactly(trouble);
            queue.recovered(MAILBOX, NOW);
            assertThat(queue.unasked()).isEmpty();
        }
    }

    @Test
    void aMailboxForWhichSomethingWaitsIsNotForgotten() throws Exception {
        Instant next = NOW.plusSeconds(60);
        try (ReportQueue queue = open()) {
            long one = queue.put(draft("1"), mail("a"), NOW, true);
            queue.troubled(new Destination(MAILBOX, true, NOW, false, "550 who?"));
            queue.postponed(MAILBOX, one, next, Instant.EPOCH);
            assertThat(queue.forget(MAILBOX)).as("of one that may still come").isFalse();
            queue.waiting(List.of(one));
            assertThat(queue.forget(MAILBOX)).isFalse();
            assertThat(queue.destinations()).hasSize(1);
            queue.ended(one, State.RETURNED, "over");
            assertThat(queue.forget(MAILBOX)).isTrue();
            assertThat(queue.destinations()).isEmpty();
            assertThat(queue.forget(MAILBOX)).as("is not known").isFalse();
            queue.put(draft("2"), mail("a"), NOW, true);
            assertThat(queue.list(List.of(State.PENDING), 0, 1))
                    .as("what comes for it later is tried at once")
                    .allMatch(report -> report.next().equals(NOW))
                    .hasSize(1);
        }
    }

    /// One report asks for all: what comes meanwhile waits for its answer.
    @Test
    void whatComesForAMailboxInTroubleWaitsUntilThatIsTriedAgain() throws Exception {
        Instant next = NOW.plusSeconds(60);
        try (ReportQueue queue = open()) {
            long one = queue.put(draft("1"), mail("a"), NOW, false);
            queue.troubled(new Destination(MAILBOX, false, NOW, false, "refused"));
            queue.deferred(one, next, "refused", Optional.empty());
            queue.postponed(MAILBOX, one, next, Instant.EPOCH);
            queue.put(draft("2"), mail("a"), NOW, false);
            assertThat(queue.due(NOW, List.of(), 10)).isEmpty();
        }
        try (ReportQueue queue = open()) {
            queue.put(draft("3"), mail("a"), NOW, false);
            assertThat(queue.due(NOW, List.of(), 10)).isEmpty();
            assertThat(queue.due(next, List.of(), 10)).hasSize(3);
            assertThat(queue.due(next, List.of(MAILBOX.key()), 10)).isEmpty();
            queue.recovered(MAILBOX, NOW);
            queue.put(draft("4"), mail("a"), NOW, false);
            assertThat(queue.due(NOW, List.of(), 10)).hasSize(4);
        }
    }

    private static Content broken() {
        return new Content() {
            @Override
            public long sizeBytes() {
                return 10;
            }

            @Override
            public InputStream open(long offset, long length) throws IOException {
                throw new IOException("no");
            }
        };
    }

    @Test
    void aMailThatCannotBeReadIsSaidAndLeavesNothing() throws Exception {
        try (ReportQueue queue = open()) {
            assertThatThrownBy(() -> queue.put(draft("1"), broken(), NOW, false))
                    .isInstanceOfSatisfying(
                            ArchiveException.class,
                            e -> assertThat(e.laterHelps()).isTrue());
            assertThat(files(".report")).isEmpty();
            assertThat(queue.due(NOW, List.of(), 10)).isEmpty();
        }
    }

    @Test
    void aNewerFileIsRefused() throws Exception {
        try (ReportQueue queue = open()) {
            queue.put(draft("1"), mail("a"), NOW, false);
        }
        change("PRAGMA user_version = 99");
        assertThatThrownBy(this::open).isInstanceOf(ArchiveException.class).hasMessageContaining("99");
    }
}
