package io.carteggio.server.giveback;

import io.carteggio.archive.ArchiveException;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.server.fetch.Account;
import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.fetch.OAuthTokens;
import io.carteggio.server.fetch.imap.ImapAccount;
import io.carteggio.server.secret.Secrets;
import io.carteggio.server.watch.Settings;
import io.carteggio.server.watch.Submission;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Brings letters back into mailboxes. Asks nobody whose letter or mailbox it is: whoever calls has. Safe for many
/// threads.
public final class GiveBack {
    /// So many letters are on their way at a time; each has a connection of its own.
    private static final int AT_ONCE = 8;

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Settings settings;
    private final Clock clock;
    private final Semaphore turns = new Semaphore(AT_ONCE, true);

    /// @param settings where the ways back are set
    public GiveBack(Settings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /// Whether letters can be sent.
    public boolean bySmtp() {
        return settings.giveBackSmtp().isPresent();
    }

    /// Whether letters can be put into mailboxes.
    public boolean byImap() {
        return settings.giveBackImap().isPresent();
    }

    /// What is sent with a letter.
    ///
    /// @param subject of the mail that carries it
    /// @param text what the mail says
    /// @param fileName of the letter, without an ending
    public record Note(String subject, String text, String fileName) {}

    /// Sends a letter, attached to a mail of ours octet for octet.
    ///
    /// @throws FetchException where no server is set, or it did not take the mail, saying why
    public void send(Address to, Note note, Content letter) throws FetchException {
        Settings.GiveBackSmtp way = settings.giveBackSmtp()
                .orElseThrow(() -> new FetchException(Kind.UNREACHABLE, "no mail server is set for this"));
        await();
        try {
            Carrier carrier =
                    new Carrier(way.from(), to, UUID.randomUUID() + "@" + Submission.host(), clock.instant(), note);
            Submission.send(
                    way.server(), Secrets.inMemory(Map.of()), way.from(), List.of(to), carrier.carrying(letter));
        } catch (IOException e) {
            throw new FetchException(Kind.UNREACHABLE, String.valueOf(e.getMessage()), e);
        } finally {
            turns.release();
        }
    }

    /// Puts a letter into a mailbox, as it is and already read.
    ///
    /// @param password the mailbox's; it is used for this and forgotten
    /// @param received the date that the mailbox shows
    /// @throws FetchException where no server is set, or it did not take the letter, saying why
    public void append(String user, String password, Content letter, Optional<Instant> received)
            throws ArchiveException {
        Settings.GiveBackImap way = settings.giveBackImap()
                .orElseThrow(() -> new FetchException(Kind.UNREACHABLE, "no mailbox server is set for this"));
        await();
        try (ImapAccount account = ImapAccount.open(new Account(
                "give-back",
                mailbox(way, user),
                Secrets.inMemory(Map.of(Secrets.PASSWORD, password)),
                new OAuthTokens(clock),
                clock))) {
            account.append(way.folder(), letter, received);
        } finally {
            turns.release();
        }
    }

    private static io.carteggio.server.fetch.Settings mailbox(Settings.GiveBackImap way, String user) {
        Map<String, String> all = new HashMap<>(way.server());
        all.put("user", user);
        return new io.carteggio.server.fetch.Settings(all);
    }

    private void await() throws FetchException {
        try {
            if (!turns.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new FetchException(Kind.BUSY, "too many letters are on their way");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FetchException(Kind.CUT, "interrupted", e);
        }
    }
}
