package io.carteggio.embedded.index;

import io.carteggio.embedded.index.CompactPostingsWriter.State;
import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.codecs.BlockTermState;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.PostingsReaderBase;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.ImpactsEnum;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SlowImpactsEnum;
import org.apache.lucene.store.DataInput;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.IOUtils;
import org.jspecify.annotations.Nullable;

/// Reads what [CompactPostingsWriter] writes. Safe for many threads, as each takes lists of its own.
final class CompactPostingsReader extends PostingsReaderBase {
    private final IndexInput in;

    CompactPostingsReader(SegmentReadState state) throws IOException {
        in = state.directory.openInput(
                IndexFileNames.segmentFileName(
                        state.segmentInfo.name, state.segmentSuffix, CompactPostingsWriter.EXTENSION),
                state.context);
        boolean sound = false;
        try {
            CodecUtil.checkIndexHeader(
                    in,
                    CompactPostingsWriter.CODEC,
                    CompactPostingsWriter.VERSION,
                    CompactPostingsWriter.VERSION,
                    state.segmentInfo.getId(),
                    state.segmentSuffix);
            CodecUtil.retrieveChecksum(in);
            sound = true;
        } finally {
            if (!sound) {
                IOUtils.closeWhileHandlingException(in);
            }
        }
    }

    @Override
    public void init(IndexInput terms, SegmentReadState state) throws IOException {
        CodecUtil.checkIndexHeader(
                terms,
                CompactPostingsWriter.TERMS_CODEC,
                CompactPostingsWriter.VERSION,
                CompactPostingsWriter.VERSION,
                state.segmentInfo.getId(),
                state.segmentSuffix);
    }

    @Override
    public BlockTermState newTermState() {
        return new State();
    }

    @Override
    public void decodeTerm(DataInput terms, FieldInfo field, BlockTermState state, boolean absolute)
            throws IOException {
        State at = (State) state;
        if (absolute) {
            at.start = 0;
        }
        at.single = at.docFreq == 1 ? terms.readVInt() : -1;
        if (at.single < 0 || field.getIndexOptions() != IndexOptions.DOCS) {
            at.start += terms.readVLong();
        }
    }

    @Override
    public PostingsEnum postings(FieldInfo field, BlockTermState state, @Nullable PostingsEnum reuse, int flags)
            throws IOException {
        Occurrences list = reuse instanceof Occurrences old && old.isOf(in) ? old : new Occurrences(in);
        list.begin((State) state, field.getIndexOptions() != IndexOptions.DOCS);
        return list;
    }

    @Override
    public ImpactsEnum impacts(FieldInfo field, BlockTermState state, int flags) throws IOException {
        return new SlowImpactsEnum(postings(field, state, null, flags));
    }

    @Override
    public void checkIntegrity() throws IOException {
        CodecUtil.checksumEntireFile(in);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /// The list of one term. A block is read when a letter of it is asked for, its positions when one of those
    /// is.
    private static final class Occurrences extends PostingsEnum {
        private static final int BLOCK = CompactPostingsWriter.BLOCK_LETTERS;

        private final IndexInput whole;
        private final IndexInput in;
        private final Bits bits = new Bits();

        private final int[] letters = new int[BLOCK];
        private final int[] counts = new int[BLOCK];
        private final int[] starts = new int[BLOCK]; // in `positions`
        private final int[] different = new int[BLOCK];
        private int[] positions = new int[1 << 8];

        private boolean hasPositions;
        private int letterCount; // of the term
        private long occurrences;
        private int left; // letters in blocks not read yet
        private int count; // letters in this block
        private int at; // in it
        private int letter;
        private int lastOfBlock;
        private boolean areCountsRead;
        private boolean arePositionsRead;
        private boolean single;
        private int firstLow;
        private int stepLow;
        private int next; // position

        Occurrences(IndexInput in) {
            this.whole = in;
            this.in = in.clone();
        }

        boolean isOf(IndexInput other) {
            return whole.equals(other);
        }

        void begin(State state, boolean withPositions) throws IOException {
            hasPositions = withPositions;
            letterCount = state.docFreq;
            occurrences = state.totalTermFreq;
            left = state.docFreq;
            count = 0;
            at = -1;
            letter = -1;
            lastOfBlock = -1;
            single = state.single >= 0;
            if (single) {
                letters[0] = state.single;
                count = 1;
                left = 0;
                areCountsRead = false;
                arePositionsRead = false;
            }
            if (!single || withPositions) {
                in.seek(state.start);
            }
        }

        @Override
        public int docID() {
            return letter;
        }

        @Override
        public int nextDoc() throws IOException {
            if (++at >= count) {
                if (left == 0) {
                    at = count;
                    letter = NO_MORE_DOCS;
                    return letter;
                }
                readBlock(-1);
                at = 0;
            }
            next = 0;
            letter = letters[at];
            return letter;
        }

        @Override
        public int advance(int target) throws IOException {
            if (count == 0 || target > letters[count - 1]) {
                if (left == 0) {
                    at = count;
                    letter = NO_MORE_DOCS;
                    return letter;
                }
                if (!readBlock(target)) {
                    at = count;
                    letter = NO_MORE_DOCS;
                    return letter;
                }
                at = -1;
            }
            int i = at + 1;
            while (i < count && letters[i] < target) {
                i++;
            }
            at = i - 1;
            return nextDoc();
        }

        /// Reads the next block whose last letter is not before the target. False where there is none.
        private boolean readBlock(int target) throws IOException {
            int length = in.readVInt();
            int before = lastOfBlock;
            if (letterCount > BLOCK) {
                int last = before + in.readVInt();
                while (last < target) {
                    in.seek(in.getFilePointer() + length);
                    left -= Math.min(left, BLOCK);
                    if (left == 0) {
                        count = 0;
                        return false;
                    }
                    before = last;
                    length = in.readVInt();
                    last = before + in.readVInt();
                }
                lastOfBlock = last;
            }
            in.readBytes(bits.fill(length), 0, length);
            count = Math.min(left, BLOCK);
            left -= count;
            int low = bits.read(Bits.PARAMETER_BITS);
            int number = before;
            for (int i = 0; i < count; i++) {
                number += bits.readRice(low) + 1;
                letters[i] = number;
            }
            if (letterCount > BLOCK && number != lastOfBlock) { // what leads past a block must be what is in it
                throw new CorruptIndexException("a block of letters ends elsewhere than it says", in);
            }
            areCountsRead = false;
            arePositionsRead = false;
            return true;
        }

        @Override
        public int freq() throws IOException {
            if (!hasPositions) {
                return 1;
            }
            if (!areCountsRead) {
                readCounts();
            }
            return counts[at];
        }

        private void readCounts() throws IOException {
            areCountsRead = true;
            if (single) {
                int length = in.readVInt();
                in.readBytes(bits.fill(length), 0, length);
                counts[0] = Math.toIntExact(occurrences);
                starts[0] = 0;
                different[0] = 0;
                firstLow = CompactPostingsWriter.SINGLE_LOW;
                stepLow = occurrences > 1 ? bits.read(Bits.PARAMETER_BITS) : 0;
                return;
            }
            firstLow = bits.read(Bits.PARAMETER_BITS);
            stepLow = bits.read(Bits.PARAMETER_BITS);
            boolean likeness = bits.read(1) == 1;
            int seen = 0;
            int used = 0;
            for (int i = 0; i < count; i++) {
                if (likeness && bits.read(1) == 1) {
                    int like = different[bits.read(CompactPostingsWriter.width(seen))];
                    counts[i] = counts[like];
                    starts[i] = starts[like];
                } else {
                    different[seen++] = i;
                    counts[i] = bits.readGolomb(0) + 1;
                    starts[i] = used;
                    used += counts[i];
                }
            }
        }

        private void readPositions() throws IOException {
            arePositionsRead = true;
            if (!areCountsRead) {
                readCounts();
            }
            int used = 0;
            for (int i = 0; i < count; i++) {
                if (starts[i] < used) {
                    continue; // like another
                }
                int end = used + counts[i];
                if (end > positions.length) {
                    positions = Arrays.copyOf(positions, Math.max(end, 2 * positions.length));
                }
                int position = bits.readGolomb(firstLow);
                positions[used++] = position;
                while (used < end) {
                    position += bits.readGolomb(stepLow);
                    positions[used++] = position;
                }
            }
        }

        @Override
        public int nextPosition() throws IOException {
            if (!hasPositions) {
                return -1;
            }
            if (!arePositionsRead) {
                readPositions();
            }
            return positions[starts[at] + next++];
        }

        @Override
        public int startOffset() {
            return -1;
        }

        @Override
        public int endOffset() {
            return -1;
        }

        @Override
        public @Nullable BytesRef getPayload() {
            return null;
        }

        @Override
        public long cost() {
            return letterCount;
        }
    }
}
