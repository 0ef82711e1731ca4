package io.carteggio.mail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ConcatenationTest {
    private final AtomicInteger open = new AtomicInteger();

    /// Ten octets, of which the streams are counted.
    private final Content counted = new Content() {
        @Override
        public long sizeBytes() {
            return 10;
        }

        @Override
        public InputStream open(long offset, long length) {
            open.incrementAndGet();
            return new FilterInputStream(new ByteArrayInputStream(new byte[10], (int) offset, (int) length)) {
                @Override
                public void close() throws IOException {
                    open.decrementAndGet();
                    super.close();
                }
            };
        }
    };

    private static final Content BROKEN = new Content() {
        @Override
        public long sizeBytes() {
            return 10;
        }

        @Override
        public InputStream open(long offset, long length) throws IOException {
            throw new IOException("it cannot be read");
        }
    };

    @Test
    void whatIsOpenIsClosedWhereTheNextCannotBeOpened() {
        Content all = new Concatenation(List.of(counted, counted, BROKEN));
        assertThatThrownBy(all::open).hasMessage("it cannot be read");
        assertThat(open).hasValue(0);
    }

    @Test
    void closingClosesAll() throws IOException {
        try (InputStream in = new Concatenation(List.of(counted, counted)).open(5, 10)) {
            assertThat(in.readNBytes(7)).hasSize(7);
            assertThat(open).hasPositiveValue();
        }
        assertThat(open).hasValue(0);
    }

    @Test
    void aStreamThatEndsBeforeTheOffsetIsClosed() throws IOException {
        try (InputStream in = Exactly.from(counted.open(), 4, 6)) {
            assertThat(in.readAllBytes()).hasSize(6);
        }
        InputStream tooShort = counted.open();
        assertThatThrownBy(() -> Exactly.from(tooShort, 11, 1)).isInstanceOf(IOException.class);
        assertThat(open).hasValue(0);
    }
}
