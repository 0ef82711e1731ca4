package io.carteggio.mail.mime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CorpusExpectationTest {
    /// Issue 2: headers, dates, attachment names, sizes and sums agree on at least 99 % of the judged cells.
    @Test
    void agreesWithTwoOtherReaders() throws IOException {
        Optional<Path> corpus = CorpusExpectations.corpus();
        assumeTrue(corpus.isPresent(), "the corpus of mail by others is not on this machine");
        CorpusExpectations.Result result = CorpusExpectations.compare(corpus.orElseThrow());
        assertThat(result.judged()).isGreaterThan(30_000);
        assertThat(result.differences()).hasSizeLessThan(result.judged() / 100);
    }
}
