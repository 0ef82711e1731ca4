package io.carteggio.embedded.jobs;

/// What a run did, in mails.
///
/// @param unknown mails at the server that were not known when they were listed
/// @param fetched of those, what came in whole and was taken by the archive: `letters + evidence +
///     notices + quarantined + discarded`
/// @param vanished of those, what was gone when it was asked for
/// @param unreadable of those, what the server would not give; it stays there
/// @param removed mails removed from the folder, also of earlier runs
/// @param bytes octets of what was fetched
public record RunCounts(
        long unknown,
        long fetched,
        long letters,
        long evidence,
        long notices,
        long quarantined,
        long discarded,
        long vanished,
        long unreadable,
        long removed,
        long bytes) {
    public static final RunCounts NONE = new RunCounts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    public RunCounts plus(RunCounts other) {
        return new RunCounts(
                unknown + other.unknown,
                fetched + other.fetched,
                letters + other.letters,
                evidence + other.evidence,
                notices + other.notices,
                quarantined + other.quarantined,
                discarded + other.discarded,
                vanished + other.vanished,
                unreadable + other.unreadable,
                removed + other.removed,
                bytes + other.bytes);
    }

    /// What was listed and not come to: the run ended before.
    public long left() {
        return unknown - fetched - vanished - unreadable;
    }

    /// Whether everything is accounted for.
    public boolean balanced() {
        return fetched == letters + evidence + notices + quarantined + discarded && left() >= 0;
    }

    public boolean nothing() {
        return equals(NONE);
    }
}
