package io.carteggio.server.watch;

import java.util.Locale;

/// What an alarm is about. Its word stands in files, metrics and messages, and stays.
public enum AlarmKind {
    /// Mail is not taken, or was not kept.
    TROUBLE(false),
    /// No report came from a source although its rhythm says one should have.
    SILENT(false),
    /// A report came back through the alternate mailbox: the main way was down.
    NDR(true),
    /// Reports are known to be missing.
    GAP(false),
    /// Something that runs by itself fails.
    JOB(false),
    /// Mail did not come as its source expects: from elsewhere, in the clear, without the certificate, of
    /// another organisation.
    AUTHENTICITY(true),
    /// Reports come without the marker, or what comes is no report.
    MARKER(true),
    /// A report cannot be read, or its server does not give it.
    UNREADABLE(true),
    /// Reports bring the protected mail alone, without a clear copy.
    PROTECTED(true),
    /// Much more than usual could not be understood.
    QUARANTINE(false),
    /// Little room is left.
    DISK(false),
    /// The listener's certificate ends soon.
    CERTIFICATE(false),
    /// A mail was over the size limit: it is in nobody's archive.
    REFUSED(true),
    /// What was erased came again.
    ERASED(true),
    /// The ledger cannot be written, stamped or lodged, or keys are lost.
    LEDGER(false),
    /// One person alone did something dangerous; for the data-protection officer.
    ALONE(true),
    /// Nobody has looked at who has which rights for too long.
    REVIEW(false),
    /// The last backup is too long ago.
    BACKUP(false),
    /// The test message did not come back.
    CANARY(false),
    /// The alternate journaling mailbox does not answer.
    ALTERNATE(false),
    /// The journaling agent's reports do not reach their mailbox, or are kept here and nowhere else.
    JOURNALING(false),
    /// A message passed the journaling agent and went on without a report.
    UNJOURNALED(true);

    private final boolean event;

    AlarmKind(boolean event) {
        this.event = event;
    }

    /// Whether it happens at an instant, and is over when it has not happened for a while; else it holds until
    /// it is found to be over.
    public boolean isEvent() {
        return event;
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static AlarmKind ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
