package io.carteggio.server.command;

import io.carteggio.archive.catalogue.Books.Account;
import io.carteggio.archive.entry.Disposition;
import java.util.EnumMap;
import java.util.Map;

/// The books of one run, as they grow. Safe for many threads.
final class Tally {
    private final Map<Disposition, Long> arrivals = new EnumMap<>(Disposition.class);
    private long originals;
    private long rawBytes;

    synchronized void count(Disposition disposition, int fresh, long bytes) {
        arrivals.merge(disposition, 1L, Long::sum);
        originals += fresh;
        rawBytes += bytes;
    }

    synchronized Account account(String source) {
        return new Account(
                source,
                arrivals.values().stream().mapToLong(Long::longValue).sum(),
                of(Disposition.LETTERS),
                of(Disposition.EVIDENCE),
                of(Disposition.NOTICE),
                of(Disposition.QUARANTINED),
                of(Disposition.DISCARDED),
                originals,
                rawBytes,
                0); // a run does not tell them from other evidence, so it does not say how many there were
    }

    private long of(Disposition disposition) {
        return arrivals.getOrDefault(disposition, 0L);
    }
}
