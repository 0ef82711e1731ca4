package io.carteggio.server.fetch;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.spool.Spool;
import io.carteggio.server.fetch.FetchException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// A mailbox in memory that fails on order.
final class MemoryProtocol implements MailboxProtocol {
    final Map<Long, String> mails = new ConcurrentSkipListMap<>();
    final Map<String, List<String>> moved = new ConcurrentHashMap<>();
    final Set<Long> unreadable = ConcurrentHashMap.newKeySet();
    final Set<Long> vanishing = ConcurrentHashMap.newKeySet();
    final AtomicInteger opened = new AtomicInteger();
    final List<Long> fetched = java.util.Collections.synchronizedList(new ArrayList<>());
    final AtomicInteger cutAfter = new AtomicInteger(Integer.MAX_VALUE);
    volatile String epoch = "1";
    volatile boolean removes = true;
    volatile Optional<FetchException> refusal = Optional.empty();
    volatile CountDownLatch open = new CountDownLatch(0);
    volatile Kept kept = key -> true;
    final Set<Long> staying = ConcurrentHashMap.newKeySet();
    volatile Optional<FetchException> removalRefusal = Optional.empty();

    /// Whether a mail is archived, and may go.
    interface Kept {
        boolean is(String key) throws ArchiveException;
    }

    @Override
    public String word() {
        return "memory";
    }

    @Override
    public Set<String> settings() {
        return Set.of("flavour");
    }

    @Override
    public void check(Settings settings) {
        settings.needed("user");
    }

    @Override
    public RemoteMailbox open(Account account, Steps steps) throws ArchiveException {
        opened.incrementAndGet();
        steps.begin(Steps.Step.CONNECT);
        if (refusal.isPresent()) {
            throw refusal.get();
        }
        steps.done("memory");
        return new Mailbox();
    }

    private final class Mailbox implements RemoteMailbox {
        @Override
        public String place(String key) {
            return "memory:" + key;
        }

        @Override
        public Optional<String> tls() {
            return Optional.empty();
        }

        @Override
        public String epoch() {
            return epoch;
        }

        @Override
        public Listing list(Optional<String> cursor, Known known, int atMost) throws ArchiveException {
            long from = cursor.map(Long::parseLong).orElse(0L);
            List<String> unknown = new ArrayList<>();
            boolean more = false;
            long highest = from;
            for (long uid : new TreeMap<>(mails).keySet()) {
                if (uid > from && !known.knows(Long.toString(uid))) {
                    more |= unknown.size() == atMost;
                    if (unknown.size() < atMost) {
                        unknown.add(Long.toString(uid));
                    }
                }
                highest = Math.max(highest, uid);
            }
            Optional<String> reached = more || highest == 0 ? Optional.empty() : Optional.of(Long.toString(highest));
            return new Listing(unknown, more, from == 0, reached, mails.size());
        }

        @Override
        public void fetch(List<String> keys, Receiver receiver) throws ArchiveException {
            await();
            for (String key : keys) {
                long uid = Long.parseLong(key);
                if (unreadable.contains(uid)) {
                    receiver.unreadable(key, "damaged");
                } else if (vanishing.contains(uid) || !mails.containsKey(uid)) {
                    receiver.vanished(key);
                } else {
                    give(key, receiver);
                }
            }
        }

        private void await() throws FetchException {
            try {
                open.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new FetchException(Kind.CUT, "cancelled", e);
            }
        }

        private void give(String key, Receiver receiver) throws ArchiveException {
            if (cutAfter.getAndDecrement() <= 0) {
                throw new FetchException(Kind.CUT, "cut on order");
            }
            Spool spool = receiver.begin();
            try {
                spool.write(
                        Objects.requireNonNull(mails.get(Long.parseLong(key))).getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new ArchiveException("no spool", true, e);
            }
            fetched.add(Long.parseLong(key));
            receiver.mail(key, spool, Optional.empty());
        }

        @Override
        public Removed remove(List<String> keys, Removal how) throws ArchiveException {
            if (removalRefusal.isPresent()) {
                throw removalRefusal.get();
            }
            Set<String> gone = new HashSet<>();
            for (String key : keys) {
                if (!kept.is(key)) {
                    throw new IllegalStateException("removal of what is not kept: " + key);
                }
                if (!removes || staying.contains(Long.parseLong(key))) {
                    continue;
                }
                String mail = mails.remove(Long.parseLong(key));
                if (mail != null && how instanceof Removal.MoveTo(String folder)) {
                    moved.computeIfAbsent(folder, f -> new ArrayList<>()).add(mail);
                }
                gone.add(key);
            }
            return new Removed(
                    gone,
                    gone.size() == keys.size()
                            ? Optional.empty()
                            : Optional.of(new FetchException(Kind.UNREMOVED, "it does not go")));
        }

        @Override
        public int removalBatch() {
            return 7;
        }

        @Override
        public boolean awaitNew(Duration atMost) throws ArchiveException {
            try {
                int before = mails.size();
                long until = System.nanoTime() + atMost.toNanos();
                while (mails.size() <= before && System.nanoTime() < until) {
                    Thread.sleep(10);
                }
                return true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new FetchException(Kind.CUT, "cancelled", e);
            }
        }

        @Override
        public Rights rights() {
            return new Rights(removes, "memory");
        }

        @Override
        public Fill fill() {
            return new Fill(mails.size(), Optional.empty(), Optional.empty(), Optional.<Instant>empty());
        }

        @Override
        public void close() {}
    }
}
