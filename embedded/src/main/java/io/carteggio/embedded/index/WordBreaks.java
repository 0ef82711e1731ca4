package io.carteggio.embedded.index;

import java.io.IOException;
import java.io.Reader;
import org.apache.lucene.analysis.CharFilter;

/// Blanks where Unicode's word boundaries (UAX 29) see one word but a reader of mail sees two: `l'école`,
/// `report_final.pdf`, `www.example.com`. Between digits, as in `12.50`, the dot stays.
final class WordBreaks extends CharFilter {
    private static final int BLOCK_CHARS = 4096;

    private final char[] block = new char[BLOCK_CHARS];
    private int from;
    private int to;
    private boolean ended;
    private char previous = ' ';

    WordBreaks(Reader in) {
        super(in);
    }

    @Override
    protected int correct(int offset) {
        return offset;
    }

    @Override
    public int read(char[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        fill();
        int count = Math.min(length, ended ? to - from : to - from - 1); // each needs to know the one after it
        if (count <= 0) {
            return -1;
        }
        for (int i = 0; i < count; i++) {
            char c = block[from + i];
            char next = from + i + 1 < to ? block[from + i + 1] : ' ';
            into[offset + i] = parts(previous, c, next) ? ' ' : c;
            previous = c;
        }
        from += count;
        return count;
    }

    private void fill() throws IOException {
        while (!ended && to - from < 2) {
            System.arraycopy(block, from, block, 0, to - from);
            to -= from;
            from = 0;
            int n = input.read(block, to, block.length - to);
            if (n < 0) {
                ended = true;
            } else {
                to += n;
            }
        }
    }

    private static boolean parts(char before, char c, char after) {
        return switch (c) {
            case '_', ':', '\'', '’', '‘', '＇', '‿', '⁀', '·' -> true;
            case '.', '․', '．' -> !(isDigit(before) && isDigit(after));
            default -> false;
        };
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
