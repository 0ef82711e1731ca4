package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.access.Reading;
import io.carteggio.archive.access.Viewer;
import io.carteggio.archive.search.Query;
import java.time.Duration;
import java.util.Optional;

/// What stands around the words, for the letters of one page: read from the letters themselves, for as long as that may
/// take. Belongs to one request.
final class Excerpts {
    /// When it has taken so long, the other letters are shown by their beginning.
    static final Duration PATIENCE = Duration.ofMillis(700);

    private final Site site;
    private final Viewer viewer;
    private final Query query;
    private final boolean wanted;
    private long leftNanos = PATIENCE.toNanos();

    Excerpts(Site site, Viewer viewer, Query query, boolean wanted) {
        this.site = site;
        this.viewer = viewer;
        this.query = query;
        this.wanted = wanted;
    }

    Optional<String> of(LetterId id) throws ArchiveException {
        if (!wanted || leftNanos <= 0) {
            return Optional.empty();
        }
        long begun = System.nanoTime();
        Optional<String> excerpt = site.desk().reading().excerpt(viewer, query, id, Reading.EXCERPT_CHARS);
        leftNanos -= System.nanoTime() - begun;
        return excerpt;
    }
}
