package io.carteggio.server.fetch.ews;

import static io.carteggio.server.fetch.DriverTests.trouble;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.carteggio.archive.ArchiveException;
import io.carteggio.server.fetch.Account;
import io.carteggio.server.fetch.DriverTests.Known;
import io.carteggio.server.fetch.DriverTests.Taken;
import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.fetch.OAuthTokens;
import io.carteggio.server.fetch.RemoteMailbox;
import io.carteggio.server.fetch.RemoteMailbox.Listing;
import io.carteggio.server.fetch.RemoteMailbox.Removal;
import io.carteggio.server.fetch.RemoteMailbox.Removed;
import io.carteggio.server.fetch.Settings;
import io.carteggio.server.fetch.Steps;
import io.carteggio.server.fetch.ews.ExchangeSimulator.Door;
import io.carteggio.server.fetch.ews.ExchangeSimulator.Instead;
import io.carteggio.server.fetch.ews.ExchangeSimulator.Item;
import io.carteggio.server.secret.Secrets;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The driver against an Exchange Server that is none, and is strict.
@Tag("slow")
class EwsMailboxTest {
    private static final String PASSWORD = "s€cret";

    @TempDir
    Path directory = Path.of("");

    private ExchangeSimulator exchange;
    private final List<Duration> waited = new ArrayList<>();
    private final List<String> told = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        exchange = new ExchangeSimulator(directory);
    }

    @AfterEach
    void everythingWasToTheLetter() throws Exception {
        exchange.close();
        assertThat(exchange.refusals()).isEmpty();
        assertThat(told).noneMatch(line -> line.contains(PASSWORD));
    }

    private Account account(String... settings) {
        Map<String, String> all = new TreeMap<>(Map.of(
                "host", "localhost",
                "port", Integer.toString(exchange.port()),
                "certificate", "sha256:" + exchange.certificateSum(),
                "user", "FIRM\\journal",
                "timeout", "2"));
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        Settings made = new Settings(all);
        made.check(new EwsProtocol());
        return new Account(
                "exchange",
                made,
                new Known(new LinkedHashMap<>(
                        Map.of(Secrets.PASSWORD, PASSWORD, Secrets.TOKEN, "tok", Secrets.CLIENT_SECRET, PASSWORD))),
                new OAuthTokens(Clock.systemUTC()),
                Clock.systemUTC());
    }

    private RemoteMailbox open(String... settings) throws ArchiveException {
        return open(account(settings));
    }

    private RemoteMailbox open(Account account) throws ArchiveException {
        Steps steps = new Steps() {
            @Override
            public void begin(Step step) {
                told.add(step.word());
            }

            @Override
            public void done(String detail) {
                told.add(detail);
            }

            @Override
            public void warn(String text) {
                told.add("! " + text);
            }
        };
        return EwsMailbox.open(account, new EwsSession(account, waited::add, new Random(1)), steps);
    }

    private FetchException refused(String... settings) {
        FetchException trouble = trouble(() -> open(settings).close());
        assertThat(trouble.getMessage()).doesNotContain(PASSWORD).doesNotContain("tok");
        return trouble;
    }

    private static byte[] mail(int n) {
        byte[] octets = new byte[n * 37 % 5_000 + 1 + n % 3];
        new Random(n).nextBytes(octets);
        byte[] head = ("Subject: " + n + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        byte[] mail = Arrays.copyOf(head, head.length + octets.length);
        System.arraycopy(octets, 0, mail, head.length, octets.length);
        return mail;
    }

    private static String id(int n) {
        return "AAMk" + n + "+/<&=";
    }

    private void deliver(int from, int to) {
        for (int n = from; n < to; n++) {
            exchange.put(new Item(
                    id(n),
                    mail(n),
                    1,
                    Instant.ofEpochSecond(1_700_000_000L + n),
                    n % 4 == 3 ? "MeetingRequest" : "Message"));
        }
    }

    private static List<String> ids(int from, int to) {
        return IntStream.range(from, to).mapToObj(EwsMailboxTest::id).toList();
    }

    private static Listing list(RemoteMailbox mailbox) throws ArchiveException {
        return mailbox.list(Optional.empty(), _ -> false, 10_000);
    }

    private static String text(int n) {
        return new String(mail(n), StandardCharsets.ISO_8859_1);
    }

    private void assertBrought(Taken taken, int from, int to) {
        for (int n = from; n < to; n++) {
            assertThat(taken.mails.get(id(n))).as("mail %s byte for byte", n).isEqualTo(text(n));
        }
        assertThat(taken.mails).hasSize(to - from);
    }

    // ---- the way through ----

    @Test
    void mailsComeByteForByteAndGo() throws Exception {
        exchange.pageLimit(7);
        deliver(0, 33);
        Taken taken = new Taken(directory);
        try (RemoteMailbox mailbox = open()) {
            Listing listing = list(mailbox);
            assertThat(listing.unknown()).isEqualTo(ids(0, 33));
            assertThat(listing.complete()).isTrue();
            assertThat(listing.more()).isFalse();
            assertThat(listing.mails()).isEqualTo(33);
            mailbox.fetch(listing.unknown(), taken);
            assertBrought(taken, 0, 33);
            assertThat(taken.received.get(id(5))).isEqualTo(Instant.ofEpochSecond(1_700_000_005L));
            assertThat(exchange.folder("inbox"))
                    .as("nothing but a removal changes anything")
                    .hasSize(33);
            assertThat(mailbox.remove(List.of(id(1), id(2), "gone"), new Removal.Delete())
                            .gone())
                    .as("gone already is gone")
                    .containsExactlyInAnyOrder(id(1), id(2), "gone");
            assertThat(exchange.folder("inbox")).hasSize(31).doesNotContain(id(1), id(2));
            assertThat(mailbox.rights().delete()).isTrue();
            assertThat(mailbox.fill().mails()).isEqualTo(31);
            assertThat(mailbox.fill().oldest()).contains(Instant.ofEpochSecond(1_700_000_000L));
            assertThat(mailbox.tls().orElseThrow()).startsWith("TLSv1.3");
            assertThat(mailbox.place("k")).isEqualTo("ews://localhost/INBOX;id=k");
        }
        assertThat(exchange.connectionsOpened()).as("one log-in for all").isEqualTo(1);
        assertThat(told).contains("resolve", "connect", "tls", "log in", "folder", "FIRM\\journal by NTLM");
    }

    @Test
    void aListingEndsWhereEnoughIsUnknown() throws Exception {
        exchange.pageLimit(10);
        deliver(0, 50);
        try (RemoteMailbox mailbox = open()) {
            Listing listing = mailbox.list(Optional.empty(), key -> ids(0, 5).contains(key), 12);
            assertThat(listing.unknown()).isEqualTo(ids(5, 17));
            assertThat(listing.more()).isTrue();
            assertThat(listing.complete()).isFalse();
        }
    }

    @Test
    void whatMovesPastAListingIsNotTakenForGone() throws Exception {
        exchange.pageLimit(10);
        deliver(0, 30);
        try (RemoteMailbox mailbox = open()) {
            Listing listing = mailbox.list(
                    Optional.empty(),
                    key -> {
                        if (key.equals(id(9))) {
                            exchange.take(id(0)); // 10 is now the last of the first page, which was read
                        }
                        return true;
                    },
                    100);
            assertThat(listing.complete()).isFalse();
            assertThat(list(mailbox).complete()).isTrue();
        }
    }

    @Test
    void archivedMailsMoveIntoAFolderThatIsMadeForThem() throws Exception {
        deliver(0, 5);
        try (RemoteMailbox mailbox = open("after", "move:Archived & kept/<2026>")) {
            Removal move = new Removal.MoveTo("Archived & kept/<2026>");
            assertThat(mailbox.remove(ids(0, 2), move).gone()).hasSize(2);
            assertThat(mailbox.remove(ids(2, 3), move).gone()).hasSize(1);
            exchange.error(id(3), "ErrorQuotaExceeded");
            assertThat(trouble(() -> mailbox.remove(ids(3, 4), move)).kind()).isEqualTo(Kind.FULL);
            exchange.makeFolder("Other");
        }
        assertThat(exchange.folder("<2026>")).hasSize(3);
        assertThat(exchange.folder("inbox")).isEqualTo(ids(3, 5));
        assertThat(exchange.asked().stream().filter("CreateFolder"::equals).count())
                .as("looked up once")
                .isEqualTo(2);
        try (RemoteMailbox mailbox = open("folder", "Other")) {
            assertThat(list(mailbox).unknown()).isEmpty();
            assertThat(trouble(() -> mailbox.remove(ids(3, 4), new Removal.MoveTo("Other")))
                            .kind())
                    .isEqualTo(Kind.FOLDER);
        }
        assertThat(refused("folder", "Missing/2026").kind()).isEqualTo(Kind.FOLDER);
    }

    // ---- who is it ----

    @Test
    void everyDoorOpensToTheRightOne() throws Exception {
        for (Door door : List.of(Door.BASIC, Door.NTLM, Door.NTLM_BOUND, Door.NEGOTIATE_BOUND)) {
            exchange.door(door);
            open().close();
            assertThat(refused("user", "FIRM\\nobody").kind()).as(door.name()).isEqualTo(Kind.LOG_IN);
        }
        exchange.door(Door.NTLM_BOUND);
        open("password-as", "basic").close();
        assertThat(told.getLast()).startsWith("INBOX");
        assertThat(told).contains("FIRM\\journal by Basic", "FIRM\\journal by NTLM", "FIRM\\journal by Negotiate");
        exchange.door(Door.BASIC);
        assertThat(refused("password-as", "ntlm")).hasMessageContaining("it offers BASIC");
    }

    @Test
    void aLogInIsBoundToTheCertificate() {
        exchange.proxyInBetween();
        FetchException trouble = refused();
        assertThat(trouble.kind()).isEqualTo(Kind.LOG_IN);
        assertThat(trouble).hasMessageContaining("something in between that ends TLS");
    }

    @Test
    void anotherCertificateIsToldNoPassword() {
        FetchException trouble = refused("certificate", "sha256:" + "0".repeat(64));
        assertThat(trouble.kind()).isEqualTo(Kind.CERTIFICATE);
        assertThat(trouble).hasMessageContaining(exchange.certificateSum());
        assertThat(refused("certificate", "system").kind()).isEqualTo(Kind.CERTIFICATE);
        assertThat(exchange.asked()).isEmpty();
    }

    @Test
    void aConnectionThatWentIsMadeAndLoggedInAnew() throws Exception {
        deliver(0, 12);
        exchange.door(Door.BASIC); // NTLM lives on one connection; a server that closes each cannot have it
        exchange.closesAfterEach();
        Taken taken = new Taken(directory);
        try (RemoteMailbox mailbox = open()) {
            mailbox.fetch(list(mailbox).unknown(), taken);
            assertThat(mailbox.remove(ids(0, 12), new Removal.Delete()).gone()).hasSize(12);
        }
        assertBrought(taken, 0, 12);
        assertThat(exchange.connectionsOpened()).isGreaterThan(3);
    }

    @Test
    void ntlmIsDoneAgainOnANewConnection() throws Exception {
        deliver(0, 3);
        try (RemoteMailbox mailbox = open()) {
            assertThat(mailbox.awaitNew(Duration.ofMinutes(5))).isTrue();
            assertThat(waited).containsExactly(Duration.ofMinutes(5));
            exchange.next("FindItem", out -> false); // closes without a word, as after a long silence
            assertThat(list(mailbox).unknown()).hasSize(3);
        }
        assertThat(exchange.connectionsOpened()).isEqualTo(3);
    }

    @Test
    void anExpiredTokenIsRenewedOnce() throws Exception {
        AtomicInteger given = new AtomicInteger();
        HttpServer issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer.createContext("/token", at -> {
            String form = new String(at.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            boolean right = form.contains("grant_type=client_credentials") && form.contains("client_id=me");
            byte[] answer = ("{\"access_token\":\"tok" + given.incrementAndGet() + "\",\"expires_in\":3600}")
                    .getBytes(StandardCharsets.UTF_8);
            at.sendResponseHeaders(right ? 200 : 400, answer.length);
            at.getResponseBody().write(answer);
            at.close();
        });
        issuer.start();
        try {
            exchange.door(Door.BEARER);
            exchange.tokens("tok1");
            exchange.impersonated("journal@firm.example");
            String[] settings = {
                "auth",
                "oauthbearer",
                "mailbox",
                "journal@firm.example",
                "client-id",
                "me",
                "token-url",
                "http://127.0.0.1:" + issuer.getAddress().getPort() + "/token"
            };
            deliver(0, 1);
            try (RemoteMailbox mailbox = open(settings)) {
                exchange.tokens("tok2");
                assertThat(list(mailbox).unknown()).hasSize(1);
                assertThat(list(mailbox).unknown()).hasSize(1);
                assertThat(given).hasValue(2);
                exchange.tokens("another");
                FetchException trouble = trouble(() -> list(mailbox));
                assertThat(trouble.kind()).isEqualTo(Kind.LOG_IN);
                assertThat(trouble.getMessage()).doesNotContain("tok");
                assertThat(given).as("renewed once, and not for ever").hasValue(3);
            }
        } finally {
            issuer.stop(0);
        }
    }

    // ---- throttled, in its three shapes ----

    @Test
    void throttledIsWaitedForAsTold() throws Exception {
        deliver(0, 8);
        Taken taken = new Taken(directory);
        try (RemoteMailbox mailbox = open()) {
            exchange.next("FindItem", ExchangeSimulator.http(503, "Retry-After: 7\r\n", ""));
            exchange.next("FindItem", ExchangeSimulator.http(429, "", ""));
            exchange.next("FindItem", ExchangeSimulator.busyFault("2500"));
            List<String> keys = list(mailbox).unknown();
            assertThat(waited).hasSize(3);
            assertThat(waited.get(0)).isBetween(Duration.ofSeconds(7), Duration.ofSeconds(8));
            assertThat(waited.get(1)).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(20));
            assertThat(waited.get(2)).isBetween(Duration.ofMillis(2_500), Duration.ofMillis(3_000));
            waited.clear();
            exchange.next("GetItem", ExchangeSimulator.busyFault("40"));
            exchange.error(id(2), ExchangeSimulator.BUSY, ExchangeSimulator.BUSY);
            mailbox.fetch(keys, taken);
            assertBrought(taken, 0, 8);
            assertThat(waited).hasSize(3);
            assertThat(waited.get(1)).isGreaterThanOrEqualTo(Duration.ofSeconds(3));
            exchange.error(id(4), ExchangeSimulator.BUSY);
            exchange.next("DeleteItem", ExchangeSimulator.http(503, "", ""));
            assertThat(mailbox.remove(keys, new Removal.Delete()).gone()).hasSize(8);
        }
        assertThat(exchange.folder("inbox")).isEmpty();
    }

    @Test
    void whoIsBusyForLongIsLeftToTheJob() throws Exception {
        try (RemoteMailbox mailbox = open()) {
            exchange.next("FindItem", ExchangeSimulator.busyFault("600000"));
            FetchException trouble = trouble(() -> list(mailbox));
            assertThat(trouble.kind()).isEqualTo(Kind.BUSY);
            assertThat(trouble.retryAfter().orElseThrow()).isBetween(Duration.ofMinutes(10), Duration.ofMinutes(11));
            assertThat(waited).isEmpty();
        }
        deliver(0, 2);
        try (RemoteMailbox mailbox = open()) {
            String[] always = new String[50];
            Arrays.fill(always, ExchangeSimulator.BUSY);
            exchange.error(id(0), always);
            assertThat(trouble(() -> mailbox.remove(ids(0, 1), new Removal.Delete()))
                            .kind())
                    .isEqualTo(Kind.BUSY);
            assertThat(waited).hasSize(Patience.TIMES - 1);
        }
    }

    // ---- mails that do not come ----

    @Test
    void oneMailThatDoesNotComeStandsInNobodysWay() throws Exception {
        deliver(0, 20);
        Taken taken = new Taken(directory);
        try (RemoteMailbox mailbox = open()) {
            List<String> keys = list(mailbox).unknown();
            exchange.take(id(0));
            exchange.error(id(1), "ErrorCorruptData");
            exchange.error(id(2), "ErrorTimeoutExpired", "ErrorTimeoutExpired", "ErrorTimeoutExpired");
            exchange.error(id(3), "ErrorMailboxStoreUnavailable");
            mailbox.fetch(keys, taken);
        }
        assertThat(taken.vanished).containsExactly(id(0));
        assertThat(taken.unreadable).containsOnlyKeys(id(1), id(2));
        assertThat(taken.unreadable.get(id(1))).contains("ErrorCorruptData (said & done)");
        assertThat(taken.mails).hasSize(17).containsKey(id(3));
    }

    private static Instead cut(String octets) {
        return out -> {
            out.write(octets.getBytes(StandardCharsets.ISO_8859_1));
            return false;
        };
    }

    private static final String HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n";

    private static String begun(String key, String content) {
        String xml = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>"
                + "<m:GetItemResponse xmlns:m='http://schemas.microsoft.com/exchange/services/2006/messages'"
                + " xmlns:t='http://schemas.microsoft.com/exchange/services/2006/types'><m:ResponseMessages>"
                + "<m:GetItemResponseMessage ResponseClass='Success'><m:ResponseCode>NoError</m:ResponseCode>"
                + "<m:Items><t:Message><t:MimeContent>" + content + "</t:MimeContent><t:ItemId Id='"
                + key.replace("&", "&amp;").replace("<", "&lt;") + "'/></t:Message></m:Items>"
                + "</m:GetItemResponseMessage>";
        return Integer.toHexString(xml.length()) + "\r\n" + xml + "\r\n";
    }

    @Test
    void whatWasWholeBeforeACutCounts() throws Exception {
        deliver(0, 7);
        Taken taken = new Taken(directory);
        try (RemoteMailbox mailbox = open()) {
            String first = java.util.Base64.getEncoder().encodeToString(mail(0));
            exchange.next("GetItem", cut(HEAD + begun(id(0), first) + "100\r\n<m:GetItemRes"));
            exchange.next("GetItem", cut(HEAD));
            exchange.next("GetItem", cut("HTTP/1.1 200 O"));
            mailbox.fetch(ids(0, 7), taken);
        }
        assertBrought(taken, 0, 7);
    }

    @Test
    void aServerThatIsCutAgainAndAgainIsLeft() throws Exception {
        deliver(0, 7);
        Taken taken = new Taken(directory);
        try (RemoteMailbox mailbox = open()) {
            for (int i = 0; i < EwsMailbox.FAILURES_LIMIT; i++) {
                exchange.next("GetItem", cut(HEAD));
            }
            assertThat(trouble(() -> mailbox.fetch(ids(0, 7), taken)).kind()).isEqualTo(Kind.CUT);
        }
        assertThat(taken.mails).isEmpty();
        assertThat(taken.unreadable).isEmpty();
    }

    @Test
    void aMailThatIsCutOffIsNeverHandedOn() throws Exception {
        deliver(0, 1);
        String whole = HEAD + begun(id(0), java.util.Base64.getEncoder().encodeToString(mail(0)));
        for (int length = 1; length < whole.length() - 3; length += 97) {
            Taken taken = new Taken(directory.resolve("cut" + length));
            try (RemoteMailbox mailbox = open()) {
                for (int i = 0; i < 3; i++) {
                    exchange.next("GetItem", cut(whole.substring(0, length)));
                }
                mailbox.fetch(ids(0, 1), taken);
            }
            assertThat(taken.mails).as("cut at %s", length).isEmpty();
            assertThat(taken.unreadable).containsOnlyKeys(id(0));
        }
    }

    @Test
    void contentThatIsNoMailIsNeverHandedOn() throws Exception {
        String end = "</m:ResponseMessages></m:GetItemResponse></s:Body></s:Envelope>";
        String chunks = Integer.toHexString(end.length()) + "\r\n" + end + "\r\n0\r\n\r\n";
        Map<String, String> contents = Map.of(
                "QUJD*",
                id(0),
                "QUJ",
                id(0),
                "",
                id(0),
                "QUJD=",
                id(0),
                "QUJD",
                "another",
                "QQ==QQ==",
                id(0),
                "<t:a/>",
                id(0));
        for (Map.Entry<String, String> content : contents.entrySet()) {
            Taken taken = new Taken(directory.resolve(
                    "content" + content.getKey().length() + content.getValue().length()));
            try (RemoteMailbox mailbox = open()) {
                exchange.next("GetItem", cut(HEAD + begun(content.getValue(), content.getKey()) + chunks));
                mailbox.fetch(ids(0, 1), taken);
            }
            assertThat(taken.mails).as(content.toString()).isEmpty();
            assertThat(taken.unreadable).as(content.toString()).containsOnlyKeys(id(0));
        }
    }

    @Test
    void aServerIsNotWaitedForForEver() throws Exception {
        deliver(0, 1);
        try (RemoteMailbox mailbox = open("timeout", "1")) {
            exchange.next("FindItem", out -> {
                pause(3_000);
                return false;
            });
            long before = System.nanoTime();
            assertThat(trouble(() -> list(mailbox))).hasMessageContaining("silent or too slow");
            exchange.next("FindItem", dribble());
            assertThat(trouble(() -> list(mailbox)).kind()).isEqualTo(Kind.CUT);
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(20));
            assertThat(list(mailbox).unknown()).hasSize(1);
        }
    }

    private static Instead dribble() {
        return out -> {
            out.write(HEAD.getBytes(StandardCharsets.ISO_8859_1));
            for (int i = 0; i < 100; i++) {
                out.write("1\r\n \r\n".getBytes(StandardCharsets.ISO_8859_1));
                out.flush();
                pause(100);
            }
            return false;
        };
    }

    private static void pause(int milliseconds) {
        try {
            Thread.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anInterruptEndsEveryWait() throws Exception {
        try (RemoteMailbox mailbox = open("timeout", "60")) {
            exchange.next("FindItem", out -> {
                pause(20_000);
                return false;
            });
            List<FetchException> ended = new ArrayList<>();
            Thread run = Thread.ofVirtual().start(() -> ended.add(trouble(() -> list(mailbox))));
            pause(300);
            run.interrupt();
            assertThat(run.join(Duration.ofSeconds(5))).isTrue();
            assertThat(ended.getFirst()).hasMessageContaining("cancelled");
        }
    }

    // ---- everything else that servers say ----

    private record Said(Instead instead, Kind kind, String message) {}

    private static Said said(int status, String fields, Kind kind, String message) {
        return new Said(ExchangeSimulator.http(status, fields, "x"), kind, message);
    }

    private static Said code(String code, Kind kind) {
        return new Said(ExchangeSimulator.fault(code, ""), kind, code);
    }

    @Test
    void whatEachAnswerMeans() throws Exception {
        String soap = "Content-Type: text/xml\r\n";
        List<Said> table = List.of(
                said(301, "Location: https://evil.example/\r\n", Kind.PROTOCOL, "the password is not taken"),
                said(400, "", Kind.PROTOCOL, "400"),
                said(403, "", Kind.RIGHTS, "403"),
                said(404, "", Kind.PROTOCOL, "no web services at /EWS/Exchange.asmx"),
                said(456, "", Kind.RIGHTS, "456"),
                said(500, "", Kind.PROTOCOL, "500"),
                said(502, "", Kind.CUT, "502"),
                said(200, "Content-Type: text/html\r\n", Kind.PROTOCOL, "something else than SOAP"),
                said(200, soap, Kind.CUT, ""), // an answer that ends before its first element
                said(200, soap + "Content-Encoding: gzip\r\n", Kind.PROTOCOL, "packed"),
                code("ErrorAccessDenied", Kind.RIGHTS),
                code("ErrorImpersonateUserDenied", Kind.RIGHTS),
                code("ErrorNonExistentMailbox", Kind.FOLDER),
                code("ErrorFolderNotFound", Kind.FOLDER),
                code("ErrorQuotaExceeded", Kind.FULL),
                code("ErrorPasswordExpired", Kind.LOG_IN),
                code("ErrorSchemaValidation", Kind.PROTOCOL),
                code("SomethingNew", Kind.PROTOCOL),
                new Said(
                        ExchangeSimulator.message(
                                "FindItem", "Error", "<m:ResponseCode>ErrorFolderNotFound</m:ResponseCode>"),
                        Kind.FOLDER,
                        "ErrorFolderNotFound"),
                new Said(ExchangeSimulator.message("GetItem", "Success", ""), Kind.PROTOCOL, "something else"),
                new Said(
                        ExchangeSimulator.message(
                                "FindItem",
                                "Success",
                                "<m:ResponseCode>NoError</m:ResponseCode><m:RootFolder TotalItemsInView='1'"
                                        + " IncludesLastItemInRange='true'><t:Items><t:Message/></t:Items></m:RootFolder>"),
                        Kind.PROTOCOL,
                        "an item without an id"),
                new Said(
                        ExchangeSimulator.message(
                                "FindItem",
                                "Success",
                                "<m:ResponseCode>NoError</m:ResponseCode><m:RootFolder TotalItemsInView='1'"
                                        + " IncludesLastItemInRange='true'><t:Items><t:Message><t:ItemId Id='"
                                        + "k".repeat(RemoteMailbox.KEY_LIMIT + 1)
                                        + "'/></t:Message></t:Items></m:RootFolder>"),
                        Kind.PROTOCOL,
                        "an id of 1025 characters"),
                new Said(
                        ExchangeSimulator.xml("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
                        Kind.PROTOCOL,
                        "document type"));
        try (RemoteMailbox mailbox = open()) {
            for (Said row : table) {
                exchange.next("FindItem", row.instead);
                FetchException trouble = trouble(() -> list(mailbox));
                assertThat(trouble.kind()).as(row.message).isEqualTo(row.kind);
                assertThat(trouble).hasMessageContaining(row.message);
            }
            assertThat(list(mailbox).unknown()).as("and all is well again").isEmpty();
        }
    }

    @Test
    void whatMayNotBeDeletedStays() throws Exception {
        exchange.mayNotDelete();
        deliver(0, 2);
        try (RemoteMailbox mailbox = open()) {
            assertThat(mailbox.rights().delete()).isFalse();
            assertThat(trouble(() -> mailbox.remove(ids(0, 2), new Removal.Delete()))
                            .kind())
                    .isEqualTo(Kind.RIGHTS);
        }
        assertThat(exchange.folder("inbox")).hasSize(2);
    }

    @Test
    void aRemovalThatIsNotConfirmedDoesNotCount() throws Exception {
        deliver(0, 4);
        try (RemoteMailbox mailbox = open()) {
            exchange.error(id(1), "ErrorAccessDenied");
            Removed removed = mailbox.remove(ids(0, 3), new Removal.Delete());
            assertThat(removed.gone()).isEqualTo(Set.of(id(0), id(2)));
            assertThat(removed.left().orElseThrow().kind()).isEqualTo(Kind.RIGHTS);
            exchange.next(
                    "DeleteItem",
                    ExchangeSimulator.message("DeleteItem", "Success", "<m:ResponseCode>NoError</m:ResponseCode>"));
            assertThat(trouble(() -> mailbox.remove(List.of(id(1), id(3)), new Removal.Delete())))
                    .hasMessageContaining("1 answers to 2 questions");
        }
        assertThat(exchange.folder("inbox")).containsExactly(id(1), id(3));
    }

    @Test
    void settingsThatCannotWorkAreRefused() {
        Map<String, List<String>> table = Map.of(
                "STARTTLS", List.of("tls", "starttls"),
                "'path'", List.of("path", "EWS"),
                "'password-as'", List.of("password-as", "kerberos"),
                "'user' has a colon", List.of("user", "a:b"),
                "'mailbox'", List.of("mailbox", "nobody"),
                "'Inbox//a' is not a folder", List.of("folder", "Inbox//a"),
                "'a/ ' is not a folder", List.of("after", "move:a/ "));
        table.forEach((message, settings) -> assertThat(
                        org.assertj.core.api.Assertions.catchThrowable(() -> account(settings.toArray(String[]::new))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message));
    }

    // ---- large ----

    /// 200 MiB of mail, fetched by a program with 40 MiB of memory.
    @Test
    void memoryDoesNotGrowWithAMail() throws Exception {
        byte[] mebibyte = new byte[1 << 20];
        Arrays.fill(mebibyte, (byte) 'x');
        exchange.put(new Item("large", mebibyte, 200, Instant.EPOCH, "Message"));
        Path errors = directory.resolve("errors");
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx40m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LargeMail.class.getName(),
                        Integer.toString(exchange.port()),
                        exchange.certificateSum(),
                        directory.resolve("large").toString())
                .redirectError(errors.toFile())
                .start();
        try (OutputStream in = child.getOutputStream()) {
            in.write((PASSWORD + "\n").getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(said).as(Files.readString(errors)).contains("large: 209715200 octets, all x");
    }
}
