package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.access.Reading;
import io.carteggio.archive.approval.Gate;
import io.carteggio.archive.attribution.People;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.erasure.Erasure;
import io.carteggio.archive.erasure.Keeping;
import io.carteggio.archive.extraction.TextFollower;
import io.carteggio.archive.gap.Gaps;
import io.carteggio.archive.intake.Arrival;
import io.carteggio.archive.intake.Receipt;
import io.carteggio.archive.intake.Sources;
import io.carteggio.archive.journaling.JournalRules;
import io.carteggio.archive.quarantine.Quarantine;
import io.carteggio.archive.role.ApiTokens;
import io.carteggio.archive.role.LogIns;
import io.carteggio.archive.role.Passkeys;
import io.carteggio.archive.role.Roles;
import io.carteggio.archive.search.SavedSearches;
import io.carteggio.archive.search.SearchIndex;
import io.carteggio.archive.synchronisation.Syncs;
import io.carteggio.archive.vault.Vault;
import io.carteggio.embedded.catalogue.Comparison;
import io.carteggio.embedded.catalogue.SqliteCatalogue;
import io.carteggio.embedded.extraction.ReaderPool;
import io.carteggio.embedded.extraction.ReaderProgram;
import io.carteggio.embedded.index.IndexFiles;
import io.carteggio.embedded.index.LuceneIndex;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.ledger.FileLedger;
import io.carteggio.embedded.ledger.TimestampFiles;
import io.carteggio.embedded.reports.ReportQueue;
import io.carteggio.embedded.spool.Spool;
import io.carteggio.mail.Sha256;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.archive.NetworkFiles;
import io.carteggio.server.archive.ReaderFolder;
import io.carteggio.server.escrow.ClearMark;
import io.carteggio.server.fetch.FetchJobs;
import io.carteggio.server.fetch.Protocols;
import io.carteggio.server.fetch.ews.EwsProtocol;
import io.carteggio.server.fetch.imap.ImapProtocol;
import io.carteggio.server.fetch.pop3.Pop3Protocol;
import io.carteggio.server.jobs.Jobs;
import io.carteggio.server.ledger.Arrangements;
import io.carteggio.server.ledger.Custody;
import io.carteggio.server.ledger.Prover;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.login.OpenId;
import io.carteggio.server.secret.Sealed;
import io.carteggio.server.sync.SyncJobs;
import io.carteggio.server.sync.csv.CsvDirectory;
import io.carteggio.server.sync.graph.GraphDirectory;
import io.carteggio.server.sync.ldap.LdapDirectory;
import io.carteggio.server.watch.Backups;
import io.carteggio.server.watch.Watch;
import io.carteggio.server.web.Busy;
import io.carteggio.server.web.Passwords;
import io.carteggio.server.web.language.Language;
import io.carteggio.server.web.language.Texts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The desk of an archive that is open in this process.
///
/// @param jobs run nothing by themselves until they are started
record OpenDesk(Archive archive, FetchJobs fetches, SyncJobs syncJobs, Jobs jobs) implements Desk {
    private static final Passwords PASSWORDS = new Passwords();

    static OpenDesk of(Archive archive) {
        FetchJobs fetches = new FetchJobs(
                archive,
                new Protocols(List.of(new ImapProtocol(), new Pop3Protocol(), new EwsProtocol())),
                Clock.systemUTC());
        SyncJobs syncs = new SyncJobs(
                archive,
                List.of(
                        new CsvDirectory(),
                        new LdapDirectory(),
                        new GraphDirectory(
                                Clock.systemUTC(), archive.directory().resolve("sync"), archive.syncKey())),
                Clock.systemUTC());
        Jobs jobs = new Jobs(
                archive.jobs(),
                () -> Stream.concat(fetches.all().stream(), syncs.all().stream())
                        .toList(),
                archive.watch().alarms(),
                Clock.systemUTC());
        fetches.peopleFirst(name -> syncs.first(name, jobs));
        archive.watch().reachBy((source, told) -> {
            if (jobs.running(source.name()).isEmpty()) { // it is in there, or will say itself that it cannot be
                told.accept(fetches.reach(source));
            }
        });
        return new OpenDesk(archive, fetches, syncs, jobs);
    }

    @Override
    public Path directory() {
        return archive.directory();
    }

    @Override
    public Vault vault() {
        return archive.vault();
    }

    @Override
    public Catalogue catalogue() {
        return archive.catalogue();
    }

    @Override
    public SearchIndex index() {
        return archive.index();
    }

    @Override
    public Reading reading() {
        return archive.reading();
    }

    @Override
    public Quarantine quarantine() {
        return archive.quarantine();
    }

    @Override
    public People people() {
        return archive.people();
    }

    @Override
    public Roles roles() {
        return archive.roles();
    }

    @Override
    public Gate gate() {
        return archive.gate();
    }

    @Override
    public boolean isPassword(Person person, String password) throws Refusal {
        try {
            return PASSWORDS.matches(people().credential(person.id()), password);
        } catch (Busy e) {
            throw Refusal.no("too many passwords are being checked; try again");
        }
    }

    @Override
    public ApiTokens tokens() {
        return archive.tokens();
    }

    @Override
    public SavedSearches savedSearches() {
        return archive.savedSearches();
    }

    @Override
    public Passkeys passkeys() {
        return archive.passkeys();
    }

    @Override
    public LogIns logIns() {
        return archive.logIns();
    }

    @Override
    public OpenId openId() {
        return new OpenId(
                () -> logIns().settings(LogIns.Way.OIDC),
                new Sealed(archive.keyring(), OpenId.SECRETS),
                Clock.systemUTC());
    }

    @Override
    public Sources sources() {
        return archive.sources();
    }

    @Override
    public Acts acts() {
        return archive.acts();
    }

    @Override
    public JournalRules journalRules() {
        return archive.journalRules();
    }

    @Override
    public ReportQueue reports() {
        return archive.reports();
    }

    @Override
    public Syncs syncs() {
        return archive.syncs();
    }

    @Override
    public FileLedger ledger() {
        return archive.ledger();
    }

    @Override
    public TimestampFiles stamps() {
        return archive.stamps();
    }

    @Override
    public Arrangements arrangements() {
        return archive.arrangements();
    }

    @Override
    public Custody custody() {
        return archive.custody();
    }

    @Override
    public Prover prover() {
        return archive.prover();
    }

    @Override
    public Optional<TextFollower> texts() {
        return archive.texts();
    }

    @Override
    public Optional<TextFollower> readAttachments() throws ArchiveException {
        Optional<TextFollower> there = archive.texts();
        Optional<ReaderProgram> program = ReaderFolder.program();
        return there.isPresent() || program.isEmpty()
                ? there
                : Optional.of(archive.readAttachments(program.get(), ReaderPool.usualWidth()));
    }

    @Override
    public Watch watch() {
        return archive.watch();
    }

    @Override
    public NetworkFiles networks() {
        return archive.networks();
    }

    @Override
    public Gaps gaps() {
        return archive.gaps();
    }

    @Override
    public Keeping keeping() {
        return archive.keeping();
    }

    @Override
    public Erasure erasure() {
        return archive.erasure();
    }

    @Override
    public Spool spool() {
        return archive.spool();
    }

    @Override
    public String credential(String password) throws Refusal {
        Optional<String> fault = Passwords.fault(Texts.in(Language.ENGLISH), password);
        if (fault.isPresent()) {
            throw Refusal.no(fault.get());
        }
        try {
            return PASSWORDS.hash(password);
        } catch (Busy e) {
            throw Refusal.no("too many passwords are being set; try again");
        }
    }

    @Override
    public long storedBytes() throws ArchiveException {
        return archive.storedBytes();
    }

    @Override
    public long indexLag() throws ArchiveException {
        return archive.indexer().lag().rows();
    }

    @Override
    public boolean awaitIndexed(Duration atMost) throws ArchiveException {
        try {
            return archive.indexer().awaitCaughtUp(atMost);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ArchiveException("interrupted", true, e);
        }
    }

    @Override
    public Optional<String> trouble() {
        return archive.condition();
    }

    @Override
    public List<String> concerns() {
        return archive.concerns();
    }

    @Override
    public Map<String, Long> refused() {
        return archive.refusals().all();
    }

    @Override
    public Map<String, Sha256> catalogueDigest() throws ArchiveException {
        return archive.catalogueFile().digest();
    }

    @Override
    public List<LetterId> catalogueDifference(String table, Path anew) throws ArchiveException {
        return archive.catalogueFile().different(table, anew);
    }

    @Override
    public List<Comparison.Fault> catalogueFaults() throws ArchiveException {
        return archive.catalogueFile().faults();
    }

    @Override
    public LetterId id(Sha256 letter) {
        return archive.ids().of(letter);
    }

    @Override
    public Digested newCatalogue(Path file) throws ArchiveException {
        return new Anew(SqliteCatalogue.open(file, archive.ids()));
    }

    @Override
    public void removeCatalogue(Path file) throws IOException {
        SqliteCatalogue.remove(file);
    }

    @Override
    public ClearMark clearMark() {
        return archive.clearMark();
    }

    @Override
    public Keyring keyring() {
        return archive.keyring();
    }

    @Override
    public Optional<Path> masterKeyFile() {
        return archive.masterKeyFile();
    }

    @Override
    public Backups backups() {
        return archive.backups();
    }

    @Override
    public void rollVault() throws ArchiveException {
        archive.vault().roll();
    }

    @Override
    public List<String> indexProblems() throws ArchiveException {
        List<String> problems =
                new ArrayList<>(IndexFiles.problems(archive.directory().resolve("index")));
        if (archive.index() instanceof LuceneIndex index) {
            index.mended().ifPresent(problems::add);
        }
        archive.indexer().mended().ifPresent(problems::add);
        return problems;
    }

    @Override
    public List<String> keyProblems() throws ArchiveException {
        List<String> problems = new ArrayList<>(archive.keyring().mended());
        problems.addAll(archive.vault().keyProblems());
        return problems;
    }

    private record Anew(SqliteCatalogue catalogue) implements Digested {
        @Override
        public Map<String, Sha256> digest() throws ArchiveException {
            return catalogue.digest();
        }

        @Override
        public void close() throws ArchiveException {
            catalogue.close();
        }
    }

    @Override
    public Receipt take(Arrival arrival) throws ArchiveException {
        return archive.take(arrival);
    }
}
