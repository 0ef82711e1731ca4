package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.spool.Spool;
import io.carteggio.embedded.spool.Spools;
import io.carteggio.server.command.MailFiles.About;
import io.carteggio.server.command.MailFiles.Finder;
import io.carteggio.server.command.MailFiles.Mail;
import io.carteggio.server.fetch.Account;
import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.fetch.Receiver;
import io.carteggio.server.fetch.RemoteMailbox;
import io.carteggio.server.fetch.RemoteMailbox.Listing;
import io.carteggio.server.fetch.imap.ImapAccount;
import io.carteggio.server.fetch.imap.ImapAccount.Folder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Finds the mails of an account by IMAP: folder by folder by name, in each by UID. Changes nothing there, not even
/// a flag. Belongs to one thread.
///
/// A connection that breaks is opened again, and what was given is not given twice; a folder that cannot be
/// opened is named, and the rest goes on.
final class ImapMails implements AutoCloseable {
    /// Times in a row that the connection may break without a mail in between.
    static final int RETRIES = 5;

    /// Mails of one listing.
    private static final int LISTING_LIMIT = 10_000;

    /// Mails that are asked for at once.
    private static final int BATCH = 200;

    /// A mail up to this size is read ahead, so that others can be taken beside it.
    private static final int SMALL_BYTES = 256 * 1024;

    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    private final Account account;
    private Optional<ImapAccount> open = Optional.empty();

    ImapMails(Account account) {
        this.account = account;
    }

    /// The server is gone, and came not back.
    static final class GoneException extends IOException {
        private static final long serialVersionUID = 1L;

        GoneException(ArchiveException why) {
            super(why.getMessage(), why);
        }
    }

    private ImapAccount account() throws ArchiveException {
        if (open.isEmpty()) {
            open = Optional.of(ImapAccount.open(account));
        }
        return open.get();
    }

    /// The folders that hold mail.
    List<Folder> folders() throws ArchiveException {
        return account().folders();
    }

    /// How many mails they have, as far as the server says.
    long mails(List<Folder> folders) throws ArchiveException {
        long mails = 0;
        for (Folder folder : folders) {
            mails += account().mails(folder);
        }
        return mails;
    }

    /// Gives all of them that the finder wants.
    void find(List<Folder> folders, Finder finder, Spools spools) throws IOException {
        for (Folder folder : folders) {
            new InFolder(folder, finder, spools).find();
        }
    }

    /// One folder, and how far it is done.
    private final class InFolder implements Receiver {
        private final Folder folder;
        private final Finder finder;
        private final Spools spools;
        private final Set<String> given = new HashSet<>(); // of the batch in hand
        private String epoch = "";
        private Optional<String> upTo = Optional.empty();
        private Optional<IOException> stop = Optional.empty();
        private int failures;

        InFolder(Folder folder, Finder finder, Spools spools) {
            this.folder = folder;
            this.finder = finder;
            this.spools = spools;
        }

        void find() throws IOException {
            while (true) {
                try {
                    all(account().examine(folder));
                    return;
                } catch (ArchiveException e) {
                    if (stop.isPresent()) {
                        throw stop.get();
                    }
                    if (e instanceof FetchException f && (f.kind() == Kind.FOLDER || f.kind() == Kind.RIGHTS)) {
                        finder.failed(place(), new IOException(e.getMessage(), e));
                        return;
                    }
                    again(e);
                }
            }
        }

        private void again(ArchiveException e) throws IOException {
            close();
            boolean passes = e instanceof FetchException f && f.kind().passes();
            if (!passes || ++failures > RETRIES) {
                throw new GoneException(e);
            }
            Duration pause = e instanceof FetchException f && f.retryAfter().isPresent()
                    ? f.retryAfter().get()
                    : PAUSE.multipliedBy(1L << (failures - 1));
            try {
                Thread.sleep(pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new GoneException(e);
            }
        }

        private void all(RemoteMailbox mailbox) throws ArchiveException, IOException {
            if (!epoch.equals(mailbox.epoch())) { // also numbered anew after the connection broke
                epoch = mailbox.epoch();
                upTo = Optional.empty();
                given.clear();
            }
            boolean more = true;
            while (more) {
                Listing listing = mailbox.list(
                        upTo, key -> given.contains(key) || !finder.wants(item(key), epoch), LISTING_LIMIT);
                List<String> keys = listing.unknown();
                for (int from = 0; from < keys.size(); from += BATCH) {
                    List<String> batch = keys.subList(from, Math.min(keys.size(), from + BATCH));
                    mailbox.fetch(batch, this);
                    if (stop.isPresent()) {
                        throw stop.get();
                    }
                    upTo = Optional.of(batch.getLast());
                    given.clear();
                }
                more = listing.more();
            }
        }

        private String place() {
            String user = account.settings().text("user").map(u -> u + "@").orElse("");
            return "imap://" + user + account.settings().host() + "/" + folder.name();
        }

        private String item(String key) {
            return place() + ";UIDVALIDITY=" + epoch + "/;UID=" + key;
        }

        @Override
        public Spool begin() throws ArchiveException {
            if (stop.isPresent()) {
                throw new ArchiveException("stopped", false);
            }
            return spools.open();
        }

        @Override
        public void mail(String key, Spool spool, Optional<Instant> received) {
            failures = 0;
            given.add(key);
            try (spool) {
                if (stop.isEmpty()) {
                    finder.mail(described(item(key), spool, received));
                }
            } catch (IOException e) {
                stop = Optional.of(e);
            }
        }

        private Mail described(String item, Spool spool, Optional<Instant> received) throws IOException {
            About about = About.in(folder.path(), received);
            long bytes = spool.sizeBytes();
            if (bytes > SMALL_BYTES) {
                return new Mail(
                        item, epoch, bytes, true, about, () -> spool.content().open());
            }
            byte[] octets = spool.content().toByteArray(SMALL_BYTES);
            return new Mail(item, epoch, bytes, false, about, () -> new ByteArrayInputStream(octets));
        }

        @Override
        public void vanished(String key) {
            given.add(key);
            finder.skipped(item(key), "somebody removed it meanwhile");
        }

        @Override
        public void unreadable(String key, String why) {
            given.add(key);
            finder.failed(item(key), new IOException(why));
        }
    }

    @Override
    public void close() {
        open.ifPresent(ImapAccount::close);
        open = Optional.empty();
    }
}
