package io.carteggio.archive.catalogue;

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

    /// The sum over all sources, under the name `all`.
    public Account all() {
        return sources.stream().reduce(Account.nothing("all"), Account::plus);
    }
}
