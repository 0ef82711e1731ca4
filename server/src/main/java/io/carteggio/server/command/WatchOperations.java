package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.gap.Gap;
import io.carteggio.archive.intake.Source;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import io.carteggio.server.secret.Sealed;
import io.carteggio.server.watch.Alarm;
import io.carteggio.server.watch.Canary;
import io.carteggio.server.watch.Canary.Flight;
import io.carteggio.server.watch.Settings;
import io.carteggio.server.watch.Settings.Subject;
import io.carteggio.server.watch.Watch;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `alarm`, `gap` and `canary`. Every change is an act.
final class WatchOperations {
    private static final String NO_CANARY = "there is no canary: set one with 'canary set'";
    private static final Duration PAUSE = Duration.ofMillis(200);

    private static final Set<Subject> FROM_PAGES =
            EnumSet.of(Subject.MAIL, Subject.WEBHOOK, Subject.LIMITS, Subject.CANARY, Subject.ALTERNATE_CANARY);

    /// What belongs together where a password is sent.
    private static final List<String> WITH_PASSWORD = List.of("server", "tls", "user", "passwordFile");

    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]{1,1000}=*");
    private static final Pattern PASSWORD = Pattern.compile("[^\\p{Cntrl}]{1,1000}");

    private final Desk desk;

    WatchOperations(Desk desk) {
        this.desk = desk;
    }

    /// A line an alarm, newest first.
    Outcome listAlarms(Request request, Reply reply) throws IOException, Refusal {
        boolean all = request.flag("all");
        for (Alarm alarm : desk.watch().alarms().all()) {
            if (all || alarm.stands()) {
                reply.line(alarm(alarm));
            }
        }
        return Outcome.DONE;
    }

    static ObjectNode alarm(Alarm alarm) {
        ObjectNode line = Json.object()
                .put("number", alarm.number())
                .put("kind", alarm.kind().word())
                .put("subject", alarm.subject())
                .put("text", alarm.text())
                .put("opened", Json.instant(alarm.opened()))
                .put("last", Json.instant(alarm.last()))
                .put("times", alarm.times());
        line.set("closed", Json.instant(alarm.closed()));
        line.set("told", Json.texts(alarm.told().stream().map(Alarm.Told::channel)));
        return line;
    }

    /// A line a channel.
    Outcome testAlarms(Request request, Reply reply) throws IOException, Refusal {
        Map<String, Optional<String>> results = desk.watch().test();
        if (results.isEmpty()) {
            throw Refusal.no("nobody would be told: set 'alarm mail' or 'alarm webhook' first");
        }
        boolean good = true;
        for (Map.Entry<String, Optional<String>> result : results.entrySet()) {
            good &= result.getValue().isEmpty();
            ObjectNode line = Json.object()
                    .put("channel", result.getKey())
                    .put("works", result.getValue().isEmpty());
            line.set("trouble", Json.text(result.getValue()));
            reply.line(line);
        }
        if (!good) {
            throw Refusal.no("a channel does not work");
        }
        return Outcome.DONE;
    }

    /// Sets a subject's settings; none: no longer.
    Outcome set(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Subject subject = subject(request.text("subject"));
        Map<String, String> settings = new TreeMap<>();
        for (Map.Entry<String, JsonNode> one : request.params().path("settings").properties()) {
            if (!one.getValue().isString()) {
                throw Refusal.usage("settings are texts");
            }
            settings.put(one.getKey(), one.getValue().stringValue());
        }
        String secret = secretOf(subject, request);
        if (!secret.isEmpty()) {
            settings.put(subject == Subject.WEBHOOK ? "secret" : "password", Settings.SEALED);
        }
        if (request.actor().person().isPresent()) {
            fromPages(subject, settings);
        }
        if (settings.containsKey("alternate")) {
            alternate(settings.get("alternate"));
        }
        if (subject == Subject.CANARY && !settings.isEmpty()) {
            way(Optional.ofNullable(settings.get("source"))).ifPresent(source -> settings.put("source", source));
        }
        try {
            Sealed sealed = new Sealed(desk.keyring(), Settings.SECRETS + subject.word() + "/");
            Optional<String> name = Settings.secret(subject, settings);
            if (name.isPresent() && !secret.isEmpty()) {
                // before the act: settings without their secret would fail, a secret without settings does nothing
                sealed.keep(Map.of(name.get(), secret));
            } else if (name.isPresent() && sealed.get(name.get()).isEmpty()) {
                throw Refusal.no("the secret is to be given anew: it is kept for whom it was given for alone");
            }
            desk.watch().settings().set(desk.acts(), request.by(), subject, settings);
            Map<String, String> others = new TreeMap<>();
            sealed.names().stream()
                    .filter(other -> !name.equals(Optional.of(other)))
                    .forEach(other -> others.put(other, ""));
            if (!others.isEmpty()) {
                sealed.keep(others);
            }
        } catch (IllegalArgumentException e) {
            throw Refusal.usage(String.valueOf(e.getMessage()));
        }
        reply.line(settings(subject));
        return Outcome.DONE;
    }

    /// The secret that comes along; empty where none does. What it is belongs in no message.
    private static String secretOf(Subject subject, Request request) throws IOException, Refusal {
        Map<String, String> secrets = FetchOperations.secrets(request);
        boolean token = subject == Subject.WEBHOOK;
        String name = token ? "secret" : "password";
        if (!Set.of(name).containsAll(secrets.keySet())) {
            throw Refusal.usage("the one secret of " + subject.word() + " is '" + name + "'");
        }
        String secret = secrets.getOrDefault(name, "");
        boolean good = token
                ? TOKEN.matcher(secret).matches()
                : PASSWORD.matcher(secret).matches();
        if (!secret.isEmpty() && !good) {
            throw Refusal.usage(
                    token
                            ? "a token has letters, digits and -._~+/= alone (RFC 6750)"
                            : "a password has no control characters, and is not longer than 1000");
        }
        return secret;
    }

    /// Whoever is an administrator on the pages alone has no file of this machine read, nor a password of one
    /// sent to another server than it was given for; nor does he say whom people give the passwords of their
    /// mailboxes to.
    private void fromPages(Subject subject, Map<String, String> settings) throws Refusal {
        if (!FROM_PAGES.contains(subject)) {
            throw Refusal.no(subject.word() + " is set at the machine itself, by the command 'give-back'");
        }
        Map<String, String> before = desk.watch().settings().raw(subject);
        boolean reads = settings.containsKey("passwordFile");
        boolean same = WITH_PASSWORD.stream()
                .allMatch(
                        name -> Optional.ofNullable(settings.get(name)).equals(Optional.ofNullable(before.get(name))));
        if (reads && !same) {
            throw Refusal.no("a file with a password, and the server that it is for, are named at the machine itself:"
                    + " 'alarm mail set' or 'canary set'");
        }
    }

    private void alternate(String source) throws Refusal {
        boolean is = desk.sources()
                .named(source)
                .filter(s -> s.family() == Family.NDR)
                .isPresent();
        if (!is) {
            throw Refusal.no(
                    "there is no alternate mailbox " + source + ": no source of that name is of the family ndr");
        }
    }

    /// The source whose way the canary tests: the one that is named, else the only one there is. With
    /// two ways, one that is dead would go unseen if either would do.
    private Optional<String> way(Optional<String> named) throws Refusal {
        List<String> ways =
                Canary.ways(desk.sources().all()).stream().map(Source::name).toList();
        if (named.isPresent() && !ways.contains(named.get())) {
            throw Refusal.no("there is no source " + named.get() + " that brings reports or copies");
        }
        if (named.isEmpty() && ways.size() > 1) {
            throw Refusal.no("mail comes by several ways, " + String.join(", ", ways)
                    + ": name the source that must bring the test message back");
        }
        return named.or(() -> ways.stream().findFirst());
    }

    /// A line for each subject that is set.
    Outcome show(Request request, Reply reply) throws IOException {
        for (Subject subject : Subject.values()) {
            reply.line(settings(subject));
        }
        return Outcome.DONE;
    }

    private ObjectNode settings(Subject subject) {
        ObjectNode line = Json.object().put("subject", subject.word());
        ObjectNode settings = line.putObject("settings");
        desk.watch().settings().raw(subject).forEach(settings::put);
        return line;
    }

    private static Subject subject(String word) throws Refusal {
        return Arrays.stream(Subject.values())
                .filter(s -> s.word().equals(word))
                .findFirst()
                .orElseThrow(() -> Refusal.usage("nothing to set is called '" + word + "'"));
    }

    /// A line a gap, oldest first.
    Outcome listGaps(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        for (Gap gap : desk.gaps().list(request.flag("all"))) {
            ObjectNode line = Json.object()
                    .put("gap", gap.arrival())
                    .put("source", gap.source())
                    .put("told", Json.instant(gap.told()))
                    .put("why", gap.why());
            line.set("reportId", Json.text(gap.reportId()));
            line.set("messageId", Json.text(gap.messageId()));
            line.set("journaled", Json.instant(gap.journaled()));
            line.set("recipient", Json.text(gap.recipient()));
            line.set("closed", Json.instant(gap.closing().map(Gap.Closing::at)));
            line.set("by", Json.text(gap.closing().map(Gap.Closing::by)));
            line.set("reason", Json.text(gap.closing().map(Gap.Closing::reason)));
            gap.closing().flatMap(Gap.Closing::found).ifPresent(found -> line.put("found", found));
            reply.line(line);
        }
        return Outcome.DONE;
    }

    Outcome closeGap(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        long gap = request.number("gap", 0);
        try {
            desk.gaps().close(request.by(), gap, request.text("reason"));
        } catch (IllegalArgumentException e) {
            throw Refusal.no(String.valueOf(e.getMessage()));
        }
        reply.line(Json.object().put("closed", gap));
        return Outcome.DONE;
    }

    /// A line for each canary that is set: the one through the mail system, the one to the
    /// alternate mailbox.
    Outcome showCanary(Request request, Reply reply) throws IOException, Refusal {
        boolean any = false;
        for (Subject subject : List.of(Subject.CANARY, Subject.ALTERNATE_CANARY)) {
            if (set(subject).isPresent()) {
                any = true;
                ObjectNode line = settings(subject);
                canary(subject).last().ifPresent(flight -> put(line, flight));
                reply.line(line);
            }
        }
        if (!any) {
            throw Refusal.no(NO_CANARY);
        }
        return Outcome.DONE;
    }

    private Optional<Settings.Canary> set(Subject subject) {
        Settings settings = desk.watch().settings();
        return subject == Subject.CANARY ? settings.canary() : settings.alternateCanary();
    }

    private Canary canary(Subject subject) {
        Watch watch = desk.watch();
        return subject == Subject.CANARY ? watch.canary() : watch.alternateCanary();
    }

    private static void put(ObjectNode line, Flight flight) {
        line.put("sent", Json.instant(flight.sent()));
        line.set("back", Json.instant(flight.back()));
        flight.took().ifPresentOrElse(t -> line.put("seconds", t.toMillis() / 1000.0), () -> line.putNull("seconds"));
        flight.arrival().ifPresent(number -> line.put("arrival", number));
        line.set("trouble", Json.text(flight.trouble()));
    }

    /// Sends a test message now and waits for it; with `noWait` only sends it.
    Outcome runCanary(Request request, Reply reply) throws IOException, Refusal {
        Subject subject = request.flag("alternate") ? Subject.ALTERNATE_CANARY : Subject.CANARY;
        Settings.Canary settings = set(subject).orElseThrow(() -> Refusal.no(NO_CANARY));
        Canary canary = canary(subject);
        if (!desk.watch().isRunning()) {
            throw Refusal.no("no server runs that it could come back to: start 'carteggio serve'");
        }
        Flight sent = canary.send(settings);
        desk.watch().attendNow(); // so that it knows when this one is due, or that it could not be sent
        if (sent.trouble().isPresent()) {
            throw Refusal.no(
                    "the test message could not be sent: " + sent.trouble().get());
        }
        if (request.flag("noWait")) {
            ObjectNode line = Json.object();
            put(line, sent);
            reply.line(line);
            return Outcome.DONE;
        }
        Instant until = sent.sent().plus(settings.within());
        while (true) {
            Optional<Flight> now = canary.last();
            // one that was sent by itself meanwhile proves the way as well
            if (now.isPresent()
                    && !now.get().sent().isBefore(sent.sent())
                    && now.get().back().isPresent()) {
                ObjectNode line = Json.object();
                put(line, now.get());
                reply.line(line);
                return Outcome.DONE;
            }
            if (desk.acts().now().isAfter(until)) {
                throw Refusal.no("the test message has not come back within "
                        + settings.within().toSeconds() + " s");
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Refusal.no("interrupted");
            }
        }
    }
}
