package io.carteggio.server.agent;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.intake.Arrival;
import io.carteggio.archive.intake.Receipt;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.journaling.AgentSettings;
import io.carteggio.archive.journaling.Decider;
import io.carteggio.archive.journaling.Decision;
import io.carteggio.archive.journaling.Decision.Report;
import io.carteggio.archive.journaling.JournalRule;
import io.carteggio.archive.journaling.RuleBook;
import io.carteggio.archive.journaling.Submission;
import io.carteggio.embedded.reports.QueuedReport;
import io.carteggio.embedded.reports.ReportQueue.Destination;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.report.HeaderPeople;
import io.carteggio.mail.report.NdrWriter;
import io.carteggio.mail.report.ReportWriter;
import io.carteggio.mail.report.ReportWriter.Facts;
import io.carteggio.mail.report.ReportWriter.Written;
import io.carteggio.mail.structure.Part;
import io.carteggio.mail.structure.Structure;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.watch.AgentCounts;
import io.carteggio.server.watch.AlarmKind;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes journal reports of messages and puts each where it is safe: into this archive where its mailbox is one of our
/// sources, else into the queue. Safe for many threads.
public final class JournalAgent implements AgentCounts, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JournalAgent.class);

    /// What rules mean is worked out anew after so long, since members come and go by the clock alone.
    private static final Duration FRESH = Duration.ofSeconds(60);

    /// A notice about a message that is not journaled names no more recipients than this.
    private static final int NAMED_RECIPIENTS = 1_000;

    private final Archive archive;
    private final String host;
    private final Clock clock;
    private final ReportMark mark;
    private final Escrow escrow;
    private final LongAdder messages = new LongAdder();
    private final LongAdder reports = new LongAdder();
    private final LongAdder unjournaled = new LongAdder();
    private final LongAdder gaps = new LongAdder();
    private final NdrWriter notices;
    private final Unjournaled passed;
    private volatile Optional<Current> current = Optional.empty();

    /// Whose records of gaps are, where the mailbox is none of this archive's.
    private static final Source GAPS = new Source("journaling-agent", Optional.empty(), Family.NDR);

    /// What is in force.
    private record Current(Directory directory, RuleBook book, Instant at, Decider decider, ReportWriter writer) {}

    /// @param host this system's name, for reports
    public JournalAgent(Archive archive, String host, Clock clock) {
        this.archive = archive;
        this.host = host;
        this.clock = clock;
        this.notices = new NdrWriter(host, UUID::randomUUID);
        this.mark = new ReportMark(archive.keyring().partKey().derive('J'));
        this.escrow = new Escrow(archive.journalRules(), new EscrowStore(archive.keyring()), archive.clearMark());
        this.passed = new Unjournaled(archive.directory().resolve("unjournaled"), new Unjournaled.Gaps() {
            @Override
            public long keep(Content notice) throws ArchiveException {
                assertTaking(archive);
                return keepGap(notice, List.of(), Optional.empty());
            }

            @Override
            public void close(long number) throws ArchiveException {
                closeGaps(List.of(number));
            }
        });
    }

    /// Keeps a record of each message that went on unjournaled, by itself from now on.
    void start() {
        passed.start();
    }

    @SuppressWarnings("ReferenceEquality") // both are made anew when they change, and only then
    private Current current() {
        Directory directory = archive.people().directory();
        RuleBook book = archive.journalRules().book();
        Instant now = clock.instant();
        Optional<Current> known = current;
        if (known.isPresent()
                && known.get().directory == directory
                && known.get().book == book
                && now.isBefore(known.get().at.plus(FRESH))) {
            return known.get();
        }
        Address sender = book.settings().sender().orElseGet(() -> new Address("journal-agent@" + host));
        Current made = new Current(
                directory,
                book,
                now,
                new Decider(directory, book, now),
                new ReportWriter(sender, host, UUID::randomUUID, mark));
        current = Optional.of(made);
        return made;
    }

    /// What the rules say to a message, without anything being done.
    public Decision decide(Message message) throws IOException {
        Part head = Structure.head(message.mail());
        return current().decider.decide(submission(message, head));
    }

    private Submission submission(Message message, Part head) throws IOException {
        return new Submission(
                message.mailFrom(),
                message.rcptTo(),
                message.authenticated(),
                message.ownSystem(),
                HeaderPeople.of(head.header()),
                mark.isOn(message.mail(), head));
    }

    /// Reports that are safe.
    public final class Kept {
        private final List<Long> pending; // ids in the queue
        private final List<Long> lost; // numbers of gap records

        private Kept(List<Long> pending, List<Long> lost) {
            this.pending = List.copyOf(pending);
            this.lost = List.copyOf(lost);
        }

        /// The message goes on: its reports are delivered.
        public void release() throws ArchiveException {
            archive.reports().release(pending);
        }

        /// The message does not go on: there is nothing to report.
        public void drop() throws ArchiveException {
            archive.reports().drop(pending);
            closeGaps(lost);
        }
    }

    /// Journals a message. When this returns, all its reports are forced to disk.
    ///
    /// @param pending whether it is not yet sure that the message goes on: then nothing is delivered before
    ///     [Kept#release]. If this process ends before, its reports are delivered
    /// @throws ArchiveException where a report could not be kept. Of some there may be one nevertheless: where
    ///     the message comes again, that becomes a redelivery
    public Kept journal(Message message, boolean pending) throws ArchiveException {
        messages.increment();
        List<Long> ids = new ArrayList<>();
        List<Long> lost = new ArrayList<>();
        try {
            Current now = current();
            Part head = Structure.head(message.mail());
            Decision decision = now.decider.decide(submission(message, head));
            Escrow.Result decrypted =
                    decision.reports().isEmpty() ? Escrow.Result.NOTHING : escrow.decrypt(message.mail());
            for (Report report : decision.reports()) {
                Written written = now.writer.write(
                        new Facts(
                                report.envelope(),
                                clock.instant(),
                                report.rules().stream().map(JournalRule::name).toList(),
                                decrypted.clear(),
                                decrypted.said()),
                        message.mail());
                Optional<Destination> disabled = disabled(now.book.settings(), report.mailbox());
                if (disabled.isPresent()) {
                    lost.add(recordGap(written, disabled.get(), message.item()));
                    continue;
                }
                reports.increment();
                if (!pending && takenHere(report, written, message.item())) {
                    continue;
                }
                ids.add(archive.reports()
                        .put(
                                new QueuedReport.Draft(
                                        false,
                                        report.mailbox(),
                                        report.alternate(),
                                        report.rules().stream()
                                                .map(JournalRule::name)
                                                .toList(),
                                        written.messageId(),
                                        written.needs()),
                                written.content(),
                                clock.instant(),
                                pending));
            }
            return new Kept(pending ? ids : List.of(), lost);
        } catch (IOException e) {
            dropAll(pending ? ids : List.of(), lost, e);
            throw new ArchiveException("a message cannot be journaled: " + e.getMessage(), true, e);
        } catch (ArchiveException | RuntimeException e) {
            dropAll(pending ? ids : List.of(), lost, e);
            throw e;
        }
    }

    /// The mailbox, where rules for it are disabled. Never one of this archive: that takes what the queue keeps
    /// for it as soon as it can.
    private Optional<Destination> disabled(AgentSettings settings, Address mailbox) throws ArchiveException {
        if (!settings.disables() || archive.sources().at(mailbox).isPresent()) {
            return Optional.empty();
        }
        return Optional.ofNullable(archive.reports().destinations().get(mailbox.key()))
                .filter(Destination::suspended);
    }

    /// Keeps the notice of what is missing.
    ///
    /// @return the number of the record
    private long keepGap(Content notice, List<Address> mailboxes, Optional<String> item) throws ArchiveException {
        Receipt receipt = archive.accept(new Arrival(
                GAPS,
                notice,
                new Provenance(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        mailboxes,
                        Optional.of(from(item)))));
        gaps.increment();
        return receipt.number();
    }

    /// Keeps a record that a report is missing, as of one that came back without its original.
    ///
    /// @return the number of the record
    private long recordGap(Written written, Destination mailbox, Optional<String> item)
            throws ArchiveException, IOException {
        Instant now = clock.instant();
        Content notice = notices.writeLost(
                new NdrWriter.Facts(
                        mailbox.address(),
                        mailbox.address(),
                        written.messageId(),
                        mailbox.since(),
                        now,
                        now,
                        "5.2.1",
                        mailbox.last(),
                        Optional.empty()),
                written.content());
        return keepGap(notice, List.of(mailbox.address()), item);
    }

    /// The message did not go on: nothing is missing. Told to the vault at once, where the record itself may
    /// still be on its way into the catalogue.
    private void closeGaps(List<Long> lost) throws ArchiveException {
        for (long number : lost) {
            archive.acts()
                    .keep(new Act.GapClosed(
                            archive.acts().now(), "agent", number, "the message was not taken", Optional.empty()));
        }
    }

    private void dropAll(List<Long> ids, List<Long> lost, Exception why) {
        try {
            closeGaps(lost);
            archive.reports().drop(ids);
        } catch (ArchiveException e) {
            why.addSuppressed(e); // then it is a report of a message that comes again
        }
    }

    /// Where the archive does not take it now, the queue does.
    private boolean takenHere(Report report, Written written, Optional<String> item) {
        try {
            return take(archive, report.mailbox(), report.alternate(), written.content(), item);
        } catch (ArchiveException e) {
            LOG.warn("a report for {} waits, since the archive does not take it: {}", report.mailbox(), e.getMessage());
            return false;
        }
    }

    /// Takes a mail into the archive where the mailbox is one of its sources.
    ///
    /// @return false where it is none
    static boolean take(Archive archive, Address mailbox, Optional<Address> from, Content mail, Optional<String> item)
            throws ArchiveException {
        Optional<Source> source = archive.sources().at(mailbox);
        if (source.isEmpty()) {
            return false;
        }
        assertTaking(archive);
        archive.accept(new Arrival(
                source.get().trusting(),
                mail,
                new Provenance(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        from,
                        List.of(mailbox),
                        Optional.of(from(item)))));
        return true;
    }

    private static void assertTaking(Archive archive) throws ArchiveException {
        Optional<String> trouble = archive.trouble();
        if (trouble.isPresent()) {
            throw new ArchiveException(trouble.get(), true);
        }
    }

    private static String from(Optional<String> item) {
        return "the journaling agent" + item.map(id -> ", " + id).orElse("");
    }

    /// Whether mail goes on that could not be journaled.
    public boolean acceptsUnjournaled() {
        return archive.journalRules().book().settings().accepts(); // also where what is in force cannot be worked out
    }

    /// A message goes on, and no report of it was kept: that is said as loudly as can be, and becomes the
    /// record of a gap as soon as the archive takes one.
    ///
    /// @return absent where no rule asks for a report of it
    Optional<Unjournaled.Missing> unjournaled(Message message, Exception why) {
        unjournaled.increment();
        String what = "a message of " + message.mail().sizeBytes() + " octets from "
                + message.mailFrom().map(Address::raw).orElse("<>") + " to " + message.rcptTo()
                + " went on and is in no archive"
                + message.item().map(id -> " (" + id + ")").orElse("") + ": " + why.getMessage();
        LOG.error("UNJOURNALED: {}", what);
        archive.watch().alarms().raise(AlarmKind.UNJOURNALED, "agent", what);
        return unmade(message, why).map(passed::add);
    }

    /// The notice that a message has no report.
    private Optional<Content> unmade(Message message, Exception why) {
        Optional<Address> mailbox;
        try {
            List<Report> reports = decide(message).reports();
            if (reports.isEmpty()) {
                return Optional.empty();
            }
            mailbox = Optional.of(reports.getFirst().mailbox());
        } catch (IOException | RuntimeException e) {
            LOG.debug("nobody knows what the rules say to a message that is not journaled", e);
            mailbox = Optional.empty();
        }
        Instant now = clock.instant();
        Address failed = mailbox.orElseGet(() -> new Address("journal-agent@" + host));
        List<String> about = new ArrayList<>();
        about.add("From: " + message.mailFrom().map(Address::raw).orElse("<>"));
        message.rcptTo().stream().limit(NAMED_RECIPIENTS).forEach(to -> about.add("To: " + to.raw()));
        if (message.rcptTo().size() > NAMED_RECIPIENTS) {
            about.add("and " + (message.rcptTo().size() - NAMED_RECIPIENTS) + " more");
        }
        about.add("Octets: " + message.mail().sizeBytes());
        about.add("At: " + now);
        message.item().ifPresent(id -> about.add("The mail system calls it: " + id));
        return Optional.of(notices.writeUnmade(
                new NdrWriter.Facts(
                        failed,
                        failed,
                        UUID.randomUUID() + "@" + host,
                        now,
                        now,
                        now,
                        "5.3.0",
                        String.valueOf(why.getMessage()),
                        Optional.empty()),
                about));
    }

    /// Messages that went on unjournaled and of which the archive has no record yet.
    int withoutRecord() {
        return passed.waiting();
    }

    /// Ends; what has no record yet gets it when the program runs again.
    @Override
    public void close() {
        passed.close();
    }

    @Override
    public long gaps() {
        return gaps.sum();
    }

    /// How the agent is set.
    public AgentSettings settings() {
        return current().book.settings();
    }

    @Override
    public long messages() {
        return messages.sum();
    }

    @Override
    public long reports() {
        return reports.sum();
    }

    @Override
    public long unjournaled() {
        return unjournaled.sum();
    }
}
