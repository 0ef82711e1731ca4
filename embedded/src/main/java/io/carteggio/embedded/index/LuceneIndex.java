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
import io.carteggio.archive.search.Start.Ranking;
import io.carteggio.archive.vault.Key;
import io.carteggio.embedded.index.Relevance.Ranked;
import io.carteggio.embedded.index.TextSeal.Sealed;
import io.carteggio.mail.extract.Shortfall;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import java.util.random.RandomGenerator;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.ConcurrentMergeScheduler;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.DocValuesSkipper;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.LogByteSizeMergePolicy;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.SegmentCommitInfo;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.SearcherFactory;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.LockObtainFailedException;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
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

    private static final String SCHEMA = "carteggio.schema";

    /// A file that says that the rest must not be trusted any more.
    private static final String DAMAGED = "DAMAGED";

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
            Optional<String> unusable = unusable(folder);
            if (unusable.isPresent()) {
                LOG.warn("the index in {} is made anew: {}", folder, unusable.get());
                empty(folder);
            }
            try {
                return new LuceneIndex(folder, FSDirectory.open(folder), texts);
            } catch (IOException | IllegalArgumentException e) {
                if (!isDamage(e)) {
                    throw e;
                }
                LOG.warn("the index in {} is made anew: {}", folder, e.toString());
                empty(folder);
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

    /// Reads the checksums of an index's files, which may be open meanwhile.
    ///
    /// @return what is not as it was written
    public static List<String> problems(Path folder) throws ArchiveException {
        try (Directory directory = FSDirectory.open(folder)) {
            if (!DirectoryReader.indexExists(directory)) {
                return List.of();
            }
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                for (LeafReaderContext leaf : reader.leaves()) {
                    leaf.reader().checkIntegrity();
                }
            }
            return List.of();
        } catch (IOException | IllegalArgumentException e) {
            if (isDamage(e)) {
                return List.of("the index is damaged: " + e.getMessage());
            }
            throw new ArchiveException("the index's files cannot be read: " + e, true, e);
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
            return highestNumber(searcher);
        } finally {
            searchers.release(searcher);
        }
    }

    private static long highestNumber(IndexSearcher searcher) throws IOException {
        long highest = 0;
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            DocValuesSkipper numbers = leaf.reader().getDocValuesSkipper(Fields.NUMBER);
            highest = Math.max(highest, numbers == null ? Long.MAX_VALUE : numbers.maxValue());
        }
        return highest;
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
        return asked(searcher -> {
            List<Long> letters = newestLetters(searcher, waiting(), limit);
            if (letters.size() < limit) {
                letters.addAll(newestLetters(searcher, outdated(searcher, reader), limit - letters.size()));
            }
            return letters;
        });
    }

    private static org.apache.lucene.search.Query waiting() {
        return QueryCompiler.flag(Fields.FLAG_SHORTFALL + Shortfall.WAITING.word());
    }

    private static org.apache.lucene.search.Query outdated(IndexSearcher searcher, String reader) throws IOException {
        Set<BytesRef> others = new TreeSet<>();
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            Terms terms = leaf.reader().terms(Fields.READER);
            TermsEnum each = terms == null ? TermsEnum.EMPTY : terms.iterator();
            for (BytesRef term = each.next(); term != null; term = each.next()) {
                others.add(BytesRef.deepCopyOf(term));
            }
        }
        others.remove(new BytesRef(reader));
        return others.isEmpty() ? new MatchNoDocsQuery("no other reader") : new TermInSetQuery(Fields.READER, others);
    }

    private static List<Long> newestLetters(IndexSearcher searcher, org.apache.lucene.search.Query query, int limit)
            throws IOException {
        List<Long> letters = new ArrayList<>();
        org.apache.lucene.search.Query rewritten = searcher.rewrite(query);
        for (int document : Newest.of(searcher, rewritten, limit, searcher.count(rewritten))) {
            LeafReaderContext leaf = searcher.getIndexReader()
                    .leaves()
                    .get(ReaderUtil.subIndex(document, searcher.getIndexReader().leaves()));
            NumericDocValues numbers = DocValues.getNumeric(leaf.reader(), Fields.NUMBER);
            if (numbers.advanceExact(document - leaf.docBase)) {
                letters.add(numbers.longValue());
            }
        }
        return letters;
    }

    @Override
    public Coverage coverage(String reader) throws ArchiveException {
        return asked(searcher -> {
            Map<Shortfall, Long> letters = new EnumMap<>(Shortfall.class);
            for (Shortfall why : Shortfall.values()) {
                letters.put(why, (long) searcher.count(QueryCompiler.flag(Fields.FLAG_SHORTFALL + why.word())));
            }
            return new Coverage(
                    searcher.count(QueryCompiler.flag(Fields.FLAG_NOT_FULLY_SEARCHED)),
                    letters,
                    searcher.count(outdated(searcher, reader)));
        });
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

    private static Term key(long number) {
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
        if (isDamage(e)) {
            distrust(e);
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
        return asked(searcher -> find(searcher, query, scope, start, limit, counting));
    }

    private ArchiveException unsearchable(Exception e) {
        if (isDamage(e)) {
            distrust(e);
        }
        return new ArchiveException("the index cannot be searched: " + e, !isDamage(e), e);
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
        Matches matches = asked(searcher ->
                Matches.of(searcher, new QueryCompiler(scope, searcher.getIndexReader(), seen).matching(query)));
        for (int i = 0; i < matches.size(); i++) {
            taker.take(matches.number(i), Instant.ofEpochSecond(matches.seconds(i)));
        }
    }

    @Override
    public long[] counts(Query query, Scope scope, List<Query> further) throws ArchiveException {
        return asked(searcher ->
                Counting.of(searcher, new QueryCompiler(scope, searcher.getIndexReader(), seen), query, further));
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
        return asked(searcher -> {
            QueryCompiler compiler = new QueryCompiler(new Scope.Everything(), searcher.getIndexReader(), seen);
            return searcher.count(QueryCompiler.both(new TermQuery(key(letter)), compiler.matching(query))) > 0;
        });
    }

    @Override
    public Unowned unowned(Map<String, List<Tenure>> byKey, int limit) throws ArchiveException {
        return asked(searcher -> new UnownedLetters(searcher.getIndexReader(), byKey).told(limit));
    }

    private Found find(IndexSearcher searcher, Query query, Scope scope, Start start, int limit, Duration counting)
            throws IOException {
        QueryCompiler compiler = new QueryCompiler(scope, searcher.getIndexReader(), seen);
        org.apache.lucene.search.Query matching = searcher.rewrite(compiler.matching(query));
        Tally tally = Tally.of(searcher, matching, counting);
        long notFullySearched = searcher.count(compiler.within(QueryCompiler.flag(Fields.FLAG_NOT_FULLY_SEARCHED)));
        Optional<Relevance> relevance = start.isNewestFirst() ? Optional.empty() : Relevance.of(query);
        List<Hit> hits;
        List<Start> after = new ArrayList<>();
        boolean all = false; // that match are on this page
        if (relevance.isEmpty()) {
            long before = start instanceof Start.Newest(long number) ? number : Long.MAX_VALUE;
            hits = shown(searcher, Newest.of(searcher, before(matching, before), limit, tally.likely()));
            hits.forEach(hit -> after.add(new Start.Newest(hit.letter())));
            all = before == Long.MAX_VALUE && hits.size() < limit;
        } else {
            Ranking ranking = start instanceof Start.BestAfter at
                    ? at.ranking()
                    : relevance.get().ranking(searcher, compiler, highestNumber(searcher));
            Optional<Ranked> last = start instanceof Start.BestAfter(Ranking _, long score, long letter)
                    ? Optional.of(new Ranked(0, letter, score))
                    : Optional.empty();
            List<Ranked> best = relevance.get().best(searcher, matching, ranking, last, limit);
            hits = shown(searcher, best.stream().map(Ranked::document).toList());
            best.forEach(ranked -> after.add(new Start.BestAfter(ranking, ranked.score(), ranked.number())));
        }
        return new Found(hits, after, Math.max(tally.matches(), hits.size()), tally.exact() || all, notFullySearched);
    }

    private static org.apache.lucene.search.Query before(org.apache.lucene.search.Query matching, long before) {
        return before == Long.MAX_VALUE
                ? matching
                : QueryCompiler.both(
                        matching, NumericDocValuesField.newSlowRangeQuery(Fields.NUMBER, Long.MIN_VALUE, before - 1));
    }

    private List<Hit> shown(IndexSearcher searcher, List<Integer> documents) throws IOException {
        List<Hit> hits = new ArrayList<>();
        StoredFields stored = searcher.storedFields();
        for (int document : documents) {
            hits.add(lately.of(searcher, stored, document));
        }
        return hits;
    }

    @Override
    public List<Hit> among(Query query, Scope scope, Start start, Collection<Long> letters) throws ArchiveException {
        return asked(searcher -> {
            QueryCompiler compiler = new QueryCompiler(scope, searcher.getIndexReader(), seen);
            org.apache.lucene.search.Query these =
                    QueryCompiler.both(QueryCompiler.numbered(letters), compiler.matching(query));
            Optional<Relevance> relevance = start instanceof Start.BestAfter ? Relevance.of(query) : Optional.empty();
            if (relevance.isPresent() && start instanceof Start.BestAfter(Ranking ranking, long _, long _)) {
                return shown(
                        searcher,
                        relevance.get().best(searcher, these, ranking, Optional.empty(), letters.size()).stream()
                                .map(Ranked::document)
                                .toList());
            }
            return newest(searcher, these, Math.max(1, letters.size()));
        });
    }

    @Override
    public List<Hit> linked(Link link, Collection<Long> keys, Scope scope, int limit) throws ArchiveException {
        return asked(searcher -> {
            QueryCompiler compiler = new QueryCompiler(scope, searcher.getIndexReader(), seen);
            return newest(
                    searcher, compiler.within(QueryCompiler.linked(link, keys, searcher.getIndexReader())), limit);
        });
    }

    /// The newest of what is known to be few.
    private List<Hit> newest(IndexSearcher searcher, org.apache.lucene.search.Query few, int limit) throws IOException {
        Matches matches = Matches.of(searcher, few);
        List<Integer> documents = new ArrayList<>();
        for (int i = 0; i < matches.size() && i < limit; i++) {
            documents.add(matches.document(i));
        }
        return shown(searcher, documents);
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
        T ask(IndexSearcher searcher) throws IOException;
    }

    private <T> T asked(Question<T> question) throws ArchiveException {
        try (Held held = hold()) {
            return question.ask(held.searcher);
        } catch (IOException | AlreadyClosedException e) {
            throw unsearchable(e);
        }
    }

    /// A damaged file shows when it is read. The index goes on answering from what is sound, and the
    /// next opening makes it anew.
    private void distrust(Exception e) {
        try {
            LOG.error("the index in {} is damaged and will be made anew at the next start", folder, e);
            Files.writeString(folder.resolve(DAMAGED), e + "\n");
        } catch (IOException cannotEvenSaySo) {
            e.addSuppressed(cannotEvenSaySo);
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
            return asked(searcher -> (long) searcher.getIndexReader().numDocs());
        }
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
