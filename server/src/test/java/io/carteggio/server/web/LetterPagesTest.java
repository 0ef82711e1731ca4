package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.mail.Content;
import io.carteggio.server.escrow.Decrypter;
import io.carteggio.server.escrow.Decryption;
import io.carteggio.server.escrow.EscrowFile;
import io.carteggio.server.escrow.Sealing;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// What stands on a letter's page, for whom, and what can be had from it.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LetterPagesTest {
    private static final String MAIL = Firm.mail(
            "Carla Rossi <carla@example.com>",
            "bruna@example.com",
            "Il contratto",
            "Cara Bruna,\nvedi https://x.example/a?b=1.\n> citato");

    private Firm firm;
    private WebServer server;
    private LetterId contract;
    private LetterId newsletter;

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        firm = new Firm(dir);
        firm.person("Ada", PersonRole.ADMINISTRATOR);
        firm.person("Bruna", PersonRole.USER, "bruna@example.com");
        firm.person("Carla", PersonRole.USER, "carla@example.com");
        firm.person("Dario", PersonRole.USER, "dario@example.com");
        firm.person("Giorgos", PersonRole.USER, "giorgos@example.com");
        firm.person("Elena", PersonRole.AUDITOR);
        contract = firm.report(
                MAIL,
                "Sender: carla@example.com",
                "To: bruna@example.com",
                "To: dario@example.com, Expanded: sales@example.com",
                "Bcc: giorgos@example.com");
        newsletter = firm.report(
                Firm.newsletter(
                        "news@moebel.example",
                        "bruna@example.com",
                        "Offers",
                        "<p onclick=alert(1)>Hello <b>you</b> <img src='cid:logo@x' alt=Logo>"
                                + "<img src='https://t.example/p.gif'><img src='http://t.example/q.gif'></p><script>1</script>"),
                "Sender: news@moebel.example",
                "To: bruna@example.com");
        firm.indexed();
        server = WebServer.start(WebConfig.local(), firm, firm.clock);
    }

    @AfterAll
    void stop() throws Exception {
        server.close();
        firm.close();
    }

    private HttpResponse<String> read(String who, LetterId id) throws Exception {
        try (Browser browser = new Browser(server).logIn(who)) {
            return browser.get("/letters/" + id);
        }
    }

    /// P5: a recipient sees To, Cc and his own line; the sender and an auditor see all.
    @Test
    void blindCopiesAreSeenByTheSenderTheRecipientHimselfAndAnAuditor() throws Exception {
        assertThat(read("Bruna", contract).body())
                .contains("dario@example.com", "through the list sales@example.com")
                .doesNotContain("giorgos@example.com");
        assertThat(read("Dario", contract).body()).contains("bruna@example.com").doesNotContain("giorgos@example.com");
        assertThat(read("Giorgos", contract).body()).contains("giorgos@example.com", "Blind copy");
        assertThat(read("Carla", contract).body()).contains("giorgos@example.com", "Blind copy", "/reports/");
        assertThat(read("Elena", contract).statusCode()).isEqualTo(404);
        try (Browser elena = new Browser(server).logIn("Elena")) {
            assertThat(elena.fill("/reason", "/reason", "reason", "short").statusCode())
                    .isEqualTo(422);
            elena.fill("/reason", "/reason", "reason", "Enquiry 2026/14");
            assertThat(elena.get("/search").body())
                    .contains("You are reading across people", "Enquiry 2026/14", "Il contratto", "Offers");
            assertThat(elena.get("/letters/" + contract).body()).contains("giorgos@example.com");
            elena.fill("/account", "/reason/end");
            assertThat(elena.get("/letters/" + contract).statusCode()).isEqualTo(404);
        }
        try (Browser ada = new Browser(server).logIn("Ada")) {
            assertThat(ada.get("/trail").body())
                    .contains("Elena", "Enquiry 2026/14", contract.text(), "reading across people");
        }
    }

    /// Some systems leave the blind copies in the header of the original.
    @Test
    void aBccInTheLettersOwnHeaderIsShownOnlyToWhoSeesAll() throws Exception {
        LetterId leaky = firm.report(
                "Bcc: giorgos@example.com\r\nResent-Bcc: x@elsewhere.example\r\n"
                        + Firm.mail("carla@example.com", "bruna@example.com", "Leaky", "hello"),
                "Sender: carla@example.com",
                "To: bruna@example.com");
        assertThat(read("Bruna", leaky).body())
                .contains("Leaky")
                .doesNotContain("giorgos@example.com")
                .doesNotContain("x@elsewhere.example");
        assertThat(read("Carla", leaky).body()).contains("giorgos@example.com", "x@elsewhere.example");
    }

    @Test
    void aRecipientsPageSaysTheSameWhetherThereAreBlindCopiesOrNot() throws Exception {
        String hint = "Blind copies to others are shown to the sender and to auditors only.";
        assertThat(read("Bruna", contract).body()).contains(hint);
        assertThat(read("Bruna", newsletter).body()).contains(hint);
    }

    @Test
    void theTextIsShownWithLinksAndQuotes() throws Exception {
        assertThat(read("Bruna", contract).body())
                .contains("Cara Bruna,")
                .contains("<a href=\"https://x.example/a?b=1\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">")
                .contains("depth-1")
                .contains("Thursday, 19 November 2026, 15:20 UTC");
    }

    /// An invitation is told in words, above the text, with what its guests answered; and a card in a line.
    @Test
    void appointmentsAndCardsAreTold() throws Exception {
        String mail = """
                From: carla@example.com
                To: bruna@example.com
                Subject: Mill
                Date: Thu, 19 Nov 2026 16:20:00 +0100
                Message-ID: <mill@example.com>
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary=m

                --m
                Content-Type: multipart/alternative; boundary=a

                --a
                Content-Type: text/plain

                come
                --a
                Content-Type: text/calendar; method=REQUEST; charset=utf-8

                BEGIN:VCALENDAR
                METHOD:REQUEST
                BEGIN:VEVENT
                SUMMARY:The <b>mill</b>
                DTSTART:20261201T090000Z
                DTEND:20261201T103000Z
                RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=TU
                LOCATION:By the river
                ORGANIZER;CN=Carla:mailto:carla@example.com
                ATTENDEE;PARTSTAT=TENTATIVE;CN=Bruna:mailto:bruna@example.com
                END:VEVENT
                END:VCALENDAR
                --a--
                --m
                Content-Type: text/vcard; name=carla.vcf
                Content-Disposition: attachment; filename=carla.vcf

                BEGIN:VCARD
                FN:Carla Rossi
                EMAIL:carla@example.com
                END:VCARD
                --m--
                """.replace("\n", "\r\n");
        LetterId id = firm.report(mail, "Sender: carla@example.com", "To: bruna@example.com");
        assertThat(read("Bruna", id).body().replaceAll("\\s+", " "))
                .contains(
                        "Invitation",
                        "The &lt;b&gt;mill&lt;/b&gt;",
                        "Tuesday, 1 December 2026, 09:00 UTC to 10:30",
                        "every week; Tuesday; 4 times",
                        "By the river",
                        "Carla &lt;carla@example.com&gt;",
                        "Bruna &lt;bruna@example.com&gt;",
                        "perhaps",
                        "Visiting card: Carla Rossi, carla@example.com");
        try (Browser bruna = new Browser(server).logIn("Bruna")) {
            assertThat(bruna.get("/api/v1/letters/" + id).body())
                    .contains("\"appointments\":[{\"method\":\"request\"", "\"start\":\"2026-12-01T09:00:00Z\"");
        }
    }

    /// What the journaling agent has decrypted says so, and what was found of its signature; what only
    /// claims it does not.
    @Test
    void aClearCopyTellsItsSignature() throws Exception {
        Sealing.Person bruna = Sealing.person("bruna@example.com", Instant.parse("2049-01-01T00:00:00Z"));
        Sealing.Person carla = Sealing.person("carla@example.com", Instant.parse("2049-01-01T00:00:00Z"));
        byte[] signed = Sealing.signed(Sealing.octets(Sealing.ENTITY), carla, true, true);
        Content mail = Sealing.smime(Sealing.enveloped(Sealing.octets(Sealing.cms("signed-data", signed)), bruna));
        Decrypter decrypter = new Decrypter(EscrowFile.open(bruna.pkcs12("x"), "x"), firm.clearMark());
        Decryption.Clear clear = (Decryption.Clear) decrypter.decrypt(mail);
        String report = """
                X-MS-Journal-Report:
                Content-Type: multipart/mixed; boundary=b

                --b

                Sender: bert@partner.example
                Recipient: bruna@example.com

                --b
                Content-Type: message/rfc822

                """.replace("\n", "\r\n");
        String between = "\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n";
        String copy = new String(clear.content().toByteArray(100_000), StandardCharsets.ISO_8859_1);
        String original = new String(mail.toByteArray(100_000), StandardCharsets.ISO_8859_1);
        LetterId shown = firm.take(
                        (report + original + between + copy + "\r\n--b--\r\n").getBytes(StandardCharsets.ISO_8859_1))
                .letters()
                .getLast();
        String page = read("Bruna", shown).body();
        assertThat(page)
                .contains("The word is Wasserfall.")
                .contains("Decrypted by the journaling agent (S/MIME, aes-256-cbc)")
                .contains("Signed with S/MIME by carla &lt;carla@example.com&gt;; the signature matches.")
                .contains("has no integrity check")
                .contains("the protected mail, as it was sent");
        LetterId forged = firm.report(
                copy.replaceFirst("X-Journal-Clear: ..", "X-Journal-Clear: 00"),
                "Sender: bert@partner.example",
                "Recipient: bruna@example.com");
        assertThat(read("Bruna", forged).body())
                .contains("The word is Wasserfall.")
                .doesNotContain("Decrypted by the journaling agent", "the signature matches");
    }

    /// P2: what comes out is what went in.
    @Test
    void theOriginalComesOutByteForByte() throws Exception {
        try (Browser bruna = new Browser(server).logIn("Bruna")) {
            HttpResponse<byte[]> eml = bruna.bytes("/letters/" + contract + "/original");
            assertThat(eml.body()).isEqualTo(MAIL.getBytes(StandardCharsets.UTF_8));
            assertThat(eml.headers().firstValue("Content-Type")).contains("message/rfc822");
            assertThat(eml.headers().firstValue("Content-Length")).contains(Integer.toString(eml.body().length));
            assertThat(eml.headers().firstValue("Content-Disposition"))
                    .contains("attachment; filename=\"Il contratto.eml\"; filename*=UTF-8''Il%20contratto.eml");
        }
    }

    @Test
    void htmlIsSanitisedFramedAndLoadsOnlyTheLettersOwnPictures() throws Exception {
        try (Browser bruna = new Browser(server).logIn("Bruna");
                Browser nobody = new Browser(server)) {
            String page = bruna.get("/letters/" + newsletter).body();
            assertThat(page)
                    .contains("sandbox=\"allow-popups allow-popups-to-escape-sandbox\"")
                    .contains("2 remote pictures blocked")
                    .doesNotContain("t.example")
                    .doesNotContain(">Picture<");
            Matcher frame = Pattern.compile("src=\"(/letters/[^\"]+/html\\?pass=[^\"]+)\"")
                    .matcher(page);
            assertThat(frame.find()).isTrue();
            HttpResponse<String> html = bruna.get(frame.group(1));
            assertThat(html.headers().firstValue("Content-Security-Policy").orElseThrow())
                    .startsWith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'")
                    .doesNotContain("allow-scripts")
                    .doesNotContain("allow-same-origin");
            assertThat(html.body()).contains("<b>you</b>").doesNotContain("onclick", "<script", "t.example");
            Matcher picture =
                    Pattern.compile("src=\"(/letters/[^\"]+/pictures/[^\"]+)\"").matcher(html.body());
            assertThat(picture.find()).isTrue();
            String url = picture.group(1).replace("&#61;", "=").replace("&amp;", "&");

            // the frame has no cookies: the address alone must do
            HttpResponse<byte[]> png = nobody.bytes(url);
            assertThat(png.statusCode()).isEqualTo(200);
            assertThat(png.body()).isEqualTo(Firm.PNG);
            assertThat(png.headers().firstValue("Content-Type")).contains("image/png");
            // and it opens nothing else
            assertThat(nobody.get(url.replace("/pictures/", "/original/")).statusCode())
                    .isEqualTo(404);
            assertThat(nobody.get(url.replace(newsletter.text(), contract.text()))
                            .statusCode())
                    .isEqualTo(404);
            assertThat(nobody.get(url + "x").statusCode()).isEqualTo(404);
            assertThat(nobody.get(frame.group(1)).statusCode()).isEqualTo(303);
            bruna.fill("/account", "/log-out");
            assertThat(nobody.bytes(url).statusCode()).isEqualTo(404);
        }
    }

    @Test
    void attachmentsAreDownloadsUnderSafeNamesAndTypes() throws Exception {
        try (Browser bruna = new Browser(server).logIn("Bruna")) {
            HttpResponse<String> pdf = bruna.get("/letters/" + newsletter + "/attachments/0");
            assertThat(pdf.body()).isEqualTo("%PDF-1.7 not really");
            assertThat(pdf.headers().firstValue("Content-Type")).contains("application/pdf");
            assertThat(pdf.headers().firstValue("Content-Disposition"))
                    .contains("attachment; filename=\"Angebot f_r M_ller.pdf\"; "
                            + "filename*=UTF-8''Angebot%20f%C3%BCr%20M%C3%BCller.pdf");
            HttpResponse<String> evil = bruna.get("/letters/" + newsletter + "/attachments/1");
            assertThat(evil.headers().firstValue("Content-Type")).contains("application/octet-stream");
            assertThat(evil.headers().firstValue("Content-Disposition").orElseThrow())
                    .startsWith("attachment")
                    .doesNotContain("/");
            assertThat(evil.headers().firstValue("Content-Security-Policy").orElseThrow())
                    .startsWith("sandbox;");
            assertThat(bruna.get("/letters/" + newsletter + "/attachments/99").statusCode())
                    .isEqualTo(404);
            assertThat(bruna.get("/letters/" + newsletter + "/attachments/-1").statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void aMistakeInTheQueryIsPointedAt() throws Exception {
        try (Browser bruna = new Browser(server).logIn("Bruna")) {
            HttpResponse<String> answer = bruna.get("/search?q=contratto%20larger:x");
            assertThat(answer.statusCode()).isEqualTo(422);
            assertThat(answer.body())
                    .contains("aria-invalid=\"true\"", "<mark>")
                    .contains("contratto ");
            assertThat(bruna.get("/search?q=nosuchword").body()).contains("No letter matches");
            assertThat(bruna.get("/search?q=subject:contratto").body()).contains("1 letter matches");
            assertThat(Browser.withoutOurScript(bruna.get("/search?q=%3Cscript%3Ealert(1)%3C/script%3E")
                            .body()))
                    .doesNotContain("<script");
            assertThat(bruna.get("/search?before=nosuchplace").statusCode()).isEqualTo(303);
        }
    }

    /// Opening a page is one act, whatever the page itself loads; a download is another.
    @Test
    void anAuditorsReadingStandsInTheTrailOnceALetter() throws Exception {
        try (Browser elena = new Browser(server).logIn("Elena")) {
            elena.fill("/reason", "/reason", "reason", "Enquiry of the data-protection officer");
            long before = opened();
            String page = elena.get("/letters/" + newsletter).body();
            Matcher frame = Pattern.compile("src=\"(/letters/[^\"]+/html\\?pass=[^\"]+)\"")
                    .matcher(page);
            assertThat(frame.find()).isTrue();
            Matcher picture = Pattern.compile("src=\"(/letters/[^\"]+/pictures/[^\"]+)\"")
                    .matcher(elena.get(frame.group(1)).body());
            assertThat(picture.find()).isTrue();
            assertThat(elena.get(picture.group(1)).statusCode()).isEqualTo(200);
            assertThat(opened() - before).isEqualTo(1);
            elena.get("/letters/" + newsletter + "/original");
            assertThat(opened() - before).isEqualTo(2);
            // without the page's pass the HTML is an act of its own
            elena.get("/letters/" + newsletter + "/html");
            assertThat(opened() - before).isEqualTo(3);
            // and the pass is worthless under another reason
            elena.fill("/account", "/reason/end");
            elena.fill("/reason", "/reason", "reason", "Quite another reason");
            assertThat(elena.get(picture.group(1)).statusCode()).isEqualTo(404);
        }
    }

    private long opened() throws Exception {
        return firm.catalogue().audit(1_000).stream()
                .filter(a -> a.what().equals("open"))
                .count();
    }
}
