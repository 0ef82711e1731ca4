package io.carteggio.archive.search;

import io.carteggio.archive.ArchiveException;
import java.util.List;
import java.util.Optional;

/// What an index holds at one instant, as a sum for each letter: for comparing it with what it ought to hold
/// without having either in memory.
///
/// A sum is over all that an answer can depend on: terms with their positions in each field, values to compare
/// and to order by, what a page shows. It is keyed with a key that nobody knows before, so two letters that
/// differ have the same sum once in 2^64 times, whoever made them differ. [#next] and [#faults] belong to one
/// thread, [#sum] is safe for many.
public interface IndexSums extends AutoCloseable {
    /// The next letters, by number; the last stretch goes up to [Long#MAX_VALUE]. What is deleted is left out.
    ///
    /// @return empty after that, and where a fault keeps the rest from being read
    Optional<Stretch> next() throws ArchiveException;

    /// What the sum of a letter would be, were it put now.
    ///
    /// @throws RuntimeException where putting it would throw one
    long sum(LetterDocument letter);

    /// What is wrong with the index as such, known after the last stretch.
    List<String> faults();

    @Override
    void close() throws ArchiveException;

    /// All letters of the index up to a number, and over those of the stretch before: 16 octets each. Numbers
    /// rise; one that is there twice is twice in the index.
    final class Stretch {
        private final long[] numbers;
        private final long[] sums;
        private final int size;
        private final long upTo;

        /// Takes the arrays over.
        ///
        /// @param numbers rising, as far as they are used
        /// @param sums for each of them
        public Stretch(long[] numbers, long[] sums, int size, long upTo) {
            if (size > numbers.length || size > sums.length) {
                throw new IllegalArgumentException(size + " letters of " + numbers.length);
            }
            this.numbers = numbers;
            this.sums = sums;
            this.size = size;
            this.upTo = upTo;
        }

        public int size() {
            return size;
        }

        public long number(int i) {
            return numbers[i];
        }

        public long sum(int i) {
            return sums[i];
        }

        /// No letter up to this number comes any more.
        public long upTo() {
            return upTo;
        }
    }
}
