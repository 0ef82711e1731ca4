package io.carteggio.embedded.index;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.access.Scope;
import io.carteggio.archive.search.Hit;
import io.carteggio.archive.search.LetterDocument;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.SearchIndex;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.SearcherFactory;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TopFieldCollectorManager;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.LockObtainFailedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The index in a folder of its own, by Lucene. Two processes never have it open at once.
///
/// A folder that this program cannot use, since another version wrote it or since it is damaged, is emptied and said
/// so in the log: whoever fills the index sees that letters are missing and brings them again. [#put], [#commit] and
/// [#clear] belong to one thread; everything else is safe for many.
public final class LuceneIndex implements SearchIndex {
    /// Memory for letters that are not yet written to a file.
    private static final double BUFFER_MEGABYTES = 16;

    /// Clauses that Lucene looks at in one query; [Query#CONDITIONS_LIMIT] conditions in all fields stay below.
    private static final int CLAUSES_LIMIT = 100_000;

    private static final String SCHEMA = "carteggio.schema";

    /// A file that says that the rest must not be trusted any more.
    private static final String DAMAGED = "DAMAGED";

    private static final Sort NEWEST_FIRST = new Sort(new SortField(Fields.NUMBER, SortField.Type.LONG, true));

    private static final Logger LOG = LoggerFactory.getLogger(LuceneIndex.class);

    private final Path folder;
    private final Directory directory;
    private volatile Open open;

    /// What is replaced when a write failed: Lucene's writer refuses everything from then on.
    private record Open(IndexWriter writer, SearcherManager searchers) {}

    LuceneIndex(Path folder, Directory directory) throws IOException {
        this.folder = folder;
        this.directory = directory;
        this.open = openWriter();
    }

    /// Opens the index in a folder, which is made where it is missing.
    ///
    /// @throws ArchiveException where another process has it open, or the disk fails
    public static LuceneIndex open(Path folder) throws ArchiveException {
        IndexSearcher.setMaxClauseCount(CLAUSES_LIMIT);
        try {
            Files.createDirectories(folder);
            Optional<String> unusable = unusable(folder);
            if (unusable.isPresent()) {
                LOG.warn("the index in {} is made anew: {}", folder, unusable.get());
                empty(folder);
            }
            try {
                return new LuceneIndex(folder, FSDirectory.open(folder));
            } catch (IOException | IllegalArgumentException e) {
                if (!isDamage(e)) {
                    throw e;
                }
                LOG.warn("the index in {} is made anew: {}", folder, e.toString());
                empty(folder);
                return new LuceneIndex(folder, FSDirectory.open(folder));
            }
        } catch (LockObtainFailedException e) {
            throw new ArchiveException("the index in " + folder + " is open elsewhere", true, e);
        } catch (IOException e) {
            throw new ArchiveException("the index in " + folder + " cannot be opened: " + e, true, e);
        }
    }

    /// Why what is in the folder cannot be used.
    private static Optional<String> unusable(Path folder) throws IOException {
        if (Files.exists(folder.resolve(DAMAGED))) {
            return Optional.of("it was found damaged");
        }
        try (Directory directory = FSDirectory.open(folder)) {
            if (!DirectoryReader.indexExists(directory)) {
                return Optional.empty();
            }
            String schema =
                    SegmentInfos.readLatestCommit(directory).getUserData().getOrDefault(SCHEMA, "none");
            return schema.equals(Fields.SCHEMA)
                    ? Optional.empty()
                    : Optional.of("its schema is " + schema + ", this program's is " + Fields.SCHEMA);
        } catch (IOException | IllegalArgumentException e) {
            if (isDamage(e)) {
                return Optional.of(e.toString());
            }
            throw e;
        }
    }

    private static boolean isDamage(Exception e) {
        return e instanceof CorruptIndexException
                || e instanceof IndexFormatTooOldException
                || e instanceof IndexFormatTooNewException
                || e instanceof EOFException
                || e instanceof NoSuchFileException
                || e instanceof FileNotFoundException
                || e instanceof IllegalArgumentException; // a codec of another Lucene
    }

    private static void empty(Path folder) throws IOException {
        try (Directory directory = FSDirectory.open(folder);
                var lock = directory.obtainLock(IndexWriter.WRITE_LOCK_NAME)) {
            lock.ensureValid();
            for (String file : directory.listAll()) {
                if (!file.equals(IndexWriter.WRITE_LOCK_NAME) && !file.equals(DAMAGED)) {
                    directory.deleteFile(file);
                }
            }
            Files.deleteIfExists(folder.resolve(DAMAGED));
        }
    }

    private Open openWriter() throws IOException {
        IndexWriter writer = new IndexWriter(directory, config());
        try {
            writer.setLiveCommitData(Map.of(SCHEMA, Fields.SCHEMA).entrySet());
            return new Open(writer, new SearcherManager(writer, new Searchers()));
        } catch (IOException | RuntimeException e) {
            writer.rollback();
            throw e;
        }
    }

    /// The usual codec, which compresses what is shown lightly: the stronger one saves a hundredth of the raw mail and
    /// makes a page of results eight times as slow.
    private static IndexWriterConfig config() {
        IndexWriterConfig config = new IndexWriterConfig(Words.INDEX);
        config.setIndexSort(NEWEST_FIRST);
        config.setRAMBufferSizeMB(BUFFER_MEGABYTES);
        config.setCommitOnClose(false); // close() says when
        ConcurrentMergeScheduler merges = new ConcurrentMergeScheduler();
        merges.setMaxMergesAndThreads(3, 1); // the processors are for mail
        config.setMergeScheduler(merges);
        return config;
    }

    /// One thread searches one question, and nothing is cached: answers differ by who asks.
    private static final class Searchers extends SearcherFactory {
        @Override
        public IndexSearcher newSearcher(
                org.apache.lucene.index.IndexReader reader,
                org.apache.lucene.index.@org.jspecify.annotations.Nullable IndexReader previous) {
            IndexSearcher searcher = new IndexSearcher(reader);
            searcher.setQueryCache(null);
            return searcher;
        }
    }

    @Override
    public void put(List<LetterDocument> letters) throws ArchiveException {
        try {
            Open at = open;
            for (LetterDocument letter : letters) {
                Document document = DocumentMaker.of(letter);
                at.writer.updateDocument(
                        new Term(Fields.KEY, Fields.key(letter.letter().number())), document);
            }
            at.searchers.maybeRefreshBlocking();
        } catch (IOException | AlreadyClosedException e) {
            throw failedWriting("taken", e);
        }
    }

    @Override
    public void commit() throws ArchiveException {
        try {
            open.writer.commit();
        } catch (IOException | AlreadyClosedException e) {
            throw failedWriting("forced to disk", e);
        }
    }

    /// Goes back to what was forced, so that the next try starts from something sound.
    private ArchiveException failedWriting(String what, Exception e) {
        if (isDamage(e)) {
            distrust(e);
        }
        try {
            Open failed = open;
            failed.writer.rollback();
            failed.searchers.close();
            open = openWriter();
        } catch (IOException | RuntimeException again) {
            e.addSuppressed(again); // tried again at the next writing, which fails first
        }
        return new ArchiveException("letters cannot be " + what + " by the index: " + e, true, e);
    }

    @Override
    public Found find(Query query, Scope scope, int limit, long beforeLetter) throws ArchiveException {
        if (limit < 1) {
            throw new IllegalArgumentException("a page has at least 1 result, not " + limit);
        }
        try {
            SearcherManager searchers = open.searchers;
            IndexSearcher searcher = searchers.acquire();
            try {
                return find(searcher, query, scope, limit, beforeLetter);
            } finally {
                searchers.release(searcher);
            }
        } catch (IOException | AlreadyClosedException e) {
            if (isDamage(e)) {
                distrust(e);
            }
            throw new ArchiveException("the index cannot be searched: " + e, !isDamage(e), e);
        }
    }

    private static Found find(IndexSearcher searcher, Query query, Scope scope, int limit, long beforeLetter)
            throws IOException {
        QueryCompiler compiler = new QueryCompiler(scope, searcher.getIndexReader());
        org.apache.lucene.search.Query matching = searcher.rewrite(compiler.matching(query));
        long total = searcher.count(matching);
        org.apache.lucene.search.Query page = beforeLetter == Long.MAX_VALUE
                ? matching
                : new BooleanQuery.Builder()
                        .add(matching, Occur.FILTER)
                        .add(
                                NumericDocValuesField.newSlowRangeQuery(
                                        Fields.NUMBER, Long.MIN_VALUE, beforeLetter - 1),
                                Occur.FILTER)
                        .build();
        List<Hit> hits = new ArrayList<>();
        StoredFields stored = searcher.storedFields();
        // A threshold of 1: in an index sorted like the results each segment is left as soon as the page is full.
        for (ScoreDoc found :
                searcher.search(page, new TopFieldCollectorManager(NEWEST_FIRST, limit, null, 1)).scoreDocs) {
            hits.add(Shown.decode(
                    stored.document(found.doc, Set.of(Fields.SHOWN)).getBinaryValue(Fields.SHOWN)));
        }
        long notFullySearched = searcher.count(compiler.within(QueryCompiler.flag(Fields.FLAG_NOT_FULLY_SEARCHED)));
        return new Found(hits, total, notFullySearched);
    }

    /// A damaged file shows when it is read. The index goes on answering from what is sound, and the next
    /// opening makes it anew.
    private void distrust(Exception e) {
        try {
            LOG.error("the index in {} is damaged and will be made anew at the next start", folder, e);
            Files.writeString(folder.resolve(DAMAGED), e + "\n");
        } catch (IOException cannotEvenSaySo) {
            e.addSuppressed(cannotEvenSaySo);
        }
    }

    @Override
    public long size() throws ArchiveException {
        return open.writer.getDocStats().numDocs;
    }

    @Override
    public long storedBytes() throws ArchiveException {
        try {
            long bytes = 0;
            for (String file : directory.listAll()) {
                bytes += lengthOrGone(file);
            }
            return bytes;
        } catch (IOException e) {
            throw new ArchiveException("the index's files cannot be counted: " + e, true, e);
        }
    }

    private long lengthOrGone(String file) throws IOException {
        try {
            return directory.fileLength(file);
        } catch (NoSuchFileException | FileNotFoundException mergedAwayMeanwhile) {
            return 0;
        }
    }

    @Override
    public void clear() throws ArchiveException {
        try {
            Open at = open;
            at.writer.deleteAll();
            at.writer.commit();
            at.searchers.maybeRefreshBlocking();
        } catch (IOException | AlreadyClosedException e) {
            throw failedWriting("removed", e);
        }
    }

    /// Closes without forcing what was put since the last [#commit]: that is taken again from the outbox.
    @Override
    public void close() throws ArchiveException {
        try (directory) {
            open.searchers.close();
            open.writer.rollback();
        } catch (IOException e) {
            throw new ArchiveException("the index cannot be closed: " + e, true, e);
        }
    }
}
