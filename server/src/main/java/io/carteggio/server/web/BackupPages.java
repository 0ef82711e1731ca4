package io.carteggio.server.web;

import io.carteggio.server.web.page.BackupView;
import io.carteggio.server.web.page.BackupView.Row;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// When the last backup was made, where it lies, and the exact commands that make one and bring it back. None
/// is made from here: it belongs on another disk, which the machine knows and a page does not.
final class BackupPages {
    /// Where commands are shown to a backup when none was ever made.
    private static final String SOMEWHERE = "/mnt/backup/carteggio";

    private final Site site;

    BackupPages(Site site) {
        this.site = site;
    }

    void backup(Visit visit) throws IOException {
        ObjectNode shown = Calls.run(site, visit, "backup.show", Calls.params()).first();
        ObjectNode key = Calls.run(site, visit, "key.show", Calls.params()).first();
        ObjectNode retention =
                Calls.run(site, visit, "retention.show", Calls.params()).first();
        String directory = Calls.text(shown, "directory").orElse("data");
        List<Row> recent =
                shown.path("recent").valueStream().map(line -> row(visit, line)).toList();
        Optional<Row> last = recent.stream().findFirst();
        boolean due = shown.path("due").asBoolean(false);
        String place = last.map(Row::place).orElse(SOMEWHERE);
        Optional<String> file = Calls.text(key, "file");
        String opening = file.isPresent()
                ? " --key-file " + Commands.quoted(file.get())
                : key.path("kind").asString("").equals("passphrase")
                        ? " --passphrase-file /root/carteggio.passphrase"
                        : "";
        String make = Commands.on(directory, "backup --to " + Commands.quoted(place));
        visit.page(
                "backup",
                visit.say("backup.title"),
                new BackupView(
                        says(visit, last, due, shown.path("days").asLong(0)),
                        due,
                        last,
                        recent,
                        make,
                        crontab("15 2 * * *", make) + "\n" + crontab("15 4 * * 0", make + " --verify"),
                        "carteggio restore --from " + Commands.quoted(place) + " --data " + Commands.quoted(directory)
                                + opening,
                        "carteggio restore --from " + Commands.quoted(place) + " --data /tmp/carteggio-trial" + opening
                                + "\ncarteggio --data /tmp/carteggio-trial check" + opening
                                + "\nrm -r /tmp/carteggio-trial",
                        file.isPresent(),
                        visit.texts()
                                .count(
                                        "backup.copies",
                                        retention.path("copiesKeptDays").asLong(0))));
    }

    /// A percent sign begins what the command gets on its standard input there.
    private static String crontab(String when, String command) {
        return when + "  " + command.replace("%", "\\%");
    }

    private String says(Visit visit, Optional<Row> last, boolean due, long days) {
        if (last.isEmpty()) {
            return visit.say(due ? "backup.none" : "backup.none-needed");
        }
        if (!last.get().whole()) {
            return visit.say("backup.damaged", last.get().place());
        }
        return due ? visit.say("backup.old", days) : visit.say("backup.well");
    }

    private static Row row(Visit visit, JsonNode line) {
        Words words = visit.words();
        long damaged = line.path("damaged").asLong(0);
        return new Row(
                words.exact(Calls.instant(line, "at").orElse(Instant.EPOCH)),
                Calls.text(line, "by").orElse(""),
                Calls.text(line, "place").orElse(""),
                words.number(line.path("frames").asLong(0)),
                words.size(line.path("copiedBytes").asLong(0)),
                took(visit, line.path("seconds").asLong(0)),
                damaged > 0
                        ? visit.texts().count("backup.damaged-files", damaged)
                        : line.path("verified").asBoolean(false)
                                ? visit.say("backup.read-back")
                                : visit.say("backup.not-read-back"),
                damaged == 0,
                line.path("masterKey").asBoolean(false));
    }

    private static String took(Visit visit, long seconds) {
        return seconds < 120
                ? visit.texts().count("backup.seconds", seconds)
                : visit.texts().count("backup.minutes", Math.round(seconds / 60.0));
    }
}
