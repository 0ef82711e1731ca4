package io.carteggio.archive.catalogue;

import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.Disposition;
import java.util.List;

/// The accounts that must balance (P3): `received = letters + evidence + notices + quarantined + discarded`,
/// counted in arrivals, for each source.
public record Books(List<Account> sources) {
    public Books {
        sources = List.copyOf(sources);
    }

    /// One source's account.
    ///
    /// @param originals letters that came of it for the first time
    /// @param rawBytes octets of all its arrivals as they came
    /// @param redeliveries arrivals among the evidence that were the same report, envelope part and originals,
    ///     again
    public record Account(
            String source,
            long received,
            long letters,
            long evidence,
            long notices,
            long quarantined,
            long discarded,
            long originals,
            long rawBytes,
            long redeliveries) {
        public boolean balances() {
            return received == letters + evidence + notices + quarantined + discarded;
        }

        /// The account of a source that nothing came through.
        public static Account nothing(String source) {
            return new Account(source, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        }

        /// One arrival of a disposition, or with -1 one that is that no more.
        private static Account one(String source, Disposition is, int sign, long originals, long rawBytes, long again) {
            return new Account(
                    source,
                    sign,
                    is == Disposition.LETTERS ? sign : 0,
                    is == Disposition.EVIDENCE ? sign : 0,
                    is == Disposition.NOTICE ? sign : 0,
                    is == Disposition.QUARANTINED ? sign : 0,
                    is == Disposition.DISCARDED ? sign : 0,
                    originals,
                    sign * rawBytes,
                    again);
        }

        public Account withOriginals(long other) {
            return new Account(
                    source,
                    received,
                    letters,
                    evidence,
                    notices,
                    quarantined,
                    discarded,
                    other,
                    rawBytes,
                    redeliveries);
        }

        public Account plus(Account o) {
            return new Account(
                    source,
                    received + o.received,
                    letters + o.letters,
                    evidence + o.evidence,
                    notices + o.notices,
                    quarantined + o.quarantined,
                    discarded + o.discarded,
                    originals + o.originals,
                    rawBytes + o.rawBytes,
                    redeliveries + o.redeliveries);
        }
    }

    /// What an entry adds to the books. Where it tells what has become of an earlier arrival, that one is counted
    /// no longer as what it was: it is one arrival still.
    ///
    /// @param originals letters that came of it for the first time
    public static List<Account> changes(ArrivalEntry entry, long originals) {
        Account now = Account.one(
                entry.source(), entry.disposition(), 1, originals, entry.rawBytes(), entry.redelivery() ? 1 : 0);
        return entry.revision()
                .map(before -> List.of(Account.one(before.source(), before.was(), -1, 0, entry.rawBytes(), 0), now))
                .orElse(List.of(now));
    }

    /// The sum over all sources, under the name `all`.
    public Account all() {
        return sources.stream().reduce(Account.nothing("all"), Account::plus);
    }
}
