package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.acceptance.TroubledDisk.Calls;
import io.carteggio.acceptance.TroubledDisk.Errno;
import io.carteggio.mail.Address;
import io.carteggio.mail.Sha256;
import io.carteggio.server.smtp.SmtpClient;
import io.carteggio.server.smtp.SmtpClient.Outcome;
import io.carteggio.server.smtp.SmtpClient.Way;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// A disk that is full, forbidden or broken (P1, P3): senders are asked with 451 to come again, the books
/// page and `stats` say why, nothing acknowledged is lost, no part of a letter is ever seen, and when the
/// trouble is over, mail is taken again.
///
/// One server lives through the whole table; a disk that could not force is forgiven only after a restart.
@Tag("peers")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DiskTroubleTest {
    private static final String JOURNAL = "journal@archive.firm.example";
    private static final String SAID = "Nothing new is taken at the moment";

    /// Over what the spool keeps in memory, so that it needs a file from its first octets on.
    private static final int LARGE_LINES = 200_000;

    private static Program program;
    private static TroubledDisk disk;
    private static Serving server;
    private static Pages pages;
    private static Mailing mailing;

    @BeforeAll
    static void start() throws Exception {
        disk = TroubledDisk.calm();
        program = Program.on(Program.freshDirectory("trouble")).withJavaOptions("-XX:TieredStopAtLevel=1");
        program.ask("source", "add", "exchange", "--smtp", JOURNAL).done();
        server = disk.under(program).serve();
        pages = Pages.ofAdministrator(server);
        mailing = new Mailing();
    }

    @AfterAll
    static void stop() {
        if (pages != null) {
            pages.close();
        }
        if (server != null) {
            server.close();
        }
    }

    /// The next trouble begins on a sound disk, however this one ended.
    @AfterEach
    void heal() {
        disk.heal();
    }

    /// What fails.
    ///
    /// @param in only files with this in their path; all where it is empty
    /// @param torn whether a write that fails writes half of its octets
    /// @param refused whether mail must be refused; else it must be kept, since what keeps it is well
    record Trouble(String name, Errno why, List<Calls> calls, String in, boolean torn, boolean refused) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Trouble> troubles() {
        List<Calls> all = List.of(Calls.WRITES, Calls.OPENS, Calls.OTHERS);
        return List.of(
                new Trouble("the disk is full", Errno.ENOSPC, List.of(Calls.WRITES), "", false, true),
                new Trouble("the disk runs full in a write", Errno.ENOSPC, List.of(Calls.WRITES), "", true, true),
                new Trouble("the quota is used up", Errno.EDQUOT, List.of(Calls.WRITES), "/vault/", true, true),
                new Trouble("permission is lost", Errno.EACCES, all, "", false, true),
                new Trouble("the file system turned read-only", Errno.EROFS, all, "", false, true),
                new Trouble("no file can be made", Errno.EACCES, List.of(Calls.OPENS), "", false, false),
                new Trouble(
                        "the catalogue's disk is broken", Errno.EIO, List.of(Calls.WRITES), "catalogue", true, true),
                new Trouble("the index' disk is full", Errno.ENOSPC, all, "/index", true, false));
    }

    @ParameterizedTest
    @Order(1)
    @MethodSource("troubles")
    void mailIsRefusedSaidAndTakenAgain(Trouble trouble) throws Exception {
        assertThat(mailing.send(server, 1)).as("before").isEmpty();
        assertThat(pages.get("/books")).doesNotContain(SAID);

        disk.onlyIn(trouble.in());
        if (trouble.torn()) {
            disk.tearWrites();
        }
        trouble.calls().forEach(calls -> disk.fail(calls, trouble.why()));
        List<Outcome> refused = new ArrayList<>(mailing.send(server, 1));
        refused.addAll(mailing.send(server, 40));
        refused.addAll(mailing.send(server, 1));
        if (trouble.refused()) {
            // the catalogue follows behind the acknowledgement: its trouble shows a moment after the first mail
            mailing.sendUntilRefused(server, refused, Duration.ofSeconds(15));
            assertThat(pages.get("/books")).contains(SAID);
            try (Desk desk = Desk.of(server)) {
                assertThat(desk.line("stats").path("trouble").stringValue()).isNotBlank();
            }
        } else {
            assertThat(refused).isEmpty();
        }
        assertThat(refused)
                .allSatisfy(outcome -> assertThat(outcome.end().code()).isEqualTo(451));

        disk.heal();
        mailing.sendUntilKept(server, Duration.ofSeconds(15));
        assertThat(pages.get("/books")).doesNotContain(SAID);
        mailing.verify(server);
    }

    /// A large mail goes through a file of the spool.
    @Test
    @Order(2)
    void aSpoolWithoutRoomIsSaid() throws Exception {
        disk.onlyIn("/spool");
        disk.fail(Calls.WRITES, Errno.ENOSPC);
        List<Outcome> refused = mailing.send(server, LARGE_LINES);
        assertThat(refused)
                .hasSize(1)
                .allSatisfy(o -> assertThat(o.end().code()).isEqualTo(451));
        assertThat(pages.get("/books")).contains(SAID);
        disk.heal();
        mailing.sendUntilKept(server, Duration.ofSeconds(15));
        assertThat(pages.get("/books")).doesNotContain(SAID);
    }

    /// After a force that failed nobody knows what the disk holds: a later one may succeed and mean nothing.
    /// So the vault takes nothing more until it has been opened again.
    @Test
    @Order(3)
    void aForceThatFailsIsForgivenOnlyAfterARestart() throws Exception {
        assertThat(mailing.send(server, 1)).isEmpty();
        disk.onlyIn("/vault/");
        disk.fail(Calls.FORCES, Errno.EIO);
        assertThat(mailing.send(server, 1)).hasSize(1);
        disk.heal();
        assertThat(mailing.send(server, 1)).as("as long as it runs").hasSize(1);
        assertThat(pages.get("/books")).contains(SAID);

        pages.close();
        server.close();
        server = program.serve();
        mailing.verify(server);
        mailing.sendUntilKept(server, Duration.ofSeconds(15));
        mailing.verify(server);
    }

    @Test
    @Order(4)
    void everythingIsThereOnce() throws Exception {
        mailing.verify(server);
        server.stop();
        program.ask("check").done();
        assertThat(program.ask("rebuild", "--compare").exit()).isZero();
    }

    /// The same with a real file system that is really full, catalogue, index and all.
    @Test
    @Order(5)
    void aFullFileSystem() throws Exception {
        Path mounted = Program.freshDirectory("small");
        mount(mounted);
        try {
            Path data = Files.createDirectory(mounted.resolve("data"));
            Program small = Program.on(data).withJavaOptions("-XX:TieredStopAtLevel=1");
            small.run("source", "add", "exchange", "--smtp", JOURNAL).done();
            Mailing here = new Mailing();
            try (Serving full = small.serve();
                    Pages books = Pages.ofAdministrator(full)) {
                assertThat(here.send(full, 10)).isEmpty();
                Path ballast = mounted.resolve("ballast");
                fill(ballast);
                List<Outcome> refused = new ArrayList<>();
                for (int i = 0; i < 10; i++) { // the last blocks of open files may still take some
                    refused.addAll(here.send(full, 300));
                }
                assertThat(refused)
                        .isNotEmpty()
                        .allSatisfy(o -> assertThat(o.end().code()).isEqualTo(451));
                assertThat(books.get("/books")).contains(SAID);

                Files.delete(ballast);
                here.sendUntilKept(full, Duration.ofSeconds(20));
                assertThat(books.get("/books")).doesNotContain(SAID);
                here.verify(full);
                small.awaitIndexed();
            }
            small.run("check").done();
            assertThat(small.run("rebuild", "--compare").exit()).isZero();
        } finally {
            new ProcessBuilder("umount", mounted.toString()).inheritIO().start().waitFor(10, TimeUnit.SECONDS);
        }
    }

    private static void mount(Path at) throws Exception {
        Process mount;
        try {
            mount = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", at.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException none) {
            Assumptions.abort("skipped: no mount");
            return;
        }
        Assumptions.assumeTrue(
                mount.waitFor(10, TimeUnit.SECONDS) && mount.exitValue() == 0,
                "skipped: a small file system cannot be mounted here");
    }

    private static void fill(Path ballast) throws IOException {
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("space");
        }
    }

    /// What is sent to one archive, and what it has answered.
    private static final class Mailing {
        private final Set<Sha256> acknowledged = new LinkedHashSet<>();
        private final Set<Sha256> sent = new LinkedHashSet<>();
        private final List<Post> refused = new ArrayList<>();
        private int number;

        /// Sends one letter of so many lines.
        ///
        /// @return the answer, if it was not kept
        List<Outcome> send(Serving to, int lines) throws IOException {
            number++;
            return deliver(
                    to,
                    Post.plain(
                            "t" + number,
                            "anna@firm.example",
                            "bruno@firm.example",
                            "Letter " + number,
                            ("line of letter " + number + "\r\n").repeat(lines),
                            "To: bruno@firm.example"));
        }

        private List<Outcome> deliver(Serving to, Post post) throws IOException {
            sent.add(post.sum());
            try (SmtpClient client = SmtpClient.connect(to.smtp(), "exchange.firm.example", Duration.ofSeconds(30))) {
                Outcome outcome = client.send(
                        Optional.of(new Address("postmaster@firm.example")),
                        List.of(new Address(JOURNAL)),
                        post.report(),
                        Way.DATA);
                if (outcome.kept()) {
                    acknowledged.add(post.sum());
                    return List.of();
                }
                refused.add(post);
                return List.of(outcome);
            }
        }

        /// Sends letters until one is refused, unless one was.
        void sendUntilRefused(Serving to, List<Outcome> refusals, Duration patience) throws Exception {
            long until = System.nanoTime() + patience.toNanos();
            while (refusals.isEmpty()) {
                assertThat(System.nanoTime())
                        .as("nothing is refused; the server says\n%s", to.printed())
                        .isLessThan(until);
                Thread.sleep(20);
                refusals.addAll(send(to, 1));
            }
        }

        /// Sends again all that was refused until it is kept, as a mail server does.
        void sendUntilKept(Serving to, Duration patience) throws Exception {
            long until = System.nanoTime() + patience.toNanos();
            send(to, 2);
            while (!refused.isEmpty()) {
                List<Post> again = new ArrayList<>(refused);
                refused.clear();
                List<Outcome> still = new ArrayList<>();
                for (Post post : again) {
                    still.addAll(deliver(to, post));
                }
                if (!still.isEmpty()) {
                    assertThat(System.nanoTime())
                            .as("still %s; the server says\n%s", still.getFirst(), to.printed())
                            .isLessThan(until);
                    Thread.sleep(200);
                }
            }
        }

        /// All that was acknowledged is there, once and byte for byte, and nothing that was not sent.
        void verify(Serving to) throws Exception {
            try (Desk desk = Desk.of(to)) {
                desk.check(false);
                JsonNode books = desk.line("stats");
                Program.assertBalanced(books);
                List<Sha256> there = desk.letters();
                assertThat(there).doesNotHaveDuplicates().containsAll(acknowledged);
                assertThat(sent).containsAll(there);
                assertThat(books.path("originals").longValue()).isEqualTo(there.size());
            }
        }
    }

    /// No spool file is left behind.
    @Test
    @Order(6)
    void nothingIsLeftInTheSpool() throws IOException {
        Path spool = program.data().resolve("spool");
        if (Files.exists(spool)) {
            try (Stream<Path> files = Files.list(spool)) {
                assertThat(files).isEmpty();
            }
        }
    }
}
