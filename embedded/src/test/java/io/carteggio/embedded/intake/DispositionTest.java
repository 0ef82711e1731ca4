package io.carteggio.embedded.intake;

import static io.carteggio.archive.entry.Disposition.EVIDENCE;
import static io.carteggio.archive.entry.Disposition.LETTERS;
import static io.carteggio.archive.entry.Disposition.NOTICE;
import static io.carteggio.archive.entry.Disposition.QUARANTINED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.attribution.Registrar;
import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.entry.Addressee;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.Change.Member;
import io.carteggio.archive.entry.Change.Span;
import io.carteggio.archive.entry.Disposition;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.intake.Arrival;
import io.carteggio.archive.intake.Receipt;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.vault.Place;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Role;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.report.HeaderOrder;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The table of `docs/dispositions.md`, row by row, through vault and catalogue (P3).
class DispositionTest {
    @TempDir
    Path path;

    private EmbeddedArchive archive;

    @BeforeEach
    void open() throws Exception {
        archive = new EmbeddedArchive(path.resolve("data"));
    }

    /// After each test the books balance, and a catalogue made anew from the vault says the same (P6).
    @AfterEach
    void theBooksBalanceAndTheVaultTellsTheSameAgain() throws Exception {
        assertThat(archive.catalogue.books().sources()).allMatch(Books.Account::balances);
        Map<String, Sha256> before = archive.catalogue.digest();
        archive.close();
        io.carteggio.embedded.catalogue.SqliteCatalogue.remove(path.resolve("data/catalogue.db"));
        try (EmbeddedArchive again = new EmbeddedArchive(path.resolve("data"))) {
            assertThat(again.catalogue.digest()).isEqualTo(before);
        }
    }

    static String original(String id) {
        return "From: bert@partner.example\r\nTo: anna@example.com\r\nMessage-ID: <" + id
                + ">\r\nSubject: Q3\r\nDate: Tue, 17 Jul 2018 12:13:00 +0000\r\n\r\nHello " + id + "\r\n";
    }

    static String report(String reportId, String recipients, String... originals) {
        StringBuilder r = new StringBuilder();
        r.append("Content-Type: multipart/mixed;\r\n\tboundary=\"_b_\"\r\nSubject: Q3\r\nSender:\r\n")
                .append(" <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@contoso.example>\r\nMessage-ID: <")
                .append(reportId)
                .append("@journal.report.generator>\r\nDate: Tue, 17 Jul 2018 12:13:28 +0000\r\n")
                .append("X-MS-Journal-Report:\r\nMIME-Version: 1.0\r\n\r\n--_b_\r\nContent-Type: text/plain;")
                .append(" charset=\"us-ascii\"\r\nContent-Transfer-Encoding: 7bit\r\n\r\n")
                .append("Sender: bert@partner.example\r\nSubject: Q3\r\nMessage-Id: <m@partner.example>\r\n")
                .append(recipients)
                .append("\r\n");
        for (String o : originals) {
            r.append("--_b_\r\nContent-Type: message/rfc822\r\n\r\n").append(o).append("\r\n");
        }
        return r.append("--_b_--\r\n").toString();
    }

    static String ndr(String action, String third) {
        return "From: <postmaster@contoso.example>\r\nTo: <ndr@contoso.example>\r\nContent-Type: multipart/report;"
                + " report-type=delivery-status; boundary=\"n\"\r\nSubject: Undeliverable: Q3\r\n\r\n--n\r\n"
                + "Content-Type: text/plain\r\n\r\nIt did not arrive.\r\n--n\r\nContent-Type: message/delivery-status"
                + "\r\n\r\nReporting-MTA: dns;mta.contoso.example\r\n\r\nFinal-Recipient: rfc822;j@a.example\r\nAction: "
                + action + "\r\nStatus: 5.4.316\r\n\r\n" + third + "--n--\r\n";
    }

    static String attached(String mail) {
        return "--n\r\nContent-Type: message/rfc822\r\n\r\n" + mail + "\r\n";
    }

    private static final String ANNA = "Recipient: anna@example.com\r\n";

    private Receipt expect(Family family, String mail, Disposition disposition, int letters, int fresh)
            throws Exception {
        Receipt receipt = archive.take(family, mail);
        assertThat(receipt.disposition()).as("%s", receipt.reason()).isEqualTo(disposition);
        assertThat(receipt.letters()).hasSize(letters);
        assertThat(receipt.fresh()).isEqualTo(fresh);
        assertThat(receipt.reason().isPresent()).isEqualTo(letters == 0);
        return receipt;
    }

    private byte[] bytes(Receipt receipt) throws Exception {
        CataloguedLetter letter =
                archive.catalogue.letter(receipt.letters().getFirst()).orElseThrow();
        return archive.vault.read(letter.places().getFirst()).toByteArray(1 << 24);
    }

    @Test
    void aReportWithOneOriginalIsALetter() throws Exception {
        Receipt receipt = expect(Family.REPORT, report("r1", ANNA, original("a")), LETTERS, 1, 1);
        assertThat(bytes(receipt)).asString(StandardCharsets.ISO_8859_1).isEqualTo(original("a"));
    }

    @Test
    void aReportWithTwoOriginalsIsTwoLetters() throws Exception {
        String wrapped = "Content-Class: rpmsg.message\r\n" + original("a");
        expect(Family.REPORT, report("r1", ANNA, wrapped, original("a")), LETTERS, 2, 2);
    }

    @Test
    void aRedeliveryIsEvidenceAndKnownAsSuch() throws Exception {
        Receipt first = expect(Family.REPORT, report("r1", ANNA, original("a")), LETTERS, 1, 1);
        Receipt second = expect(Family.REPORT, report("r1", ANNA, original("a")), EVIDENCE, 1, 0);
        assertThat(second.letters()).isEqualTo(first.letters());
        assertThat(testimonies(first)).extracting(t -> t.entry().redelivery()).containsExactly(false, true);
    }

    private List<Testimony> testimonies(Receipt receipt) throws Exception {
        return archive.catalogue.testimonies(archive.catalogue
                .letter(receipt.letters().getFirst())
                .orElseThrow()
                .number());
    }

    /// The second report is the only proof of the blind copy: it must not be dropped as a duplicate.
    @Test
    void anotherReportOfTheSameLetterIsEvidenceForItsOwnRecipients() throws Exception {
        Receipt first = expect(Family.REPORT, report("r1", ANNA, original("a")), LETTERS, 1, 1);
        expect(Family.REPORT, report("r2", "Bcc: carl@example.com\r\n", original("a")), EVIDENCE, 1, 0);
        List<Testimony> testimonies = testimonies(first);
        assertThat(testimonies).extracting(t -> t.entry().redelivery()).containsExactly(false, false);
        assertThat(testimonies.get(1).entry().addressees())
                .extracting(a -> a.told().address().raw())
                .containsExactly("carl@example.com");
        assertThat(testimonies.get(0).entry().addressees())
                .extracting(Addressee::seenAs)
                .containsExactly(Role.TO);
    }

    /// P4: a repeated Message-ID, of mail or report, neither hides a letter nor merges two.
    @Test
    void aRepeatedMessageIdHidesNothing() throws Exception {
        Receipt first = expect(Family.REPORT, report("same", ANNA, original("a")), LETTERS, 1, 1);
        Receipt second = expect(Family.REPORT, report("same", ANNA, original("a") + "other"), LETTERS, 1, 1);
        assertThat(second.letters()).doesNotContainAnyElementsOf(first.letters());
    }

    @Test
    void aPlainMailIsQuarantinedWhereReportsAreExpectedAndALetterWhereFilesAre() throws Exception {
        expect(Family.REPORT, original("a"), QUARANTINED, 0, 0);
        Receipt letter = expect(Family.AUTO, original("a"), LETTERS, 1, 1);
        assertThat(bytes(letter)).asString(StandardCharsets.ISO_8859_1).isEqualTo(original("a"));
        expect(Family.AUTO, original("a"), EVIDENCE, 1, 0);
        assertThat(testimonies(letter).getFirst().entry().sender()).contains(new Address("bert@partner.example"));
    }

    @Test
    void aReportInAMultidropMailboxIsNeverUnwrapped() throws Exception {
        String forged = report("r1", ANNA, original("a"));
        Receipt letter = expect(Family.MULTIDROP, forged, LETTERS, 1, 1);
        assertThat(bytes(letter)).asString(StandardCharsets.ISO_8859_1).isEqualTo(forged);
    }

    @Test
    void aReturnedReportIsUnwrappedAndKnowsItsWay() throws Exception {
        String report = report("r1", ANNA, original("a"));
        Receipt viaNdr = expect(Family.REPORT, ndr("failed", attached(report)), LETTERS, 1, 1);
        assertThat(bytes(viaNdr)).asString(StandardCharsets.ISO_8859_1).isEqualTo(original("a"));
        assertThat(testimonies(viaNdr).getFirst().entry().via()).contains("ndr");
        expect(Family.NDR, report, EVIDENCE, 1, 0);
        expect(Family.AUTO, ndr("failed", attached(report)), EVIDENCE, 1, 0);
    }

    @Test
    void noticesAreKeptAndAreNoLettersButInSomebodysFiles() throws Exception {
        String withoutReport = ndr("failed", attached(original("a")));
        String delay = ndr("delayed", "");
        expect(Family.REPORT, withoutReport, NOTICE, 0, 0);
        expect(Family.NDR, withoutReport, NOTICE, 0, 0);
        expect(Family.REPORT, delay, NOTICE, 0, 0);
        expect(Family.NDR, delay, NOTICE, 0, 0);
        expect(Family.AUTO, withoutReport, LETTERS, 1, 1);
        expect(Family.AUTO, delay, LETTERS, 1, 1);
    }

    /// Anybody can write the field; the token alone tells.
    @Test
    void theArchivesOwnTestMessageToTheAlternateMailboxIsANotice() throws Exception {
        String canary = "From: a@example.com\r\nCarteggio-Canary: abc\r\nSubject: x\r\n\r\nTest\r\n";
        expect(Family.NDR, canary, QUARANTINED, 0, 0);
        archive.intake.recogniseTests((source, token) -> source.equals("ndr") && token.equals("abc"));
        expect(Family.NDR, canary, NOTICE, 0, 0);
        expect(Family.NDR, canary.replace("abc", "abcd"), QUARANTINED, 0, 0);
        expect(Family.NDR, canary.replace("abc", ""), QUARANTINED, 0, 0);
        archive.intake.recogniseTests((source, token) -> source.equals("another"));
        expect(Family.NDR, canary, QUARANTINED, 0, 0);
        archive.intake.recogniseTests((source, token) -> true);
        expect(Family.REPORT, canary, QUARANTINED, 0, 0);
        expect(Family.AUTO, canary, LETTERS, 1, 1);
        String report = report("r1", ANNA, original("a"));
        expect(Family.NDR, report.replaceFirst("Subject: ", "Carteggio-Canary: abc\r\nSubject: "), LETTERS, 1, 1);
    }

    @Test
    void anUnreadableReportIsQuarantinedWholeWithAReason() throws Exception {
        String broken = report("r1", ANNA);
        for (Family family : List.of(Family.REPORT, Family.NDR, Family.AUTO)) {
            expect(family, broken, QUARANTINED, 0, 0);
        }
        assertThat(archive.catalogue.quarantine(10, Long.MAX_VALUE)).hasSize(3).allSatisfy(q -> {
            Place whole = q.whole();
            assertThat(archive.vault.read(whole).toByteArray(1 << 20))
                    .asString(StandardCharsets.ISO_8859_1)
                    .isEqualTo(broken);
        });
    }

    @Test
    void anEmptyMailIsKeptToo() throws Exception {
        expect(Family.REPORT, "", QUARANTINED, 0, 0);
        expect(Family.AUTO, "", LETTERS, 1, 1);
    }

    /// P2 for the report: its evidence with the originals put back is the report.
    @Test
    void theEvidenceWithItsOriginalsIsTheReportByteForByte() throws Exception {
        String wrapped = "Content-Class: rpmsg.message\r\n" + original("a");
        for (String arrival : List.of(
                report("r1", ANNA, wrapped, original("a")),
                ndr("failed", attached(report("r2", ANNA, original("b")))))) {
            Receipt receipt = archive.take(Family.REPORT, arrival);
            Testimony t = testimonies(receipt).getFirst();
            byte[] skeleton = t.entry().evidence().orElseThrow().toBytes();
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            int from = 0;
            for (var ref : t.entry().letters()) {
                int at = Math.toIntExact(ref.spliceOffset().orElseThrow());
                whole.write(skeleton, from, at - from);
                from = at;
                CataloguedLetter letter = archive.catalogue.letter(ref.sum()).orElseThrow();
                whole.writeBytes(archive.vault.read(letter.places().getFirst()).toByteArray(1 << 24));
            }
            whole.write(skeleton, from, skeleton.length - from);
            assertThat(whole.toString(StandardCharsets.ISO_8859_1)).isEqualTo(arrival);
            assertThat((long) whole.size()).isEqualTo(t.entry().rawBytes());
        }
    }

    @Test
    void theSameLetterFromManySidesAtOnceIsOneLetter() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Receipt>> receipts = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                String report = report("r" + i, "To: p" + i + "@example.com\r\n", original("a" + i % 3));
                receipts.add(threads.submit(() -> archive.take(Family.REPORT, report)));
            }
            int fresh = 0;
            for (Future<Receipt> r : receipts) {
                fresh += r.get().fresh();
            }
            assertThat(fresh).isEqualTo(3);
        }
        Books.Account all = archive.catalogue.books().all();
        assertThat(all.received()).isEqualTo(100);
        assertThat(all.letters()).isEqualTo(3);
        assertThat(all.evidence()).isEqualTo(97);
    }

    /// The order in which the detection goes: a stripped marker is made up for, a forged report inside stays an
    /// original.
    @Test
    void oneLevelOfReportIsUnwrappedAndAStrippedMarkerIsMadeUpFor() throws Exception {
        String stripped = report("r1", ANNA, original("a")).replace("X-MS-Journal-Report:\r\n", "");
        Receipt receipt = expect(Family.REPORT, stripped, LETTERS, 1, 1);
        assertThat(testimonies(receipt).getFirst().entry().warnings()).contains("MARKER_STRIPPED");
        String forged =
                report("forged", "To: eve@evil.example\r\n", original("b")).replace("_b_", "_f_");
        Receipt outer = expect(Family.REPORT, report("r2", ANNA, forged), LETTERS, 1, 1);
        assertThat(bytes(outer)).asString(StandardCharsets.ISO_8859_1).isEqualTo(forged);
        assertThat(testimonies(outer).getFirst().entry().addressees())
                .extracting(a -> a.told().address().raw())
                .containsExactly("anna@example.com");
    }

    /// The header names her by another address of hers: she was no blind copy.
    @Test
    void aRecipientIsKnownByAllHerAddresses() throws Exception {
        String report =
                report("r1", "Recipient: a.bianchi@example.com\r\nRecipient: carl@example.com\r\n", original("a"));
        archive.people.add(
                archive.acts,
                "test",
                "Anna",
                PersonRole.USER,
                List.of(
                        new Holding(new Address("anna@example.com"), Optional.empty(), Optional.empty()),
                        new Holding(new Address("a.bianchi@example.com"), Optional.empty(), Optional.empty())));
        Receipt receipt = expect(Family.REPORT, report, LETTERS, 1, 1);
        assertThat(testimonies(receipt).getFirst().entry().addressees())
                .extracting(Addressee::seenAs)
                .containsExactly(Role.TO, Role.BCC);
    }

    /// The header names a group: its members were no blind copies, as far as they were in it then.
    @Test
    void aRecipientIsKnownByTheGroupThatSheIsIn() throws Exception {
        String carl = archive.people.add(
                archive.acts,
                "test",
                "Carl",
                PersonRole.USER,
                List.of(new Holding(new Address("carl@example.com"), Optional.empty(), Optional.empty())));
        Registrar registrar = new Registrar(archive.people, archive.acts, "test", id -> false);
        String all = registrar.addGroup("All", List.of(new Address("anna@example.com")), Span.ALWAYS);
        String sales = registrar.addGroup("Sales", List.of(), Span.ALWAYS);
        registrar.join(all, List.of(new Member.OfGroup(sales)), Span.ALWAYS);
        registrar.join(
                sales,
                List.of(new Member.OfPerson(carl), new Member.OfAddress(new Address("out@partner.example"))),
                Span.ALWAYS);
        registrar.join(
                sales,
                List.of(new Member.OfAddress(new Address("late@partner.example"))),
                new Span(Optional.of(Instant.parse("2018-08-01T00:00:00Z")), Optional.empty()));
        String lines = Stream.of("carl@example.com", "out@partner.example", "late@partner.example", "eve@evil.example")
                .map(address -> "Recipient: " + address + "\r\n")
                .collect(Collectors.joining());
        Receipt receipt = expect(Family.REPORT, report("r1", lines, original("a")), LETTERS, 1, 1);
        assertThat(testimonies(receipt).getFirst().entry().addressees())
                .extracting(Addressee::seenAs)
                .containsExactly(Role.TO, Role.TO, Role.BCC, Role.BCC);
    }

    @Test
    void aMultidropSourceAsksTheHeaderInItsOwnOrder() throws Exception {
        for (String name : List.of("anna", "carl")) {
            Address address = new Address(name + "@example.com");
            archive.people.add(
                    archive.acts,
                    "test",
                    name,
                    PersonRole.USER,
                    List.of(new Holding(address, Optional.empty(), Optional.empty())));
        }
        Optional<Address> journal = Optional.of(new Address("j@a.example"));
        HeaderOrder order = new HeaderOrder(List.of("X-Mine", "To"));
        archive.sources.add(archive.acts, "test", "exim", journal, Family.MULTIDROP, order, Map.of());
        archive.close();
        archive = new EmbeddedArchive(path.resolve("data")); // the order comes back from the vault
        Source source = archive.sources.at(journal.get()).orElseThrow();
        assertThat(source.headers()).isEqualTo(order);
        String mail = "X-Envelope-To: eve@example.com\r\nX-Mine: carl@example.com\r\n" + original("a");
        Receipt receipt = archive.intake.take(
                new Arrival(source, Content.of(mail.getBytes(StandardCharsets.ISO_8859_1)), Provenance.ofItem("test")));
        ArrivalEntry entry = testimonies(receipt).getFirst().entry();
        assertThat(entry.dialect()).contains("header:x-mine");
        assertThat(entry.addressees())
                .extracting(a -> a.seenAs() + " " + a.told().address())
                .containsExactly("BCC carl@example.com");
        Receipt usual = expect(Family.MULTIDROP, original("b"), LETTERS, 1, 1);
        assertThat(testimonies(usual).getFirst().entry().dialect()).contains("header:to");
    }

    /// Where a fetched report does not tell when it was journaled, its server does; and that is said.
    @Test
    void aReportWithoutADateIsDatedByItsServer() throws Exception {
        Instant there = Instant.parse("2018-07-17T13:00:00Z");
        String report = report("r1", ANNA, original("a"));
        String undated = report.replaceFirst("Date: [^\r]*\r\n", "");
        assertThat(undated).isNotEqualTo(report);
        ArrivalEntry entry = fetched(undated, there);
        assertThat(entry.at()).isEqualTo(there);
        assertThat(entry.warnings()).anyMatch(w -> w.startsWith("DATED_BY_ITS_SERVER"));
        ArrivalEntry dated = fetched(report("r2", ANNA, original("b")), there);
        assertThat(dated.at()).isEqualTo(Instant.parse("2018-07-17T12:13:28Z"));
        assertThat(dated.warnings()).noneMatch(w -> w.startsWith("DATED_BY_ITS_SERVER"));
    }

    private ArrivalEntry fetched(String mail, Instant there) throws Exception {
        Receipt receipt = archive.intake.take(new Arrival(
                new Source("box", Optional.empty(), Family.REPORT),
                Content.of(mail.getBytes(StandardCharsets.ISO_8859_1)),
                Provenance.ofItem("test").receivedAt(Optional.of(there))));
        return testimonies(receipt).getFirst().entry();
    }

    @Test
    void onlyAMultidropSourceHasAnOrder() {
        HeaderOrder order = new HeaderOrder(List.of("To"));
        assertThatThrownBy(() -> archive.sources.add(
                        archive.acts, "test", "x", Optional.empty(), Family.REPORT, order, Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /// No open relay by construction: an imported mailbox does not make its owner's address one of the
    /// listener's.
    @Test
    void onlyJournalingAddressesAreListenedTo() throws Exception {
        Optional<Address> anna = Optional.of(new Address("anna@example.com"));
        archive.sources.add(archive.acts, "test", "annas-files", anna, Family.MAILBOX);
        archive.sources.add(archive.acts, "test", "files", Optional.empty(), Family.AUTO);
        assertThat(archive.sources.at(anna.get())).isEmpty();
        for (Family family : List.of(Family.REPORT, Family.NDR, Family.MULTIDROP)) {
            Address journal = new Address(family.word() + "@a.example");
            archive.sources.add(archive.acts, "test", family.word(), Optional.of(journal), family);
            assertThat(archive.sources.at(journal)).isPresent();
        }
    }

    @Test
    void peopleAndSourcesComeBackFromTheVault() throws Exception {
        archive.sources.add(archive.acts, "test", "exo", Optional.of(new Address("j@a.example")), Family.REPORT);
        String id = archive.people.add(
                archive.acts,
                "test",
                "Anna",
                PersonRole.USER,
                List.of(new Holding(new Address("Anna@Example.com"), Optional.of(Instant.EPOCH), Optional.empty())));
        archive.close();
        archive = new EmbeddedArchive(path.resolve("data"));
        assertThat(archive.sources.at(new Address("J@A.EXAMPLE"))).isPresent();
        assertThat(archive.people.directory().byId(id).orElseThrow().holdings())
                .extracting(h -> h.address().key())
                .containsExactly("anna@example.com");
    }
}
