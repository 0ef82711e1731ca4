package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Mail fetched from a real Dovecot. P1: "a deletion at a fetched mailbox … comes only after the
/// arrival's commit frame is forced to stable storage."
@Tag("peers")
class FetchTest {
    private static final int MAILS = 300;

    @BeforeAll
    static void needs() {
        assumeTrue(Dovecot.available(), "skipped: Dovecot is not here, or we are not root");
    }

    static Post post(int n) {
        return Post.plain(
                "f" + n,
                "anna@firm.example",
                "bruno@firm.example",
                "Fetched " + n,
                "Text of " + n,
                "To: bruno@firm.example");
    }

    static List<Content> reports(int from, int to) throws Exception {
        List<Content> reports = new ArrayList<>();
        for (int n = from; n < to; n++) {
            reports.add(post(n).report());
        }
        return reports;
    }

    static Set<Sha256> sums(int from, int to) {
        Set<Sha256> sums = new TreeSet<>();
        for (int n = from; n < to; n++) {
            sums.add(post(n).sum());
        }
        return sums;
    }

    private static Path password(Path directory) throws Exception {
        return Files.writeString(directory.resolve("password"), "secret\n", StandardCharsets.UTF_8);
    }

    private static Program program(String name) throws Exception {
        return Program.on(Program.freshDirectory(name));
    }

    private static void add(Program program, Dovecot dovecot, String name, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(
                "source",
                "add",
                name,
                "--password-file",
                password(dovecot.directory()).toString(),
                "--certificate",
                "sha256:" + dovecot.certificateSum(),
                "--schedule",
                "manual"));
        arguments.addAll(List.of(more));
        program.ask(arguments.toArray(String[]::new)).done();
    }

    /// The last line of a run.
    private static JsonNode run(Program program, String job) {
        return program.ask("job", "run", job, "--json").done().jsonLines().getLast();
    }

    private static void assertRun(JsonNode run, String field, long expected) {
        assertThat(run.path(field).longValue()).as(field + " of " + run).isEqualTo(expected);
    }

    @Test
    void everythingIsFetchedOnceAndDeleted() throws Exception {
        try (Dovecot dovecot = Dovecot.start()) {
            dovecot.deliver("imap", reports(0, MAILS));
            dovecot.deliver("pop", reports(MAILS, 2 * MAILS));
            Program program = program("fetch");
            add(
                    program,
                    dovecot,
                    "by-imap",
                    "--imap",
                    "localhost:" + dovecot.imap(),
                    "--tls",
                    "starttls",
                    "--user",
                    "imap",
                    "--after",
                    "delete");
            add(
                    program,
                    dovecot,
                    "by-pop",
                    "--pop3",
                    "localhost:" + dovecot.pop3s(),
                    "--user",
                    "pop",
                    "--after",
                    "delete");
            for (String source : List.of("by-imap", "by-pop")) {
                Program.Ran test =
                        program.ask("source", "test", source, "--json").done();
                assertThat(test.jsonLines())
                        .hasSize(7)
                        .allSatisfy(step ->
                                assertThat(step.path("result").stringValue()).isEqualTo("ok"));
                assertThat(test.out()).contains("marker seen in 3").doesNotContain("secret");
                assertThat(dovecot.mails(source.replace("by-", "")))
                        .as("a test changes nothing")
                        .hasSize(MAILS);
                JsonNode run = run(program, source);
                assertRun(run, "fetched", MAILS);
                assertRun(run, "letters", MAILS);
                assertRun(run, "removed", MAILS);
                assertThat(dovecot.mails(source.replace("by-", ""))).isEmpty();
                assertRun(run(program, source), "fetched", 0);
            }
            JsonNode books = program.stats();
            Program.assertBalanced(books);
            assertThat(books.path("originals").longValue()).isEqualTo(2 * MAILS);
            program.ask("check").done();
        }
    }

    private static void set(Program program, String source, String... settings) {
        List<String> arguments = new ArrayList<>(List.of("source", "set", source));
        arguments.addAll(List.of(settings));
        program.ask(arguments.toArray(String[]::new)).done();
    }

    /// A run that fails: why, as the history has it.
    private static String failure(Program program, String job) {
        Program.Ran ran = program.ask("job", "run", job, "--json").exit(1);
        JsonNode run = ran.jsonLines().getLast();
        assertThat(run.path("outcome").stringValue()).isEqualTo("failed");
        assertThat(ran.err() + ran.out()).doesNotContain("secret");
        return run.path("reason").stringValue();
    }

    private static boolean alarm(Program program, String job) {
        return program.ask("job", "show", job, "--json")
                .done()
                .json()
                .path("alarm")
                .booleanValue();
    }

    /// The failing step of a test.
    private static String failedStep(Program program, String source) {
        return program.ask("source", "test", source, "--json").exit(1).jsonLines().stream()
                .filter(step -> step.path("result").stringValue().equals("failed"))
                .map(step -> step.path("step").stringValue())
                .findFirst()
                .orElseThrow();
    }

    /// The table of docs/operations/failures.md, as far as Dovecot can play it: "what happens to the
    /// mail, the job, the alarm".
    @Test
    void whatGoesWrongLosesNothing() throws Exception {
        try (Dovecot dovecot = Dovecot.start()) {
            dovecot.deliver("anna", reports(0, 5));
            Program program = program("fetch-wrong");
            Path wrong = Files.writeString(dovecot.directory().resolve("wrong"), "not this\n");
            add(
                    program,
                    dovecot,
                    "box",
                    "--imap",
                    "localhost:" + dovecot.imaps(),
                    "--user",
                    "anna",
                    "--after",
                    "delete");

            set(program, "box", "--password-file", wrong.toString());
            assertThat(failure(program, "box")).contains("refuses user anna");
            assertThat(failedStep(program, "box")).isEqualTo("log in");
            assertThat(alarm(program, "box")).isTrue();
            set(program, "box", "--password-file", password(dovecot.directory()).toString());
            assertThat(alarm(program, "box")).as("new settings, new luck").isFalse();

            set(program, "box", "--folder", "Nowhere");
            assertThat(failure(program, "box")).contains("folder Nowhere");
            assertThat(failedStep(program, "box")).isEqualTo("folder");
            set(program, "box", "--folder", "");

            set(program, "box", "--certificate", "sha256:" + "00".repeat(32));
            assertThat(failure(program, "box"))
                    .contains("not the pinned one")
                    .contains("sha256:" + dovecot.certificateSum());
            assertThat(failedStep(program, "box")).isEqualTo("tls");
            set(program, "box", "--certificate", "system");
            assertThat(failure(program, "box")).contains("certificate of localhost is not good");
            set(program, "box", "--certificate", "sha256:" + dovecot.certificateSum());

            dovecot.stop();
            assertThat(failure(program, "box")).contains("nobody listens");
            assertThat(failedStep(program, "box")).isEqualTo("connect");
            dovecot.startAgain();

            assertThat(dovecot.mails("anna")).as("nothing was touched").hasSize(5);
            assertRun(run(program, "box"), "letters", 5);
            assertThat(dovecot.mails("anna")).isEmpty();

            dovecot.certificate(java.time.Instant.now().minusSeconds(3_600));
            dovecot.deliver("anna", reports(5, 6));
            set(program, "box", "--certificate", "system");
            assertThat(failure(program, "box")).contains("certificate of localhost is not good");
            assertThat(dovecot.mails("anna")).hasSize(1);
            set(program, "box", "--certificate", "ignore");
            Program.Ran shown = program.ask("source", "show", "box").done();
            assertThat(shown.err()).contains("CERTIFICATE NOT CHECKED");
            assertRun(run(program, "box"), "letters", 1);

            Program.assertBalanced(program.stats());
            assertThat(program.ask("job", "history", "box", "--json").done().jsonLines())
                    .allSatisfy(run -> assertThat(run.path("fetched").longValue())
                            .isEqualTo(run.path("letters").longValue()));
        }
    }

    /// What the system's check of certificates sees, where the system trusts who issued it.
    @Test
    void onlyAGoodCertificateOfThisHostIsToldThePassword() throws Exception {
        try (Dovecot dovecot = Dovecot.start()) {
            dovecot.deliver("anna", reports(0, 1));
            Path trusted = dovecot.directory().resolve("trusted.p12");
            Program program = program("fetch-certificate")
                    .withJavaOptions("-Djavax.net.ssl.trustStore=" + trusted
                            + " -Djavax.net.ssl.trustStorePassword=changeit -Djavax.net.ssl.trustStoreType=PKCS12");
            String port = ":" + dovecot.imaps();
            for (String name : List.of("here", "elsewhere")) {
                String host = name.equals("here") ? "localhost" : "127.0.0.1";
                add(program, dovecot, name, "--imap", host + port, "--user", "anna");
                set(program, name, "--certificate", "system");
            }
            trust(dovecot, trusted);
            assertThat(program.run("job", "run", "elsewhere", "--json").exit(1).out())
                    .as("another host")
                    .contains("certificate of 127.0.0.1 is not good", dovecot.certificateSum());
            dovecot.certificate(java.time.Instant.now().minusSeconds(3_600));
            trust(dovecot, trusted);
            assertThat(program.run("job", "run", "here", "--json").exit(1).out())
                    .as("expired")
                    .contains("certificate of localhost is not good", dovecot.certificateSum());
            assertThat(dovecot.log()).as("nobody got so far").doesNotContain("user=<anna>");
            dovecot.certificate(java.time.Instant.now().plusSeconds(3_600));
            trust(dovecot, trusted);
            assertRun(
                    program.run("job", "run", "here", "--json")
                            .done()
                            .jsonLines()
                            .getLast(),
                    "letters",
                    1);
            assertThat(dovecot.log()).contains("user=<anna>");
        }
    }

    private static void trust(Dovecot dovecot, Path file) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream pem = Files.newInputStream(dovecot.directory().resolve("authority.pem"))) {
            trusted.setCertificateEntry(
                    "authority", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        try (OutputStream out = Files.newOutputStream(file)) {
            trusted.store(out, "changeit".toCharArray());
        }
    }

    @Test
    void anotherNumberingBringsEvidenceAndKeptMailComesOnce() throws Exception {
        try (Dovecot dovecot = Dovecot.start()) {
            dovecot.deliver("anna", reports(0, 20));
            Program program = program("fetch-numbering");
            add(program, dovecot, "box", "--imap", "localhost:" + dovecot.imaps(), "--user", "anna");
            assertRun(run(program, "box"), "letters", 20);
            dovecot.deliver("anna", reports(20, 25));
            JsonNode more = run(program, "box");
            assertRun(more, "fetched", 5);
            dovecot.renumber("anna");
            JsonNode again = run(program, "box");
            assertRun(again, "evidence", 25);
            assertThat(again.path("reason").stringValue()).contains("anew");
            assertRun(run(program, "box"), "fetched", 0);
            assertThat(dovecot.mails("anna")).hasSize(25);
            assertThat(program.stats().path("originals").longValue()).isEqualTo(25);
        }
    }

    /// Octets and the oldest mail by what Dovecot tells, the limit by what the administrator does.
    @Test
    void everyMailboxIsMeasured() throws Exception {
        try (Dovecot dovecot = Dovecot.start()) {
            Program program = program("fetch-fill");
            for (String protocol : List.of("imap", "pop3")) {
                dovecot.deliver(protocol, reports(0, 5));
                String host = "localhost:" + (protocol.equals("imap") ? dovecot.imaps() : dovecot.pop3s());
                add(program, dovecot, protocol, "--" + protocol, host, "--user", protocol, "--quota", "7K");
                // a server keeps what was found between its runs; a command for itself does not outlive it
                try (Serving _ = program.serve()) {
                    run(program, protocol);
                    JsonNode full = program.ask("job", "show", protocol, "--json")
                            .done()
                            .json()
                            .path("mailbox");
                    long octets = 0;
                    for (Path mail : dovecot.mails(protocol)) {
                        octets += Files.size(mail);
                    }
                    assertThat(full.path("mails").longValue()).isEqualTo(5);
                    assertThat(full.path("usedBytes").longValue()).isEqualTo(octets);
                    assertThat(full.path("limitBytes").longValue()).isEqualTo(7_168);
                    assertThat(full.path("oldest").isString()).as(protocol).isTrue();
                    assertThat(full.path("alarm").stringValue()).contains("% full");
                    assertThat(program.ask("alarm", "list", "--json").done().jsonLines())
                            .anySatisfy(
                                    alarm -> assertThat(alarm.path("subject").stringValue())
                                            .isEqualTo(protocol + " mailbox"));
                    set(program, protocol, "--quota", "1M");
                    run(program, protocol);
                    assertThat(program.ask("alarm", "list", "--json").done().jsonLines())
                            .noneSatisfy(
                                    alarm -> assertThat(alarm.path("subject").stringValue())
                                            .isEqualTo(protocol + " mailbox"));
                }
            }
        }
    }

    /// Without UIDPLUS, MOVE and IDLE, and with a mail that another client marked as deleted: it is
    /// archived before it goes.
    @Test
    void aServerThatCanLittleLosesNothing() throws Exception {
        try (Dovecot dovecot = Dovecot.startWithout(List.of("UIDPLUS", "MOVE", "IDLE", "SASL-IR", "QUOTA"))) {
            dovecot.deliver("anna", reports(0, 50));
            dovecot.deliver("berta", reports(50, 60));
            Program program = program("fetch-little");
            add(
                    program,
                    dovecot,
                    "box",
                    "--imap",
                    "localhost:" + dovecot.imap(),
                    "--tls",
                    "starttls",
                    "--user",
                    "anna",
                    "--after",
                    "delete");
            add(
                    program,
                    dovecot,
                    "moving",
                    "--imap",
                    "localhost:" + dovecot.imaps(),
                    "--user",
                    "berta",
                    "--after",
                    "move:Archivé");
            dovecot.mark("anna", "1:3");
            JsonNode run = run(program, "box");
            assertRun(run, "letters", 50);
            assertRun(run, "removed", 50);
            assertThat(dovecot.mails("anna")).isEmpty();
            assertRun(run(program, "moving"), "removed", 10);
            assertThat(dovecot.mails("berta")).isEmpty();
            assertThat(dovecot.mails("berta", "Archiv&AOk-")).hasSize(10);

            // what stays, and another client marked, is neither removed with ours nor loses its mark
            program.ask("person", "add", "Bruno", "bruno@firm.example").done();
            dovecot.deliver("carla", reports(60, 70));
            dovecot.deliver(
                    "carla",
                    List.of(Post.plain("s", "x@else.example", "y@else.example", "Stranger", "x", "To: y@else.example")
                            .report()));
            add(
                    program,
                    dovecot,
                    "known",
                    "--imap",
                    "localhost:" + dovecot.imaps(),
                    "--user",
                    "carla",
                    "--after",
                    "delete",
                    "--unknown",
                    "discard");
            dovecot.mark("carla", "11");
            assertRun(run(program, "known"), "removed", 10);
            assertThat(dovecot.mails("carla"))
                    .singleElement()
                    .satisfies(mail -> assertThat(mail.getFileName().toString())
                            .as("it is marked")
                            .matches(".*:2,[A-S]*T.*"));
        }
    }

    /// P9: "Memory does not grow with mail size".
    @Test
    void aMailOf200MegabytesGoesThroughASmallHeap() throws Exception {
        try (Dovecot dovecot = Dovecot.start("mail_max_lock_timeout = 60 secs")) {
            Post usual = Post.plain(
                    "large", "anna@firm.example", "bruno@firm.example", "Large", "Text", "To: bruno@firm.example");
            byte[] line = ("0123456789abcdef".repeat(4) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            Content large = Octets.joined(
                    Content.of(usual.head()), usual.mail(), Octets.repeated(line, 3_100_000), Content.of(usual.tail()));
            assertThat(large.sizeBytes()).isGreaterThan(200_000_000);
            dovecot.deliver("anna", List.of(large));
            dovecot.deliver("berta", List.of(large));
            Program program = program("fetch-large").withJavaOptions("-Xmx96m");
            add(
                    program,
                    dovecot,
                    "imap",
                    "--imap",
                    "localhost:" + dovecot.imaps(),
                    "--user",
                    "anna",
                    "--after",
                    "delete");
            add(
                    program,
                    dovecot,
                    "pop3",
                    "--pop3",
                    "localhost:" + dovecot.pop3s(),
                    "--user",
                    "berta",
                    "--after",
                    "delete");
            assertRun(inSmallHeap(program, "imap"), "letters", 1);
            assertRun(inSmallHeap(program, "pop3"), "evidence", 1);
            assertThat(dovecot.mails("anna")).isEmpty();
            assertThat(dovecot.mails("berta")).isEmpty();
            JsonNode books = program.stats();
            assertThat(books.path("originals").longValue()).isEqualTo(1);
        }
    }

    private static JsonNode inSmallHeap(Program program, String job) {
        return program.run("job", "run", job, "--json").done().jsonLines().getLast();
    }
}
