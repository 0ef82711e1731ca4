package io.carteggio.server.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.access.OpenLetter;
import io.carteggio.archive.access.Reading;
import io.carteggio.archive.access.Reading.Conversation;
import io.carteggio.archive.access.Viewer;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.intake.Arrival;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.Start;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.mime.LetterHeader;
import io.carteggio.mail.mime.LetterReader;
import io.carteggio.server.demo.DemoFirm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Letters that answer each other: shown together as far as the viewer may see them, whatever their headers claim.
class ConversationsTest {
    @TempDir
    Path folder = Path.of("");

    private Archive archive;
    private int sent;

    @BeforeEach
    void open() throws Exception {
        archive = Archive.open(folder.resolve("data"), Clock.systemUTC()).orElseThrow();
        for (String name : List.of("anna", "bert", "carl", "mallory")) {
            Holding holding = new Holding(new Address(name + "@firm.example"), Optional.empty(), Optional.empty());
            archive.people().add(archive.acts(), "test", name, PersonRole.USER, List.of(holding));
        }
    }

    @AfterEach
    void close() throws Exception {
        archive.close();
    }

    /// Sends a letter and gives its id.
    ///
    /// @param more fields of the header, each ended by CRLF
    private LetterId send(String from, String to, String id, String subject, int day, String more) throws Exception {
        String letter = "From: " + from + "@firm.example\r\nTo: " + to + "@firm.example\r\n"
                + (id.isEmpty() ? "" : "Message-ID: <" + id + "@x>\r\n") + "Subject: " + subject + "\r\nDate: "
                + (1 + day % 28) + (day < 28 ? " Mar" : day < 56 ? " Apr" : " Jul") + " 2024 10:00:00 +0000\r\n" + more
                + "\r\nText " + ++sent + "\r\n";
        String report = "Content-Type: multipart/mixed; boundary=b\r\nX-MS-Journal-Report:\r\n"
                + "Date: Tue, 17 Jul 2018 12:13:28 +0000\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSender: " + from
                + "@firm.example\r\nTo: " + to + "@firm.example\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
                + letter
                + "\r\n--b--\r\n";
        Source source = new Source("journal", Optional.empty(), Family.REPORT);
        return archive.take(new Arrival(source, Content.of(report.getBytes(ISO_8859_1)), Provenance.ofItem("test")))
                .letters()
                .getFirst();
    }

    private static String references(String... ids) {
        StringBuilder field = new StringBuilder("References:");
        for (String id : ids) {
            field.append("\r\n <").append(id).append("@x>");
        }
        return field.append("\r\n").toString();
    }

    private Viewer viewer(String name) {
        return name.equals("all")
                ? new Viewer.Operator(Optional.of("a test"))
                : new Viewer.Owner(archive.people()
                        .directory()
                        .named(name, Clock.systemUTC().instant())
                        .orElseThrow());
    }

    private List<LetterId> conversation(String name, LetterId letter) throws Exception {
        return told(name, letter).results().stream().map(Reading.Result::id).toList();
    }

    private Conversation told(String name, LetterId letter) throws Exception {
        assertThat(archive.indexer().awaitCaughtUp(Duration.ofSeconds(20))).isTrue();
        OpenLetter open = archive.reading().open(viewer(name), letter).orElseThrow();
        return archive.reading().conversation(viewer(name), open, 200);
    }

    /// All rows of a search by conversations, in pages of one, of three and of fifty: they must be the same.
    private List<Reading.Result> rows(String name, String text, Start first) throws Exception {
        assertThat(archive.indexer().awaitCaughtUp(Duration.ofSeconds(20))).isTrue();
        Query query = ((Query.Parsed.Good) Query.parse(text)).query();
        List<List<Reading.Result>> ways = new ArrayList<>();
        for (int size : List.of(1, 3, 50)) {
            List<Reading.Result> all = new ArrayList<>();
            Optional<Start> start = Optional.of(first);
            while (start.isPresent()) {
                Reading.Results page = archive.reading().search(viewer(name), query, text, start.get(), true, size);
                all.addAll(page.results());
                start = page.after();
            }
            ways.add(all);
        }
        for (List<Reading.Result> way : ways) {
            assertThat(way)
                    .extracting(Reading.Result::id)
                    .isEqualTo(ways.getFirst().stream().map(Reading.Result::id).toList());
        }
        return ways.getFirst();
    }

    @Test
    void answersStandTogetherHoweverTheyNameEachOther() throws Exception {
        LetterId a = send("anna", "bert", "a", "Offer", 1, "");
        LetterId b = send("bert", "anna", "b", "Re: Offer", 2, references("a"));
        LetterId c = send("anna", "bert", "c", "Re: Offer", 3, references("a", "b"));
        LetterId d = send("bert", "anna", "d", "AW: Offer", 4, "In-Reply-To: <c@x>\r\n");
        LetterId e = send("anna", "bert", "e", "Re: Offer", 5, references("d")); // its program keeps one alone
        LetterId f = send("bert", "anna", "f", "R: Offer", 6, ""); // and this one none
        LetterId g = send("anna", "bert", "g", "Re: Offer", 7, references("f"));
        LetterId other = send("anna", "bert", "other", "Offer", 8, "");
        List<LetterId> all = List.of(a, b, c, d, e, f, g);
        for (LetterId one : all) {
            assertThat(conversation("anna", one)).as("%s", one).containsExactlyElementsOf(all);
        }
        assertThat(conversation("anna", other)).containsExactly(other);
        List<Reading.Result> rows = rows("anna", "offer", Start.newest());
        assertThat(rows).extracting(Reading.Result::id).containsExactly(other, g);
        assertThat(rows.get(1).together()).contains(new Reading.Together(7, 7, true));
        List<Reading.Result> some = rows("anna", "from:bert", Start.newest());
        assertThat(some).extracting(Reading.Result::id).containsExactly(f);
        assertThat(some.getFirst().together()).contains(new Reading.Together(7, 3, true));
        assertThat(rows("anna", "offer", Start.best())).hasSize(2);
        assertThat(archive.reading()
                        .search(viewer("anna"), new Query.All(), "", Start.newest(), true, 50)
                        .total())
                .as("letters are counted as ever")
                .isEqualTo(8);
    }

    /// P5: what is not hers joins nothing, counts nothing, links nothing.
    @Test
    void lettersOfOthersAreNotThere() throws Exception {
        LetterId a = send("anna", "bert", "a", "Offer", 1, "");
        send("bert", "carl", "b", "Re: Offer", 2, references("a"));
        LetterId c = send("carl", "anna", "c", "Re: Offer", 3, "In-Reply-To: <b@x>\r\n");
        assertThat(told("anna", a).letters()).isEqualTo(1);
        assertThat(told("anna", c).letters()).as("only b would link the two").isEqualTo(1);
        assertThat(told("carl", c).letters()).isEqualTo(2);
        assertThat(told("all", c).letters()).isEqualTo(3);
        assertThat(rows("anna", "", Start.newest())).hasSize(2);
        assertThat(rows("all", "", Start.newest())).hasSize(1);
    }

    /// Somebody who knows the ids of others' letters moves no letter but his own.
    @Test
    void whoNamesTwoConversationsJoinsOne() throws Exception {
        LetterId a = send("anna", "bert", "a", "Offer", 1, "");
        LetterId b = send("anna", "bert", "b", "Salary", 2, "");
        LetterId evil = send("mallory", "anna", "evil", "Re: both", 3, references("b", "a"));
        assertThat(conversation("anna", a)).containsExactly(a);
        assertThat(conversation("anna", b)).containsExactly(b, evil);
        assertThat(conversation("bert", b))
                .as("who did not get it does not see it")
                .containsExactly(b);
    }

    @Test
    void whoTakesAnothersMessageIdTurnsNoAnswerAway() throws Exception {
        LetterId a = send("anna", "bert", "a", "Offer", 1, "");
        LetterId b = send("bert", "anna", "b", "Re: Offer", 2, references("a"));
        LetterId decoy = send("mallory", "anna", "decoy", "Decoy", 3, "");
        LetterId forged = send("mallory", "anna", "a", "Offer", 4, references("decoy"));
        LetterId c = send("bert", "anna", "c", "Re: Offer", 5, references("a", "b"));
        assertThat(conversation("anna", c)).containsExactly(a, b, c);
        assertThat(conversation("anna", forged)).containsExactly(decoy, forged);
        assertThat(rows("anna", "", Start.newest()))
                .extracting(Reading.Result::id)
                .containsExactly(c, forged);
    }

    @Test
    void circlesAndSelvesAreOneConversation() throws Exception {
        LetterId a = send("anna", "bert", "a", "A", 1, references("c"));
        LetterId b = send("anna", "bert", "b", "B", 2, references("a"));
        LetterId c = send("anna", "bert", "c", "C", 3, references("b"));
        LetterId into = send("anna", "bert", "into", "Into", 4, references("b"));
        LetterId self = send("anna", "bert", "self", "Self", 5, references("self"));
        for (LetterId one : List.of(a, b, c, into)) {
            assertThat(conversation("anna", one)).as("%s", one).containsExactly(a, b, c, into);
        }
        assertThat(conversation("anna", self)).containsExactly(self);
        assertThat(rows("anna", "", Start.newest()))
                .extracting(Reading.Result::id)
                .containsExactly(self, into);
    }

    @Test
    void whatNobodyHasStillHoldsItsAnswersTogether() throws Exception {
        LetterId a = send("anna", "bert", "a", "Re: Lost", 1, references("lost"));
        LetterId b = send("bert", "anna", "b", "Re: Lost", 2, references("lost", "a"));
        assertThat(conversation("anna", a)).containsExactly(a, b);
        String[] many = new String[10_000];
        for (int i = 0; i < many.length; i++) {
            many[i] = i == 0 ? "lost" : "n" + i;
        }
        LetterId c = send("mallory", "anna", "c", "x", 3, references(many));
        assertThat(conversation("anna", c)).containsExactly(a, b, c);
    }

    @Test
    void aSubjectAloneJoinsOnlyWhoTookPartAndSoon() throws Exception {
        LetterId a = send("anna", "bert", "a", "Budget", 1, "");
        LetterId stranger = send("mallory", "bert", "s", "Re: Budget", 2, "");
        LetterId answer = send("bert", "anna", "r", "Re: Budget", 3, "");
        LetterId late = send("bert", "anna", "l", "Re: Budget", 80, "");
        LetterId early = send("bert", "anna", "v", "Re: Budget", 0, "");
        LetterId forward = send("bert", "anna", "w", "Fwd: Budget", 4, "");
        assertThat(conversation("bert", a)).containsExactly(a, answer);
        assertThat(conversation("bert", stranger)).containsExactly(stranger);
        assertThat(conversation("bert", late)).containsExactly(late);
        assertThat(conversation("bert", early)).containsExactly(early);
        assertThat(conversation("bert", forward)).containsExactly(forward);
    }

    @Test
    void aLongConversationIsShownAroundTheLetter() throws Exception {
        List<LetterId> all = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            all.add(send("anna", "bert", "m" + i, "x", i, i == 0 ? "" : "In-Reply-To: <m" + (i - 1) + "@x>\r\n"));
        }
        assertThat(conversation("anna", all.get(12))).containsExactlyElementsOf(all);
        OpenLetter open = archive.reading().open(viewer("anna"), all.get(12)).orElseThrow();
        Conversation near = archive.reading().conversation(viewer("anna"), open, 5);
        assertThat(near.letters()).isEqualTo(25);
        assertThat(near.results()).extracting(Reading.Result::id).containsExactlyElementsOf(all.subList(10, 15));
        assertThat(rows("anna", "", Start.newest())).hasSize(1);
    }

    /// Against the demo's letters, grouped by all ids that they name.
    @Test
    void theDemosConversationsAreFound() throws Exception {
        Source source = new Source("demo", Optional.of(new Address("journal@archive.example")), Family.REPORT);
        Map<String, String> parent = new HashMap<>();
        Map<LetterId, String> own = new HashMap<>();
        DemoFirm firm = DemoFirm.make(3, Instant.parse("2026-11-22T16:40:00Z"), 250);
        for (var mail : firm.mails().toList()) {
            archive.take(new Arrival(source, Content.of(mail.report()), Provenance.ofItem("demo")));
        }
        assertThat(archive.indexer().awaitCaughtUp(Duration.ofSeconds(30))).isTrue();
        archive.reading().each(viewer("all"), new Query.All(), "", "search", step -> {
            LetterHeader header;
            try {
                header = LetterReader.header(step.opening().letter().bytes());
            } catch (java.io.IOException e) {
                throw new AssertionError(e);
            }
            String id = header.messageId().orElse("none " + step.id());
            own.put(step.id(), id);
            for (String other : header.references()) {
                parent.put(root(parent, id), root(parent, other));
            }
        });
        Map<String, Set<LetterId>> expected = new HashMap<>();
        own.forEach((letter, id) ->
                expected.computeIfAbsent(root(parent, id), _ -> new TreeSet<>()).add(letter));
        int compared = 0;
        for (Set<LetterId> together : expected.values()) {
            if (together.size() > 1) {
                Set<LetterId> found = new TreeSet<>();
                for (Reading.Result result :
                        told("all", together.iterator().next()).results()) {
                    result.message().variants().forEach(v -> found.add(v.id()));
                }
                assertThat(found).isEqualTo(together);
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(10);
    }

    /// Against the threads that a generator of mail says it made, which lies beside the project and is not part of it.
    @Test
    void theThreadsOfAGeneratorAreFound() throws Exception {
        Path generator =
                Path.of(System.getProperty("carteggio.root", ".")).resolveSibling("shared/bench/make_corpus.py");
        Assumptions.assumeTrue(Files.isRegularFile(generator), "skipped: no generator at " + generator);
        Path mails = Files.createDirectory(folder.resolve("mails"));
        Path manifest = folder.resolve("manifest");
        Process made = new ProcessBuilder(
                        "python3",
                        generator.toString(),
                        "--count",
                        "256",
                        "--seed",
                        "11",
                        "--profile",
                        "small",
                        "--journal",
                        "--out",
                        "eml:" + mails,
                        "--manifest",
                        manifest.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        assertThat(made.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(made.exitValue()).as(Files.readString(folder.resolve("log"))).isZero();
        Source source = new Source("journal", Optional.empty(), Family.REPORT);
        Map<String, Set<LetterId>> expected = new TreeMap<>();
        for (String line : Files.readAllLines(manifest)) {
            JsonNode told = JsonMapper.shared().readTree(line);
            Content report = Content.of(
                    Files.readAllBytes(mails.resolve(told.path("file").stringValue())));
            LetterId letter = archive.take(new Arrival(source, report, Provenance.ofItem("generator")))
                    .letters()
                    .getFirst();
            expected.computeIfAbsent(told.path("thread").stringValue(), _ -> new TreeSet<>())
                    .add(letter);
        }
        assertThat(archive.indexer().awaitCaughtUp(Duration.ofSeconds(60))).isTrue();
        for (Set<LetterId> together : expected.values()) {
            for (LetterId one : together) {
                assertThat(conversation("all", one)).as("%s", one).containsExactlyInAnyOrderElementsOf(together);
            }
        }
        assertThat(expected.values().stream().filter(t -> t.size() > 2)).hasSizeGreaterThan(20);
        // and a list of them all has a row for each
        assertThat(rows("all", "", Start.newest())).hasSize(expected.size());
    }

    private static String root(Map<String, String> parent, String of) {
        String at = of;
        while (parent.containsKey(at) && !parent.getOrDefault(at, at).equals(at)) {
            at = parent.getOrDefault(at, at);
        }
        return at;
    }
}
