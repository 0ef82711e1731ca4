package io.carteggio.server.command;

import io.carteggio.server.local.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/// The options of a fetched source.
final class FetchOptions {
    private static final List<String> LISTENER_SETTINGS = List.of("tls", "unknown");

    @Mixin
    private LogInOptions logIn = new LogInOptions();

    @Option(names = "--folder", paramLabel = "FOLDER", description = "Which folder; INBOX if not given.")
    private Optional<String> folder = Optional.empty();

    @Option(
            names = "--after",
            paramLabel = "WHAT",
            description = "What becomes of archived mail there: keep (if not given), delete, delete:DAYS, move:FOLDER.")
    private Optional<String> after = Optional.empty();

    @Option(
            names = "--unknown",
            paramLabel = "WHAT",
            description = {
                "Mail in which nobody is known here: keep (if not given), discard (not archived, stays there),",
                "discard-and-delete (not archived, leaves as archived mail does). For --smtp: keep or discard."
            })
    private Optional<String> unknown = Optional.empty();

    @Option(
            names = "--schedule",
            paramLabel = "WHEN",
            description =
                    "continuous (if not given), continuous:1m, every:15m, manual, or five fields as in a crontab.")
    private Optional<String> schedule = Optional.empty();

    @Option(
            names = "--sync-first",
            paramLabel = "NAME",
            description = "People are synchronised by this one before mail is fetched ('sync list' shows them).")
    private Optional<String> syncFirst = Optional.empty();

    @Option(
            names = "--quota",
            paramLabel = "SIZE",
            description = "How much the mailbox holds, where the server does not tell (POP3, EWS): 500M, 2G.")
    private Optional<String> quota = Optional.empty();

    @Option(
            names = "--mailbox",
            paramLabel = "ADDRESS",
            description = "EWS: whose mailbox it is, where another one logs in for it (impersonation).")
    private Optional<String> mailbox = Optional.empty();

    @Option(
            names = "--password-as",
            paramLabel = "HOW",
            description = "EWS: any (if not given: NTLM where it is offered, else Basic), ntlm, basic.")
    private Optional<String> passwordAs = Optional.empty();

    /// Of what was said, what makes sense for a journaling address.
    ///
    /// @throws Refusal where something else was said
    ObjectNode forListener() throws Refusal {
        ObjectNode settings = Json.object();
        Map<String, String> given = named();
        for (String name : LISTENER_SETTINGS) {
            Optional.ofNullable(given.get(name)).ifPresent(value -> settings.put(name, value));
        }
        if (settings.size() != given.size() || !logIn.files().isEmpty()) {
            throw Refusal.usage("mail for a journaling address comes by itself: nothing is fetched");
        }
        return settings;
    }

    private Map<String, String> named() {
        Map<String, Optional<String>> all = new LinkedHashMap<>();
        all.put("folder", folder);
        all.put("after", after);
        all.put("unknown", unknown);
        all.put("schedule", schedule);
        all.put("sync-first", syncFirst);
        all.put("quota", quota);
        all.put("mailbox", mailbox);
        all.put("password-as", passwordAs);
        Map<String, String> given = new LinkedHashMap<>(logIn.named());
        all.forEach((name, value) -> value.ifPresent(v -> given.put(name, v)));
        return given;
    }

    /// All that is no secret.
    ///
    /// @param server as [LogInOptions#server] takes it
    ObjectNode settings(Optional<String> server) throws Refusal {
        ObjectNode settings = Json.object();
        if (server.isPresent()) {
            LogInOptions.server(server.get()).forEach(settings::put);
        }
        named().forEach(settings::put);
        return settings;
    }

    /// The secrets, as the body of a request.
    InputStream secrets(Console console) throws IOException, Refusal {
        ObjectNode secrets = Json.object();
        logIn.secrets(console).forEach(secrets::put);
        return LogInOptions.body(secrets);
    }
}
