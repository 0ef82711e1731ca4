package io.carteggio.server.watch;

import io.carteggio.mail.Content;
import io.carteggio.server.secret.Secrets;
import io.carteggio.server.watch.Alarms.Due;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.UUID;

/// Alarms by e-mail.
///
/// @param where how the archive is called in the subject
record MailChannel(Settings.Mail settings, Secrets secrets, String where, Clock clock) implements Channel {
    static final String NAME = "mail";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void tell(List<Due> due) throws IOException {
        send(Telling.subject(due, where), Telling.text(due, where));
    }

    /// A message that says that messages arrive.
    void test() throws IOException {
        send("[Carteggio] test of the alarms of " + where, "Alarms of " + where + " reach you.\n");
    }

    private void send(String subject, String text) throws IOException {
        Content mail = Submission.message(
                settings.from(),
                settings.to(),
                subject,
                "alarm-" + UUID.randomUUID() + "@" + Submission.host(),
                clock.instant(),
                List.of(),
                text);
        Submission.send(settings.server(), secrets, settings.from(), settings.to(), mail);
    }
}
