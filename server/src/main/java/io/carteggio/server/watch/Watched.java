package io.carteggio.server.watch;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.extraction.TextFollower;
import io.carteggio.archive.gap.Gaps;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.search.SearchIndex;
import io.carteggio.embedded.jobs.JobStore;
import io.carteggio.embedded.reports.QueuedReport;
import io.carteggio.embedded.reports.ReportQueue;
import io.carteggio.mail.structure.Header;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What is watched of an open archive. Safe for many threads.
public interface Watched {
    List<Source> sources();

    /// When somebody must look at all rights again.
    Optional<Instant> reviewDue();

    Catalogue catalogue();

    Gaps gaps();

    Acts acts();

    /// Why nothing new is taken, or why the last mail was not kept.
    Optional<String> condition();

    /// Why nothing new is taken: then senders are asked to come again.
    Optional<String> trouble();

    /// What is wrong with the ledger, its time stamps and its lodging, and with keys, in sentences.
    List<String> concerns();

    /// Mails over the size limit, by source.
    Map<String, Long> refused();

    /// How the jobs of the sources stand that mail is fetched from, by their names.
    Map<String, JobStore.State> jobs() throws ArchiveException;

    /// Whether letters came in which nobody is known.
    boolean isUnknown(ArrivalEntry entry);

    /// What could not be searched, and why.
    SearchIndex.Coverage coverage() throws ArchiveException;

    /// When the last backup was made, where any was.
    Optional<Instant> lastBackup();

    /// The journaling agent's reports that are not delivered, by how far they are.
    Map<QueuedReport.State, Long> reports() throws ArchiveException;

    /// Since when the oldest of them waits to be delivered.
    Optional<Instant> oldestReport() throws ArchiveException;

    /// The mailboxes that are in the way of reports, by [io.carteggio.mail.Address#key].
    Map<String, ReportQueue.Destination> mailboxesInTheWay() throws ArchiveException;

    /// Who reads attachments, where anybody does.
    Optional<TextFollower> texts();

    long indexLag() throws ArchiveException;

    long indexBytes() throws ArchiveException;

    long ledgerLeaves();

    long storedBytes() throws ArchiveException;

    long freeBytes() throws ArchiveException;

    /// The header of the first letter that an arrival brought, or of the mail that was kept whole; for the
    /// canaries.
    Optional<Header> header(long arrival) throws ArchiveException;
}
