package io.carteggio.server.fetch.pop3;

import io.carteggio.archive.ArchiveException;
import io.carteggio.server.fetch.Account;
import io.carteggio.server.fetch.MailboxProtocol;
import io.carteggio.server.fetch.RemoteMailbox;
import io.carteggio.server.fetch.RemoteMailbox.Removal;
import io.carteggio.server.fetch.Settings;
import io.carteggio.server.fetch.Settings.After;
import io.carteggio.server.fetch.Steps;
import java.util.Set;

/// POP3, with UIDL.
public final class Pop3Protocol implements MailboxProtocol {
    @Override
    public String word() {
        return "pop3";
    }

    @Override
    public Set<String> settings() {
        return Set.of();
    }

    @Override
    public void check(Settings settings) {
        settings.host();
        settings.needed("user");
        var _ = settings.port(Pop3Mailbox.PORT);
        if (settings.text("folder").isPresent()) {
            throw new IllegalArgumentException("POP3 has no folders");
        }
        if (settings.after() instanceof After.Remove(Removal how, java.time.Duration _)
                && how instanceof Removal.MoveTo) {
            throw new IllegalArgumentException("POP3 cannot move mails: 'after' is keep, delete or delete:DAYS");
        }
    }

    @Override
    public RemoteMailbox open(Account account, Steps steps) throws ArchiveException {
        Pop3Mailbox mailbox = new Pop3Mailbox(account);
        mailbox.enter(steps);
        return mailbox;
    }
}
