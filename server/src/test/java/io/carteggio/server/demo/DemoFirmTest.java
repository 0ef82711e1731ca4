package io.carteggio.server.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.carteggio.mail.Address;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import io.carteggio.mail.Sha256;
import io.carteggio.server.demo.DemoMail.Disposition;
import io.carteggio.server.demo.DemoMail.Expectation;
import io.carteggio.server.demo.DemoMail.Original;
import java.net.URLDecoder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemoFirmTest {
    private static final Instant NOW = Instant.parse("2026-11-22T16:40:00Z");
    private static final int LETTERS = 600;
    private static final DemoFirm FIRM = DemoFirm.make(1, NOW, LETTERS);
    private static final List<DemoMail> MAILS = FIRM.mails().toList();

    // ---- how much

    @Test
    void thereAreExactlyAsManyLettersAsAskedFor() {
        assertThat(distinctOriginals(MAILS)).hasSize(LETTERS);
    }

    @ParameterizedTest
    @CsvSource({
        "1,100,2026-11-22T16:40:00Z",
        "2,101,2026-01-01T03:00:00Z",
        "3,137,2028-02-29T12:00:00Z",
        "-9,500,2026-08-16T10:15:30.123456789Z"
    })
    void anySeedNumberAndInstantGiveAFirmThatKeepsItsPromises(long seed, int letters, Instant now) {
        List<DemoMail> mails = DemoFirm.make(seed, now, letters).mails().toList();

        assertThat(distinctOriginals(mails)).as("seed %d", seed).hasSize(letters);
        assertThat(kinds(mails).keySet()).as("seed %d", seed).isEqualTo(DemoFirm.KINDS.keySet());
        assertThat(mails).as("seed %d", seed).allSatisfy(mail -> {
            assertThat(mail.sent()).isBeforeOrEqualTo(now).isAfter(now.minus(Duration.ofDays(4 * 365)));
            assertThat(mail.expectation().vouched()).isBeforeOrEqualTo(mail.sent());
            assertThat(mail.expectation().originals())
                    .allSatisfy(o -> assertThat(o.said())
                            .isBeforeOrEqualTo(mail.expectation().vouched()));
        });
        assertThat(mails).extracting(DemoMail::sent).isSorted();
    }

    @Test
    void tooFewLettersForOneOfEverythingAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> DemoFirm.make(1, NOW, DemoFirm.FEWEST_LETTERS - 1));
    }

    @Test
    void theFirmIsOfADozenAndItsMailOfModerateSize() {
        assertThat(FIRM.people()).hasSizeBetween(12, 14);
        assertThat(MAILS.stream().mapToLong(DemoMail::sizeBytes).sum()).isBetween(5_000_000L, 30_000_000L);
    }

    @Test
    void everyKindOccursAsOftenAsItShould() {
        Map<String, Long> kinds = kinds(MAILS);

        assertThat(kinds.keySet()).isEqualTo(DemoFirm.KINDS.keySet());
        assertThat(kinds)
                .containsEntry("duplicate", 4L)
                .containsEntry("fork", 2L)
                .containsEntry("variant", 2L)
                .containsEntry("ndr-known", 2L)
                .containsEntry("ndr-report", 1L)
                .containsEntry("ndr-bare", 1L)
                .containsEntry("delay", 1L)
                .containsEntry("bounce", 2L)
                .containsEntry("hostile", 2L)
                .containsEntry("unknown", 3L)
                .containsEntry("same-message-id", 2L)
                .containsEntry("protected", 1L);
        assertThat(kinds.get("thread")).isGreaterThan(80);
        assertThat(kinds.get("bcc")).isGreaterThan(8);
        assertThat(kinds.get("list")).isGreaterThan(8);
    }

    // ---- the books

    @Test
    void theBooksBalance() {
        Map<Disposition, Long> books =
                MAILS.stream().collect(groupingBy(m -> m.expectation().disposition(), counting()));

        assertThat(books)
                .containsEntry(Disposition.EVIDENCE, 4L) // two duplicates, a fork, an NDR of what had come
                .containsEntry(Disposition.NOTICE, 2L)
                .containsEntry(Disposition.QUARANTINED, 2L)
                .containsEntry(Disposition.LETTERS, LETTERS - 1L); // the protected pair is two letters in one mail
    }

    /// The expectations against what they say about each other: a mail makes letters exactly if an original is new.
    @Test
    void dispositionsFollowFromTheOriginals() {
        Set<Sha256> known = new HashSet<>();
        for (DemoMail mail : MAILS) {
            boolean any = false;
            for (Original original : mail.expectation().originals()) {
                any |= known.add(original.sha256());
            }
            Disposition expected = any
                    ? Disposition.LETTERS
                    : mail.expectation().originals().isEmpty()
                            ? mail.expectation().disposition()
                            : Disposition.EVIDENCE;
            assertThat(mail.expectation().disposition()).as("%s", mail).isEqualTo(expected);
            if (mail.expectation().originals().isEmpty()) {
                assertThat(expected).isIn(Disposition.NOTICE, Disposition.QUARANTINED);
            }
        }
    }

    // ---- equal arguments, equal octets

    @Test
    void equalSeedsMakeEqualMails() {
        List<DemoMail> again = DemoFirm.make(1, NOW, LETTERS).mails().toList();

        assertThat(again)
                .extracting(m -> Sha256.of(m.report()))
                .isEqualTo(MAILS.stream().map(m -> Sha256.of(m.report())).toList());
        assertThat(again)
                .extracting(DemoMail::expectation)
                .isEqualTo(MAILS.stream().map(DemoMail::expectation).toList());
    }

    @Test
    void theMachinesZoneAndLanguageDoNotShow() {
        Locale locale = Locale.getDefault();
        java.util.TimeZone zone = java.util.TimeZone.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            java.util.TimeZone.setDefault(java.util.TimeZone.getTimeZone("Pacific/Auckland"));
            assertThat(DemoFirm.make(1, NOW, LETTERS).mails().map(m -> Sha256.of(m.report())))
                    .isEqualTo(MAILS.stream().map(m -> Sha256.of(m.report())).toList());
        } finally {
            Locale.setDefault(locale);
            java.util.TimeZone.setDefault(zone);
        }
    }

    @Test
    void otherSeedsMakeOtherMails() {
        Set<Sha256> others =
                distinctOriginals(DemoFirm.make(2, NOW, LETTERS).mails().toList());

        assertThat(others).doesNotContainAnyElementsOf(distinctOriginals(MAILS));
    }

    @Test
    void mailsAreWrittenWhileTheyAreRead() {
        // a hundred thousand letters would be 1.6 GB at once
        assertThat(DemoFirm.make(1, NOW, 100_000).mails().limit(50)).hasSize(50);
    }

    // ---- reports, cut open by other means than those that wrote them

    @Test
    void theOriginalsInTheReportsAreThoseExpected() {
        for (DemoMail mail : MAILS) {
            Expectation expected = mail.expectation();
            if (expected.originals().isEmpty()) {
                continue;
            }
            String report = latin(mail);
            if (mail.mailFrom().isEmpty()) {
                report = partsOf(report).stream()
                        .filter(p -> p.startsWith("Content-Type: message/rfc822"))
                        .map(DemoFirmTest::body)
                        .findFirst()
                        .orElseThrow();
            }
            List<Sha256> found = partsOf(report).stream()
                    .filter(p -> p.startsWith("Content-Type: message/rfc822"))
                    .map(p -> Sha256.of(body(p).getBytes(ISO_8859_1)))
                    .toList();
            assertThat(found)
                    .as("%s", mail)
                    .isEqualTo(
                            expected.originals().stream().map(Original::sha256).toList());
        }
    }

    @Test
    void theEnvelopePartsNameWhoIsExpected() {
        for (DemoMail mail : MAILS) {
            if (mail.mailFrom().isEmpty() || mail.expectation().originals().isEmpty()) {
                continue;
            }
            List<String> lines = envelopeLines(mail);
            Expectation expected = mail.expectation();
            List<String> should = new ArrayList<>();
            should.add(
                    "Sender: " + expected.envelope().sender().map(Address::raw).orElse("<>"));
            expected.envelope().onBehalfOf().ifPresent(a -> should.add("On-Behalf-Of: " + a.raw()));
            should.add("Subject: " + expected.originals().getFirst().subject());
            expected.originals().getFirst().messageId().ifPresent(id -> should.add("Message-Id: " + id));
            for (Recipient r : expected.envelope().recipients()) {
                should.add(Map.of(Role.TO, "To", Role.CC, "Cc", Role.BCC, "Bcc", Role.RECIPIENT, "Recipient")
                                .get(r.role())
                        + ": " + r.address()
                        + r.expanded().map(a -> ", Expanded: " + a).orElse("")
                        + r.forwarded().map(a -> ", Forwarded: " + a).orElse(""));
            }
            assertThat(lines).as("%s", mail).isEqualTo(should);
        }
    }

    @Test
    void outsideMailHasUntypedRecipientsAndOursHasTyped() {
        assertThat(reports()).allSatisfy(mail -> {
            boolean ours = mail.expectation()
                    .envelope()
                    .sender()
                    .map(a -> House.ours(a.raw()))
                    .orElse(false);
            assertThat(mail.expectation().envelope().recipients())
                    .isNotEmpty()
                    .allSatisfy(r -> assertThat(r.role() == Role.RECIPIENT).isEqualTo(!ours));
            String inner = mail.mailFrom().isEmpty() ? "" : latin(mail);
            assertThat(inner.isEmpty()
                            || inner.contains(ours ? "-MessageDirectionality: Originating" : "-Organization-AuthAs: "))
                    .isTrue();
        });
    }

    @Test
    void octetsAreFitForSmtp() {
        for (DemoMail mail : MAILS) {
            String text = latin(mail);
            assertThat(text).as("%s", mail).endsWith("\r\n");
            String[] lines = text.split("\r\n", -1);
            for (String line : lines) {
                assertThat(line.length()).as("%s: %s", mail, line).isLessThanOrEqualTo(998);
                assertThat(line.indexOf('\r') < 0 && line.indexOf('\n') < 0 && line.indexOf('\0') < 0)
                        .as("%s: %s", mail, line)
                        .isTrue();
            }
            assertThat(mail.eightBit()).isEqualTo(text.chars().anyMatch(c -> c > 127));
        }
    }

    /// Headers are seven-bit, and a part with octets over 127 declares it.
    @Test
    void whatIsNotSevenBitIsDeclared() {
        for (DemoMail mail : MAILS) {
            if (mail.what().equals("unreadable")) {
                continue;
            }
            wellFormed(latin(mail), mail.toString());
        }
    }

    private static void wellFormed(String entity, String where) {
        String head = head(entity);
        assertThat(head.chars().allMatch(c -> c < 128)).as(where).isTrue();
        for (String line : head.split("\r\n", -1)) {
            assertThat(line.isEmpty() || line.startsWith(" ") || line.startsWith("\t") || line.matches("[!-9;-~]+:.*"))
                    .as("%s: %s", where, line)
                    .isTrue();
        }
        String type = field(head, "Content-Type");
        String transfer = field(head, "Content-Transfer-Encoding");
        // an Exchange says nothing about a report as a whole (JOURNAL-FORMATS 2.4)
        if (!head.contains("\r\nX-MS-Journal-Report:") && body(entity).chars().anyMatch(c -> c > 127)) {
            assertThat(transfer).as("%s: %s", where, type).isEqualTo("8bit");
        }
        if (type.startsWith("multipart/")) {
            partsOf(entity).forEach(p -> wellFormed(p, where));
        } else if (type.startsWith("message/rfc822")) {
            wellFormed(body(entity), where);
        }
    }

    @Test
    void attachmentsAreThoseExpected() {
        for (DemoMail mail : reports()) {
            if (mail.mailFrom().isEmpty()) {
                continue;
            }
            List<String> originals = partsOf(latin(mail)).stream()
                    .filter(p -> p.startsWith("Content-Type: message/rfc822"))
                    .map(DemoFirmTest::body)
                    .toList();
            for (int i = 0; i < originals.size(); i++) {
                List<String> found = new ArrayList<>();
                attachments(originals.get(i), found);
                assertThat(found)
                        .as("%s", mail)
                        .isEqualTo(mail.expectation().originals().get(i).attachments().stream()
                                .map(a -> a.name() + " " + a.sha256())
                                .toList());
            }
        }
    }

    private static void attachments(String entity, List<String> found) {
        String head = head(entity);
        if (field(head, "Content-Disposition").startsWith("attachment")) {
            byte[] raw = body(entity).getBytes(ISO_8859_1);
            byte[] file = field(head, "Content-Transfer-Encoding").equals("base64")
                    ? Base64.getMimeDecoder().decode(raw)
                    : raw;
            found.add(fileName(field(head, "Content-Disposition")) + " " + Sha256.of(file));
        } else if (field(head, "Content-Type").startsWith("multipart/")) {
            partsOf(entity).forEach(p -> attachments(p, found));
        }
    }

    private static String fileName(String disposition) {
        Matcher extended = Pattern.compile("filename\\*=UTF-8''(\\S+)").matcher(disposition);
        if (extended.find()) {
            return URLDecoder.decode(extended.group(1), UTF_8);
        }
        Matcher quoted = Pattern.compile("filename=\"([^\"]*)\"").matcher(disposition);
        assertThat(quoted.find()).as(disposition).isTrue();
        String name = quoted.group(1);
        return name.startsWith("=?utf-8?B?")
                ? new String(Base64.getDecoder().decode(name.substring(10, name.length() - 2)), UTF_8)
                : name;
    }

    // ---- variety

    @Test
    void atLeastSixTypesOfFilesAreAttached() {
        Set<String> types = new TreeSet<>();
        originals().forEach(o -> o.attachments().forEach(a -> types.add(a.type())));

        assertThat(types)
                .contains(
                        Enclosures.PDF,
                        Enclosures.PNG,
                        Enclosures.DOCX,
                        Enclosures.XLSX,
                        Enclosures.CSV,
                        Enclosures.ZIP,
                        Enclosures.ICS,
                        Enclosures.TXT,
                        Enclosures.VCF,
                        Enclosures.EML);
    }

    @Test
    void forwardedFilesStayTheSameOctets() {
        Map<Sha256, Set<String>> letters = new HashMap<>();
        originals()
                .forEach(o -> o.attachments()
                        .forEach(a -> letters.computeIfAbsent(a.sha256(), _ -> new HashSet<>())
                                .add(o.sha256().toString())));

        assertThat(letters.values().stream().filter(l -> l.size() > 1)).hasSizeGreaterThan(15);
    }

    @Test
    void manyCharsetsAndEncodingsOccur() {
        Map<String, Integer> seen = new HashMap<>();
        Pattern charset = Pattern.compile("charset=\"([^\"]+)\"\r\nContent-Transfer-Encoding: (\\S+)");
        Pattern word = Pattern.compile("=\\?([A-Za-z0-9-]+)\\?([BQ])\\?");
        for (DemoMail mail : MAILS) {
            Matcher text = charset.matcher(latin(mail));
            while (text.find()) {
                seen.merge(text.group(1) + " " + text.group(2), 1, Integer::sum);
            }
            Matcher words = word.matcher(latin(mail));
            while (words.find()) {
                seen.merge(words.group(1) + " " + words.group(2), 1, Integer::sum);
            }
        }
        assertThat(seen)
                .containsKeys(
                        "utf-8 8bit",
                        "utf-8 quoted-printable",
                        "utf-8 base64",
                        "us-ascii 7bit",
                        "iso-8859-1 quoted-printable",
                        "iso-8859-1 8bit",
                        "windows-1252 quoted-printable",
                        "windows-1252 8bit",
                        "iso-8859-7 8bit",
                        "iso-2022-jp 7bit",
                        "utf-8 B",
                        "utf-8 Q",
                        "iso-8859-1 Q",
                        "windows-1252 Q",
                        "iso-8859-7 B",
                        "iso-2022-jp B");
    }

    @Test
    void subjectsAreManyAndInAllLanguages() {
        Set<String> subjects = new HashSet<>();
        originals().forEach(o -> subjects.add(o.subject()));

        assertThat(subjects).hasSizeGreaterThan(300);
        for (String letter : List.of("à", "ü", "é", "[α-ω]", "\\p{IsHiragana}", "\\p{IsHan}")) {
            assertThat(subjects)
                    .as(letter)
                    .anyMatch(s -> Pattern.compile(letter).matcher(s).find());
        }
    }

    @Test
    void evenASmallFirmWritesAllLanguages() {
        Set<String> senders = new HashSet<>();
        DemoFirm.make(7, NOW, DemoFirm.FEWEST_LETTERS)
                .mails()
                .filter(m -> m.what().equals("thread"))
                .forEach(m -> m.expectation().owners().forEach(senders::add));

        assertThat(senders)
                .contains("Matteo Rinaldi", "Anna Lindner", "Claire Dubois", "Sofia Papadaki", "Kenji Tanaka");
    }

    @Test
    void repliesNameAndQuoteWhatTheyAnswer() {
        Set<String> ids = new HashSet<>();
        int answers = 0;
        for (DemoMail mail : MAILS) {
            for (Original original : mail.expectation().originals()) {
                original.messageId().ifPresent(ids::add);
            }
            if (mail.what().equals("thread")) {
                String inner = body(partsOf(latin(mail)).get(1));
                String parent = field(head(inner), "In-Reply-To");
                if (!parent.isEmpty()) {
                    answers++;
                    assertThat(ids).contains(parent);
                    assertThat(field(head(inner), "References")).endsWith(parent);
                }
            }
        }
        assertThat(answers).isGreaterThan(60);
    }

    @Test
    void blindCopiesAreInTheEnvelopeAlone() {
        List<DemoMail> blind = kind("bcc");

        assertThat(blind).allSatisfy(mail -> {
            String head = head(body(partsOf(latin(mail)).get(1)));
            assertThat(head).doesNotContainPattern("(?im)^Bcc:");
            assertThat(mail.expectation().envelope().recipients())
                    .anySatisfy(r -> assertThat(field(head, "To") + field(head, "Cc"))
                            .doesNotContain(r.address().raw()));
        });
    }

    @Test
    void listsAreExpandedAndNestedOnesNameTheInnerList() {
        assertThat(kind("nested-list").getFirst().expectation().envelope().recipients())
                .hasSizeGreaterThan(8)
                .extracting(r -> r.expanded().orElseThrow().raw())
                .contains(House.SALES, House.ACCOUNTS, House.ALL);
        assertThat(kind("nested-list").getFirst().expectation().envelope().recipients())
                .extracting(r -> r.address().key())
                .doesNotHaveDuplicates();
    }

    @Test
    void theForkIsOneOriginalAndTheVariantsAreTwo() {
        assertThat(distinctOriginals(kind("fork"))).hasSize(1);
        assertThat(distinctOriginals(kind("variant"))).hasSize(2);
        assertThat(kind("variant").stream()
                        .map(m -> m.expectation().originals().getFirst().messageId())
                        .distinct())
                .hasSize(1);
    }

    // ---- whose

    @Test
    void everybodyHasLetters() {
        Set<String> owners = new TreeSet<>();
        MAILS.forEach(m -> owners.addAll(m.expectation().owners()));

        assertThat(owners)
                .containsExactlyInAnyOrderElementsOf(
                        FIRM.people().stream().map(DemoPerson::name).toList());
    }

    @Test
    void theSharedAddressBelongsToOneThenToTheOther() {
        Set<Set<String>> owners = new HashSet<>();
        kind("info").stream()
                .filter(m -> m.expectation()
                        .envelope()
                        .recipients()
                        .getFirst()
                        .address()
                        .raw()
                        .equals(House.INFO))
                .forEach(m -> owners.add(m.expectation().owners()));

        assertThat(owners).containsExactlyInAnyOrder(Set.of("Renate Vogel"), Set.of("Franziska Huber"));
    }

    @Test
    void nobodyOwnsUnknownMailAndAFormerAddressOnlyOpensItsOwnTime() {
        assertThat(kind("unknown"))
                .allSatisfy(m -> assertThat(m.expectation().owners()).isEmpty());
        assertThat(kind("former"))
                .allSatisfy(m -> assertThat(m.expectation().owners()).containsExactly("Elena Conti"));
        assertThat(kind("alias"))
                .allSatisfy(m -> assertThat(m.expectation().owners())
                        .containsExactlyInAnyOrder("Anna Lindner", "Matteo Rinaldi"));
    }

    @Test
    void forwardingMailboxesAreNamed() {
        assertThat(kind("forwarded"))
                .allSatisfy(m -> assertThat(m.expectation().envelope().recipients())
                        .anySatisfy(r -> assertThat(r.forwarded()).isPresent()));
        assertThat(kind("forwarded").getFirst().expectation().owners()).containsExactly("Anna Lindner");
    }

    @Test
    void addressesOfTheFirmNeverHaveTwoHoldersAtOnce() {
        for (Instant when = NOW.minus(Duration.ofDays(1_100));
                when.isBefore(NOW);
                when = when.plus(Duration.ofDays(5))) {
            Instant at = when;
            List<String> held = FIRM.people().stream()
                    .flatMap(p -> p.addresses().stream().filter(h -> h.at(at)))
                    .map(h -> h.address().key())
                    .toList();
            assertThat(held).as("%s", at).doesNotHaveDuplicates();
        }
    }

    // ---- reading, the simplest way

    private static Map<String, Long> kinds(List<DemoMail> mails) {
        return mails.stream().collect(groupingBy(DemoMail::what, counting()));
    }

    private static List<DemoMail> kind(String what) {
        return MAILS.stream().filter(m -> m.what().equals(what)).toList();
    }

    private static List<DemoMail> reports() {
        return MAILS.stream()
                .filter(m -> !m.expectation().originals().isEmpty())
                .toList();
    }

    private static List<Original> originals() {
        return MAILS.stream().flatMap(m -> m.expectation().originals().stream()).toList();
    }

    private static Set<Sha256> distinctOriginals(List<DemoMail> mails) {
        Set<Sha256> sums = new HashSet<>();
        mails.forEach(m -> m.expectation().originals().forEach(o -> sums.add(o.sha256())));
        return sums;
    }

    /// One char an octet.
    private static String latin(DemoMail mail) {
        return new String(mail.report(), ISO_8859_1);
    }

    private static String head(String entity) {
        return entity.substring(0, entity.indexOf("\r\n\r\n") + 2);
    }

    private static String body(String entity) {
        return entity.substring(entity.indexOf("\r\n\r\n") + 4);
    }

    /// A field's value, unfolded; empty where there is none.
    private static String field(String head, String name) {
        Matcher found =
                Pattern.compile("(?im)^" + name + ":((?:.*\r\n[ \t])*.*)\r\n").matcher(head);
        return found.find() ? found.group(1).replace("\r\n", "").strip() : "";
    }

    private static List<String> partsOf(String multipart) {
        Matcher boundary = Pattern.compile("boundary=\"([^\"]+)\"").matcher(head(multipart));
        assertThat(boundary.find()).as(head(multipart)).isTrue();
        String delimiter = "--" + boundary.group(1);
        String rest = "\r\n" + body(multipart);
        List<String> parts = new ArrayList<>();
        int at = rest.indexOf("\r\n" + delimiter + "\r\n");
        while (true) {
            int from = at + delimiter.length() + 4;
            int to = rest.indexOf("\r\n" + delimiter, from);
            parts.add(rest.substring(from, to));
            if (rest.startsWith("--", to + 2 + delimiter.length())) {
                return parts;
            }
            at = to;
        }
    }

    private static List<String> envelopeLines(DemoMail mail) {
        String part = partsOf(latin(mail)).getFirst();
        String text = body(part);
        byte[] decoded = switch (field(head(part), "Content-Transfer-Encoding")) {
            case "base64" -> Base64.getMimeDecoder().decode(text.getBytes(ISO_8859_1));
            case "quoted-printable" -> unquoted(text);
            default -> text.getBytes(ISO_8859_1);
        };
        return new String(decoded, UTF_8).lines().toList();
    }

    private static byte[] unquoted(String text) {
        Matcher quoted = Pattern.compile("=([0-9A-F]{2})").matcher(text.replace("=\r\n", ""));
        return quoted.replaceAll(m -> Matcher.quoteReplacement(Character.toString(Integer.parseInt(m.group(1), 16))))
                .getBytes(ISO_8859_1);
    }
}
