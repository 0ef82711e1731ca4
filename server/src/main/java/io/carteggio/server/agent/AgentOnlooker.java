package io.carteggio.server.agent;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.spool.Spool;
import io.carteggio.mail.Content;
import io.carteggio.mail.smtp.Transfer.Trouble;
import io.carteggio.server.smtp.Onlooker;
import io.carteggio.server.smtp.TroubleException;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The journaling agent as one who sees each mail that passes through the proxy.
final class AgentOnlooker implements Onlooker {
    private static final Logger LOG = LoggerFactory.getLogger(AgentOnlooker.class);

    private final JournalAgent agent;
    private final Supplier<Spool> spools;

    AgentOnlooker(JournalAgent agent, Supplier<Spool> spools) {
        this.agent = agent;
        this.spools = spools;
    }

    @Override
    public Sight open() {
        return new Seeing(spools.get());
    }

    private final class Seeing implements Sight {
        private final Spool spool;
        private Optional<JournalAgent.Kept> kept = Optional.empty();
        private Optional<Unjournaled.Missing> missing = Optional.empty();

        Seeing(Spool spool) {
            this.spool = spool;
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            spool.write(octets, offset, length);
        }

        @Override
        public Content content() {
            return spool.content();
        }

        @Override
        public void seen(Passing mail) throws TroubleException {
            Message message = new Message(
                    mail.mailFrom(),
                    mail.rcptTo(),
                    mail.authenticated(),
                    mail.ownSystem(),
                    spool.content(),
                    Optional.empty());
            try {
                kept = Optional.of(agent.journal(message, true));
            } catch (ArchiveException | RuntimeException e) {
                LOG.debug("a message is not journaled", e);
                if (!agent.acceptsUnjournaled()) {
                    throw new TroubleException(Trouble.LATER, String.valueOf(e.getMessage()), e);
                }
                missing = agent.unjournaled(message, e);
            }
        }

        @Override
        public void wentOn() {
            try {
                if (kept.isPresent()) {
                    kept.get().release();
                }
            } catch (ArchiveException e) {
                LOG.error("a report is delivered as soon as the queue of reports can be written", e);
            }
        }

        @Override
        public void refused() {
            try {
                if (kept.isPresent()) {
                    kept.get().drop();
                }
            } catch (ArchiveException e) {
                LOG.error("a message that was refused is reported if this program ends now, or its gap stays open", e);
            }
            try {
                if (missing.isPresent()) {
                    missing.get().drop();
                }
            } catch (ArchiveException e) {
                LOG.error("the gap of a message that was refused stays open", e);
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
