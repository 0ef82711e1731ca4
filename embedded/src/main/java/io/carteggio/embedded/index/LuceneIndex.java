package io.carteggio.embedded.index;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.access.Scope;
import io.carteggio.archive.attribution.Tenure;
import io.carteggio.archive.search.AttachedTexts;
import io.carteggio.archive.search.Hit;
import io.carteggio.archive.search.IndexSums;
import io.carteggio.archive.search.LetterDocument;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.SearchIndex;
import io.carteggio.archive.search.Start;
import io.carteggio.archive.vault.Key;
import io.carteggio.embedded.index.TextSeal.Sealed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import java.util.random.RandomGenerator;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.LogByteSizeMergePolicy;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.SearcherFactory;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.util.Bits;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The index in a folder of its own, by Lucene. Two processes never have it open at once.
///
/// A folder that this program cannot use, since another version wrote it or since it is damaged, is
/// emptied and said so in the log: whoever fills the index sees that letters are missing and brings
/// them again. [#put], [#commit] and [#clear] belong to one thread; everything else is safe for many.
public final class LuceneIndex implements SearchIndex {
    /// Memory for letters that are not yet written to a file.
    private static final double BUFFER_MEGABYTES = 40;

    /// An index up to this size is joined into one segment when there is nothing else to do.
    private static final long SETTLED_BYTES = 2L << 30;

    /// That happens when what lies beside the largest segment is this part of it, or more.
    private static final int SETTLED_PART = 8;

    /// Clauses that Lucene looks at in one query; [Query#CONDITIONS_LIMIT] conditions in all fields
    /// stay below.
    private static final int CLAUSES_LIMIT = 100_000;

    /// As letters come: then nothing has to be sorted when a file is written, or when files that lie
    /// beside each other are joined. [Newest] reads from the end.
    private static final Sort OLDEST_FIRST = new Sort(new SortField(Fields.NUMBER, SortField.Type.LONG));

    private static final Logger LOG = LoggerFactory.getLogger(LuceneIndex.class);

    private volatile Optional<String> mended = Optional.empty();
    private final Path folder;
    private final Directory directory;
    private final TextSeal seal;
    private final SeenLetters seen = new SeenLetters();
    private final ShownLately lately = new ShownLately();
    private volatile Open open;

    /// Held while the index is changed.
    private final Object writing = new Object();

    /// No letter with a larger number was ever put: those are new, and there is nothing to replace.
    private long highest;

    /// What is replaced when a write failed: Lucene's writer refuses everything from then on.
    private record Open(IndexWriter writer, SearcherManager searchers) {}

    LuceneIndex(Path folder, Directory directory, Key texts) throws IOException {
        this.folder = folder;
        this.seal = new TextSeal(texts);
        this.directory = directory;
        this.open = openWriter();
    }

    /// Opens an index with a key that is as good as any: what it knows of attachments is lost with this
    /// object.
    public static LuceneIndex open(Path folder) throws ArchiveException {
        return open(folder, Key.random());
    }

    /// Opens the index in a folder, which is made where it is missing.
    ///
    /// @param texts seals the texts of attachments; with another one they are to be read again
    /// @throws ArchiveException where another process has it open, or the disk fails
    public static LuceneIndex open(Path folder, Key texts) throws ArchiveException {
        IndexSearcher.setMaxClauseCount(CLAUSES_LIMIT);
        try {
            Files.createDirectories(folder);
            Optional<String> unusable = IndexFiles.unusable(folder);
            if (unusable.isPresent()) {
                LOG.warn("the index in {} is made anew: {}", folder, unusable.get());
                IndexFiles.empty(folder);
            }
            try {
                return new LuceneIndex(folder, FSDirectory.open(folder), texts);
            } catch (IOException | IllegalArgumentException e) {
                if (!IndexFiles.isDamage(e)) {
                    throw e;
                }
                LOG.warn("the index in {} is made anew: {}", folder, e.toString());
                IndexFiles.empty(folder);
                LuceneIndex anew = new LuceneIndex(folder, FSDirectory.open(folder), texts);
                anew.mended = Optional.of("the index was damaged, and made anew: " + e.getMessage());
                return anew;
            }
        } catch (LockObtainFailedException e) {
            throw new ArchiveException("the index in " + folder + " is open elsewhere", true, e);
        } catch (IOException e) {
            throw new ArchiveException("the index in " + folder + " cannot be opened: " + e, true, e);
        }
    }

    /// What was wrong with the files when they were opened.
    public Optional<String> mended() {
        return mended;
    }

    private Open openWriter() throws IOException {
        IndexWriter writer = new IndexWriter(directory, config());
        try {
            writer.setLiveCommitData(Map.of(IndexFiles.SCHEMA, Fields.SCHEMA).entrySet());
            SearcherManager searchers = new SearcherManager(writer, new Searchers());
            highest = highestNumber(searchers);
            return new Open(writer, searchers);
        } catch (IOException | RuntimeException e) {
            writer.rollback();
            throw e;
        }
    }

    private static long highestNumber(SearcherManager searchers) throws IOException {
        IndexSearcher searcher = searchers.acquire();
        try {
            return Answers.highestNumber(searcher);
        } finally {
            searchers.release(searcher);
        }
    }

    private static IndexWriterConfig config() {
        IndexWriterConfig config = new IndexWriterConfig(Words.INDEX);
        config.setIndexSort(OLDEST_FIRST);
        config.setRAMBufferSizeMB(BUFFER_MEGABYTES);
        config.setCommitOnClose(false); // close() says when
        ConcurrentMergeScheduler merges = new ConcurrentMergeScheduler();
        merges.setMaxMergesAndThreads(3, 1); // the processors are for mail
        config.setMergeScheduler(merges);
        // joins only what lies beside each other, and rewrites all that has deletions when asked to
        // purge
        config.setMergePolicy(new LogByteSizeMergePolicy());
        config.setCodec(new CompactCodec());
        return config;
    }

    /// One thread searches one question, and nothing is cached but by [SeenLetters]: answers differ by who asks.
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
        synchronized (writing) {
            try {
                Open at = open;
                for (LetterDocument letter : letters) {
                    long number = letter.letter().number();
                    Document document = DocumentMaker.of(letter, sealed(letter));
                    if (number > highest) {
                        at.writer.addDocument(document);
                        highest = number;
                    } else {
                        at.writer.updateDocument(key(number), document);
                    }
                }
            } catch (IOException | AlreadyClosedException e) {
                throw failedWriting("taken", e);
            }
        }
    }

    /// What was read of its attachments: now, or before.
    private Optional<Sealed> sealed(LetterDocument letter) throws IOException {
        long number = letter.letter().number();
        if (letter.attached().isPresent()) {
            return Optional.of(seal.seal(number, letter.attached().get()));
        }
        return number > highest ? Optional.empty() : sealed(number);
    }

    private Optional<Sealed> sealed(long letter) throws IOException {
        try (Held held = hold()) {
            return AttachedValues.of(held.searcher, letter).flatMap(octets -> seal.open(letter, octets));
        }
    }

    @Override
    public Optional<AttachedTexts> attached(long letter) throws ArchiveException {
        try {
            return sealed(letter).map(Sealed::texts);
        } catch (IOException | AlreadyClosedException e) {
            throw unsearchable(e);
        }
    }

    @Override
    public List<Long> unread(String reader, int limit) throws ArchiveException {
        return asked(answers -> answers.unread(reader, limit));
    }

    @Override
    public Coverage coverage(String reader) throws ArchiveException {
        return asked(answers -> answers.coverage(reader));
    }

    @Override
    public void show() throws ArchiveException {
        synchronized (writing) {
            try {
                open.searchers.maybeRefreshBlocking();
            } catch (IOException | AlreadyClosedException e) {
                throw failedWriting("shown", e);
            }
        }
    }

    static Term key(long number) {
        return new Term(Fields.KEY, Fields.key(number));
    }

    @Override
    public void commit() throws ArchiveException {
        synchronized (writing) {
            try {
                open.writer.commit();
            } catch (IOException | AlreadyClosedException e) {
                throw failedWriting("forced to disk", e);
            }
        }
    }

    @Override
    public void purge(Collection<Long> letters) throws ArchiveException {
        synchronized (writing) {
            try {
                IndexWriter writer = open.writer;
                writer.deleteDocuments(letters.stream().map(LuceneIndex::key).toArray(Term[]::new));
                // A merge that was under way brings a deleted document into its new file: what is
                // left is merged again.
                do {
                    writer.forceMergeDeletes();
                    settleMerges(writer);
                } while (writer.getDocStats().maxDoc > writer.getDocStats().numDocs);
                writer.commit();
                open.searchers.maybeRefreshBlocking(); // lets go of the old files
                writer.deleteUnusedFiles();
            } catch (IOException | AlreadyClosedException e) {
                throw failedWriting("removed", e);
            }
        }
    }

    private static void settleMerges(IndexWriter writer) {
        if (writer.getConfig().getMergeScheduler() instanceof ConcurrentMergeScheduler merges) {
            merges.sync();
        }
    }

    @Override
    public boolean settle() throws ArchiveException {
        synchronized (writing) {
            try {
                IndexWriter writer = open.writer;
                if (writer.hasPendingMerges()) {
                    return true;
                }
                if (writer.hasUncommittedChanges()) { // a merge has come to its end: its sources can go
                    writer.commit();
                    open.searchers.maybeRefreshBlocking();
                    writer.deleteUnusedFiles();
                }
                if (!isScattered()) {
                    return false;
                }
                writer.forceMerge(1, false);
                return true;
            } catch (IOException | AlreadyClosedException e) {
                throw failedWriting("put in order", e);
            }
        }
    }

    /// Whether joining all files is worth its cost: what lies beside the largest segment must be a
    /// fair part of it, so that each letter is written anew a few times in all, however often there
    /// is nothing to do. An index that is large is left to the usual merges.
    private boolean isScattered() throws IOException {
        long all = 0;
        long largest = 0;
        int deleted = 0;
        SegmentInfos segments = SegmentInfos.readLatestCommit(directory);
        for (SegmentCommitInfo segment : segments) {
            all += segment.sizeInBytes();
            largest = Math.max(largest, segment.sizeInBytes());
            deleted += segment.getDelCount();
        }
        return all < SETTLED_BYTES && (segments.size() > 1 || deleted > 0) && all - largest >= largest / SETTLED_PART;
    }

    /// Goes back to what was forced, so that the next try starts from something sound.
    private ArchiveException failedWriting(String what, Exception e) {
        if (IndexFiles.isDamage(e)) {
            IndexFiles.distrust(folder, e);
        }
        try {
            Open failed = open;
            failed.writer.rollback();
            open = openWriter();
            failed.searchers.close(); // until here, and where this was never reached, what was read before is searched
        } catch (IOException | RuntimeException again) {
            e.addSuppressed(again); // tried again at the next writing, which fails first
        }
        return new ArchiveException("letters cannot be " + what + " by the index: " + e, true, e);
    }

    @Override
    public Found find(Query query, Scope scope, Start start, int limit, Duration counting) throws ArchiveException {
        if (limit < 1) {
            throw new IllegalArgumentException("a page has at least 1 result, not " + limit);
        }
        return asked(answers -> answers.find(query, scope, start, limit, counting));
    }

    private ArchiveException unsearchable(Exception e) {
        if (IndexFiles.isDamage(e)) {
            IndexFiles.distrust(folder, e);
        }
        return new ArchiveException("the index cannot be searched: " + e, !IndexFiles.isDamage(e), e);
    }

    /// Of how many letters it is remembered what is shown of them.
    int shownLately() {
        return lately.size();
    }

    /// How often it was remembered which letters a scope lets through.
    long remembered() {
        return seen.hits();
    }

    @Override
    public void each(Query query, Scope scope, Taker taker) throws ArchiveException {
        Matches matches = asked(answers -> answers.matches(query, scope));
        for (int i = 0; i < matches.size(); i++) {
            taker.take(matches.number(i), Instant.ofEpochSecond(matches.seconds(i)));
        }
    }

    @Override
    public long[] counts(Query query, Scope scope, List<Query> further) throws ArchiveException {
        return asked(answers -> answers.counts(query, scope, further));
    }

    @Override
    public Optional<String> excerpt(Query query, String text, int chars) {
        return Excerpt.of(query, text, chars);
    }

    @Override
    public List<Mark> marks(Query query, String text) {
        return Marks.of(query, text);
    }

    @Override
    public boolean matches(Query query, long letter) throws ArchiveException {
        return asked(answers -> answers.matches(query, letter));
    }

    @Override
    public Unowned unowned(Map<String, List<Tenure>> byKey, int limit) throws ArchiveException {
        return asked(answers -> answers.unowned(byKey, limit));
    }

    @Override
    public List<Hit> among(Query query, Scope scope, Start start, Collection<Long> letters) throws ArchiveException {
        return asked(answers -> answers.among(query, scope, start, letters));
    }

    @Override
    public List<Hit> linked(Link link, Collection<Long> keys, Scope scope, int limit) throws ArchiveException {
        return asked(answers -> answers.linked(link, keys, scope, limit));
    }

    /// What is searched now; it stays as it is until this is closed.
    private Held hold() throws IOException {
        while (true) {
            Open at = open;
            try {
                return new Held(at.searchers, at.searchers.acquire());
            } catch (AlreadyClosedException e) {
                if (open.searchers == at.searchers) {
                    throw e;
                }
            }
        }
    }

    private record Held(SearcherManager searchers, IndexSearcher searcher) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            searchers.release(searcher);
        }
    }

    private interface Question<T> {
        T ask(Answers answers) throws IOException;
    }

    private <T> T asked(Question<T> question) throws ArchiveException {
        try (Held held = hold()) {
            return question.ask(new Answers(held.searcher, seen, lately));
        } catch (IOException | AlreadyClosedException e) {
            throw unsearchable(e);
        }
    }

    @Override
    public IndexSums sums(RandomGenerator chance, LongPredicate only) throws ArchiveException {
        return sums(chance, only, LuceneSums.LETTERS_AT_ONCE);
    }

    IndexSums sums(RandomGenerator chance, LongPredicate only, int lettersAtOnce) throws ArchiveException {
        show();
        try {
            Held held = hold();
            return new LuceneSums(
                    held.searchers, held.searcher, new KeyedSum(chance), seal, only, lettersAtOnce); // lets go of it
        } catch (IOException | AlreadyClosedException e) {
            throw unsearchable(e);
        }
    }

    @Override
    public void letters(LongConsumer each) throws ArchiveException {
        show();
        try (Held held = hold()) {
            for (LeafReaderContext leaf : held.searcher.getIndexReader().leaves()) {
                NumericDocValues numbers = DocValues.getNumeric(leaf.reader(), Fields.NUMBER);
                Bits live = leaf.reader().getLiveDocs();
                for (int d = numbers.nextDoc(); d != DocIdSetIterator.NO_MORE_DOCS; d = numbers.nextDoc()) {
                    if (live == null || live.get(d)) {
                        each.accept(numbers.longValue());
                    }
                }
            }
        } catch (IOException | AlreadyClosedException e) {
            throw unsearchable(e);
        }
    }

    @Override
    public long size() throws ArchiveException {
        try {
            return open.writer.getDocStats().numDocs;
        } catch (AlreadyClosedException writingFailed) { // then nothing came to what can be searched
            return asked(answers -> (long) answers.searcher().getIndexReader().numDocs());
        }
    }

    @Override
    public long storedBytes() throws ArchiveException {
        try {
            return IndexFiles.bytes(directory);
        } catch (IOException e) {
            throw new ArchiveException("the index's files cannot be counted: " + e, true, e);
        }
    }

    @Override
    public void clear() throws ArchiveException {
        synchronized (writing) {
            try {
                Open at = open;
                at.writer.deleteAll();
                at.writer.commit();
                at.searchers.maybeRefreshBlocking();
                highest = 0;
            } catch (IOException | AlreadyClosedException e) {
                throw failedWriting("removed", e);
            }
        }
    }

    /// Closes without forcing what was put since the last [#commit]: that is taken again from the
    /// outbox.
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
