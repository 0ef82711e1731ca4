package io.carteggio.server.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.JournalScope;
import io.carteggio.embedded.reports.QueuedReport.State;
import io.carteggio.mail.Address;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.smtp.Onlooker;
import io.carteggio.server.smtp.TroubleException;
import io.carteggio.server.watch.Alarm;
import io.carteggio.server.watch.AlarmKind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the proxy is told where a message cannot be journaled, or its fate not be written.
@SuppressWarnings("NullAway.Init") // set before each test
class AgentOnlookerTest {
    @TempDir
    private Path folder = Path.of("");

    private final Breaking clock = new Breaking();
    private Archive archive;
    private JournalAgent agent;

    /// A mistake of ours, once.
    private static final class Breaking extends Clock {
        private volatile boolean breaks;

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            if (breaks) {
                breaks = false;
                throw new IllegalStateException("as the test asks");
            }
            return Instant.now();
        }
    }

    @BeforeEach
    void open() throws Exception {
        archive = Archive.open(folder.resolve("data"), Clock.systemUTC()).orElseThrow();
        agent = new JournalAgent(archive, "mx.firm.example", clock);
        archive.acts()
                .keep(new Act.JournalRuleSet(
                        archive.acts().now(),
                        "test",
                        "All",
                        JournalScope.GLOBAL,
                        Optional.empty(),
                        new Address("j@elsewhere.example"),
                        Optional.empty(),
                        false,
                        true));
    }

    @AfterEach
    void close() throws Exception {
        agent.close();
        archive.close();
    }

    private Onlooker.Sight sight() throws Exception {
        Onlooker.Sight sight = new AgentOnlooker(agent, archive::spool).open();
        byte[] mail = "Subject: Hello\r\n\r\nwords\r\n".getBytes(StandardCharsets.US_ASCII);
        sight.write(mail, 0, mail.length);
        return sight;
    }

    private static Onlooker.Passing passing() {
        return new Onlooker.Passing(
                Optional.of(new Address("anna@firm.example")), List.of(new Address("x@y.example")), false, false);
    }

    /// As beside the milter: one message that only we cannot read must not be refused for ever.
    @Test
    void whereAMistakeOfOursKeepsAMessageFromBeingJournaledItIsAsTheAdministratorChose() throws Exception {
        try (Onlooker.Sight sight = sight()) {
            clock.breaks = true;
            assertThatThrownBy(() -> sight.seen(passing()))
                    .isInstanceOf(TroubleException.class)
                    .hasMessageContaining("as the test asks");
        }
        assertThat(agent.unjournaled()).isZero();
        archive.acts().keep(new Act.AgentSet(archive.acts().now(), "test", Map.of("unable", "accept")));
        try (Onlooker.Sight sight = sight()) {
            clock.breaks = true;
            sight.seen(passing());
            sight.wentOn();
        }
        assertThat(agent.unjournaled()).isEqualTo(1);
        assertThat(agent.withoutRecord()).as("its gap record is on its way").isEqualTo(1);
        assertThat(archive.watch().alarms().standing()).extracting(Alarm::kind).contains(AlarmKind.UNJOURNALED);
        try (Onlooker.Sight sight = sight()) {
            clock.breaks = true;
            sight.seen(passing());
            sight.refused();
        }
        assertThat(agent.withoutRecord()).isEqualTo(1);
    }

    @Test
    void whatCannotBeReleasedIsAsSoonAsTheQueueCanBeWritten() throws Exception {
        try (Onlooker.Sight sight = sight()) {
            sight.seen(passing());
            change("CREATE TRIGGER full BEFORE UPDATE ON report BEGIN SELECT RAISE(FAIL, 'the disk is full'); END");
            sight.wentOn();
        }
        assertThat(archive.reports().counts()).isEqualTo(Map.of(State.PENDING, 1L));
        change("DROP TRIGGER full");
        archive.reports().settle();
        assertThat(archive.reports().counts()).isEqualTo(Map.of(State.WAITING, 1L));
    }

    private void change(String sql) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("data/reports/queue.db"));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
