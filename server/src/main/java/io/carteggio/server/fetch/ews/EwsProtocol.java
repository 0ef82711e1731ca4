package io.carteggio.server.fetch.ews;

import io.carteggio.archive.ArchiveException;
import io.carteggio.server.fetch.Account;
import io.carteggio.server.fetch.MailboxProtocol;
import io.carteggio.server.fetch.RemoteMailbox;
import io.carteggio.server.fetch.RemoteMailbox.Removal;
import io.carteggio.server.fetch.Settings;
import io.carteggio.server.fetch.Settings.After;
import io.carteggio.server.fetch.Settings.Auth;
import io.carteggio.server.fetch.Settings.Tls;
import io.carteggio.server.fetch.Steps;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Set;

/// Exchange Web Services, for Exchange Server.
public final class EwsProtocol implements MailboxProtocol {
    /// Where every Exchange Server has them.
    public static final String PATH = "/EWS/Exchange.asmx";

    @Override
    public String word() {
        return "ews";
    }

    @Override
    public Set<String> settings() {
        return Set.of("path", "mailbox", "password-as");
    }

    @Override
    public void check(Settings settings) {
        settings.host();
        var _ = settings.port(HttpConnection.PORT_TLS);
        if (settings.tls() == Tls.STARTTLS) {
            throw new IllegalArgumentException("web services have no STARTTLS: tls is implicit or none");
        }
        if (!EwsSession.path(settings).matches("/[!-~]*")) {
            throw new IllegalArgumentException("the setting 'path' is not a path such as " + PATH);
        }
        if (!settings.text("password-as").orElse("any").matches("any|ntlm|basic")) {
            throw new IllegalArgumentException("the setting 'password-as' is not one of any, ntlm, basic");
        }
        if (settings.auth() == Auth.PASSWORD && settings.needed("user").contains(":")) {
            throw new IllegalArgumentException("the setting 'user' has a colon, which HTTP cannot say");
        }
        settings.text("mailbox").ifPresent(address -> {
            if (!address.matches("[^@\\s]+@[^@\\s]+") || !Requests.sayable(address)) {
                throw new IllegalArgumentException("the setting 'mailbox' is not an address");
            }
        });
        folder(settings.folder());
        if (settings.after() instanceof After.Remove(Removal how, Duration _)
                && how instanceof Removal.MoveTo(String to)) {
            folder(to);
        }
    }

    private static void folder(String path) {
        if (!Requests.sayable(path) || EwsMailbox.names(path).stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("'" + path + "' is not a folder such as INBOX or Journal/2026");
        }
    }

    @Override
    public RemoteMailbox open(Account account, Steps steps) throws ArchiveException {
        EwsSession session = new EwsSession(account, Thread::sleep, new SecureRandom());
        return EwsMailbox.open(account, session, steps);
    }
}
