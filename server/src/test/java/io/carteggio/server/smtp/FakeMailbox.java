package io.carteggio.server.smtp;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.smtp.Admission;
import io.carteggio.mail.smtp.Step;
import io.carteggio.mail.smtp.Transfer.Trouble;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.LoggerFactory;

/// A mailbox in memory, with switches for trouble.
final class FakeMailbox implements JournalMailbox {
    static {
        // the trouble that tests make on purpose would fill the report of a build with stack traces
        ((Logger) LoggerFactory.getLogger(SmtpServer.class)).setLevel(Level.OFF);
    }

    static final Address JOURNAL = new Address("journal@archive.example");

    record Kept(Peer peer, Optional<Address> from, List<Address> to, Content mail) {
        byte[] octets() throws IOException {
            return mail.toByteArray(Integer.MAX_VALUE);
        }
    }

    enum Where {
        KNOWS,
        OPEN,
        WRITE,
        KEEP
    }

    final BlockingQueue<Kept> kept = new LinkedBlockingQueue<>();
    final BlockingQueue<Step.Refused> refused = new LinkedBlockingQueue<>();
    final AtomicInteger open = new AtomicInteger();
    final AtomicLong counted = new AtomicLong();
    final AtomicInteger longestWrite = new AtomicInteger();
    final AtomicInteger ids = new AtomicInteger();

    /// Thrown at the place named.
    final AtomicReference<Optional<Exception>> trouble = new AtomicReference<>(Optional.empty());

    volatile Where where = Where.OPEN;

    volatile boolean blankIds;

    /// Only counts octets, and keeps none.
    volatile boolean onlyCount;

    /// Waited for in `keep`.
    volatile CountDownLatch mayKeep = new CountDownLatch(0);

    volatile CountDownLatch keeping = new CountDownLatch(1);

    void failAt(Where place, Trouble kind) {
        where = place;
        trouble.set(Optional.of(new TroubleException(kind, "as the test asks")));
    }

    @Override
    public Admission admission(Address recipient) {
        if (where == Where.KNOWS && trouble.get().isPresent()) {
            throw new IllegalStateException("as the test asks");
        }
        return recipient.key().equals("secured@archive.example")
                ? Admission.TAKEN_OVER_TLS
                : recipient.key().matches("(journal|r[1-9])@archive\\.example") ? Admission.TAKEN : Admission.UNKNOWN;
    }

    @Override
    public Reception open(Peer peer, Optional<Address> mailFrom, List<Address> rcptTo) throws TroubleException {
        try {
            failHere(Where.OPEN);
        } catch (IOException e) {
            throw new TroubleException(Trouble.LATER, "as the test asks", e);
        }
        open.incrementAndGet();
        ByteArrayOutputStream mail = new ByteArrayOutputStream();
        return new Reception() {
            private boolean closed;

            @Override
            public void write(byte[] octets, int offset, int length) throws IOException, TroubleException {
                failHere(Where.WRITE);
                counted.addAndGet(length);
                longestWrite.accumulateAndGet(length, Math::max);
                if (!onlyCount) {
                    mail.write(octets, offset, length);
                }
            }

            @Override
            public String keep() throws IOException, TroubleException {
                keeping.countDown();
                try {
                    mayKeep.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                failHere(Where.KEEP);
                kept.add(new Kept(peer, mailFrom, rcptTo, Content.of(mail.toByteArray())));
                return blankIds ? "" : "id-" + ids.incrementAndGet();
            }

            @Override
            public void close() {
                if (!closed) {
                    closed = true;
                    open.decrementAndGet();
                }
            }
        };
    }

    private void failHere(Where here) throws IOException, TroubleException {
        Optional<Exception> now = here == where ? trouble.get() : Optional.empty();
        if (now.isPresent()) {
            switch (now.get()) {
                case TroubleException e -> throw e;
                case IOException e -> throw e;
                case RuntimeException e -> throw e;
                default -> throw new AssertionError(now.get());
            }
        }
    }

    @Override
    public void refused(Peer peer, Step.Refused mail) {
        refused.add(mail);
    }
}
