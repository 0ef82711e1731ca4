package io.carteggio.server.archive;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.entry.ClientCertificate;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.intake.Arrival;
import io.carteggio.archive.intake.Receipt;
import io.carteggio.archive.intake.Source;
import io.carteggio.embedded.spool.Spool;
import io.carteggio.mail.Address;
import io.carteggio.mail.smtp.Admission;
import io.carteggio.mail.smtp.Step;
import io.carteggio.mail.smtp.Transfer.Trouble;
import io.carteggio.server.smtp.JournalMailbox;
import io.carteggio.server.smtp.Peer;
import io.carteggio.server.smtp.TroubleException;
import io.carteggio.server.watch.AlarmKind;
import java.io.IOException;
import java.nio.file.Files;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The built-in journaling mailbox: what the SMTP listener takes goes into the archive. It knows exactly the
/// addresses of the sources, so there is nothing to relay (P10).
public final class ArchiveMailbox implements JournalMailbox {
    private static final Logger LOG = LoggerFactory.getLogger(ArchiveMailbox.class);

    /// With less room than this, trouble with keeping a mail is told as a full disk.
    private static final long FULL_BYTES = 1 << 20;

    private final Archive archive;

    public ArchiveMailbox(Archive archive) {
        this.archive = archive;
    }

    @Override
    public Admission admission(Address recipient) {
        return archive.sources()
                .at(recipient)
                .map(source -> source.expected().tls() ? Admission.TAKEN_OVER_TLS : Admission.TAKEN)
                .orElse(Admission.UNKNOWN);
    }

    @Override
    public Reception open(Peer peer, Optional<Address> mailFrom, List<Address> rcptTo) throws TroubleException {
        Optional<String> trouble = archive.trouble();
        if (trouble.isPresent()) {
            throw new TroubleException(Trouble.LATER, trouble.get());
        }
        Set<Source> sources = new LinkedHashSet<>();
        for (Address to : rcptTo) {
            sources.add(archive.sources()
                    .at(to)
                    .orElseThrow(() -> new TroubleException(Trouble.LATER, "a source went away meanwhile")));
        }
        return new IntoArchive(peer, mailFrom, rcptTo, sources);
    }

    @Override
    public void refused(Peer peer, Step.Refused mail) {
        List<String> names = mail.to().stream()
                .flatMap(to -> archive.sources().at(to).stream())
                .map(Source::name)
                .distinct()
                .toList();
        String host = peer.remote().getAddress().getHostAddress();
        for (String name : names.isEmpty() ? List.of("unknown") : names) {
            switch (mail.cause()) {
                case SIZE -> archive.refusals().count(name, mail.bytes(), host);
                case IN_THE_CLEAR ->
                    archive.watch()
                            .alarms()
                            .raise(
                                    AlarmKind.AUTHENTICITY,
                                    name,
                                    host + " wanted to deliver in the clear although TLS was offered, and was asked to"
                                            + " use it (530). Where it never does, its reports are not archived.");
            }
        }
    }

    private final class IntoArchive implements Reception {
        private final Spool spool = archive.spool();
        private final Provenance provenance;
        private final Set<Source> sources;

        IntoArchive(Peer peer, Optional<Address> mailFrom, List<Address> rcptTo, Set<Source> sources) {
            this.sources = sources;
            provenance = new Provenance(
                    Optional.of(peer.remote().getAddress().getHostAddress()),
                    peer.helo(),
                    peer.tls().map(t -> t.protocol() + " " + t.cipher()),
                    mailFrom,
                    rcptTo,
                    Optional.empty(),
                    List.of(),
                    Optional.empty(),
                    peer.tls()
                            .flatMap(Peer.TlsFacts::client)
                            .map(c -> new ClientCertificate(c.subject(), c.sum(), c.trusted())),
                    Optional.empty());
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws TroubleException {
            try {
                spool.write(octets, offset, length);
            } catch (IOException e) {
                String why = "the mail that comes in cannot be put aside: " + e.getMessage();
                archive.notKept(why);
                throw new TroubleException(diskFull() ? Trouble.FULL : Trouble.LATER, why, e);
            }
        }

        /// One arrival for each source that the mail was addressed to.
        @Override
        public String keep() throws TroubleException {
            String id = "";
            for (Source source : sources) {
                try {
                    Receipt receipt = archive.accept(new Arrival(source, spool.content(), provenance));
                    id = receipt.disposition().word() + " " + receipt.number();
                } catch (ArchiveException e) {
                    throw new TroubleException(
                            diskFull() ? Trouble.FULL : Trouble.LATER, String.valueOf(e.getMessage()), e);
                }
            }
            return id;
        }

        private boolean diskFull() {
            try {
                return Files.getFileStore(archive.directory()).getUsableSpace() < FULL_BYTES;
            } catch (IOException e) {
                return false;
            }
        }

        @Override
        public void close() {
            try {
                spool.close();
            } catch (IOException e) {
                LOG.warn("a spool file could not be removed; it goes with the next start", e);
            }
        }
    }
}
