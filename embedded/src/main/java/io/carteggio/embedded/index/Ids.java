package io.carteggio.embedded.index;

import io.carteggio.archive.LetterId;
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

    private static BytesRef digest(String text) {
        byte[] sum = Sha256.of(text.getBytes(StandardCharsets.UTF_8)).toBytes();
        return new BytesRef(Arrays.copyOf(sum, TERM_BYTES));
    }
}
