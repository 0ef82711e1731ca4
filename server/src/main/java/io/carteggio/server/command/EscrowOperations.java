package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.journaling.EscrowedKeys;
import io.carteggio.mail.Sha256;
import io.carteggio.server.agent.EscrowStore;
import io.carteggio.server.escrow.EscrowFile;
import io.carteggio.server.escrow.EscrowKey.About;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// `rule escrow`: the private keys with which the journaling agent decrypts mail for its reports. They come in
/// the body, never as a parameter, and never go out.
final class EscrowOperations {
    /// The file, in base64.
    static final String FILE = "file";

    static final String PASSWORD = "password";

    private final Desk desk;

    EscrowOperations(Desk desk) {
        this.desk = desk;
    }

    private EscrowStore store() {
        return new EscrowStore(desk.keyring());
    }

    /// `sum` is the file's SHA-256, so that what somebody else agrees to is this file.
    Outcome add(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        String name = request.text("name");
        Map<String, String> secrets = FetchOperations.secrets(request);
        String password = secrets.getOrDefault(PASSWORD, "");
        try {
            byte[] file = Base64.getDecoder().decode(secrets.getOrDefault(FILE, ""));
            if (!Sha256.of(file).toString().equals(request.text("sum"))) {
                throw new IllegalArgumentException("this is not the file that was named");
            }
            desk.journalRules().checkEscrow(name);
            List<About> about = EscrowFile.about(EscrowFile.open(file, password));
            store().keep(name, file, password); // before it is said that they are held
            desk.journalRules()
                    .addEscrow(
                            desk.acts(),
                            request.by(),
                            new EscrowedKeys(
                                    name,
                                    about.getFirst().form().word(),
                                    about.stream().map(EscrowOperations::said).toList(),
                                    desk.acts().now()));
        } catch (IllegalArgumentException e) {
            throw Refusal.no(Optional.ofNullable(e.getMessage()).orElse("refused"));
        }
        for (EscrowedKeys one : desk.journalRules().escrowed()) {
            if (one.name().equals(name)) {
                reply.line(line(one));
            }
        }
        return Outcome.DONE;
    }

    private static String said(About about) {
        return about.fingerprint() + " " + about.owner()
                + about.until().map(at -> ", until " + at).orElse("");
    }

    Outcome list(Request request, Reply reply) throws IOException {
        for (EscrowedKeys one : desk.journalRules().escrowed()) {
            reply.line(line(one));
        }
        reply.line(Json.object().put("on", desk.journalRules().book().settings().escrow()));
        return Outcome.DONE;
    }

    private ObjectNode line(EscrowedKeys one) {
        ObjectNode line = Json.object()
                .put("name", one.name())
                .put("form", one.form())
                .put("since", Json.instant(one.since()))
                .put("held", store().has(one.name()));
        line.set("keys", Json.texts(one.keys().stream()));
        return line;
    }

    Outcome remove(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        String name = request.text("name");
        try {
            desk.journalRules().removeEscrow(desk.acts(), request.by(), name);
        } catch (IllegalArgumentException e) {
            throw Refusal.no(Optional.ofNullable(e.getMessage()).orElse("refused"));
        }
        store().forget(name);
        reply.line(Json.object().put("name", name).put("removed", true));
        return Outcome.DONE;
    }
}
