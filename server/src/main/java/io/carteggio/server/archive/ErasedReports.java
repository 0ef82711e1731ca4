package io.carteggio.server.archive;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.erasure.ErasedMarks;
import io.carteggio.embedded.reports.QueuedReport;
import io.carteggio.embedded.reports.QueuedReport.State;
import io.carteggio.embedded.reports.ReportQueue;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.report.Inside;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Erases letters from the reports that wait to be delivered, or that are kept because they could not be: a report with
/// an erased letter in it goes as a whole (P8).
///
/// @param marks by which letters are known whose erasure was decided
record ErasedReports(ReportQueue queue, Catalogue catalogue, ErasedMarks marks) {
    private static final Logger LOG = LoggerFactory.getLogger(ErasedReports.class);

    private static final Set<State> KEPT = EnumSet.of(State.WAITING, State.RETURNED, State.DEAD);
    private static final int PAGE = 100;

    /// Looks through all that is there. To be called before the keys of what is erased are destroyed: then it is done
    /// again where it was interrupted.
    void forget() throws ArchiveException {
        long after = 0;
        long gone = 0;
        for (List<QueuedReport> page = queue.list(KEPT, after, PAGE);
                !page.isEmpty();
                page = queue.list(KEPT, after, PAGE)) {
            for (QueuedReport report : page) {
                if (hasErased(report)) {
                    queue.drop(List.of(report.id()));
                    gone++;
                }
            }
            after = page.getLast().id();
        }
        if (gone > 0) {
            queue.scrub();
            LOG.warn("{} reports that were not delivered go with the letters that are erased", gone);
        }
    }

    private boolean hasErased(QueuedReport report) throws ArchiveException {
        AtomicBoolean found = new AtomicBoolean();
        try {
            Inside.visit(queue.mail(report), candidate -> {
                try {
                    boolean erased = candidate.sizeBytes() > 0 && catalogue.isErased(marks.of(Sha256.of(candidate)));
                    found.compareAndSet(false, erased);
                } catch (ArchiveException e) {
                    throw new IOException(e);
                }
            });
        } catch (IOException e) {
            if (e.getCause() instanceof ArchiveException trouble) {
                throw trouble;
            }
            LOG.warn("report {} cannot be read, and so has nothing to be erased: {}", report.id(), e.toString());
        }
        return found.get();
    }
}
