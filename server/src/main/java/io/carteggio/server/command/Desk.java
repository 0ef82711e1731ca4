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
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.ledger.FileLedger;
import io.carteggio.embedded.ledger.TimestampFiles;
import io.carteggio.embedded.reports.ReportQueue;
import io.carteggio.embedded.spool.Spool;
import io.carteggio.mail.Sha256;
import io.carteggio.server.archive.NetworkFiles;
import io.carteggio.server.escrow.ClearMark;
import io.carteggio.server.fetch.FetchJobs;
import io.carteggio.server.jobs.Jobs;
import io.carteggio.server.ledger.Arrangements;
import io.carteggio.server.ledger.Custody;
import io.carteggio.server.ledger.Prover;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.login.OpenId;
import io.carteggio.server.sync.SyncJobs;
import io.carteggio.server.watch.Backups;
import io.carteggio.server.watch.Watch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// All that the operations ask of an open archive. Safe for many threads.
interface Desk {
    /// The data directory.
    Path directory();

    Vault vault();

    Catalogue catalogue();

    SearchIndex index();

    Reading reading();

    People people();

    /// Who may do what.
    Roles roles();

    /// Where everything dangerous passes.
    Gate gate();

    /// Tokens of programs.
    ApiTokens tokens();

    /// People's saved searches.
    SavedSearches savedSearches();

    /// Whether this is what the person logs in with.
    boolean isPassword(Person person, String password) throws Refusal;

    /// People's passkeys.
    Passkeys passkeys();

    /// How people log in, besides by a password here.
    LogIns logIns();

    /// The OpenID provider, to be tried; the caller closes it.
    OpenId openId();

    Sources sources();

    Acts acts();

    /// Sources whose mail is fetched.
    FetchJobs fetches();

    /// The rules of the journaling agent.
    JournalRules journalRules();

    /// Tells the clear copies that the journaling agent has made.
    ClearMark clearMark();

    /// Reports of the journaling agent that are not delivered yet.
    ReportQueue reports();

    /// The directories that people are synchronised with.
    Syncs syncs();

    /// The jobs that do it.
    SyncJobs syncJobs();

    /// What the archive does by itself.
    Jobs jobs();

    /// Who sees to it that attachments are read, where anybody does.
    Optional<TextFollower> texts();

    /// The same; begins it where nobody does and this installation has what reads them.
    Optional<TextFollower> readAttachments() throws ArchiveException;

    /// Who looks after the archive.
    Watch watch();

    /// The lists of networks that a source may name by a word.
    NetworkFiles networks();

    /// Reports that are known to be missing.
    Gaps gaps();

    Keeping keeping();

    Erasure erasure();

    /// Mail in quarantine, and its ways out.
    Quarantine quarantine();

    /// The tree over all frames.
    FileLedger ledger();

    /// Time stamps over its checkpoints.
    TimestampFiles stamps();

    /// Who stamps, and where checkpoints are lodged.
    Arrangements arrangements();

    Custody custody();

    /// Makes proofs of letters.
    Prover prover();

    /// A place for a mail while it comes in.
    Spool spool();

    /// What to keep of a password.
    ///
    /// @throws Refusal where it is no good, saying why
    String credential(String password) throws Refusal;

    /// Octets below the data directory but for the index.
    long storedBytes() throws ArchiveException;

    /// How many letters are kept but not found yet.
    long indexLag() throws ArchiveException;

    /// Waits until every letter that is kept now is found.
    ///
    /// @return false where that took longer than `atMost`
    boolean awaitIndexed(Duration atMost) throws ArchiveException;

    /// Why nothing is taken at the moment, if so.
    Optional<String> trouble();

    /// What else needs somebody, in sentences, although mail is taken.
    List<String> concerns();

    /// How many mails the listener's size limit kept out, by source.
    Map<String, Long> refused();

    /// A sum for each of the catalogue's tables.
    Map<String, Sha256> catalogueDigest() throws ArchiveException;

    /// Of which letters another catalogue, in a file, says something else in a table.
    List<LetterId> catalogueDifference(String table, Path anew) throws ArchiveException;

    /// What is wrong with the catalogue's file as such.
    List<Comparison.Fault> catalogueFaults() throws ArchiveException;

    /// The id of a letter.
    LetterId id(Sha256 letter);

    /// An empty catalogue in a file, for comparing.
    Digested newCatalogue(Path file) throws ArchiveException;

    /// Removes the files of such a catalogue.
    void removeCatalogue(Path file) throws IOException;

    /// A catalogue that can be compared with another.
    interface Digested extends AutoCloseable {
        Catalogue catalogue();

        Map<String, Sha256> digest() throws ArchiveException;

        @Override
        void close() throws ArchiveException;
    }

    /// The keys of the archive.
    Keyring keyring();

    /// The file that the master key came from when the archive was opened, where it came from one.
    Optional<Path> masterKeyFile();

    /// The backups that were made.
    Backups backups();

    /// Closes the open segment, so that all that is kept now lies in files that do not change.
    void rollVault() throws ArchiveException;

    /// What is wrong with the copies of the keyring and the sidecars.
    List<String> keyProblems() throws ArchiveException;

    /// What is wrong with the index's files, and what was wrong with the index at the start.
    List<String> indexProblems() throws ArchiveException;

    /// The one way in (P10).
    Receipt take(Arrival arrival) throws ArchiveException;
}
