package io.carteggio.embedded.index;

import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.codecs.BlockTermState;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.PushPostingsWriterBase;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.store.DataOutput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.IOUtils;
import org.jspecify.annotations.Nullable;

/// Writes where each term occurs. A term's list is cut into blocks of at most 128 letters, so that a search can
/// step over them; a block is, in bits:
///
/// | what | how | where |
/// | --- | --- | --- |
/// | parameter of distances | 4 bits | all |
/// | each letter's distance from the one before, less one | Rice | all |
/// | parameters of first positions and of steps | 4 bits each | fields with positions |
/// | whether letters have positions like one before them | 1 bit | fields with positions |
/// | for each letter: whether it has, and which of the different ones so far | 1 bit, and as few as can be | there |
/// | else how often the term occurs in it, less one | exponential Golomb, parameter 0 | fields with positions |
/// | for each letter not like another: the first position, and the steps to the others, less one | exponential Golomb |
/// |
///
/// Before the block stands its length in octets, and, where the term is in more than 128 letters, how far its
/// last letter is from the last one of the block before. A term in a single letter has that letter's number in
/// the terms' tree, and here only its positions. Positions like those of another letter are what newsletters,
/// notices of machines and copies with other trailers have.
final class CompactPostingsWriter extends PushPostingsWriterBase {
    static final int BLOCK_LETTERS = 128;

    static final String EXTENSION = "cpo";
    static final String CODEC = "CarteggioCompactPostings";
    static final String TERMS_CODEC = "CarteggioCompactTerms";
    static final int VERSION = 1;

    /// Where a term's list lies.
    static final class State extends BlockTermState {
        long start;
        int single = -1;

        @Override
        public void copyFrom(org.apache.lucene.index.TermState from) {
            super.copyFrom(from);
            State other = (State) from;
            start = other.start;
            single = other.single;
        }

        @Override
        public State clone() {
            return (State) super.clone();
        }
    }

    private final IndexOutput out;
    private final Bits bits = new Bits();
    private final Bits.Spread firsts = new Bits.Spread();
    private final Bits.Spread steps = new Bits.Spread();

    private final int[] letters = new int[BLOCK_LETTERS];
    private final int[] ends = new int[BLOCK_LETTERS]; // of each letter's positions
    private int[] positions = new int[1 << 10];
    private final int[] like = new int[BLOCK_LETTERS];
    private final int[] different = new int[BLOCK_LETTERS];
    private final short[] byHash = new short[4 * BLOCK_LETTERS];
    private int count; // of letters in the block
    private int used; // positions in the block
    private int lastOfBlockBefore;
    private int lastWritten;
    private int written; // letters of this term that are in blocks written
    private long start;
    private long lastStart;

    /// A full block is written only when more follows: then the term is known to have several.
    CompactPostingsWriter(SegmentWriteState state) throws IOException {
        out = state.directory.createOutput(
                IndexFileNames.segmentFileName(state.segmentInfo.name, state.segmentSuffix, EXTENSION), state.context);
        boolean made = false;
        try {
            CodecUtil.writeIndexHeader(out, CODEC, VERSION, state.segmentInfo.getId(), state.segmentSuffix);
            made = true;
        } finally {
            if (!made) {
                IOUtils.closeWhileHandlingException(out);
            }
        }
    }

    @Override
    public void init(IndexOutput terms, SegmentWriteState state) throws IOException {
        CodecUtil.writeIndexHeader(terms, TERMS_CODEC, VERSION, state.segmentInfo.getId(), state.segmentSuffix);
    }

    @Override
    public void setField(FieldInfo field) {
        super.setField(field);
        IndexOptions options = field.getIndexOptions();
        if (options != IndexOptions.DOCS && options != IndexOptions.DOCS_AND_FREQS_AND_POSITIONS) {
            throw new IllegalArgumentException(field.name + ": this format has no " + options);
        }
    }

    @Override
    public BlockTermState newTermState() {
        return new State();
    }

    @Override
    public void startTerm(@Nullable NumericDocValues norms) {
        count = 0;
        used = 0;
        written = 0;
        lastOfBlockBefore = -1;
        lastWritten = -1;
        start = out.getFilePointer();
    }

    @Override
    public void startDoc(int letter, int frequency) throws IOException {
        if (count == BLOCK_LETTERS) {
            writeBlock(true);
        }
        letters[count] = letter;
    }

    @Override
    public void addPosition(int position, @Nullable BytesRef payload, int startOffset, int endOffset) {
        if (used == positions.length) {
            positions = Arrays.copyOf(positions, 2 * used);
        }
        positions[used++] = position;
    }

    @Override
    public void finishDoc() {
        ends[count++] = used;
    }

    @Override
    public void finishTerm(BlockTermState state) throws IOException {
        State at = (State) state;
        at.start = start;
        if (written == 0 && count == 1) {
            at.single = letters[0];
            if (writePositions) {
                bits.clear();
                writePositionsOf(0);
                out.writeVInt(bits.length());
                out.writeBytes(bits.array(), bits.length());
            }
        } else {
            at.single = -1;
            writeBlock(written > 0);
        }
    }

    private void writeBlock(boolean isOneOfSeveral) throws IOException {
        bits.clear();
        long sum = 0;
        int before = lastOfBlockBefore;
        for (int i = 0; i < count; i++) {
            sum += letters[i] - before - 1;
            before = letters[i];
        }
        int low = Bits.rice(sum, count);
        bits.write(low, Bits.PARAMETER_BITS);
        before = lastOfBlockBefore;
        for (int i = 0; i < count; i++) {
            bits.writeRice(letters[i] - before - 1, low);
            before = letters[i];
        }
        if (writePositions) {
            writeAllPositions();
        }
        out.writeVInt(bits.length());
        if (isOneOfSeveral) {
            out.writeVInt(letters[count - 1] - lastWritten);
        }
        out.writeBytes(bits.array(), bits.length());
        written += count;
        lastOfBlockBefore = letters[count - 1];
        lastWritten = lastOfBlockBefore;
        count = 0;
        used = 0;
    }

    private void writeAllPositions() {
        int kinds = findAlike();
        boolean likeness = kinds < count - count / 4;
        if (!likeness) {
            Arrays.fill(like, 0, count, -1);
        }
        firsts.clear();
        steps.clear();
        for (int i = 0; i < count; i++) {
            if (like[i] < 0) {
                int from = from(i);
                firsts.add(positions[from]);
                for (int p = from + 1; p < ends[i]; p++) {
                    steps.add(step(p));
                }
            }
        }
        int firstLow = firsts.golomb();
        int stepLow = steps.isEmpty() ? 0 : steps.golomb();
        bits.write(firstLow, Bits.PARAMETER_BITS);
        bits.write(stepLow, Bits.PARAMETER_BITS);
        bits.write(likeness ? 1 : 0, 1);
        int seen = 0;
        for (int i = 0; i < count; i++) {
            if (likeness) {
                bits.write(like[i] < 0 ? 0 : 1, 1);
            }
            if (like[i] >= 0) {
                bits.write(like[i], width(seen));
            } else {
                bits.writeGolomb(ends[i] - from(i) - 1, 0);
                seen++;
            }
        }
        for (int i = 0; i < count; i++) {
            if (like[i] < 0) {
                writePositions(i, firstLow, stepLow);
            }
        }
    }

    /// Bits for one of so many.
    static int width(int of) {
        return of <= 1 ? 0 : Integer.SIZE - Integer.numberOfLeadingZeros(of - 1);
    }

    /// Finds for each letter which of the different ones before has the same positions; how many different
    /// ones.
    private int findAlike() {
        Arrays.fill(byHash, (short) -1);
        int kinds = 0;
        for (int i = 0; i < count; i++) {
            int from = from(i);
            int hash = ends[i] - from;
            for (int p = from; p < ends[i]; p++) {
                hash = hash * 31 + positions[p];
            }
            hash *= 0x9E37_79B1;
            int slot = hash >>> (Integer.SIZE - 9);
            while (byHash[slot] >= 0 && !isAlike(different[byHash[slot]], i)) {
                slot = (slot + 1) & (byHash.length - 1);
            }
            if (byHash[slot] >= 0) {
                like[i] = byHash[slot];
            } else {
                like[i] = -1;
                byHash[slot] = (short) kinds;
                different[kinds++] = i;
            }
        }
        return kinds;
    }

    private boolean isAlike(int one, int other) {
        return Arrays.equals(positions, from(one), ends[one], positions, from(other), ends[other]);
    }

    private int from(int letter) {
        return letter == 0 ? 0 : ends[letter - 1];
    }

    private int step(int p) {
        return Math.max(0, positions[p] - positions[p - 1]);
    }

    private void writePositions(int letter, int firstLow, int stepLow) {
        int from = from(letter);
        bits.writeGolomb(positions[from], firstLow);
        for (int p = from + 1; p < ends[letter]; p++) {
            bits.writeGolomb(step(p), stepLow);
        }
    }

    /// Of a term in one letter: its number and how often it occurs are known from elsewhere.
    private void writePositionsOf(int letter) {
        steps.clear();
        for (int p = from(letter) + 1; p < ends[letter]; p++) {
            steps.add(step(p));
        }
        int stepLow = steps.isEmpty() ? 0 : steps.golomb();
        if (!steps.isEmpty()) {
            bits.write(stepLow, Bits.PARAMETER_BITS);
        }
        writePositions(letter, SINGLE_LOW, stepLow);
    }

    /// The parameter for the first position of a term in one letter.
    static final int SINGLE_LOW = 7;

    @Override
    public void encodeTerm(DataOutput terms, FieldInfo field, BlockTermState state, boolean absolute)
            throws IOException {
        State at = (State) state;
        if (absolute) {
            lastStart = 0;
        }
        if (at.single >= 0) {
            terms.writeVInt(at.single);
        }
        if (at.single < 0 || field.getIndexOptions() != IndexOptions.DOCS) {
            terms.writeVLong(at.start - lastStart);
            lastStart = at.start;
        }
    }

    @Override
    public void close() throws IOException {
        boolean whole = false;
        try {
            CodecUtil.writeFooter(out);
            whole = true;
        } finally {
            if (whole) {
                out.close();
            } else {
                IOUtils.closeWhileHandlingException(out);
            }
        }
    }
}
