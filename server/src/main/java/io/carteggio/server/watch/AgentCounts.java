package io.carteggio.server.watch;

/// What the journaling agent has counted since it began. Safe for many threads.
public interface AgentCounts {
    /// Messages that it saw.
    long messages();

    /// Reports that it made.
    long reports();

    /// Gap records that it kept in the place of reports, since their mailbox is suspended and the rule
    /// disabled.
    long gaps();

    /// Messages that went on without a report, although a rule may have wanted one.
    long unjournaled();
}
