package io.carteggio.embedded.index;

import io.carteggio.archive.search.Hit;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.lucene.index.IndexReader.CacheHelper;
import org.apache.lucene.index.IndexReader.CacheKey;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.BytesRef;

/// What was shown last of letters: to unpack it again for each page of results takes a third of the page's time.
///
/// A document of a segment never changes, and what is known of a segment goes when nobody reads it any more: so nothing
/// is shown that the index does not say, and nothing stays of what was purged. Safe for many threads.
final class ShownLately {
    private static final int LIMIT = 4_096;

    /// What takes more octets is unpacked each time: a letter to a thousand people.
    private static final int SIZE_LIMIT_BYTES = 4_096;

    private final Map<Place, Hit> hits = new LinkedHashMap<>(16, 0.75f, true); // guarded by this
    private final Set<CacheKey> watched = new HashSet<>(); // guarded by this

    /// @param document its number in the segment
    private record Place(CacheKey segment, int document) {}

    /// What is shown of a document.
    ///
    /// @param stored of the searcher
    Hit of(IndexSearcher searcher, StoredFields stored, int document) throws IOException {
        List<LeafReaderContext> leaves = searcher.getIndexReader().leaves();
        LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(document, leaves));
        CacheHelper segment = leaf.reader().getCoreCacheHelper();
        if (segment == null) { // of no segment that could be watched
            return Shown.decode(octets(stored, document));
        }
        Place place = new Place(segment.getKey(), document - leaf.docBase);
        Optional<Hit> known = get(place);
        if (known.isPresent()) {
            return known.get();
        }
        BytesRef octets = octets(stored, document);
        Hit hit = Shown.decode(octets);
        if (octets.length <= SIZE_LIMIT_BYTES) {
            keep(place, hit, segment);
        }
        return hit;
    }

    private static BytesRef octets(StoredFields stored, int document) throws IOException {
        return stored.document(document, Set.of(Fields.SHOWN)).getBinaryValue(Fields.SHOWN);
    }

    private synchronized Optional<Hit> get(Place place) {
        return Optional.ofNullable(hits.get(place));
    }

    private synchronized void keep(Place place, Hit hit, CacheHelper segment) {
        if (watched.add(place.segment())) {
            segment.addClosedListener(this::forget); // who asks holds the segment open: it comes later
        }
        hits.put(place, hit);
        if (hits.size() > LIMIT) {
            hits.remove(hits.keySet().iterator().next()); // the one not asked for the longest
        }
    }

    private synchronized void forget(CacheKey segment) {
        watched.remove(segment);
        hits.keySet().removeIf(place -> place.segment().equals(segment));
    }

    /// How many are kept.
    synchronized int size() {
        return hits.size();
    }
}
