package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.demo.DemoFirm;
import io.carteggio.server.demo.DemoMail;
import io.carteggio.server.demo.DemoPerson;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.smtp.SmtpClient;
import io.carteggio.server.tls.TlsContexts;
import io.carteggio.server.web.Busy;
import io.carteggio.server.web.Passwords;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/// Fills an archive with the demo firm, its mail by the same way that real mail takes: SMTP over TLS.
final class DemoFilling {
    private static final long SEED = 1;
    private static final int LETTERS = 600;
    private static final Duration INDEX_PATIENCE = Duration.ofMinutes(2);

    private final Console console;
    private final Archive archive;
    private final InetSocketAddress smtp;

    DemoFilling(Console console, Archive archive, InetSocketAddress smtp) {
        this.console = console;
        this.archive = archive;
        this.smtp = smtp;
    }

    void fill() throws ArchiveException, IOException, Refusal, InterruptedException {
        if (archive.catalogue().books().all().received() > 0) {
            console.line("");
            console.line("  This archive has mail already; no demo mail was added.");
            return;
        }
        DemoFirm firm = DemoFirm.make(SEED, Instant.now(), LETTERS);
        String password = "demo-" + Long.toString(new SecureRandom().nextLong(1L << 40, 1L << 45), 36);
        people(firm, password);
        send(firm);
        archive.indexer().awaitCaughtUp(INDEX_PATIENCE);
        console.line("");
        console.line("  THIS IS A DEMO: the people and their mail are invented. All log in with the password");
        console.line("  " + password + "   as");
        for (DemoPerson person : firm.people()) {
            console.line("    " + person.name() + "   "
                    + person.addresses().getFirst().address()
                    + (person.role() == DemoPerson.Role.USER
                            ? ""
                            : "   (" + role(person).word() + ")"));
        }
    }

    private void people(DemoFirm firm, String password) throws ArchiveException, Refusal {
        String hash;
        try {
            hash = new Passwords().hash(password); // one for all: it is only a demo, and each costs half a second
        } catch (Busy e) {
            throw Refusal.no("the demo's password could not be set");
        }
        for (DemoPerson person : firm.people()) {
            List<Holding> holdings = person.addresses().stream()
                    .map(h -> new Holding(h.address(), h.from(), h.to()))
                    .toList();
            String id = archive.people().add(archive.acts(), "demo", person.name(), role(person), holdings);
            archive.people().setCredential(archive.acts(), "demo", id, hash);
        }
    }

    private static PersonRole role(DemoPerson person) {
        return switch (person.role()) {
            case USER -> PersonRole.USER;
            case AUDITOR -> PersonRole.AUDITOR;
            case ADMINISTRATOR -> PersonRole.ADMINISTRATOR;
        };
    }

    private void send(DemoFirm firm) throws IOException, Refusal {
        Address to = archive.sources().all().stream()
                .flatMap(s -> s.address().stream())
                .findFirst()
                .orElseThrow();
        ProgressLine progress = new ProgressLine(console, "mails", 0);
        try (SmtpClient client = SmtpClient.connect(smtp, "demo.example", Duration.ofMinutes(1))) {
            client.startTls(TlsContexts.opportunisticClient());
            Iterator<DemoMail> mails = firm.mails().iterator();
            while (mails.hasNext()) {
                DemoMail mail = mails.next();
                byte[] report = mail.report();
                Optional<Address> from =
                        mail.mailFrom().isEmpty() ? Optional.empty() : Optional.of(new Address(mail.mailFrom()));
                SmtpClient.Outcome outcome = client.send(from, List.of(to), Content.of(report), SmtpClient.Way.BEST);
                if (!outcome.kept()) {
                    throw Refusal.no("the listener did not take a demo mail: " + outcome.end());
                }
                progress.done(1, report.length);
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform speaks TLS", e);
        } finally {
            progress.clear();
        }
    }
}
