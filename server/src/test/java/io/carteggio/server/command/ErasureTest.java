package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.audit.Actor;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Kept.KeptRecord;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.Vault;
import io.carteggio.embedded.home.DataDirectory;
import io.carteggio.embedded.reports.QueuedReport;
import io.carteggio.embedded.reports.QueuedReport.State;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Envelope;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.report.ReportWriter;
import io.carteggio.mail.report.ReportWriter.Facts;
import io.carteggio.mail.report.ReportWriter.Written;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.command.Shell.Said;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// P8: "erasing a message destroys the keys of all its letters, variants, evidence, unshared parts
/// and index entries, leaves the proofs valid, is refused while a hold or a minimum retention stands
/// … Mail that comes again after erasure is recognised by a keyed mark, discarded as *erased*, with
/// an alarm and an override."
@Tag("slow")
class ErasureTest {
    @TempDir
    Path folder = Path.of("");

    private Shell shell = new Shell(Path.of(""));

    @BeforeEach
    void archive() {
        shell = new Shell(folder.resolve("data"));
    }

    private void take(String name, String mail) throws IOException {
        Path file = Shell.write(folder.resolve("in/" + name + ".eml"), mail);
        shell.done("import", file.toString());
    }

    private String id(String query) {
        List<JsonNode> found = shell.done("search", query, "--json").lines();
        return found.getFirst().path("id").asString("");
    }

    private byte[] raw(String id) {
        return shell.done("show", id, "--raw").octets();
    }

    private JsonNode erase(String id) {
        return shell.done("erase", id, "--reason", "asked for by whom it is about", "--json")
                .json();
    }

    private void allIsWell() {
        assertThat(shell.done("check").out()).contains("all is well");
        assertThat(shell.done("rebuild", "--compare").out()).contains("the same");
        JsonNode books = shell.done("stats", "--json").json();
        assertThat(books.path("received").longValue())
                .isEqualTo(books.path("letters").longValue()
                        + books.path("evidence").longValue()
                        + books.path("notices").longValue()
                        + books.path("quarantined").longValue()
                        + books.path("discarded").longValue());
    }

    /// Where any of the words still stands: in the octets of any file, or in anything that any key
    /// still opens.
    private List<String> whereabouts(String... words) throws Exception {
        List<String> found = new ArrayList<>();
        for (Path file : Shell.filesBelow(shell.data())) {
            find(file.toString(), Files.readAllBytes(file), found, words);
        }
        try (DataDirectory directory = DataDirectory.open(shell.data()).orElseThrow();
                Vault vault = directory.openVault(Position.START, Clock.systemUTC())) {
            vault.walk(Position.START, new Vault.Walker() {
                @Override
                public void frame(Kept kept) {
                    search("manifest of " + kept.number(), kept.manifest());
                    for (KeptRecord record : kept.records()) {
                        try {
                            search(record.toString(), vault.read(record.place()));
                        } catch (io.carteggio.archive.ArchiveException e) {
                            found.add("unreadable: " + record + " " + e);
                        }
                    }
                }

                private void search(String where, Content content) {
                    try {
                        find(where, content.toByteArray(1 << 26), found, words);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }

                @Override
                public void damaged(Vault.Damage damage) {
                    found.add(damage.toString());
                }
            });
        }
        return found;
    }

    private static void find(String where, byte[] octets, List<String> found, String... words) {
        String text = new String(octets, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        for (String word : words) {
            if (text.contains(word.toLowerCase(Locale.ROOT))) {
                found.add(word + " in " + where);
            }
        }
    }

    @Test
    void nothingOfAnErasedMessageIsLeftAndTheOthersAreWhole() throws Exception {
        take("one", Shell.mail("qwezzel@vastorp.example", "bob@example.org", "Xylobrim", "Her knuffelwort was told."));
        take("two", Shell.mail("bob@example.org", "carla@example.net", "Lunch", "Shall we say risotto?"));
        take("three", Shell.mail("carla@example.net", "bob@example.org", "Re: Lunch", "Or saltimbocca?"));
        String gone = id("from:qwezzel@vastorp.example");
        String risotto = id("risotto");
        String saltimbocca = id("saltimbocca");
        byte[] before = raw(risotto);
        assertThat(whereabouts("knuffelwort"))
                .as("there was something to erase")
                .isNotEmpty();

        JsonNode done = erase(gone);

        assertThat(done.path("letters").longValue()).isEqualTo(1);
        assertThat(done.path("everywhereFrom").asString("")).isNotBlank();
        assertThat(shell.run("show", gone).exit()).isEqualTo(1);
        assertThat(shell.done("search", "knuffelwort", "--json").lines()).isEmpty();
        assertThat(raw(risotto)).isEqualTo(before);
        allIsWell();
        shell.done("compact");
        allIsWell();
        assertThat(raw(risotto)).isEqualTo(before);
        assertThat(id("saltimbocca")).isEqualTo(saltimbocca);
    }

    @Test
    void noFileAndNoRecordHoldsItsWords() throws Exception {
        take("one", Shell.mail("qwezzel@vastorp.example", "bob@example.org", "Xylobrim", "Her knuffelwort was told."));
        take("two", Shell.mail("bob@example.org", "carla@example.net", "Lunch", "Shall we say risotto?"));
        String gone = id("subject:xylobrim"); // what was searched for stays in the audit trail
        String sum = Sha256.of(raw(gone)).toString();
        erase(gone);
        assertThat(whereabouts("knuffelwort", "qwezzel", "vastorp", sum)).isEmpty();
        shell.done("compact");
        assertThat(whereabouts("knuffelwort", "qwezzel", "vastorp", sum)).isEmpty();
        allIsWell();
    }

    /// Somebody who kept the keys of before, as a backup does, and puts them back: the erasure is done anew.
    @Test
    void keysOfBeforeOpenNothingAgain() throws Exception {
        take("one", Shell.mail("qwezzel@vastorp.example", "bob@example.org", "Xylobrim", "Her knuffelwort was told."));
        take("two", Shell.mail("bob@example.org", "carla@example.net", "Lunch", "Shall we say risotto?"));
        shell.done("backup", "--to", folder.resolve("backup").toString()); // which closes the segment
        Map<Path, byte[]> keys = new HashMap<>();
        for (Path file : Shell.filesBelow(shell.data().resolve("vault"))) {
            String name = String.valueOf(file.getFileName());
            if (name.startsWith("keyring") || name.contains(".keys")) {
                keys.put(file, Files.readAllBytes(file));
            }
        }
        assertThat(keys).hasSize(4);
        erase(id("subject:xylobrim"));
        assertThat(whereabouts("knuffelwort")).isEmpty();
        for (Map.Entry<Path, byte[]> kept : keys.entrySet()) {
            Files.write(kept.getKey(), kept.getValue());
        }
        allIsWell();
        assertThat(whereabouts("knuffelwort")).isEmpty();
    }

    /// A report that could not be delivered has the letter in it.
    @Test
    void reportsThatWereNotDeliveredGoWithIt() throws Exception {
        String letter =
                Shell.mail("qwezzel@vastorp.example", "bob@example.org", "Xylobrim", "Her knuffelwort was told.");
        take("one", letter);
        Clock clock = Clock.systemUTC();
        try (Archive archive =
                Archive.open(shell.data(), Optional.empty(), clock).orElseThrow()) {
            for (String mail : List.of(letter, letter.replace("told", "sold"))) {
                Written report = new ReportWriter(
                                new Address("agent@example.com"), "mx", UUID::randomUUID, (id, body) -> "mark")
                        .write(
                                new Facts(
                                        new Envelope(
                                                Optional.of(new Address("qwezzel@vastorp.example")),
                                                Optional.empty(),
                                                List.of(new Recipient(Role.TO, new Address("bob@example.org")))),
                                        clock.instant(),
                                        List.of("All mail")),
                                Content.of(mail.getBytes(StandardCharsets.US_ASCII)));
                archive.reports()
                        .put(
                                new QueuedReport.Draft(
                                        false,
                                        new Address("journal@elsewhere.example"),
                                        Optional.empty(),
                                        List.of("All mail"),
                                        report.messageId(),
                                        report.needs()),
                                report.content(),
                                clock.instant(),
                                false);
            }
        }
        erase(id("subject:xylobrim"));
        try (Archive archive =
                Archive.open(shell.data(), Optional.empty(), clock).orElseThrow()) {
            List<QueuedReport> left = archive.reports().list(EnumSet.allOf(State.class), 0, 10);
            assertThat(left).hasSize(1);
            assertThat(archive.reports().mail(left.getFirst()).toByteArray(1 << 20))
                    .asString(StandardCharsets.US_ASCII)
                    .contains("Her knuffelwort was sold.");
        }
        assertThat(whereabouts("knuffelwort")).isEmpty();
    }

    @Test
    void itsVariantsGoWithIt() throws Exception {
        String letter = Shell.mail("anna@example.com", "bob@example.org", "Plan", "The wobbelkrams. ".repeat(40));
        take("one", "Received: from a.example by b.example; Fri, 1 Mar 2024 12:34:56 +0100\r\n" + letter);
        take("two", "Received: from c.example by d.example; Fri, 1 Mar 2024 12:34:57 +0100\r\n" + letter);
        take("three", letter.replace("Subject: Plan", "Subject: Plan again"));
        JsonNode done = erase(id("subject:plan -subject:again"));
        assertThat(done.path("letters").longValue()).isEqualTo(2);
        allIsWell();
        List<JsonNode> left = shell.done("search", "subject:plan", "--json").lines();
        assertThat(left).hasSize(1); // the one with another subject, which was kept as a difference to the first
        assertThat(new String(raw(left.getFirst().path("id").asString("")), StandardCharsets.US_ASCII))
                .isEqualTo(letter.replace("Subject: Plan", "Subject: Plan again"));
        shell.done("compact");
        allIsWell();
        shell.done("rebuild");
        allIsWell();
        erase(left.getFirst().path("id").asString(""));
        shell.done("compact");
        allIsWell();
        assertThat(whereabouts("wobbelkrams")).containsExactly();
    }

    private static String withEnclosure(String subject, String enclosure) {
        return "From: anna@example.com\r\nTo: bob@example.org\r\nSubject: " + subject
                + "\r\nDate: Fri, 01 Mar 2024 12:34:56 +0100\r\nMIME-Version: 1.0\r\n"
                + "Content-Type: multipart/mixed; boundary=xx\r\n\r\n--xx\r\n\r\n" + subject
                + "\r\n--xx\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
                + "Content-Disposition: attachment; filename=a.bin\r\n\r\n" + enclosure + "\r\n--xx--\r\n";
    }

    @Test
    void whatOthersShareStaysUntilTheLastIsErased() throws Exception {
        byte[] octets = new byte[60_000];
        new Random(7).nextBytes(octets);
        byte[] word = "SNORKELBAAR".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(word, 0, octets, 30_000, word.length);
        String enclosure = Base64.getMimeEncoder(76, new byte[] {'\r', '\n'}).encodeToString(octets);
        String first = withEnclosure("alpha", enclosure);
        String second = withEnclosure("beta", enclosure);
        take("a", first);
        take("b", second);
        String alpha = id("subject:alpha");
        String beta = id("subject:beta");

        erase(alpha);
        shell.done("compact");
        allIsWell();
        assertThat(new String(raw(beta), StandardCharsets.ISO_8859_1)).isEqualTo(second);

        erase(beta);
        shell.done("compact");
        allIsWell();
        assertThat(whereabouts("snorkelbaar")).isEmpty();
    }

    private static String report(String id, String envelope, String original) {
        return "From: journal@firm.example\r\nTo: archive@firm.example\r\nSubject: journal\r\nMessage-ID: <" + id
                + "@firm.example>\r\nX-MS-Journal-Report:\r\nMIME-Version: 1.0\r\n"
                + "Content-Type: multipart/mixed; boundary=rr\r\n\r\n--rr\r\nContent-Type: text/plain\r\n\r\n"
                + envelope
                + "\r\n--rr\r\nContent-Type: message/rfc822\r\n\r\n" + original + "\r\n--rr--\r\n";
    }

    @Test
    void everyReportThatVouchesForItGoes() throws Exception {
        String letter = Shell.mail("anna@firm.example", "bob@example.org", "Plan", "Body of it.");
        String envelope = "Sender: anna@firm.example\r\nMessage-ID: <x@firm.example>\r\nRecipient: bob@example.org\r\n";
        take("r1", report("1", envelope + "Bcc: grimbelwald@firm.example\r\n", letter));
        take("r2", report("2", envelope + "Bcc: trokkenheim@firm.example\r\n", letter));
        take("other", Shell.mail("bob@example.org", "carla@example.net", "Lunch", "Shall we say risotto?"));
        assertThat(whereabouts("grimbelwald", "trokkenheim")).isNotEmpty();
        JsonNode done = erase(id("subject:plan"));
        assertThat(done.path("arrivals").longValue()).isEqualTo(2);
        allIsWell();
        assertThat(whereabouts("grimbelwald", "trokkenheim")).isEmpty();
        shell.done("compact");
        allIsWell();
        shell.done("rebuild");
        allIsWell();
    }

    @Test
    void aHoldRefuses() throws Exception {
        take("one", Shell.mail("anna@example.com", "bob@example.org", "Merger", "The quinquennial figures."));
        shell.done("hold", "add", "merger", "subject:merger", "--reason", "case 12");
        assertThat(shell.done("hold", "list", "--json").json().path("letters").longValue())
                .isEqualTo(1);
        String id = id("merger");
        Said refused = shell.run("erase", id, "--reason", "asked");
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("hold 'merger' keeps it").contains("case 12");
        assertThat(shell.run("hold", "release", "other", "--reason", "x").exit())
                .isEqualTo(1);
        shell.done("hold", "release", "merger", "--reason", "case closed");
        erase(id);
        allIsWell();
    }

    @Test
    void retentionRefusesBeforeItsTimeAndErasesAfter() throws Exception {
        take("one", Shell.mail("anna@example.com", "bob@example.org", "Merger", "The quinquennial figures."));
        take("two", Shell.mail("bob@example.org", "carla@example.net", "Lunch", "Shall we say risotto?"));
        shell.done("retention", "set", "--min", "3650");
        Said refused = shell.run("erase", id("merger"), "--reason", "asked");
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("must be kept until").contains("3650 days");
        assertThat(shell.run("retention", "set", "--max", "10").exit()).isEqualTo(1);
        assertThat(shell.run("retention", "apply").exit()).isEqualTo(1);
        shell.done("retention", "set", "--min", "none", "--max", "0");
        shell.done("hold", "add", "lunch", "risotto", "--reason", "hungry");
        JsonNode would = shell.done("retention", "apply", "--dry-run", "--json").json();
        assertThat(would.path("erased").longValue()).isEqualTo(1);
        JsonNode applied = shell.done("retention", "apply", "--json").json();
        assertThat(applied.path("overAge").longValue()).isEqualTo(2);
        assertThat(applied.path("erased").longValue()).isEqualTo(1);
        assertThat(applied.path("mustStay").longValue()).isEqualTo(1);
        assertThat(shell.run("show", id("risotto")).exit()).isZero();
        allIsWell();
    }

    /// "Complete, also in write-once storage and backups, once copies of the keyring older than it have
    /// expired (default 30 days; the page shows the date)."
    @Test
    void theHorizonIsToldAndStandsWithEachErasure() throws Exception {
        take("one", Shell.mail("qwezzel@vastorp.example", "bob@example.org", "Xylobrim", "Her knuffelwort was told."));
        take("two", Shell.mail("bob@example.org", "carla@example.net", "Lunch", "Shall we say risotto?"));
        assertThat(shell.done("retention", "show").out()).contains("copies    30 days");
        JsonNode first = erase(id("subject:xylobrim"));
        assertHorizon(first, 30);
        assertHorizon(shell.done("erasures", "--json").json(), 30);

        for (String wrong : List.of("0", "3651", "1.5", "many", "999999", "")) {
            assertThat(shell.run("retention", "set", "--copies", wrong).exit())
                    .as(wrong)
                    .isNotZero();
        }
        assertThat(shell.done("retention", "show", "--json")
                        .json()
                        .path("copiesKeptDays")
                        .longValue())
                .as("nothing was changed")
                .isEqualTo(30);
        shell.done("retention", "set", "--copies", "90");
        shell.done("retention", "set", "--max", "9000");
        JsonNode told = shell.done("retention", "show", "--json").json();
        assertThat(told.path("copiesKeptDays").longValue()).isEqualTo(90);
        assertThat(told.path("maximumDays").longValue()).isEqualTo(9_000);
        assertThat(shell.done("audit", "list").out()).contains("copies for 90 days");

        assertThat(shell.done("erase", id("risotto"), "--reason", "asked for").out())
                .contains("they are kept 90 days");
        shell.done("rebuild");
        List<JsonNode> listed = shell.done("erasures", "--json").lines();
        assertThat(listed).hasSize(2);
        assertThat(listed.getLast().path("act")).isEqualTo(first.path("act"));
        assertThat(listed.getLast().path("reason").stringValue()).isEqualTo("asked for by whom it is about");
        assertThat(listed.getLast().path("records").longValue())
                .isEqualTo(first.path("records").longValue());
        for (JsonNode erasure : listed) {
            assertHorizon(erasure, 90);
        }
        assertThat(shell.done("erasures").out())
                .contains("in copies until "
                        + listed.getFirst().path("everywhereFrom").stringValue());
        shell.done("retention", "set", "--copies", "none");
        assertHorizon(shell.done("erasures", "--json").lines().getFirst(), 30);
        allIsWell();
    }

    private static void assertHorizon(JsonNode erasure, long days) {
        assertThat(Duration.between(
                        Instant.parse(erasure.path("erasedAt").stringValue()),
                        Instant.parse(erasure.path("everywhereFrom").stringValue())))
                .isEqualTo(Duration.ofDays(days));
        assertThat(erasure.path("complete").asBoolean(false)).isFalse();
    }

    @Test
    void whenTheLastCopyIsGoneNothingIsListedAnyMore() throws Exception {
        for (int i = 0; i < 3; i++) {
            take("m" + i, Shell.mail("a@vastorp.example", "bob@example.org", "Xylobrim", "Number " + i));
            erase(id("subject:xylobrim"));
        }
        assertThat(listedAfter(Duration.ofDays(30).minusMinutes(5), false)).hasSize(3);
        assertThat(listedAfter(Duration.ofDays(30), false)).isEmpty();
        assertThat(listedAfter(Duration.ofDays(30), true))
                .hasSize(3)
                .allMatch(line -> line.path("complete").asBoolean(false));
    }

    private List<ObjectNode> listedAfter(Duration later, boolean all) throws Exception {
        List<ObjectNode> lines = new ArrayList<>();
        try (Archive archive = Archive.open(shell.data(), Clock.offset(Clock.systemUTC(), later))
                .orElseThrow()) {
            OpenDesk desk = OpenDesk.of(archive);
            Outcome outcome = DeskOperations.of(desk)
                    .run(
                            new Request(
                                    "erasure.list",
                                    Json.object().put("all", all),
                                    InputStream.nullInputStream(),
                                    Actor.MACHINE),
                            new Lines(lines::add));
            assertThat(outcome).isEqualTo(Outcome.DONE);
            desk.jobs().close();
        }
        return lines;
    }

    @Test
    void whatComesAgainIsDiscardedUnlessReadmitted() throws Exception {
        String mail = Shell.mail("qwezzel@vastorp.example", "bob@example.org", "Xylobrim", "Her knuffelwort was told.");
        take("one", mail);
        JsonNode done = erase(id("subject:xylobrim"));
        take("again", mail);
        JsonNode books = shell.done("stats", "--json").json();
        assertThat(books.path("discarded").longValue()).isEqualTo(1);
        assertThat(books.path("rawBytes").longValue()).isEqualTo(2L * mail.length());
        allIsWell();
        assertThat(whereabouts("knuffelwort", "qwezzel")).isEmpty();

        String mark = done.path("marks").get(0).asString("");
        shell.done("erase", "--readmit", mark, "--reason", "it was the wrong one");
        take("third", mail);
        assertThat(new String(raw(id("subject:xylobrim")), StandardCharsets.US_ASCII))
                .isEqualTo(mail);
        allIsWell();
        erase(id("subject:xylobrim"));
        allIsWell();
    }

    // ---- mail that was kept whole

    private static final String DELAYED = String.join(
            "\r\n",
            "From: mailer-daemon@vastorp.example",
            "To: journal@firm.example",
            "Subject: Delayed: xylobrim",
            "MIME-Version: 1.0",
            "Content-Type: multipart/report; report-type=delivery-status; boundary=q",
            "",
            "--q",
            "",
            "The knuffelwort is late.",
            "--q",
            "Content-Type: message/delivery-status",
            "",
            "Reporting-MTA: dns; mx.vastorp.example",
            "",
            "Final-Recipient: rfc822; qwezzel@vastorp.example",
            "Action: delayed",
            "Status: 4.4.7",
            "",
            "--q--",
            "");

    private void takeReport(String name, String mail) throws IOException {
        Path file = Shell.write(folder.resolve("in/" + name + ".eml"), mail);
        shell.done("import", file.toString(), "--as", "report");
    }

    private List<JsonNode> whole() {
        return shell.done("quarantine", "--notices", "--json").lines();
    }

    private String arrival(String disposition) {
        return whole().stream()
                .filter(line -> line.path("disposition").stringValue().equals(disposition))
                .map(line -> line.path("arrival").toString())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void quarantinedMailAndNoticesCanBeErasedToo() throws Exception {
        String mail = Shell.mail("qwezzel@vastorp.example", "bob@example.org", "Xylobrim", "Her knuffelwort was told.");
        takeReport("no-report", mail);
        takeReport("delayed", DELAYED);
        take("other", Shell.mail("bob@example.org", "carla@example.net", "Lunch", "Shall we say risotto?"));
        assertThat(whereabouts("knuffelwort")).hasSizeGreaterThanOrEqualTo(2);
        assertThat(shell.done("quarantine").out())
                .contains("not a journal report")
                .doesNotContain("knuffelwort");
        JsonNode before = shell.done("stats", "--json").json();
        assertThat(before.path("quarantined").longValue()).isEqualTo(1);
        assertThat(before.path("notices").longValue()).isEqualTo(1);

        String quarantined = arrival("quarantined");
        assertThat(shell.run("erase", "--arrival", "1", "--reason", "x").exit())
                .as("an act")
                .isEqualTo(1);
        shell.done("retention", "set", "--min", "10");
        assertThat(shell.run("erase", "--arrival", quarantined, "--reason", "x").err())
                .contains("must be kept until");
        shell.done("retention", "set", "--min", "none");
        shell.done("hold", "add", "case", "risotto", "--reason", "a case");
        Said refused = shell.run("erase", "--arrival", quarantined, "--reason", "x");
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("hold 'case'");
        JsonNode done = shell.done(
                        "erase", "--arrival", quarantined, "--unsearched", "--reason", "looked at it", "--json")
                .json();
        assertThat(done.path("arrivals").longValue()).isEqualTo(1);
        shell.done("hold", "release", "case", "--reason", "over");
        shell.done("erase", "--arrival", arrival("notice"), "--reason", "asked for");

        assertThat(whole()).isEmpty();
        assertThat(whereabouts("knuffelwort", "qwezzel", "vastorp")).isEmpty();
        JsonNode after = shell.done("stats", "--json").json();
        assertThat(after.path("quarantined").longValue()).as("it came").isEqualTo(1);
        assertThat(after.path("notices").longValue()).isEqualTo(1);
        allIsWell();
        shell.done("compact");
        allIsWell();
        shell.done("rebuild");
        allIsWell();
        assertThat(whereabouts("knuffelwort", "qwezzel", "vastorp")).isEmpty();

        // if it comes again
        takeReport("no-report-again", mail);
        assertThat(shell.done("stats", "--json").json().path("discarded").longValue())
                .isEqualTo(1);
        assertThat(whereabouts("knuffelwort", "qwezzel", "vastorp")).isEmpty();
        shell.done("erase", "--readmit", done.path("marks").get(0).stringValue(), "--reason", "it was the wrong one");
        takeReport("no-report-a-third-time", mail);
        assertThat(whole()).hasSize(1);
        allIsWell();
    }

    @Test
    void retentionLetsGoOfQuarantinedMailAndNoticesToo() throws Exception {
        takeReport("no-report", Shell.mail("a@vastorp.example", "b@example.org", "Xylobrim", "Her knuffelwort."));
        takeReport("delayed", DELAYED);
        shell.done("retention", "set", "--max", "0");
        shell.done("hold", "add", "case", "risotto", "--reason", "a case");
        JsonNode held = shell.done("retention", "apply", "--json").json();
        assertThat(held.path("wholeOverAge").longValue()).isEqualTo(2);
        assertThat(held.path("wholeMustStay").longValue())
                .as("nobody can tell what it means")
                .isEqualTo(2);
        shell.done("hold", "release", "case", "--reason", "over");
        JsonNode would = shell.done("retention", "apply", "--dry-run", "--json").json();
        assertThat(would.path("wholeErased").longValue()).isEqualTo(2);
        assertThat(whole()).hasSize(2);
        JsonNode applied = shell.done("retention", "apply", "--json").json();
        assertThat(applied.path("wholeErased").longValue()).isEqualTo(2);
        assertThat(applied.path("wholeMustStay").longValue()).isZero();
        assertThat(whole()).isEmpty();
        assertThat(whereabouts("knuffelwort", "vastorp")).isEmpty();
        allIsWell();
    }

    // ---- copies inside mail that was kept whole

    private static final String WORDS = "Her knuffelwort was told.";
    private static final String LETTER = Shell.mail("qwezzel@vastorp.example", "bob@example.org", "Xylobrim", WORDS);

    /// Has the marker and an original, and no envelope: nobody can read it as a report.
    private static String broken(String id, String type, String original) {
        return "From: journal@firm.example\r\nTo: archive@firm.example\r\nSubject: journal\r\nMessage-ID: <" + id
                + "@firm.example>\r\nX-MS-Journal-Report:\r\nMIME-Version: 1.0\r\n"
                + "Content-Type: multipart/mixed; boundary=rr\r\n\r\n--rr\r\nContent-Type: text/plain\r\n\r\n"
                + "nothing that names anybody\r\n--rr\r\nContent-Type: " + type + "\r\n\r\n" + original
                + "\r\n--rr--\r\n";
    }

    private static String bounce(String returned) {
        return DELAYED.replace("Action: delayed", "Action: failed")
                .replace("Status: 4.4.7", "Status: 5.1.1")
                .replace("The knuffelwort is late.", "It is undeliverable.")
                .replace("qwezzel@vastorp.example", "nobody@firm.example")
                .replace("vastorp", "firm")
                .replace("xylobrim", "something")
                .replace("--q--\r\n", "--q\r\nContent-Type: message/rfc822\r\n\r\n" + returned + "\r\n--q--\r\n");
    }

    @Test
    void copiesInQuarantineAndInNoticesGoWithIt() throws Exception {
        String base64 = Base64.getMimeEncoder(76, new byte[] {'\r', '\n'})
                .encodeToString(LETTER.getBytes(StandardCharsets.US_ASCII));
        String traced = "Received: from a.example by b.example; Fri, 1 Mar 2024 12:34:56 +0100\r\n" + LETTER;
        takeReport("as it is", broken("1", "message/rfc822", LETTER));
        takeReport("variant", broken("2", "message/rfc822", traced));
        takeReport("encoded", broken("3", "message/rfc822\r\nContent-Transfer-Encoding: base64", base64));
        takeReport("a file", broken("4", "application/octet-stream; name=a.eml", LETTER));
        takeReport("mislabelled", broken("5", "text/plain", "> see below\r\n" + LETTER));
        takeReport("plain", LETTER);
        takeReport("in a mail in it", broken("6", "message/rfc822", report("7", "?\r\n", traced)));
        takeReport("bounce", bounce(LETTER));
        String other = Shell.mail("bob@example.org", "carla@example.net", "Lunch", "Shall we say risotto?");
        takeReport("other", broken("8", "message/rfc822", other));
        take("letter", LETTER);
        List<JsonNode> before = whole();
        assertThat(before).hasSize(9);

        JsonNode done = erase(id("subject:xylobrim"));

        assertThat(done.path("whole").size()).isEqualTo(8);
        assertThat(done.path("arrivals").longValue()).isEqualTo(9);
        assertThat(done.path("suspects").isEmpty()).isTrue();
        assertThat(done.path("closed").isEmpty()).isTrue();
        assertThat(whole()).as("the other one is still there").hasSize(1);
        allIsWell();
        assertThat(whereabouts("knuffelwort", "qwezzel", "vastorp", base64.substring(0, 76)))
                .isEmpty();
        shell.done("compact");
        shell.done("rebuild");
        allIsWell();
        assertThat(whereabouts("knuffelwort", "qwezzel", "vastorp", base64.substring(0, 76)))
                .isEmpty();

        // and they do not come back that way
        takeReport("again", broken("9", "message/rfc822", LETTER));
        takeReport("again in base64", broken("10", "message/rfc822\r\nContent-Transfer-Encoding: base64", base64));
        assertThat(shell.done("stats", "--json").json().path("discarded").longValue())
                .isEqualTo(2);
        assertThat(whole()).hasSize(1);
        allIsWell();
    }

    @Test
    void aCopyThatMustStayKeepsTheLetter() throws Exception {
        takeReport("copy", broken("1", "message/rfc822", LETTER));
        take("letter", LETTER);
        String id = id("subject:xylobrim");
        shell.done("hold", "add", "case", "risotto", "--reason", "a case");
        Said refused = shell.run("erase", id, "--reason", "x");
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("mail that was kept whole, arrival").contains("hold 'case'");
        shell.done("retention", "set", "--max", "0");
        for (String[] apply :
                new String[][] {{"retention", "apply", "--dry-run", "--json"}, {"retention", "apply", "--json"}}) {
            JsonNode applied = shell.done(apply).json();
            assertThat(applied.path("erased").longValue()).isZero();
            assertThat(applied.path("mustStay").longValue()).isEqualTo(1);
        }
        assertThat(shell.done("erase", id, "--reason", "x", "--unsearched").out())
                .contains("with it went mail that was kept whole and had it inside");
        assertThat(whereabouts("knuffelwort")).isEmpty();
        allIsWell();
    }

    @Test
    void retentionTakesCopiesAlong() throws Exception {
        takeReport("copy", broken("1", "message/rfc822", LETTER));
        take("letter", LETTER);
        take("other", Shell.mail("bob@example.org", "carla@example.net", "Lunch", "Shall we say risotto?"));
        shell.done("retention", "set", "--max", "0");
        JsonNode applied = shell.done("retention", "apply", "--json").json();
        assertThat(applied.path("erased").longValue()).isEqualTo(2);
        assertThat(applied.path("wholeErased").longValue())
                .as("it went with its letter")
                .isZero();
        assertThat(whereabouts("knuffelwort", "risotto")).isEmpty();
        allIsWell();
    }

    /// What cannot be told exactly is said.
    @Test
    void whatMayHoldAPartOfItIsNamed() throws Exception {
        takeReport("cut off", broken("1", "message/rfc822", LETTER.substring(0, LETTER.length() - 8)));
        String cut = arrival("quarantined");
        takeReport(
                "encrypted",
                String.join(
                        "\r\n",
                        "From: a@example.com",
                        "Subject: secret",
                        "MIME-Version: 1.0",
                        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data",
                        "Content-Transfer-Encoding: base64",
                        "",
                        "MIAGCSqGSIb3DQEHA6CAMIACAQAxgg==",
                        ""));
        take("letter", LETTER);
        Said done = shell.done("erase", id("subject:xylobrim"), "--reason", "asked for");
        assertThat(done.out())
                .contains("NOT erased: mail that was kept whole and names its Message-ID, arrivals " + cut + ".")
                .contains("NOT looked into: mail that was kept whole and is encrypted");
        assertThat(whole()).hasSize(2);
        shell.done("erase", "--arrival", cut, "--reason", "looked at it");
        assertThat(whereabouts("knuffelwort")).isEmpty();
        allIsWell();
    }
}
