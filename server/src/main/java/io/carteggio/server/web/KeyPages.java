package io.carteggio.server.web;

import io.carteggio.server.web.language.Texts;
import io.carteggio.server.web.page.KeysView;
import io.carteggio.server.web.page.KeysView.Fact;
import io.carteggio.server.web.page.KeysView.Step;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/// The keys: what opens the archive, where it comes from, what must be kept elsewhere, and the sheet for the
/// safe. The keys themselves are never shown, but for the one that others check signatures with.
final class KeyPages {
    private static final int KEPT = 4;

    private final Site site;

    KeyPages(Site site) {
        this.site = site;
    }

    void keys(Visit visit) throws IOException {
        keys(visit, HttpStatus.OK, Optional.empty());
    }

    private void keys(Visit visit, HttpStatus status, Optional<String> fault) throws IOException {
        ObjectNode key = Calls.run(site, visit, "key.show", Calls.params()).first();
        ObjectNode ledger =
                Calls.run(site, visit, "ledger.show", Calls.params()).first();
        Optional<String> file = Calls.text(key, "file");
        boolean fits = key.path("fileFits").asBoolean(false);
        boolean passphrase = Calls.text(key, "kind").orElse("").equals("passphrase");
        List<String> warnings = new ArrayList<>();
        if (file.isPresent() && !fits) {
            warnings.add(visit.say("keys.warn.file", file.get()));
        } else if (key.path("inDataDirectory").asBoolean(false)) {
            warnings.add(visit.say("keys.warn.beside"));
        }
        String directory = Calls.text(key, "directory").orElse("data");
        visit.page(
                status,
                "keys",
                visit.say("keys.title"),
                new KeysView(
                        facts(visit, key),
                        from(visit, file.filter(_ -> fits), passphrase),
                        warnings,
                        Calls.text(ledger, "key").orElse(""),
                        IntStream.rangeClosed(1, KEPT)
                                .mapToObj(n -> visit.texts().rich("keys.keep." + n))
                                .toList(),
                        file.isPresent() && fits,
                        site.desk().gate().approvals().twoPersons(),
                        List.of(
                                Commands.on(directory, "key rotate --new-key-file /root/carteggio.key"),
                                Commands.on(directory, "key rotate --new-passphrase-file /root/carteggio.passphrase")),
                        fault));
    }

    private static List<Texts.Run> from(Visit visit, Optional<String> file, boolean passphrase) {
        return file.isPresent()
                ? visit.texts().rich("keys.from.file", file.get())
                : visit.texts().rich(passphrase ? "keys.from.passphrase" : "keys.from.elsewhere");
    }

    private static List<Fact> facts(Visit visit, ObjectNode key) {
        return List.of(
                new Fact(visit.say("keys.archive"), Calls.text(key, "archive").orElse("")),
                new Fact(
                        visit.say("keys.kind"),
                        visit.say(
                                Calls.text(key, "kind").orElse("").equals("passphrase")
                                        ? "keys.kind.passphrase"
                                        : "keys.kind.key")),
                new Fact(
                        visit.say("keys.fingerprint"),
                        Calls.text(key, "fingerprint").orElse("")),
                new Fact(
                        visit.say("keys.revision"),
                        visit.words().number(key.path("revision").asLong(0))),
                new Fact(
                        visit.say("keys.segments"),
                        visit.say(
                                "keys.segments.value",
                                key.path("segments").asLong(0),
                                key.path("generation").asLong(0))),
                new Fact(
                        visit.say("keys.secrets"),
                        visit.words().number(key.path("secrets").asLong(0))));
    }

    /// Another key in the place of the old one's file.
    void renew(Visit visit) throws IOException {
        if (!visit.field("sure").equals("yes")) {
            keys(visit, HttpStatus.UNPROCESSABLE_CONTENT, Optional.of(visit.say("keys.renew.not-sure")));
            return;
        }
        Calls.Answer answer = Calls.run(site, visit, "key.renew", Calls.params());
        if (answer.waits()) {
            visit.loggedIn().tell(visit.say("approvals.waits"));
            visit.redirect("/approvals");
            return;
        }
        if (!answer.isDone()) {
            keys(visit, HttpStatus.UNPROCESSABLE_CONTENT, answer.fault());
            return;
        }
        visit.loggedIn()
                .tell(visit.say(
                        "keys.renewed", Calls.text(answer.first(), "file").orElse("")));
        visit.redirect("/keys");
    }

    /// What is printed and put into the safe.
    void sheet(Visit visit) throws IOException {
        ObjectNode key = Calls.run(site, visit, "key.show", Calls.params()).first();
        ObjectNode ledger =
                Calls.run(site, visit, "ledger.show", Calls.params()).first();
        ObjectNode backup =
                Calls.run(site, visit, "backup.show", Calls.params()).first();
        ObjectNode health =
                Calls.run(site, visit, "health.show", Calls.params()).first();
        String directory = Calls.text(key, "directory").orElse("data");
        Optional<String> place = Calls.text(backup.path("last"), "place");
        Optional<String> file = Calls.text(key, "file");
        boolean passphrase = Calls.text(key, "kind").orElse("").equals("passphrase");
        List<Fact> facts = new ArrayList<>(facts(visit, key));
        facts.add(new Fact(visit.say("sheet.directory"), directory));
        facts.add(new Fact(
                visit.say("sheet.key-file"),
                file.orElseGet(() -> visit.say(passphrase ? "sheet.key-passphrase" : "sheet.key-elsewhere"))));
        facts.add(new Fact(visit.say("sheet.backup"), place.orElseGet(() -> visit.say("administration.backup.none"))));
        facts.add(new Fact(
                visit.say("sheet.version"), Calls.text(health, "version").orElse("")));
        facts.add(new Fact(visit.say("sheet.pages"), visit.absolute("/")));
        String from = Commands.quoted(place.orElse("/mnt/backup/carteggio"));
        String opening = passphrase ? "--passphrase-file /root/carteggio.passphrase" : "--key-file /root/carteggio.key";
        visit.page(
                "key-sheet",
                visit.say("sheet.title"),
                new KeysView.Sheet(
                        visit.words().full(site.clock().instant()).text(),
                        facts,
                        Calls.text(ledger, "key").orElse(""),
                        Stream.of("key", "who", "backups", "checkpoints")
                                .map(word -> visit.say("sheet.blank." + word))
                                .toList(),
                        List.of(
                                new Step(visit.say("sheet.step.install"), Optional.empty()),
                                new Step(visit.say("sheet.step.key"), Optional.empty()),
                                new Step(
                                        visit.say("sheet.step.restore"),
                                        Optional.of("carteggio restore --from " + from + " --data "
                                                + Commands.quoted(directory) + " " + opening)),
                                new Step(
                                        visit.say("sheet.step.check"),
                                        Optional.of(Commands.on(directory, "check --witness CHECKPOINT " + opening))),
                                new Step(
                                        visit.say("sheet.step.serve"),
                                        Optional.of(Commands.on(directory, "serve " + opening))))));
    }
}
