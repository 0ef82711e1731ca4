package io.carteggio.archive.search;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.Catalogue.Outstanding;
import io.carteggio.archive.catalogue.CataloguedLetter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/// Which letters an index lacks, has twice, or has and should not, by their numbers alone: asked before it is filled
/// anew, as afterwards nobody could tell. Eight octets of memory for each letter, while it lasts.
final class IndexGaps {
    /// Most letters that are named.
    static final int NAMED_LIMIT = 20;

    private static final int PAGE = 2_000;

    private final List<String> names = new ArrayList<>();
    private long more;

    private IndexGaps() {}

    /// In words, for a message: `: not letter …, twice letter …`; empty where there is nothing to name. A letter that
    /// still waits in the outbox is not lacking.
    static String of(Catalogue catalogue, SearchIndex index) throws ArchiveException {
        return new IndexGaps().compare(catalogue, numbers(index), waiting(catalogue));
    }

    private static long[] numbers(SearchIndex index) throws ArchiveException {
        LongStream.Builder numbers = LongStream.builder();
        index.letters(numbers::add);
        return numbers.build().sorted().toArray();
    }

    private static long[] waiting(Catalogue catalogue) throws ArchiveException {
        LongStream.Builder letters = LongStream.builder();
        List<Outstanding> rows = catalogue.outbox(0, PAGE);
        while (!rows.isEmpty()) {
            rows.forEach(row -> letters.add(row.letter()));
            rows = catalogue.outbox(rows.getLast().row(), PAGE);
        }
        return letters.build().sorted().toArray();
    }

    private String compare(Catalogue catalogue, long[] held, long[] waiting) throws ArchiveException {
        int at = 0;
        List<CataloguedLetter> page = catalogue.lettersAfter(0, PAGE);
        while (!page.isEmpty()) {
            for (CataloguedLetter letter : page) {
                for (; at < held.length && held[at] < letter.number(); at++) {
                    unknown(held[at]);
                }
                int first = at;
                while (at < held.length && held[at] == letter.number()) {
                    at++;
                }
                if (at == first && Arrays.binarySearch(waiting, letter.number()) < 0) {
                    name("not letter " + letter.id());
                } else if (at > first + 1) {
                    name("more than once letter " + letter.id());
                }
            }
            page = catalogue.lettersAfter(page.getLast().number(), PAGE);
        }
        for (; at < held.length; at++) {
            unknown(held[at]);
        }
        return (names.isEmpty() ? "" : ": " + String.join(", ", names)) + (more > 0 ? ", and " + more + " more" : "");
    }

    private void unknown(long number) {
        name("number " + number + ", which the catalogue does not know");
    }

    private void name(String what) {
        if (names.size() < NAMED_LIMIT) {
            names.add(what);
        } else {
            more++;
        }
    }
}
