package io.carteggio.embedded.index;

import io.carteggio.archive.access.Scope;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.SearchIndex;
import io.carteggio.archive.search.SearchIndex.Found;
import io.carteggio.archive.search.Start;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/// What questions cost in one process, without pages: the newest 50 of what matches in an archive's index, and how many
/// there are. A program, not a test; `bench/search --anchor` runs it.
///
/// Arguments: the folder of an index that no server has open, a file with a name, a tab and a question a line, and
/// rounds. Prints a line for each: name, letters, milliseconds of the newest 50 (median and 99th of a hundred) without
/// counting further than a page would wait, the median with all counted.
final class FindBench {
    private static final int PAGE = 50;

    private FindBench() {}

    public static void main(String[] args) throws Exception {
        int rounds = Integer.parseInt(args[2]);
        try (LuceneIndex index = LuceneIndex.open(Path.of(args[0]))) {
            for (String line : Files.readAllLines(Path.of(args[1]))) {
                String[] fields = line.split("\t", 2);
                if (!(Query.parse(fields[1]) instanceof Query.Parsed.Good(Query query))) {
                    throw new IllegalArgumentException(line);
                }
                double[] page = new double[rounds];
                double[] whole = new double[rounds];
                long total = 0;
                for (int round = -rounds; round < rounds; round++) { // as many to warm up
                    page[Math.max(0, round)] = millis(index, query, Duration.ZERO);
                    whole[Math.max(0, round)] = millis(index, query, SearchIndex.TO_THE_END);
                    total = index.find(query, new Scope.Everything(), Start.newest(), 1)
                            .total();
                }
                Arrays.sort(page);
                Arrays.sort(whole);
                System.out.printf(
                        Locale.ROOT,
                        "%s\t%d\t%.3f\t%.3f\t%.3f%n",
                        fields[0],
                        total,
                        page[rounds / 2],
                        page[rounds * 99 / 100],
                        whole[rounds / 2]);
            }
        }
    }

    private static double millis(LuceneIndex index, Query query, Duration counting) throws Exception {
        long began = System.nanoTime();
        Found found = index.find(query, new Scope.Everything(), Start.newest(), PAGE, counting);
        double took = (System.nanoTime() - began) / 1e6;
        if (found.hits().size() > PAGE) {
            throw new IllegalStateException("more than a page");
        }
        return took;
    }
}
