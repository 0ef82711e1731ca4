package io.carteggio.server.archive;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.access.Message;
import io.carteggio.archive.access.OpenLetter;
import io.carteggio.archive.access.Reading;
import io.carteggio.archive.access.Viewer;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.intake.Arrival;
import io.carteggio.archive.intake.Receipt;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.search.Query;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One message in several letters: shown once, never beyond the scope, never kept less for it.
class VariantsTest {
    @TempDir
    Path folder = Path.of("");

    private Archive archive;

    @BeforeEach
    void open() throws Exception {
        archive = Archive.open(folder.resolve("data"), Clock.systemUTC()).orElseThrow();
        for (String name : List.of("anna", "carl", "dora", "bert")) {
            Holding holding = new Holding(new Address(name + "@firm.example"), Optional.empty(), Optional.empty());
            archive.people().add(archive.acts(), "test", name, PersonRole.USER, List.of(holding));
        }
    }

    @AfterEach
    void close() throws Exception {
        archive.close();
    }

    private static String letter(String trace, String text) {
        return "Received: " + trace + "\r\nX-Trace: " + trace
                + "\r\nFrom: bert@firm.example\r\nTo: anna@firm.example\r\nSubject: Offer\r\n"
                + "Message-ID: <m1@firm.example>\r\nDate: Tue, 17 Jul 2018 12:13:00 +0000\r\n\r\n" + text + "\r\n";
    }

    private static String report(String lines, String... originals) {
        StringBuilder r = new StringBuilder("Content-Type: multipart/mixed; boundary=b\r\nX-MS-Journal-Report:\r\n"
                + "Date: Tue, 17 Jul 2018 12:13:28 +0000\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n"
                + "Sender: bert@firm.example\r\nMessage-Id: <m1@firm.example>\r\n" + lines + "\r\n");
        for (String o : originals) {
            r.append("--b\r\nContent-Type: message/rfc822\r\n\r\n").append(o).append("\r\n");
        }
        return r.append("--b--\r\n").toString();
    }

    private Receipt take(String report) throws Exception {
        Source source = new Source("journal", Optional.empty(), Family.REPORT);
        Content mail = Content.of(report.getBytes(ISO_8859_1));
        Receipt receipt = archive.take(new Arrival(source, mail, Provenance.ofItem("test")));
        assertThat(archive.indexer().awaitCaughtUp(Duration.ofSeconds(20))).isTrue();
        return receipt;
    }

    private Viewer viewer(String name) {
        return name.equals("auditor")
                ? new Viewer.Operator(Optional.of("the case at hand"))
                : new Viewer.Owner(archive.people()
                        .directory()
                        .named(name, Clock.systemUTC().instant())
                        .orElseThrow());
    }

    private List<Reading.Result> search(String name, String text) throws Exception {
        List<Reading.Result> all = new ArrayList<>();
        Query query = ((Query.Parsed.Good) Query.parse(text)).query();
        Optional<Long> before = Optional.of(Long.MAX_VALUE);
        while (before.isPresent()) { // a page of one, so that variants lie on different pages
            Reading.Results page = archive.reading().search(viewer(name), query, text, 1, before.get());
            all.addAll(page.results());
            before = page.next();
        }
        Reading.Results atOnce = archive.reading().search(viewer(name), query, text, 50, Long.MAX_VALUE);
        assertThat(all)
                .extracting(Reading.Result::id)
                .isEqualTo(atOnce.results().stream().map(Reading.Result::id).toList());
        return all;
    }

    private static List<String> recipients(Message message) {
        return message.addressees().stream()
                .map(a -> a.seenAs().word() + " " + a.told().address().localPart())
                .sorted()
                .toList();
    }

    @Test
    void forksAreShownOnceWithAllTheirRecipients() throws Exception {
        take(report("To: anna@firm.example\r\n", letter("edge1", "Hello")));
        take(report("Cc: carl@firm.example\r\n", letter("edge2", "Hello")));
        take(report("Bcc: dora@firm.example\r\n", letter("edge3", "Hello")));
        List<Reading.Result> found = search("auditor", "Offer");
        assertThat(found).hasSize(1);
        assertThat(found.getFirst().message().variants()).hasSize(3);
        assertThat(recipients(found.getFirst().message())).containsExactly("bcc dora", "cc carl", "to anna");
        assertThat(archive.catalogue().letters()).as("and all three are kept").isEqualTo(3);
        assertThat(recipients(search("bert", "").getFirst().message()))
                .as("the sender sees all, too")
                .containsExactly("bcc dora", "cc carl", "to anna");
    }

    /// P5: "Scope is tested per letter and evidence before grouping."
    @Test
    void whoSeesOneVariantLearnsNothingOfTheOthers() throws Exception {
        Receipt annas = take(report("To: anna@firm.example\r\n", letter("edge1", "Hello")));
        Receipt doras = take(report("Bcc: dora@firm.example\r\n", letter("edge2", "Hello")));
        for (String name : List.of("anna", "dora")) {
            List<Reading.Result> found = search(name, "Offer");
            assertThat(found).hasSize(1);
            assertThat(found.getFirst().message().variants()).hasSize(1);
            assertThat(recipients(found.getFirst().message()))
                    .containsExactly(name.equals("anna") ? "to anna" : "bcc dora");
        }
        OpenLetter open = archive.reading()
                .open(viewer("anna"), annas.letters().getFirst())
                .orElseThrow();
        assertThat(open.envelopes()).hasSize(1);
        assertThat(open.message().variants()).hasSize(1);
        assertThat(archive.reading().otherVersions(viewer("anna"), open, "m1@firm.example"))
                .isEmpty();
        assertThat(archive.reading().open(viewer("anna"), doras.letters().getFirst()))
                .isEmpty();
    }

    /// A newer variant that is not in the viewer's scope must not push her own off her page.
    @Test
    void aNewerVariantOfOthersDoesNotHideMine() throws Exception {
        take(report("To: anna@firm.example\r\n", letter("edge1", "Hello")));
        take(report("To: carl@firm.example\r\n", letter("edge2", "Hello")));
        assertThat(search("anna", "Hello")).hasSize(1);
        assertThat(search("carl", "Hello")).hasSize(1);
        assertThat(search("anna", "to:carl")).isEmpty();
    }

    @Test
    void differentBodiesUnderOneMessageIdStayApartAndSaySo() throws Exception {
        Receipt first = take(report("To: anna@firm.example\r\n", letter("edge1", "Hello")));
        Receipt second = take(report("To: anna@firm.example\r\n", letter("edge1", "Hello, with a disclaimer")));
        assertThat(search("anna", "Offer")).hasSize(2);
        for (List<Receipt> pair : List.of(List.of(first, second), List.of(second, first))) {
            LetterId one = pair.get(0).letters().getFirst();
            OpenLetter open = archive.reading().open(viewer("anna"), one).orElseThrow();
            assertThat(open.message().variants()).hasSize(1);
            assertThat(archive.reading().otherVersions(viewer("anna"), open, "m1@firm.example"))
                    .containsExactly(pair.get(1).letters().getFirst());
        }
    }

    @Test
    void theClearCopyIsShownAndTheProtectedOneKept() throws Exception {
        String hidden = "Content-Class: rpmsg.message\r\n" + letter("edge1", "This message is protected.");
        String clear = letter("edge1", "The clear text");
        take(report("To: anna@firm.example\r\n", hidden + "1", clear + "1"));
        take(report("To: anna@firm.example\r\n", clear + "2", hidden + "2"));
        List<Reading.Result> found = search("anna", "");
        assertThat(found).hasSize(2);
        for (Reading.Result result : found) {
            assertThat(result.id()).isEqualTo(result.message().shown().id());
            assertThat(result.message().variants())
                    .extracting(Message.Variant::kind)
                    .containsExactly("clear", "protected");
            assertThat(result.message().isProtected()).isFalse();
        }
        take(report("To: carl@firm.example\r\n", hidden + "3"));
        assertThat(search("carl", "").getFirst().message().isProtected()).isTrue();
        assertThat(search("anna", "\"is protected\""))
                .as("what only the protected one says is found as well")
                .hasSize(2)
                .allMatch(r -> r.message().shown().isProtected());
    }

    @Test
    void whatHasAClearCopyCanBeSearched() throws Exception {
        String head = "From: bert@firm.example\r\nSubject: Offer\r\nMessage-ID: <m1@firm.example>\r\n";
        String hidden = head
                + "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n"
                + "Content-Transfer-Encoding: base64\r\n\r\nMIAGCSqGSIb3DQEHA6CAMIACAQA=\r\n";
        take(report("To: anna@firm.example\r\n", hidden, head + "\r\nThe clear text"));
        assertThat(search("anna", "clear").getFirst().message().variants())
                .extracting(Message.Variant::kind)
                .containsExactly("clear", "protected");
        assertThat(search("auditor", "is:unsearched")).isEmpty();
        take(report("To: carl@firm.example\r\n", "X: alone\r\n" + hidden));
        assertThat(search("auditor", "unsearched:encrypted")).hasSize(1);
        assertThat(search("anna", "is:unsearched")).isEmpty();
    }

    @Test
    void aRedeliveryIsCountedAndAddsNoRecipientTwice() throws Exception {
        String report = report("To: anna@firm.example\r\n", letter("edge1", "Hello"));
        take(report);
        assertThat(take(report).redelivery()).isTrue();
        assertThat(archive.catalogue().books().all().redeliveries()).isEqualTo(1);
        Reading.Result found = search("anna", "Hello").getFirst();
        assertThat(recipients(found.message())).containsExactly("to anna");
        assertThat(found.message().testimonies()).isEqualTo(2);
    }
}
