package io.carteggio.server.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.carteggio.mail.mime.HeaderText;
import io.carteggio.server.watch.Alarms.Due;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Alarms begin, end, are kept and are told: once, and a reminder a day.
class AlarmsTest {
    @TempDir
    Path directory;

    private final TestClock clock = new TestClock();
    private Alarms alarms;

    /// A channel that notes what it is told, and may be broken.
    private static final class Noting implements Channel {
        private final List<List<Due>> told = new ArrayList<>();
        private boolean broken;
        private int tries;

        @Override
        public String name() {
            return "note";
        }

        @Override
        public void tell(List<Due> due) throws IOException {
            tries++;
            if (broken) {
                throw new IOException("nobody answers");
            }
            told.add(due);
        }
    }

    private final Noting channel = new Noting();
    private Courier courier;

    @BeforeEach
    void open() throws Exception {
        alarms = Alarms.open(directory, clock);
        courier = new Courier(alarms, () -> List.of(channel), clock);
    }

    @AfterEach
    void close() {
        alarms.close();
    }

    private void again() throws Exception {
        alarms.close();
        open();
    }

    @Test
    void anAlarmIsToldOnceAndADayLaterAgainAndWhenItIsOver() {
        alarms.raise(AlarmKind.DISK, "disk", "little room");
        courier.deliver();
        alarms.raise(AlarmKind.DISK, "disk", "little room");
        alarms.raise(AlarmKind.DISK, "disk", "less room");
        for (int i = 0; i < 23; i++) {
            clock.forward(Duration.ofHours(1));
            courier.deliver();
        }
        assertThat(channel.told).hasSize(1);
        clock.forward(Duration.ofHours(1));
        courier.deliver();
        assertThat(channel.told).hasSize(2);
        assertThat(channel.told.getLast().getFirst().reminder()).isTrue();
        assertThat(channel.told.getLast().getFirst().alarm().text()).isEqualTo("less room");
        clock.forward(Duration.ofHours(1));
        alarms.clear(AlarmKind.DISK, "disk");
        courier.deliver();
        assertThat(channel.told).hasSize(3);
        assertThat(channel.told.getLast().getFirst().alarm().stands()).isFalse();
        clock.forward(Duration.ofDays(3));
        courier.deliver();
        assertThat(channel.told).hasSize(3);
        assertThat(alarms.standing()).isEmpty();
        assertThat(alarms.all()).hasSize(1);
    }

    /// Whoever knows that a mailbox fails does not know yet that it is given up.
    @Test
    void whatBecomesWorseIsToldAnew() throws Exception {
        alarms.raise(AlarmKind.JOURNALING, "j@a.example", "it fails", 0);
        courier.deliver();
        clock.forward(Duration.ofHours(1));
        alarms.raise(AlarmKind.JOURNALING, "j@a.example", "it fails again", 0);
        courier.deliver();
        assertThat(channel.told).hasSize(1);
        alarms.raise(AlarmKind.JOURNALING, "j@a.example", "SUSPENDED", 1);
        again();
        courier.deliver();
        assertThat(channel.told).hasSize(2);
        assertThat(channel.told.getLast().getFirst().reminder()).isFalse();
        assertThat(channel.told.getLast().getFirst().alarm().text()).isEqualTo("SUSPENDED");
        clock.forward(Duration.ofHours(1));
        alarms.raise(AlarmKind.JOURNALING, "j@a.example", "it fails once more", 0);
        courier.deliver();
        assertThat(channel.told).as("better, and not over").hasSize(2);
        alarms.raise(AlarmKind.JOURNALING, "j@a.example", "SUSPENDED", 1);
        courier.deliver();
        assertThat(channel.told).as("no worse than was told").hasSize(2);
    }

    @Test
    void ofTwoSubjectsThatAreOneTheLaterAlarmGoesOn() throws Exception {
        alarms.raise(AlarmKind.JOURNALING, "J@a.example", "it fails", 1);
        alarms.raise(AlarmKind.SILENT, "J@a.example", "it is silent");
        clock.forward(Duration.ofHours(1));
        alarms.raise(AlarmKind.JOURNALING, "j@a.example", "it fails");
        alarms.raise(AlarmKind.JOURNALING, "B@a.example", "it fails");
        courier.deliver();
        alarms.rename(AlarmKind.JOURNALING, subject -> subject.toLowerCase(Locale.ROOT));
        again();
        assertThat(alarms.standing())
                .extracting(Alarm::number, Alarm::subject)
                .containsExactly(tuple(4L, "b@a.example"), tuple(3L, "j@a.example"), tuple(2L, "J@a.example"));
        alarms.raise(AlarmKind.JOURNALING, "b@a.example", "it fails again");
        alarms.raise(AlarmKind.JOURNALING, "j@a.example", "it fails again");
        assertThat(alarms.standing()).as("they go on").hasSize(3);
        clock.forward(Duration.ofHours(1));
        courier.deliver();
        assertThat(channel.told.getLast())
                .as("whoever was told of two is told that one is over")
                .singleElement()
                .satisfies(due -> assertThat(due.alarm().number()).isEqualTo(1));
        alarms.clear(AlarmKind.JOURNALING, "j@a.example");
        assertThat(alarms.standing()).hasSize(2);
    }

    @Test
    void manyEventsAreOneAlarmAndOneMessage() {
        for (int i = 0; i < 50_000; i++) {
            alarms.raise(AlarmKind.NDR, "exchange", "A report came back.");
        }
        courier.deliver();
        assertThat(alarms.standing())
                .singleElement()
                .satisfies(a -> assertThat(a.times()).isEqualTo(50_000));
        assertThat(channel.told).hasSize(1);
        clock.forward(Alarms.EVENT_LASTS.minusMinutes(1));
        alarms.expire();
        assertThat(alarms.standing()).hasSize(1);
        clock.forward(Duration.ofMinutes(2));
        alarms.expire();
        assertThat(alarms.standing()).isEmpty();
    }

    @Test
    void whatComesAndGoesIsTheSameAlarmAndIsNotToldEachTime() {
        for (int i = 0; i < 120; i++) { // every half minute for an hour
            alarms.raise(AlarmKind.TROUBLE, "archive", "the disk is full");
            courier.deliver();
            clock.forward(Duration.ofSeconds(15));
            alarms.clear(AlarmKind.TROUBLE, "archive");
            courier.deliver();
            clock.forward(Duration.ofSeconds(15));
        }
        assertThat(alarms.all()).hasSize(1);
        assertThat(channel.told).hasSizeLessThanOrEqualTo(5);
    }

    @Test
    void whatIsDueTogetherIsOneMessage() {
        alarms.raise(AlarmKind.GAP, "a", "missing");
        alarms.raise(AlarmKind.GAP, "b", "missing");
        alarms.raise(AlarmKind.JOB, "a", "fails");
        courier.deliver();
        assertThat(channel.told)
                .singleElement()
                .satisfies(due -> assertThat(due).hasSize(3));
    }

    @Test
    void aChannelThatFailsIsTriedAgainLaterEachTime() {
        channel.broken = true;
        alarms.raise(AlarmKind.LEDGER, "ledger", "stopped");
        for (int minute = 0; minute < 24 * 60; minute++) {
            courier.deliver();
            clock.forward(Duration.ofMinutes(1));
        }
        assertThat(channel.tries).isBetween(24, 32);
        assertThat(courier.trouble()).singleElement().asString().contains("nobody answers");
        channel.broken = false;
        clock.forward(Duration.ofHours(1));
        courier.deliver();
        assertThat(channel.told).hasSize(1);
        assertThat(courier.trouble()).isEmpty();
    }

    @Test
    void whatWasToldAndWhatStandsSurvivesARestart() throws Exception {
        alarms.raise(AlarmKind.SILENT, "odd \"source\"\n", "text");
        alarms.raise(AlarmKind.REFUSED, "b", "too large");
        alarms.raise(AlarmKind.REFUSED, "b", "too large");
        courier.deliver();
        alarms.clear(AlarmKind.SILENT, "odd \"source\"\n");
        List<Alarm> before = alarms.all();
        again();
        assertThat(alarms.all()).isEqualTo(before);
        clock.forward(Duration.ofMinutes(20));
        courier.deliver();
        assertThat(channel.told.getLast())
                .singleElement()
                .satisfies(d -> assertThat(d.alarm().stands()).isFalse());
        alarms.raise(AlarmKind.JOB, "x", "fails");
        assertThat(alarms.standing().getFirst().number())
                .isGreaterThan(before.getFirst().number());
    }

    @Test
    void aFileThatCannotBeReadIsSetAside() throws Exception {
        alarms.raise(AlarmKind.JOB, "x", "fails");
        alarms.close();
        byte[] good = Files.readAllBytes(directory.resolve("alarms.json"));
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            byte[] bad = good.clone();
            for (int n = 0; n < 1 + random.nextInt(8); n++) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            Files.write(directory.resolve("alarms.json"), bad);
            Alarms.open(directory, clock).close(); // whatever it holds now, the archive opens
        }
        Files.writeString(directory.resolve("alarms.json"), "{\"number\":");
        open();
        assertThat(alarms.all()).isEmpty();
        assertThat(directory.resolve("alarms.json.damaged")).exists();
    }

    @Test
    void pastAlarmsAreForgottenAtTheirLimitAndStandingOnesNever() {
        alarms.raise(AlarmKind.LEDGER, "ledger", "stopped");
        for (int i = 0; i < Alarms.KEPT + 50; i++) {
            alarms.raise(AlarmKind.JOB, "job " + i, "fails");
            alarms.clear(AlarmKind.JOB, "job " + i);
        }
        assertThat(alarms.all()).hasSize(Alarms.KEPT);
        assertThat(alarms.standing()).extracting(Alarm::kind).containsExactly(AlarmKind.LEDGER);
    }

    @Test
    void aChannelThatIsNewHearsOfWhatStandsAndNotOfThePast() {
        alarms.raise(AlarmKind.JOB, "old", "fails");
        alarms.clear(AlarmKind.JOB, "old");
        alarms.raise(AlarmKind.JOB, "new", "fails");
        clock.forward(Duration.ofDays(2));
        courier.deliver();
        assertThat(channel.told)
                .singleElement()
                .satisfies(due ->
                        assertThat(due).extracting(d -> d.alarm().subject()).containsExactly("new"));
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        record Wrong(Settings.Subject subject, java.util.Map<String, String> settings) {}
        for (Wrong wrong : List.of(
                new Wrong(Settings.Subject.WEBHOOK, java.util.Map.of("url", "ftp://x")),
                new Wrong(Settings.Subject.WEBHOOK, java.util.Map.of("url", "https://a b")),
                new Wrong(Settings.Subject.MAIL, java.util.Map.of("server", "mx", "from", "a@b", "to", "nobody")),
                new Wrong(Settings.Subject.MAIL, java.util.Map.of("server", "mx:0", "from", "a@b", "to", "c@d")),
                new Wrong(
                        Settings.Subject.MAIL,
                        java.util.Map.of("server", "mx", "from", "a@b\r\nBcc: e@f", "to", "c@d")),
                new Wrong(
                        Settings.Subject.MAIL,
                        java.util.Map.of(
                                "server", "mx", "from", "a@b", "to", "c@d", "user", "u", "passwordFile", "/p")),
                new Wrong(Settings.Subject.GIVE_BACK_SMTP, java.util.Map.of("server", "mx")),
                new Wrong(Settings.Subject.GIVE_BACK_IMAP, java.util.Map.of("port", "143")),
                new Wrong(Settings.Subject.GIVE_BACK_IMAP, java.util.Map.of("host", "mx", "tls", "never")),
                new Wrong(Settings.Subject.GIVE_BACK_IMAP, java.util.Map.of("host", "mx", "user", "anna")),
                new Wrong(Settings.Subject.LIMITS, java.util.Map.of("quarantined", "none")),
                new Wrong(
                        Settings.Subject.ALTERNATE_CANARY,
                        java.util.Map.of("server", "mx", "from", "a@b.c", "to", "c@d.e")),
                new Wrong(
                        Settings.Subject.CANARY,
                        java.util.Map.of(
                                "server", "mx", "from", "a@b", "to", "c@d", "every", "60", "within", "600")))) {
            assertThatThrownBy(() -> {
                        switch (wrong.subject()) {
                            case MAIL -> Settings.Mail.of(wrong.settings());
                            case LIMITS -> Settings.Limits.of(wrong.settings());
                            case CANARY -> Settings.Canary.of(wrong.settings());
                            case ALTERNATE_CANARY -> Settings.alternateCanary(wrong.settings());
                            case WEBHOOK -> Settings.url(wrong.settings());
                            case GIVE_BACK_SMTP -> Settings.GiveBackSmtp.of(wrong.settings());
                            case GIVE_BACK_IMAP -> Settings.GiveBackImap.of(wrong.settings());
                        }
                    })
                    .as("%s", wrong)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(Settings.Mail.of(java.util.Map.of("server", "[::1]:587", "from", "a@b.c", "to", "d@e.f, g@h.i"))
                        .to())
                .hasSize(2);
    }

    @Test
    void aSubjectInAnyLanguageFitsIntoAHeader() {
        String text = "Störung: Qualität ".repeat(20) + "\r\nBcc: x@y";
        String encoded = HeaderText.encoded(text);
        assertThat(encoded.lines())
                .allMatch(line -> line.length() <= 76 && line.strip().startsWith("=?utf-8?B?"));
        assertThat(HeaderText.encoded("plain")).isEqualTo("plain");
    }
}
