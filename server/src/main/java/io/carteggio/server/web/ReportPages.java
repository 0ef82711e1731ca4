package io.carteggio.server.web;

import io.carteggio.server.web.page.ReportsView;
import io.carteggio.server.web.page.ReportsView.Chip;
import io.carteggio.server.web.page.ReportsView.Mailbox;
import io.carteggio.server.web.page.ReportsView.Row;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The journaling agent's reports that are not delivered: what waits for which mailbox, what is in the way, and
/// what waits for somebody. By the operations of the commands; no report is shown.
final class ReportPages {
    static final String URL = "/reports";
    private static final int PAGE = 50;
    private static final List<String> STATES = List.of("waiting", "returned", "dead", "pending");
    private static final List<String> KEPT = List.of("returned", "dead");

    private final Site site;

    ReportPages(Site site) {
        this.site = site;
    }

    void list(Visit visit) throws IOException {
        list(visit, HttpStatus.OK, Optional.empty());
    }

    private void list(Visit visit, HttpStatus status, Optional<String> fault) throws IOException {
        String state = visit.query("state");
        long after = visit.query("after").matches("[0-9]{1,18}") ? Long.parseLong(visit.query("after")) : 0;
        ObjectNode params = Calls.params().put("limit", PAGE + 1).put("after", after);
        if (STATES.contains(state)) {
            params.put("state", state);
        }
        Calls.Answer answer = Calls.run(site, visit, "rule.queue", params);
        List<ObjectNode> found =
                answer.lines().stream().filter(line -> line.has("id")).toList();
        ObjectNode counts =
                answer.lines().isEmpty() ? Calls.params() : answer.lines().getLast();
        List<Row> rows =
                found.stream().limit(PAGE).map(line -> row(visit, line)).toList();
        long kept = KEPT.stream().mapToLong(word -> counts.path(word).asLong(0)).sum();
        visit.page(
                status,
                "reports",
                visit.say("reports.title"),
                new ReportsView(
                        visit.say(
                                "reports.says",
                                counts.path("waiting").asLong(0),
                                counts.path("returned").asLong(0),
                                counts.path("dead").asLong(0)),
                        mailboxes(visit, answer.lines()),
                        STATES.stream()
                                .filter(word -> counts.path(word).asLong(0) > 0)
                                .map(word -> new Chip(
                                        visit.say("reports.state." + word),
                                        visit.words().number(counts.path(word).asLong(0)),
                                        URL + "?state=" + word,
                                        word.equals(state)))
                                .toList(),
                        rows,
                        kept > 0,
                        found.size() > PAGE
                                ? Optional.of(URL + "?state=" + (STATES.contains(state) ? state : "") + "&after="
                                        + rows.getLast().id())
                                : Optional.empty(),
                        fault.or(answer::fault)));
    }

    private static List<Mailbox> mailboxes(Visit visit, List<ObjectNode> lines) {
        Map<String, ObjectNode> troubles = new HashMap<>();
        lines.stream()
                .filter(line -> line.has("trouble"))
                .forEach(line -> troubles.put(Calls.text(line, "mailbox").orElse(""), line));
        List<Mailbox> mailboxes = new ArrayList<>();
        lines.stream().filter(line -> line.has("queueFor")).forEach(line -> {
            String address = Calls.text(line, "queueFor").orElse("");
            mailboxes.add(mailbox(visit, address, line, Optional.ofNullable(troubles.remove(address))));
        });
        troubles.forEach(
                (address, trouble) -> mailboxes.add(mailbox(visit, address, Calls.params(), Optional.of(trouble))));
        return mailboxes;
    }

    private static Mailbox mailbox(Visit visit, String address, ObjectNode queue, Optional<ObjectNode> trouble) {
        return new Mailbox(
                address,
                trouble.flatMap(line -> Calls.text(line, "trouble")),
                trouble.flatMap(line -> Calls.instant(line, "since")).map(visit.words()::exact),
                trouble.flatMap(line -> Calls.text(line, "lastAnswer")),
                visit.words().number(queue.path("waiting").asLong(0)),
                visit.words().number(queue.path("returned").asLong(0)),
                visit.words().number(queue.path("dead").asLong(0)),
                Calls.instant(queue, "oldest").map(visit.words()::exact),
                Calls.instant(queue, "next").map(visit.words()::exact));
    }

    private static Row row(Visit visit, ObjectNode line) {
        String state = Calls.text(line, "state").orElse("waiting");
        boolean notice = Calls.text(line, "kind").filter("notice"::equals).isPresent();
        return new Row(
                line.path("id").asLong(0),
                state,
                visit.say(notice ? "reports.notice" : "reports.state." + state),
                Calls.text(line, "mailbox").orElse(""),
                RulePages.texts(line.path("rules")).collect(Collectors.joining(", ")),
                visit.words().size(line.path("bytes").asLong(0)),
                visit.words().exact(Calls.instant(line, "queued").orElseThrow()),
                state.equals("waiting") ? Calls.instant(line, "next").map(visit.words()::exact) : Optional.empty(),
                KEPT.contains(state),
                Calls.text(line, "lastAnswer"));
    }

    /// Sends the chosen ones again, or all.
    void again(Visit visit) throws IOException {
        ObjectNode params = Calls.params().put("all", visit.flag("all"));
        ArrayNode ids = params.putArray("ids");
        visit.fields("id").stream().filter(id -> id.matches("[0-9]{1,18}")).forEach(id -> ids.add(Long.parseLong(id)));
        if (!visit.flag("all") && ids.isEmpty()) {
            list(visit, HttpStatus.UNPROCESSABLE_CONTENT, Optional.of(visit.say("reports.none-chosen")));
            return;
        }
        Calls.Answer answer = Calls.run(site, visit, "rule.again", params);
        if (answer.fault().isPresent()) {
            list(visit, HttpStatus.UNPROCESSABLE_CONTENT, answer.fault());
            return;
        }
        visit.loggedIn()
                .tell(visit.texts()
                        .count("reports.sent", answer.first().path("again").asLong(0)));
        visit.redirect(URL);
    }

    /// Tries a mailbox, and all that waits for it, now.
    void resume(Visit visit) throws IOException {
        String mailbox = visit.field("mailbox");
        Optional<String> fault = Calls.run(
                        site, visit, "rule.resume", Calls.params().put("mailbox", mailbox))
                .fault();
        visit.loggedIn().tell(fault.orElseGet(() -> visit.say("reports.resumed", mailbox)));
        visit.redirect(URL);
    }
}
