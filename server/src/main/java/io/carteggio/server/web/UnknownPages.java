package io.carteggio.server.web;

import io.carteggio.archive.attribution.Person;
import io.carteggio.server.web.page.UnknownView;
import io.carteggio.server.web.page.UnknownView.Given;
import io.carteggio.server.web.page.UnknownView.Kind;
import io.carteggio.server.web.page.UnknownView.Row;
import io.carteggio.server.web.page.UnknownView.Typed;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/// The desk where letters lie that nobody owns: by address, with what each seems to be and why, and given to
/// people one by one or many at once. It tells addresses, numbers and days, never a letter. By the operations
/// of the commands, so the same gate holds: an address that has mail opens it.
final class UnknownPages {
    private static final String URL = "/unknown";
    private static final int PAGE = 50;
    private static final int PREVIEW = 200;
    private static final int PEOPLE = 500;
    private static final List<String> KINDS = List.of("typo", "old-domain", "leaver", "missing", "group", "foreign");

    /// Those whose reason can name what the address is like.
    private static final Set<String> LIKE = Set.of("typo", "old-domain", "leaver", "group");

    /// Those that say themselves whose an address is.
    private static final Set<String> TAKEN = Set.of("typo", "old-domain");

    private final Site site;

    UnknownPages(Site site) {
        this.site = site;
    }

    void list(Visit visit) throws IOException {
        list(visit, HttpStatus.OK, Typed.BLANK, Optional.empty());
    }

    private void list(Visit visit, HttpStatus status, Typed typed, Optional<String> fault) throws IOException {
        String kind = visit.query("kind");
        ObjectNode params = Calls.params();
        if (KINDS.contains(kind)) {
            params.putArray("kinds").add(kind);
        }
        Calls.Answer answer = Calls.run(site, visit, "unknown.list", params);
        ObjectNode sums = answer.first();
        List<ObjectNode> lines = answer.lines().isEmpty()
                ? List.of()
                : answer.lines().subList(1, answer.lines().size());
        int from = visit.query("from").matches("[0-9]{1,6}") ? Integer.parseInt(visit.query("from")) : 0;
        List<Row> rows = new ArrayList<>();
        for (ObjectNode line : lines.stream().skip(from).limit(PAGE).toList()) {
            rows.add(row(visit, from + rows.size() + 1, line, typed));
        }
        long lag = sums.path("indexLag").asLong(0);
        visit.page(
                status,
                "unknown",
                visit.say("unknown.title"),
                new UnknownView(
                        visit.texts()
                                .count(
                                        "unknown.letters",
                                        sums.path("letters").asLong(0),
                                        visit.texts()
                                                .count(
                                                        "unknown.addresses",
                                                        sums.path("addresses").asLong(0))),
                        lag == 0 ? Optional.empty() : Optional.of(visit.texts().count("unknown.lag", lag)),
                        kinds(visit, sums, kind),
                        rows,
                        from > 0 ? Optional.of(page(kind, Math.max(0, from - PAGE))) : Optional.empty(),
                        from + PAGE < lines.size() ? Optional.of(page(kind, from + PAGE)) : Optional.empty(),
                        people(),
                        typed,
                        fault.or(answer::fault)));
    }

    private static String page(String kind, int from) {
        return URL + "?kind=" + SearchPages.encoded(kind) + (from > 0 ? "&from=" + from : "");
    }

    private static List<Kind> kinds(Visit visit, ObjectNode sums, String chosen) {
        return KINDS.stream()
                .filter(word -> sums.path("kinds").path(word).asLong(0) > 0)
                .map(word -> new Kind(
                        word,
                        visit.say("unknown.kind." + word),
                        visit.words().number(sums.path("kinds").path(word).asLong(0)),
                        page(word, 0),
                        word.equals(chosen),
                        TAKEN.contains(word)))
                .toList();
    }

    private static Row row(Visit visit, int number, ObjectNode line, Typed typed) {
        String kind = Calls.text(line, "kind").orElse("foreign");
        String address = Calls.text(line, "address").orElse("");
        Optional<String> person = Calls.text(line, "person");
        Optional<String> like = Calls.text(line, "like");
        String first = Calls.instant(line, "first").map(visit.words()::day).orElse("");
        String last = Calls.instant(line, "last").map(visit.words()::day).orElse("");
        return new Row(
                number,
                address,
                visit.words().number(line.path("letters").asLong(0)),
                visit.words().number(line.path("sent").asLong(0)),
                first.equals(last) ? first : visit.say("people.span", first, last),
                kind,
                visit.say("unknown.kind." + kind),
                like.isPresent() && LIKE.contains(kind)
                        ? visit.say("unknown.why." + kind + ".like", like.get())
                        : visit.say("unknown.why." + kind),
                person,
                typed.addresses().contains(address));
    }

    /// To choose from while typing; whoever is not among them is typed whole.
    private List<String> people() {
        return site.desk().people().directory().people().stream()
                .map(Person::name)
                .sorted((a, b) -> a.toLowerCase(Locale.ROOT).compareTo(b.toLowerCase(Locale.ROOT)))
                .distinct()
                .limit(PEOPLE)
                .toList();
    }

    private static Typed typed(Visit visit) {
        return new Typed(
                visit.field("person"),
                visit.field("from"),
                visit.field("to"),
                visit.fields("address").stream().filter(a -> !a.isEmpty()).toList());
    }

    /// What assigning would do.
    void preview(Visit visit) throws IOException {
        Typed typed = typed(visit);
        List<String> kinds =
                visit.fields("kind").stream().filter(TAKEN::contains).toList();
        Calls.Answer answer;
        try {
            answer = Calls.run(
                    site, visit, "unknown.assign", params(visit, kinds, typed).put("dryRun", true));
        } catch (IllegalArgumentException e) {
            list(visit, HttpStatus.UNPROCESSABLE_CONTENT, typed, Optional.of(visit.sentence(e)));
            return;
        }
        if (!answer.isDone() || answer.lines().isEmpty()) {
            list(
                    visit,
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    typed,
                    Optional.of(answer.fault().orElseGet(() -> visit.say("unknown.nothing"))));
            return;
        }
        List<Given> given = answer.lines().stream()
                .limit(PREVIEW)
                .map(line -> new Given(
                        Calls.text(line, "address").orElse(""),
                        Calls.text(line, "person").orElse(""),
                        span(visit, line)))
                .toList();
        int more = answer.lines().size() - given.size();
        visit.page(
                "unknown-preview",
                visit.say("unknown.preview"),
                new UnknownView.Preview(
                        kinds,
                        typed,
                        visit.texts()
                                .count("unknown.preview.says", answer.lines().size()),
                        given,
                        more > 0 ? Optional.of(visit.texts().count("unknown.preview.more", more)) : Optional.empty()));
    }

    private static String span(Visit visit, ObjectNode line) {
        Optional<String> from = Calls.instant(line, "from").map(visit.words()::day);
        Optional<String> to = Calls.instant(line, "to").map(at -> visit.words().day(at.minusMillis(1)));
        if (from.isPresent() && to.isPresent()) {
            return visit.say("people.span", from.get(), to.get());
        }
        return from.map(f -> visit.say("people.span.since", f))
                .or(() -> to.map(t -> visit.say("people.span.until", t)))
                .orElseGet(() -> visit.say("people.span.always"));
    }

    /// @throws IllegalArgumentException where what was typed cannot be meant
    private ObjectNode params(Visit visit, List<String> kinds, Typed typed) {
        ObjectNode params = Calls.params();
        if (!kinds.isEmpty()) {
            kinds.forEach(params.putArray("kinds")::add);
            return params;
        }
        if (typed.addresses().isEmpty()) {
            throw new IllegalArgumentException(visit.say("unknown.none-chosen"));
        }
        if (typed.person().isEmpty()) {
            throw new IllegalArgumentException(visit.say("unknown.nobody-chosen"));
        }
        Optional<Instant> from = PeoplePages.day(visit, typed.from()).map(this::startOf);
        Optional<Instant> to = PeoplePages.day(visit, typed.to()).map(day -> startOf(day.plusDays(1)));
        if (from.isPresent() && to.isPresent() && !from.get().isBefore(to.get())) {
            throw new IllegalArgumentException(
                    visit.say("form.days.order", typed.addresses().getFirst()));
        }
        params.put("person", typed.person());
        typed.addresses().forEach(params.putArray("addresses")::add);
        from.ifPresent(at -> params.put("from", at.toString()));
        to.ifPresent(at -> params.put("to", at.toString()));
        return params;
    }

    private Instant startOf(LocalDate day) {
        return day.atStartOfDay(site.config().zone()).toInstant();
    }

    void assign(Visit visit) throws IOException {
        Typed typed = typed(visit);
        List<String> kinds =
                visit.fields("kind").stream().filter(TAKEN::contains).toList();
        Calls.Answer answer;
        try {
            answer = Calls.run(site, visit, "unknown.assign", params(visit, kinds, typed));
        } catch (IllegalArgumentException e) {
            list(visit, HttpStatus.UNPROCESSABLE_CONTENT, typed, Optional.of(visit.sentence(e)));
            return;
        }
        if (answer.waits()) {
            visit.loggedIn().tell(visit.say("approvals.waits"));
            visit.redirect("/approvals");
            return;
        }
        if (!answer.isDone()) {
            list(visit, HttpStatus.UNPROCESSABLE_CONTENT, typed, answer.fault());
            return;
        }
        long given = answer.lines().stream()
                .filter(line -> line.path("given").asBoolean(false))
                .count();
        visit.loggedIn().tell(visit.texts().count("unknown.given", given));
        visit.redirect(URL);
    }
}
