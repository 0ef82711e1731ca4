package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.attribution.Group;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.audit.Trail;
import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.catalogue.QuarantineEntry;
import io.carteggio.archive.intake.Source;
import io.carteggio.mail.Address;
import io.carteggio.server.local.Exit;
import io.carteggio.server.watch.Alarm;
import io.carteggio.server.watch.Monitor;
import io.carteggio.server.web.page.BooksView;
import io.carteggio.server.web.page.BooksView.AlarmRow;
import io.carteggio.server.web.page.BooksView.Measure;
import io.carteggio.server.web.page.BooksView.QuarantineRow;
import io.carteggio.server.web.page.BooksView.SourceRow;
import io.carteggio.server.web.page.BooksView.TrailRow;
import io.carteggio.server.web.page.Listing;
import io.carteggio.server.web.page.TrailView;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What an administrator sees: the books, the quarantine, the audit trail. Never a letter, and of the
/// quarantine only envelope and reason.
final class BooksPages {
    private static final int FIRST_FEW = 5;
    private static final int PAGE = 50;
    private static final int EXPORT_CHARS = 8_000_000;
    private static final int RECIPIENTS_SHOWN = 5;
    private static final int ROOT_CHARS = 12;
    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private final Site site;

    BooksPages(Site site) {
        this.site = site;
    }

    void books(Visit visit) throws ArchiveException, IOException {
        var catalogue = site.desk().catalogue();
        Books books = catalogue.books();
        ArchiveDesk.Condition condition = site.desk().condition();
        Map<String, Books.Account> bySource = new TreeMap<>();
        condition.refused().keySet().forEach(name -> bySource.put(name, nothingYet(name)));
        books.sources().forEach(a -> bySource.put(a.source(), a));
        List<BooksView.Account> accounts = bySource.values().stream()
                .map(a -> account(visit, a, condition.refused().getOrDefault(a.source(), 0L)))
                .toList();
        long refused =
                condition.refused().values().stream().mapToLong(Long::longValue).sum();
        List<Measure> measures = new ArrayList<>(List.of(
                new Measure(
                        visit.say("books.letters"),
                        visit.words().number(catalogue.letters()),
                        visit.say("books.letters.note")),
                new Measure(
                        visit.say("books.lag"),
                        visit.words().number(condition.indexLag()),
                        condition.indexLag() == 0 ? visit.say("books.lag.none") : visit.say("books.lag.some")),
                new Measure(
                        visit.say("books.stored"),
                        visit.words().size(condition.storedBytes()),
                        visit.say("books.stored.note")),
                new Measure(
                        visit.say("books.index"),
                        visit.words().size(condition.indexBytes()),
                        visit.say("books.index.note")),
                new Measure(
                        visit.say("books.free"),
                        visit.words().size(condition.freeBytes()),
                        visit.say("books.free.note"))));
        measures.addAll(more(visit));
        List<SourceRow> sources = site.desk().sources().all().stream()
                .map(s -> new SourceRow(
                        s.name(),
                        s.address().map(Address::raw).orElse(visit.say("books.sources.imports")),
                        visit.say("source.family." + s.family().word())))
                .toList();
        List<String> warnings = site.desk().monitor().warnings();
        visit.page(
                "books",
                visit.say("books.title"),
                new BooksView(
                        books.sources().stream().allMatch(Books.Account::balances),
                        account(visit, books.all(), refused),
                        accounts,
                        measures,
                        condition.trouble(),
                        alarmRows(visit, site.desk().monitor().standing()),
                        warnings.stream()
                                .filter(w -> !w.equals(Monitor.NOBODY_TOLD))
                                .toList(),
                        warnings.contains(Monitor.NOBODY_TOLD),
                        condition.concerns(),
                        sources,
                        quarantineRows(visit, catalogue.quarantine(FIRST_FEW, Long.MAX_VALUE)),
                        rows(
                                visit,
                                new Trail(catalogue)
                                        .page(Trail.Filter.ALL, Long.MAX_VALUE, FIRST_FEW)
                                        .entries()),
                        Days.of(site)
                                .chart(
                                        visit.words(),
                                        (double) condition.storedBytes() / Math.max(1, catalogue.letters()),
                                        condition.freeBytes())));
    }

    /// Reports a day as a table.
    void exportDays(Visit visit) throws ArchiveException {
        visit.header("Content-Disposition", "attachment; filename=\"reports-a-day.csv\"");
        visit.text("text/csv; charset=utf-8", Days.of(site).csv());
    }

    /// The same as a picture.
    void exportPicture(Visit visit) throws ArchiveException {
        visit.header("Content-Disposition", "attachment; filename=\"reports-a-day.svg\"");
        visit.text("image/svg+xml", Days.of(site).svg(visit.words()));
    }

    private List<Measure> more(Visit visit) throws ArchiveException, IOException {
        List<Measure> more = new ArrayList<>();
        Optional<Instant> last = Optional.empty();
        for (Source source : site.desk().sources().all()) {
            Optional<Instant> came = site.desk().catalogue().lastReport(source.name());
            boolean later = came.isPresent() && (last.isEmpty() || came.get().isAfter(last.get()));
            last = later ? came : last;
        }
        more.add(new Measure(
                visit.say("books.last"),
                last.map(at -> visit.words().exact(at).text()).orElse(visit.say("books.last.none")),
                visit.say("books.last.note")));
        int gaps = site.desk().catalogue().openGaps().size();
        more.add(new Measure(
                visit.say("books.gaps"),
                visit.words().number(gaps),
                visit.say(gaps == 0 ? "books.gaps.none" : "books.gaps.some")));
        Calls.Answer ledger = Calls.run(site, visit, "ledger.show", JsonNodeFactory.instance.objectNode(), new byte[0]);
        if (!ledger.lines().isEmpty()) {
            var line = ledger.lines().getFirst();
            more.add(new Measure(
                    visit.say("books.ledger"),
                    visit.words().number(line.path("frames").asLong(0)),
                    visit.say(
                            "books.ledger.note",
                            line.path("signed").asLong(0),
                            line.path("stamped").asLong(0))));
            more.add(new Measure(
                    visit.say("books.stamp"),
                    Calls.instant(line, "stampedAt")
                            .map(at -> visit.words().exact(at).text())
                            .orElse(visit.say("books.last.none")),
                    Calls.text(line, "root")
                            .map(root -> visit.say("books.stamp.root", beginning(root)))
                            .orElse("")));
        }
        Calls.Answer texts = Calls.run(site, visit, "text.show", Calls.params());
        if (!texts.lines().isEmpty()) {
            long letters = site.desk().catalogue().letters();
            long partly = texts.first().path("notFullySearched").asLong(0);
            more.add(new Measure(
                    visit.say("books.coverage"),
                    visit.words().percent(letters - partly, letters),
                    partly == 0
                            ? visit.say("books.coverage.whole")
                            : visit.texts().count("books.coverage.partly", partly)));
        }
        return more;
    }

    /// Reads mail in quarantine again.
    void retry(Visit visit) throws IOException {
        Optional<ObjectNode> params = arrival(visit);
        if (params.isEmpty()) {
            visit.notFound();
            return;
        }
        long number = params.get().path("arrival").asLong(0);
        params.get().putArray("arrivals").add(number);
        Calls.Answer answer = Calls.run(site, visit, "quarantine.retry", params.get(), new byte[0]);
        boolean out = answer.outcome().exit() == Exit.DONE;
        String why = answer.lines().stream()
                .map(line -> line.path("reason").asString(""))
                .findFirst()
                .or(() -> answer.outcome().error())
                .orElse("");
        visit.loggedIn()
                .tell(
                        out
                                ? visit.say("quarantine.retry.out", Long.toString(number))
                                : visit.say("quarantine.retry.stays", Long.toString(number), why));
        visit.redirect("/quarantine");
    }

    /// Lets mail go that nobody needs, with a reason.
    void discard(Visit visit) throws IOException {
        Optional<ObjectNode> params = arrival(visit);
        if (params.isEmpty()) {
            visit.notFound();
            return;
        }
        String number = visit.path("arrival");
        params.get().put("why", visit.field("reason"));
        Calls.Answer answer = Calls.run(site, visit, "quarantine.discard", params.get(), new byte[0]);
        visit.loggedIn()
                .tell(
                        answer.outcome().exit() == Exit.DONE
                                ? visit.say("quarantine.discarded", number)
                                : visit.say(
                                        "quarantine.retry.stays",
                                        number,
                                        answer.outcome().error().orElse("")));
        visit.redirect("/quarantine");
    }

    private static Optional<ObjectNode> arrival(Visit visit) {
        String number = visit.path("arrival");
        return number.matches("[0-9]{1,18}")
                ? Optional.of(JsonNodeFactory.instance
                        .objectNode()
                        .put("by", visit.self().name())
                        .put("arrival", Long.parseLong(number)))
                : Optional.empty();
    }

    void quarantine(Visit visit) throws ArchiveException {
        long before = visit.numberBefore();
        List<QuarantineEntry> entries = site.desk().catalogue().quarantine(PAGE, before);
        Optional<String> next = entries.size() < PAGE
                ? Optional.empty()
                : Optional.of("/quarantine?before=" + entries.getLast().number());
        visit.page("quarantine", visit.say("quarantine.title"), new Listing<>(quarantineRows(visit, entries), next));
    }

    void trail(Visit visit) throws ArchiveException {
        TrailView.Typed typed = new TrailView.Typed(
                visit.query("who").strip(),
                visit.query("what").strip(),
                visit.query("text").strip(),
                visit.query("since").strip(),
                visit.query("until").strip());
        try {
            Trail.Page page = new Trail(site.desk().catalogue()).page(filter(visit, typed), visit.numberBefore(), PAGE);
            String asked = "who=" + SearchPages.encoded(typed.who()) + "&what=" + SearchPages.encoded(typed.what())
                    + "&text=" + SearchPages.encoded(typed.text()) + "&since=" + SearchPages.encoded(typed.since())
                    + "&until=" + SearchPages.encoded(typed.until());
            visit.page(
                    "trail",
                    visit.say("trail.title"),
                    new TrailView(
                            rows(visit, page.entries()),
                            typed,
                            kinds(),
                            page.next().map(next -> "/trail?" + asked + "&before=" + next),
                            "/trail/export?" + asked,
                            Optional.empty()));
        } catch (IllegalArgumentException e) {
            visit.page(
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    "trail",
                    visit.say("trail.title"),
                    new TrailView(
                            List.of(),
                            typed,
                            kinds(),
                            Optional.empty(),
                            "/trail/export",
                            Optional.of(visit.sentence(e))));
        }
    }

    private List<String> kinds() throws ArchiveException {
        return List.copyOf(new Trail(site.desk().catalogue()).kinds());
    }

    private Trail.Filter filter(Visit visit, TrailView.Typed typed) {
        return new Trail.Filter(
                typed.who(),
                typed.what(),
                "",
                PeoplePages.day(visit, typed.since()).map(this::startOf),
                PeoplePages.day(visit, typed.until()).map(d -> startOf(d.plusDays(1))),
                typed.text());
    }

    private Instant startOf(LocalDate day) {
        return day.atStartOfDay(site.config().zone()).toInstant();
    }

    /// The same as a table; so many that they fit into memory, `audit export` gives all.
    void exportTrail(Visit visit) throws ArchiveException {
        TrailView.Typed typed = new TrailView.Typed(
                visit.query("who").strip(),
                visit.query("what").strip(),
                visit.query("text").strip(),
                visit.query("since").strip(),
                visit.query("until").strip());
        Trail.Filter filter;
        try {
            filter = filter(visit, typed);
        } catch (IllegalArgumentException e) {
            visit.message(HttpStatus.UNPROCESSABLE_CONTENT, visit.say("trail.no-days"), visit.sentence(e));
            return;
        }
        visit.audit("audit-export", visit.pathAndQuery(), Optional.empty());
        StringBuilder csv = new StringBuilder(Trail.CSV_HEAD);
        new Trail(site.desk().catalogue()).<ArchiveException>each(filter, Long.MAX_VALUE, entry -> {
            csv.append(Trail.csv(entry));
            return csv.length() < EXPORT_CHARS;
        });
        visit.header("Content-Disposition", "attachment; filename=\"audit-trail.csv\"");
        visit.text("text/csv; charset=utf-8", csv.toString());
    }

    private List<TrailRow> rows(Visit visit, List<Trail.Entry> entries) {
        return entries.stream()
                .map(e -> new TrailRow(
                        visit.words().exact(e.at()),
                        e.by(),
                        e.what(),
                        object(visit, e),
                        e.reason().orElse("")))
                .toList();
    }

    /// Enough of a sum to compare by eye.
    private static String beginning(String sum) {
        return sum.length() > ROOT_CHARS ? sum.substring(0, ROOT_CHARS) + "…" : sum;
    }

    /// What an entry says, with names in place of ids: the table that is exported has the ids.
    private String named(String object) {
        Directory directory = site.desk().people().directory();
        List<String> said = new ArrayList<>();
        for (String part : object.split("; ", -1)) {
            String text = part;
            for (MatchResult id : ID.matcher(part).results().toList()) {
                Optional<String> name = directory
                        .byId(id.group())
                        .map(Person::name)
                        .or(() -> directory.group(id.group()).map(Group::name));
                if (name.isPresent()) {
                    boolean told = part.contains(name.get());
                    text = text.replace((told ? ", " : "") + id.group(), told ? "" : name.get());
                }
            }
            said.add(text);
        }
        return String.join("; ", said);
    }

    private String object(Visit visit, Trail.Entry e) {
        String object = e.object().isBlank() ? visit.say("trail.everything") : named(e.object());
        return e.from()
                .map(from -> visit.say("trail.object.from", object, from))
                .orElse(object);
    }

    private static Books.Account nothingYet(String source) {
        return Books.Account.nothing(source);
    }

    private static BooksView.Account account(Visit visit, Books.Account a, long refused) {
        return new BooksView.Account(
                a.source(),
                visit.words().number(a.received()),
                visit.words().number(a.letters()),
                visit.words().number(a.evidence()),
                visit.words().number(a.notices()),
                visit.words().number(a.quarantined()),
                visit.words().number(a.discarded()),
                visit.words().number(a.letters() + a.evidence() + a.notices() + a.quarantined() + a.discarded()),
                visit.words().number(a.originals()),
                visit.words().size(a.rawBytes()),
                visit.words().number(refused),
                a.balances());
    }

    private List<QuarantineRow> quarantineRows(Visit visit, List<QuarantineEntry> entries) {
        List<QuarantineRow> rows = new ArrayList<>();
        for (QuarantineEntry q : entries) {
            var entry = q.entry();
            List<Address> recipients = entry.provenance().rcptTo();
            String first = recipients.stream()
                    .limit(RECIPIENTS_SHOWN)
                    .map(Address::raw)
                    .collect(Collectors.joining(", "));
            rows.add(new QuarantineRow(
                    Long.toString(q.number()),
                    visit.words().exact(entry.arrived()),
                    entry.source(),
                    entry.provenance().mailFrom().map(Address::raw).orElse(visit.say("quarantine.no-sender")),
                    recipients.size() > RECIPIENTS_SHOWN
                            ? visit.say("search.and-more", first, recipients.size() - RECIPIENTS_SHOWN)
                            : first,
                    entry.reason().orElse(visit.say("quarantine.no-reason")),
                    visit.words().size(entry.rawBytes())));
        }
        return rows;
    }

    private List<AlarmRow> alarmRows(Visit visit, List<Alarm> alarms) {
        return alarms.stream()
                .map(a -> new AlarmRow(
                        visit.say("alarm." + a.kind().word()),
                        a.subject(),
                        a.text(),
                        visit.words().exact(a.opened()),
                        a.times() == 1 ? "" : visit.texts().count("books.alarm.times", a.times())))
                .toList();
    }
}
