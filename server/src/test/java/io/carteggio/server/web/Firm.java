package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.access.OpenLetter;
import io.carteggio.archive.access.Reading;
import io.carteggio.archive.approval.Approvals;
import io.carteggio.archive.approval.Gate;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.attribution.People;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.authenticity.NetworkLists;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.Projection;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.erasure.ErasedMarks;
import io.carteggio.archive.intake.Arrival;
import io.carteggio.archive.intake.Intake;
import io.carteggio.archive.intake.Marks;
import io.carteggio.archive.intake.Receipt;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.intake.Sources;
import io.carteggio.archive.role.ApiTokens;
import io.carteggio.archive.role.LogIns;
import io.carteggio.archive.role.Passkeys;
import io.carteggio.archive.role.Preferences;
import io.carteggio.archive.role.Roles;
import io.carteggio.archive.search.Indexer;
import io.carteggio.archive.search.SavedSearches;
import io.carteggio.archive.search.SearchIndex;
import io.carteggio.embedded.catalogue.SqliteCatalogue;
import io.carteggio.embedded.home.DataDirectory;
import io.carteggio.embedded.index.LuceneIndex;
import io.carteggio.embedded.vault.SegmentFileVault;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.server.escrow.ClearMark;
import io.carteggio.server.giveback.GiveBack;
import io.carteggio.server.local.Operations;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.smtp.MailExchangers;
import io.carteggio.server.watch.Alarm;
import io.carteggio.server.watch.AlarmKind;
import io.carteggio.server.watch.Monitor;
import io.carteggio.server.watch.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import tools.jackson.databind.node.JsonNodeFactory;

/// A small firm with its archive in a directory of its own, and journal reports to fill it.
final class Firm implements ArchiveDesk, AutoCloseable {
    static final String PASSWORD = "a quiet evening by the lake";
    /// The instant at which the test's clock starts.
    static final Instant START = Instant.parse("2026-11-20T09:00:00Z");

    /// A clock that only tests move.
    static final class TestClock extends Clock {
        private volatile Instant now = START;

        @Override
        public java.time.ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }

        void forward(Duration time) {
            now = now.plus(time);
        }
    }

    final TestClock clock = new TestClock();
    private final DataDirectory directory;
    private final SegmentFileVault vault;
    private final SqliteCatalogue catalogue;
    private final Projection projection;
    private final People people = new People();
    private final Roles roles = new Roles();
    private final Approvals approvals = new Approvals();
    private final ApiTokens apiTokens = new ApiTokens();
    private final SavedSearches savedSearches = new SavedSearches();
    private final LogIns logIns = new LogIns();
    private final Passkeys passkeys = new Passkeys();
    private final Preferences preferences = new Preferences();
    final Settings watchSettings = new Settings();
    private final GiveBack giveBack = new GiveBack(watchSettings, Clock.systemUTC());
    private final Gate gate;
    final List<String> announced = new CopyOnWriteArrayList<>();
    private final Sources sources = new Sources();
    private final Acts acts;
    private final SearchIndex index;
    private final Indexer indexer;
    private final Intake intake;
    private final Reading reading;
    private final Source journal;

    Firm(Path path) throws Exception {
        directory = DataDirectory.open(path).orElseThrow();
        LetterId.Maker ids = directory.ids();
        catalogue = SqliteCatalogue.open(directory.catalogue(), ids);
        vault = directory.openVault(catalogue.position(), clock);
        projection = Projection.start(vault, catalogue, act -> {
            people.apply(act);
            roles.apply(act);
            approvals.apply(act);
            apiTokens.apply(act);
            savedSearches.apply(act);
            logIns.apply(act);
            passkeys.apply(act);
            preferences.apply(act);
            watchSettings.apply(act);
            sources.apply(act);
        });
        acts = new Acts(vault, projection, clock);
        gate = new Gate(
                approvals,
                roles,
                acts,
                id -> people.credential(id).isPresent() || !logIns.of(id).isEmpty(),
                (what, text) -> announced.add(text));
        index = LuceneIndex.open(directory.index());
        indexer = Indexer.start(vault, catalogue, index);
        intake = new Intake(
                vault,
                catalogue,
                projection,
                ids,
                new Marks(directory.keyring().partKey()),
                new ErasedMarks(directory.keyring().markKey(), catalogue),
                people::directory,
                sources::at,
                () -> NetworkLists.SHIPPED,
                clock);
        reading = new Reading(vault, catalogue, index, people, roles, acts);
        sources.add(acts, "set-up", "journal", Optional.of(new Address("journal-7f3a@archive.example")), Family.REPORT);
        journal = sources.named("journal").orElseThrow();
    }

    /// A person with addresses and a password.
    String person(String name, PersonRole role, String... addresses) throws ArchiveException, Busy {
        List<Holding> holdings = Arrays.stream(addresses)
                .map(a -> new Holding(new Address(a), Optional.empty(), Optional.empty()))
                .toList();
        String id = people.add(acts, "test", name, role, holdings);
        people.setCredential(acts, "test", id, HASH);
        return id;
    }

    private static final String HASH = hash();

    private static String hash() {
        try {
            return new Passwords().hash(PASSWORD);
        } catch (Busy e) {
            throw new IllegalStateException(e);
        }
    }

    /// Takes a journal report of Exchange's form around the mail.
    ///
    /// @param lines `Sender: …`, `To: …`, `Bcc: …` and so on
    LetterId report(String mail, String... lines) throws ArchiveException {
        String boundary = "=_report_0123456789";
        String report = "From: <MicrosoftExchange@example.com>\r\nTo: journal-7f3a@archive.example\r\n"
                + "Subject: report\r\nDate: Fri, 20 Nov 2026 08:59:00 +0000\r\n"
                + "Message-ID: <" + Integer.toHexString(mail.hashCode()) + "@journal.report.generator>\r\n"
                + "X-MS-Journal-Report:\r\nMIME-Version: 1.0\r\n"
                + "Content-Type: multipart/mixed; boundary=\"" + boundary + "\"\r\n\r\n"
                + "--" + boundary + "\r\nContent-Type: text/plain; charset=\"utf-8\"\r\n"
                + "Content-Transfer-Encoding: 8bit\r\n\r\n"
                + String.join("\r\n", lines) + "\r\n\r\n"
                + "--" + boundary + "\r\nContent-Type: message/rfc822\r\n\r\n" + mail + "\r\n--" + boundary + "--\r\n";
        Receipt receipt = take(report.getBytes(StandardCharsets.UTF_8));
        return receipt.letters().getFirst();
    }

    Receipt take(byte[] mail) throws ArchiveException {
        Provenance provenance = new Provenance(
                Optional.of("192.0.2.7"),
                Optional.of("mail.example.com"),
                Optional.of("TLSv1.3"),
                Optional.of(new Address("postmaster@example.com")),
                List.of(new Address("journal-7f3a@archive.example")),
                Optional.empty());
        Receipt receipt = intake.take(new Arrival(journal, Content.of(mail), provenance));
        indexer.signal();
        return receipt;
    }

    /// Waits until all that was taken can be found.
    void indexed() throws InterruptedException {
        if (!indexer.awaitCaughtUp(Duration.ofSeconds(20))) {
            throw new AssertionError("the index lags");
        }
    }

    /// A plain mail.
    static String mail(String from, String to, String subject, String text) {
        return "From: " + from + "\r\nTo: " + to + "\r\nSubject: " + subject
                + "\r\nDate: Thu, 19 Nov 2026 16:20:00 +0100\r\nMessage-ID: <"
                + Integer.toHexString((subject + text).hashCode())
                + "@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                + "Content-Transfer-Encoding: 8bit\r\n\r\n" + text.replace("\n", "\r\n") + "\r\n";
    }

    /// A mail with text, HTML, a picture in it, a remote picture, and two attachments.
    static String newsletter(String from, String to, String subject, String html) {
        String png = Base64.getMimeEncoder().encodeToString(PNG);
        return "From: " + from + "\r\nTo: " + to + "\r\nSubject: " + subject
                + "\r\nDate: Wed, 18 Nov 2026 08:05:00 +0100\r\nMIME-Version: 1.0\r\n"
                + "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n"
                + "Content-Type: multipart/related; boundary=r\r\n\r\n--r\r\n"
                + "Content-Type: multipart/alternative; boundary=a\r\n\r\n"
                + "--a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThe plain text of " + subject + ".\r\n"
                + "--a\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + html
                + "\r\n--a--\r\n"
                + "--r\r\nContent-Type: image/png\r\nContent-ID: <logo@x>\r\nContent-Disposition: inline\r\n"
                + "Content-Transfer-Encoding: base64\r\n\r\n" + png + "\r\n--r--\r\n"
                + "--m\r\nContent-Type: application/pdf; name=\"offer.pdf\"\r\nContent-Disposition: attachment; "
                + "filename*=UTF-8''Angebot%20f%C3%BCr%20M%C3%BCller.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + Base64.getMimeEncoder().encodeToString("%PDF-1.7 not really".getBytes(StandardCharsets.US_ASCII))
                + "\r\n--m\r\nContent-Type: text/html; name=\"../../evil.html\"\r\n"
                + "Content-Disposition: attachment; filename=\"../../evil.html\"\r\n\r\n<script>alert(1)</script>\r\n--m--\r\n";
    }

    /// A picture of one red pixel.
    static final byte[] PNG = Base64.getDecoder()
            .decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==");

    @Override
    public Reading reading() {
        return reading;
    }

    @Override
    public People people() {
        return people;
    }

    @Override
    public Roles roles() {
        return roles;
    }

    @Override
    public Gate gate() {
        return gate;
    }

    @Override
    public ApiTokens tokens() {
        return apiTokens;
    }

    @Override
    public SavedSearches savedSearches() {
        return savedSearches;
    }

    @Override
    public Optional<byte[]> secret(String name) {
        return directory.keyring().secret(name);
    }

    @Override
    public ClearMark clearMark() {
        return new ClearMark(directory.keyring().partKey().derive('D').aes());
    }

    @Override
    public void keepSecrets(Map<String, byte[]> secrets) throws ArchiveException {
        try {
            directory.keyring().putSecrets(secrets);
        } catch (IOException e) {
            throw new ArchiveException("the keyring cannot be written: " + e.getMessage(), true, e);
        }
    }

    @Override
    public LogIns logIns() {
        return logIns;
    }

    /// This firm has no ledger; acceptance has a real proof checked.
    @Override
    public byte[] proof(OpenLetter letter) {
        return letter.letter().id().text().getBytes(StandardCharsets.UTF_8);
    }

    /// What the name service says in this firm.
    MailExchangers exchangers = domain -> new MailExchangers.Answer.Unknown("nobody answers here");

    @Override
    public MailExchangers exchangers() {
        return exchangers;
    }

    @Override
    public Optional<Listening> listening() {
        return Optional.empty();
    }

    @Override
    public GiveBack giveBack() {
        return giveBack;
    }

    @Override
    public Passkeys passkeys() {
        return passkeys;
    }

    @Override
    public Preferences preferences() {
        return preferences;
    }

    @Override
    public Sources sources() {
        return sources;
    }

    @Override
    public Acts acts() {
        return acts;
    }

    @Override
    public Catalogue catalogue() {
        return catalogue;
    }

    /// One that gives back what it was asked, in place of all.
    @Override
    public Operations operations() {
        return new Operations(Map.of("job.list", (request, reply) -> {
            reply.line(request.params().deepCopy());
            reply.line(JsonNodeFactory.instance
                    .objectNode()
                    .put("body", new String(request.body().readAllBytes(), StandardCharsets.UTF_8)));
            return Outcome.DONE;
        }));
    }

    @Override
    public Monitor monitor() {
        return new Monitor() {
            @Override
            public boolean ready() {
                return projection.trouble().isEmpty();
            }

            @Override
            public String metrics() throws ArchiveException {
                return "firm_letters " + catalogue.letters() + "\n";
            }

            @Override
            public boolean isToken(String token) {
                return token.equals("the token");
            }

            @Override
            public List<Alarm> standing() {
                return List.of(new Alarm(
                        1,
                        AlarmKind.SILENT,
                        "journal",
                        "No report has come.",
                        START,
                        START,
                        1,
                        0,
                        Optional.empty(),
                        List.of()));
            }

            @Override
            public List<String> warnings() {
                return List.of("nobody is told");
            }
        };
    }

    @Override
    public Condition condition() throws ArchiveException {
        return new Condition(
                0,
                vault.storedBytes(),
                0,
                42L << 30,
                Map.of("journal", 2L, "other", 1L),
                Optional.empty(),
                List.of("the ledger cannot be written"));
    }

    @Override
    public void close() throws ArchiveException {
        indexer.close();
        index.close();
        vault.close();
        projection.close();
        catalogue.close();
        directory.close();
    }
}
