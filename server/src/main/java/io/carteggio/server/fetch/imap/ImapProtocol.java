package io.carteggio.server.fetch.imap;

import io.carteggio.archive.ArchiveException;
import io.carteggio.server.fetch.Account;
import io.carteggio.server.fetch.MailboxProtocol;
import io.carteggio.server.fetch.RemoteMailbox;
import io.carteggio.server.fetch.Settings;
import io.carteggio.server.fetch.Steps;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// IMAP, from RFC 3501 to 9051.
public final class ImapProtocol implements MailboxProtocol {
    private final Map<String, Copied> copied = new ConcurrentHashMap<>(); // by source

    @Override
    public String word() {
        return "imap";
    }

    @Override
    public Set<String> settings() {
        return Set.of();
    }

    @Override
    public void check(Settings settings) {
        settings.host();
        settings.needed("user");
        var _ = settings.port(ImapMailbox.PORT);
    }

    @Override
    public RemoteMailbox open(Account account, Steps steps) throws ArchiveException {
        return ImapMailbox.open(
                account, steps, copied.computeIfAbsent(account.source(), _ -> new Copied()), ImapMailbox.PIECE_BYTES);
    }
}
