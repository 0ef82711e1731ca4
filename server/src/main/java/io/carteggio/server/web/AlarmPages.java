package io.carteggio.server.web;

import io.carteggio.archive.entry.Family;
import io.carteggio.archive.intake.Source;
import io.carteggio.server.watch.AlarmKind;
import io.carteggio.server.watch.Monitor;
import io.carteggio.server.watch.Settings;
import io.carteggio.server.web.page.AlarmsView;
import io.carteggio.server.web.page.AlarmsView.Canary;
import io.carteggio.server.web.page.AlarmsView.Form;
import io.carteggio.server.web.page.AlarmsView.Row;
import io.carteggio.server.web.page.AlarmsView.Tested;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Alarms: which stand and which stood, who is told, where they begin, and the test messages. By the operations
/// of the commands. A secret that is given here is sealed in the keyring and never shown again; a file with a
/// password is named at the machine, and left as it is here.
final class AlarmPages {
    private static final String URL = "/alarms";
    private static final int PAGE = 50;
    private static final List<String> SERVER = List.of("server", "tls", "user", "from", "to");

    /// What each form has.
    private static final Map<String, List<String>> FIELDS = Map.of(
            "mail",
            SERVER,
            "webhook",
            List.of("url"),
            "limits",
            List.of("diskFree", "quarantined", "certificateDays", "backupDays"),
            "canary",
            Stream.concat(SERVER.stream(), Stream.of("source", "every", "within"))
                    .toList(),
            "alternate-canary",
            Stream.concat(SERVER.stream(), Stream.of("alternate", "every", "within"))
                    .toList());

    private static final Set<String> CANARIES = Set.of("canary", "alternate-canary");

    /// What only the machine sets, and the page leaves as it is.
    private static final List<String> KEPT = List.of("user", "passwordFile");

    /// What is given as a secret, and stands for it among the settings.
    private static final List<String> SECRETS = List.of("password", "secret");

    private static final long MEBIBYTE = 1L << 20;

    private final Site site;

    AlarmPages(Site site) {
        this.site = site;
    }

    void list(Visit visit) throws IOException {
        list(visit, HttpStatus.OK, Map.of(), List.of());
    }

    /// @param refused forms as they were typed, with what is wrong
    private void list(Visit visit, HttpStatus status, Map<String, Form> refused, List<Tested> tested)
            throws IOException {
        long before = visit.numberBefore();
        List<ObjectNode> all = Calls.run(
                        site, visit, "alarm.list", Calls.params().put("all", true))
                .lines();
        List<Row> standing = all.stream()
                .filter(line -> Calls.text(line, "closed").isEmpty())
                .map(line -> row(visit, line))
                .toList();
        List<ObjectNode> past = all.stream()
                .filter(line -> Calls.text(line, "closed").isPresent()
                        && line.path("number").asLong(0) < before)
                .toList();
        Map<String, Form> forms = new HashMap<>();
        for (ObjectNode line :
                Calls.run(site, visit, "watch.show", Calls.params()).lines()) {
            String subject = Calls.text(line, "subject").orElse("");
            if (FIELDS.containsKey(subject)) {
                forms.put(subject, form(subject, line.path("settings")));
            }
        }
        FIELDS.keySet().forEach(s -> forms.putIfAbsent(s, form(s, Calls.params())));
        forms.putAll(refused);
        visit.page(
                status,
                "alarms",
                visit.say("alarms.title"),
                new AlarmsView(
                        standing,
                        past.stream().limit(PAGE).map(line -> row(visit, line)).toList(),
                        site.desk().monitor().warnings().stream()
                                .filter(w -> !w.equals(Monitor.NOBODY_TOLD))
                                .toList(),
                        site.desk().monitor().warnings().contains(Monitor.NOBODY_TOLD),
                        forms,
                        tested,
                        canaries(visit),
                        Stream.of(Family.REPORT, Family.MULTIDROP)
                                .flatMap(family ->
                                        site.desk().sources().all().stream().filter(s -> s.family() == family))
                                .map(Source::name)
                                .toList(),
                        site.desk().sources().all().stream()
                                .filter(s -> s.family() == Family.NDR && !s.listening())
                                .map(Source::name)
                                .toList(),
                        past.size() > PAGE
                                ? Optional.of(URL + "?before="
                                        + past.get(PAGE - 1).path("number").asLong(0))
                                : Optional.empty()));
    }

    private static Form form(String subject, JsonNode settings) {
        Map<String, String> typed = new LinkedHashMap<>();
        settings.properties().forEach(s -> typed.put(s.getKey(), s.getValue().asString("")));
        boolean locked = typed.containsKey("passwordFile");
        if (locked) {
            KEPT.forEach(typed::remove);
        }
        boolean sealed = SECRETS.stream().filter(s -> typed.remove(s) != null).count() > 0;
        typed.computeIfPresent("diskFree", (_, octets) -> mebibytes(octets));
        return new Form(subject, !settings.isEmpty(), locked, sealed, typed, Optional.empty());
    }

    private static String mebibytes(String octets) {
        return octets.matches("[0-9]{1,18}") ? Long.toString(Long.parseLong(octets) / MEBIBYTE) : octets;
    }

    private static Row row(Visit visit, ObjectNode line) {
        String kind = Calls.text(line, "kind").orElse("");
        long times = line.path("times").asLong(1);
        return new Row(
                Stream.of(AlarmKind.values()).anyMatch(k -> k.word().equals(kind)) ? visit.say("alarm." + kind) : kind,
                Calls.text(line, "subject").orElse(""),
                Calls.text(line, "text").orElse(""),
                visit.words().exact(Calls.instant(line, "opened").orElse(Instant.EPOCH)),
                Calls.instant(line, "closed").map(visit.words()::exact),
                times == 1 ? "" : visit.texts().count("books.alarm.times", times),
                line.path("told").isEmpty()
                        ? visit.say("alarms.told.nobody")
                        : visit.say(
                                "alarms.told",
                                line.path("told")
                                        .valueStream()
                                        .map(t -> channel(visit, t.asString("")))
                                        .collect(Collectors.joining(", "))));
    }

    private static String channel(Visit visit, String channel) {
        return channel.matches("mail|webhook") ? visit.say("alarms.channel." + channel) : channel;
    }

    // ---- who is told, and where they begin

    void set(Visit visit) throws IOException {
        String subject = visit.path("subject");
        if (!FIELDS.containsKey(subject)) {
            visit.notFound();
            return;
        }
        boolean off = visit.field("act").equals("off");
        Map<String, String> typed = new LinkedHashMap<>();
        ObjectNode settings = Calls.params();
        ObjectNode secrets = Calls.params();
        JsonNode before = before(visit, subject);
        if (!off) {
            for (String field : FIELDS.getOrDefault(subject, List.of())) {
                String value = visit.field(field);
                typed.put(field, value);
                if (!value.isEmpty()) {
                    settings.put(field, value);
                }
            }
            Calls.text(settings, "diskFree")
                    .filter(mebibytes -> mebibytes.matches("[0-9]{1,11}"))
                    .ifPresent(
                            mebibytes -> settings.put("diskFree", Long.toString(Long.parseLong(mebibytes) * MEBIBYTE)));
            keep(before, settings);
            for (String name : SECRETS) {
                if (!visit.rawField(name).isEmpty()) {
                    secrets.put(name, visit.rawField(name));
                }
            }
        }
        ObjectNode params = Calls.params().put("subject", subject);
        params.set("settings", settings);
        byte[] given = secrets.isEmpty() ? new byte[0] : secrets.toString().getBytes(StandardCharsets.UTF_8);
        Calls.Answer answer = Calls.run(site, visit, "watch.set", params, given);
        if (!answer.isDone()) {
            list(
                    visit,
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    Map.of(subject, refused(subject, before, typed, answer.fault())),
                    List.of());
            return;
        }
        visit.loggedIn().tell(visit.say(off ? "alarms.off" : "alarms.set", visit.say("alarms.subject." + subject)));
        visit.redirect(URL);
    }

    private static Form refused(String subject, JsonNode before, Map<String, String> typed, Optional<String> fault) {
        Form set = form(subject, before);
        return new Form(subject, set.set(), set.locked(), set.sealed(), typed, fault);
    }

    private JsonNode before(Visit visit, String subject) throws IOException {
        for (ObjectNode line :
                Calls.run(site, visit, "watch.show", Calls.params()).lines()) {
            if (Calls.text(line, "subject").filter(subject::equals).isPresent()) {
                return line.path("settings");
            }
        }
        return Calls.params();
    }

    /// What is not typed stays as it is: what only the machine sets, and a secret. The operation refuses it where it
    /// would go to somebody else.
    private static void keep(JsonNode before, ObjectNode settings) {
        if (before.has("passwordFile")) {
            KEPT.forEach(name -> Calls.text(before, name).ifPresent(value -> settings.put(name, value)));
        } else if (settings.has("user")) {
            settings.put("password", Settings.SEALED);
        }
        if (settings.has("url")) {
            Calls.text(before, "secret").ifPresent(value -> settings.put("secret", value));
        }
    }

    /// Sends a test message to everybody who would be told.
    void test(Visit visit) throws IOException {
        Calls.Answer answer = Calls.run(site, visit, "alarm.test", Calls.params());
        List<Tested> tested = new ArrayList<>();
        for (ObjectNode line : answer.lines()) {
            boolean works = line.path("works").asBoolean(false);
            tested.add(new Tested(
                    channel(visit, Calls.text(line, "channel").orElse("")),
                    works,
                    works
                            ? visit.say("alarms.works")
                            : Calls.text(line, "trouble").orElse("")));
        }
        if (tested.isEmpty()) {
            tested.add(
                    new Tested(visit.say("alarms.test"), false, answer.fault().orElse("")));
        }
        list(visit, HttpStatus.OK, Map.of(), tested);
    }

    // ---- test messages through the mail system

    private List<Canary> canaries(Visit visit) throws IOException {
        Map<String, ObjectNode> set = new HashMap<>();
        Calls.run(site, visit, "canary.show", Calls.params())
                .lines()
                .forEach(line -> set.put(Calls.text(line, "subject").orElse(""), line));
        return Stream.of("canary", "alternate-canary")
                .map(subject -> canary(visit, subject, Optional.ofNullable(set.get(subject))))
                .toList();
    }

    private static Canary canary(Visit visit, String subject, Optional<ObjectNode> line) {
        String title = visit.say("alarms.subject." + subject);
        if (line.isEmpty()) {
            return new Canary(subject, title, false, visit.say("canary.off"), false, Optional.empty());
        }
        Optional<Instant> sent = Calls.instant(line.get(), "sent");
        Optional<String> trouble = Calls.text(line.get(), "trouble");
        boolean back = Calls.text(line.get(), "back").isPresent();
        String says = sent.isEmpty()
                ? visit.say("canary.not-sent")
                : trouble.isPresent()
                        ? visit.say("canary.trouble", trouble.get())
                        : back
                                ? visit.say(
                                        "canary.back",
                                        line.get().path("seconds").asDouble(0))
                                : visit.say("canary.awaited");
        return new Canary(subject, title, true, says, trouble.isPresent(), sent.map(visit.words()::exact));
    }

    /// How they fare, for the page that keeps itself up to date.
    void state(Visit visit) throws IOException {
        visit.page("canaries", visit.say("alarms.title"), canaries(visit));
    }

    void run(Visit visit) throws IOException {
        String subject = visit.path("subject");
        if (!CANARIES.contains(subject)) {
            visit.notFound();
            return;
        }
        Calls.Answer answer = Calls.run(
                site,
                visit,
                "canary.run",
                Calls.params().put("alternate", !subject.equals("canary")).put("noWait", true));
        visit.loggedIn()
                .tell(answer.fault()
                        .map(why -> visit.say("canary.not-run", why))
                        .orElseGet(() -> visit.say("canary.run")));
        visit.redirect(URL);
    }
}
