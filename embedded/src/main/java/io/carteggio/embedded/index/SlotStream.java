package io.carteggio.embedded.index;

import java.util.Iterator;
import java.util.List;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;

/// Terms that are made one group after the other, so that a hundred thousand recipients are never in memory as terms.
/// No phrase reaches from one group into the next.
final class SlotStream extends TokenStream {
    private static final int GAP = 10;

    private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
    private final PositionIncrementAttribute increment = addAttribute(PositionIncrementAttribute.class);
    private final Iterator<List<List<String>>> groups;
    private Iterator<List<String>> slots = List.<List<String>>of().iterator();
    private Iterator<String> terms = List.<String>of().iterator();
    private int step;

    SlotStream(Iterator<List<List<String>>> groups) {
        this.groups = groups;
    }

    @Override
    public boolean incrementToken() {
        while (!terms.hasNext()) {
            if (slots.hasNext()) {
                terms = slots.next().iterator();
                step++;
            } else if (groups.hasNext()) {
                slots = groups.next().iterator();
                step += GAP;
            } else {
                return false;
            }
        }
        clearAttributes();
        term.append(terms.next());
        increment.setPositionIncrement(step);
        step = 0;
        return true;
    }
}
