package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.entry.Act;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The archive's part in `backup`: files that do not change while they are copied, and what is known of the
/// backups that were made.
final class BackupOperations {
    private static final int PLACE_CHARS = 4_096;

    private final Desk desk;

    BackupOperations(Desk desk) {
        this.desk = desk;
    }

    /// Closes the open segment. What was kept until now then lies in segments that are not written on.
    Outcome begin(Request request, Reply reply) throws ArchiveException, IOException {
        desk.rollVault();
        var end = desk.vault().end();
        reply.line(Json.object()
                .put("directory", desk.directory().toAbsolutePath().toString())
                .put("frames", end.frames())
                .put("open", end.segment()));
        return Outcome.DONE;
    }

    /// Keeps that one was made, whole or not.
    Outcome done(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        String place = request.text("place");
        if (place.length() > PLACE_CHARS) {
            throw Refusal.usage("a place is named in at most " + PLACE_CHARS + " characters");
        }
        desk.acts()
                .keep(new Act.BackedUp(
                        desk.acts().now(),
                        request.by(),
                        place,
                        request.number("frames", 0),
                        request.number("files", 0),
                        request.number("copiedBytes", 0),
                        request.number("seconds", 0),
                        request.flag("verified"),
                        request.number("damaged", 0),
                        request.flag("masterKey")));
        return show(request, reply);
    }

    /// One line: the last ones, and whether another is due.
    Outcome show(Request request, Reply reply) throws ArchiveException, IOException {
        ObjectNode line = Json.object()
                .put("directory", desk.directory().toAbsolutePath().normalize().toString())
                .put("days", desk.watch().settings().limits().backupDays())
                .put("due", isDue(desk));
        line.set(
                "last",
                desk.backups()
                        .last()
                        .<JsonNode>map(BackupOperations::backup)
                        .orElseGet(() -> JsonNodeFactory.instance.nullNode()));
        line.set("recent", Json.objects(desk.backups().recent().stream().map(BackupOperations::backup)));
        reply.line(line);
        return Outcome.DONE;
    }

    /// Whether letters are in no backup that is young enough and whole.
    static boolean isDue(Desk desk) throws ArchiveException {
        Optional<Act.BackedUp> last = desk.backups().last();
        Instant old = desk.acts()
                .now()
                .minus(Duration.ofDays(desk.watch().settings().limits().backupDays()));
        return last.isPresent()
                ? last.get().at().isBefore(old) || last.get().damaged() > 0
                : desk.catalogue().letters() > 0;
    }

    private static ObjectNode backup(Act.BackedUp backup) {
        return Json.object()
                .put("at", Json.instant(backup.at()))
                .put("by", backup.by())
                .put("place", backup.place())
                .put("frames", backup.frames())
                .put("files", backup.files())
                .put("copiedBytes", backup.copiedBytes())
                .put("seconds", backup.seconds())
                .put("verified", backup.verified())
                .put("damaged", backup.damaged())
                .put("masterKey", backup.masterKey());
    }
}
