package io.carteggio.embedded.index;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.search.Answering;
import io.carteggio.archive.search.SearchIndex.Link;
import io.carteggio.mail.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.lucene.util.BytesRef;

/// Ids as terms: ten octets of a digest find one letter among billions and cost a fraction of the text.
final class Ids {
    private static final int TERM_BYTES = 10;

    private Ids() {}

    static BytesRef ofLetter(LetterId id) {
        return digest("letter " + id.text());
    }

    /// @param id without angle brackets; compared as it is (RFC 5322 3.6.4 leaves nothing to fold)
    static BytesRef ofMessage(String id) {
        return digest("message " + id);
    }

    /// The beginning of what [#ofMessage] gives for the message with this key ([Answering#keyOfMessage]).
    static BytesRef ofKey(long key) {
        byte[] octets = new byte[Answering.KEY_BYTES];
        for (int i = 0; i < octets.length; i++) {
            octets[i] = (byte) (key >>> (8 * (octets.length - 1 - i)));
        }
        return new BytesRef(octets);
    }

    /// The term of a letter that answers the message, or resumes the subject, with this key.
    static BytesRef ofLink(Link link, long key) {
        byte[] octets = new byte[1 + Answering.KEY_BYTES];
        octets[0] = (byte)
                switch (link) {
                    case TO -> 'a';
                    case SUBJECT -> 's';
                    case OWN -> throw new IllegalArgumentException("a letter's own key is the beginning of its id");
                };
        System.arraycopy(ofKey(key).bytes, 0, octets, 1, Answering.KEY_BYTES);
        return new BytesRef(octets);
    }

    private static BytesRef digest(String text) {
        byte[] sum = Sha256.of(text.getBytes(StandardCharsets.UTF_8)).toBytes();
        return new BytesRef(Arrays.copyOf(sum, TERM_BYTES));
    }
}
