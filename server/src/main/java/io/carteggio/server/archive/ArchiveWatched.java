package io.carteggio.server.archive;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.catalogue.Arrivals;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.Catalogue.Registration;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.extraction.TextFollower;
import io.carteggio.archive.gap.Gaps;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.search.SearchIndex;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Place;
import io.carteggio.embedded.jobs.JobStore;
import io.carteggio.embedded.reports.QueuedReport;
import io.carteggio.embedded.reports.ReportQueue;
import io.carteggio.mail.extract.ExtractWire;
import io.carteggio.mail.structure.Header;
import io.carteggio.mail.structure.Structure;
import io.carteggio.server.watch.Watched;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// An open archive as its watch sees it.
record ArchiveWatched(Archive archive) implements Watched {
    @Override
    public List<Source> sources() {
        return archive.sources().all();
    }

    @Override
    public Optional<Instant> reviewDue() {
        return archive.roles().reviewDue();
    }

    @Override
    public Optional<Instant> lastBackup() {
        return archive.backups().last().map(Act.BackedUp::at);
    }

    @Override
    public SearchIndex.Coverage coverage() throws ArchiveException {
        return archive.index().coverage(ExtractWire.READER);
    }

    @Override
    public Map<QueuedReport.State, Long> reports() throws ArchiveException {
        return archive.reports().counts();
    }

    @Override
    public Optional<Instant> oldestReport() throws ArchiveException {
        return archive.reports().oldest();
    }

    @Override
    public Map<String, ReportQueue.Destination> mailboxesInTheWay() throws ArchiveException {
        return archive.reports().destinations();
    }

    @Override
    public Optional<TextFollower> texts() {
        return archive.texts();
    }

    /// Not waited for: the watch must not hang where the catalogue does.
    @Override
    public Catalogue catalogue() {
        return archive.catalogueFile();
    }

    @Override
    public Gaps gaps() {
        return archive.gaps();
    }

    @Override
    public Acts acts() {
        return archive.acts();
    }

    @Override
    public Optional<String> condition() {
        return archive.condition();
    }

    @Override
    public Optional<String> trouble() {
        return archive.trouble();
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
    public Map<String, JobStore.State> jobs() throws ArchiveException {
        Map<String, JobStore.State> jobs = new TreeMap<>();
        for (Source source : archive.sources().all()) {
            if (archive.sources().mailbox(source.name()).isPresent()) {
                jobs.put(source.name(), archive.jobs().state(source.name()));
            }
        }
        return jobs;
    }

    @Override
    public boolean isUnknown(ArrivalEntry entry) {
        return archive.isUnknown(entry);
    }

    @Override
    public long indexLag() throws ArchiveException {
        return archive.indexer().lag().rows();
    }

    @Override
    public long indexBytes() throws ArchiveException {
        return archive.index().storedBytes();
    }

    @Override
    public long ledgerLeaves() {
        return archive.ledger().size();
    }

    @Override
    public long storedBytes() throws ArchiveException {
        return archive.storedBytes();
    }

    @Override
    public long freeBytes() throws ArchiveException {
        try {
            return Files.getFileStore(archive.directory()).getUsableSpace();
        } catch (IOException e) {
            throw new ArchiveException("the disk cannot be measured: " + e.getMessage(), true, e);
        }
    }

    @Override
    public Optional<Header> header(long arrival) throws ArchiveException {
        Optional<Registration.OfArrival> found = new Arrivals(archive.vault()).of(arrival);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        ArrivalEntry entry = found.get().entry();
        Optional<Place> place = entry.letters().isEmpty()
                ? found.get().kept().places(FrameRecord.Type.WHOLE).stream().findFirst()
                : archive.catalogueFile()
                        .letter(entry.letters().getFirst().sum())
                        .map(letter -> letter.places().getFirst());
        if (place.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Structure.head(archive.vault().read(place.get())).header());
        } catch (IOException e) {
            throw new ArchiveException("a mail cannot be read: " + e.getMessage(), true, e);
        }
    }
}
