package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.audit.Trail;
import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.catalogue.QuarantineEntry;
import io.carteggio.mail.Address;
import io.carteggio.server.watch.Alarm;
import io.carteggio.server.web.page.BooksView;
import io.carteggio.server.web.page.BooksView.AlarmRow;
import io.carteggio.server.web.page.BooksView.Measure;
import io.carteggio.server.web.page.BooksView.QuarantineRow;
import io.carteggio.server.web.page.BooksView.SourceRow;
import io.carteggio.server.web.page.BooksView.TrailRow;
import io.carteggio.server.web.page.Listing;
import io.carteggio.server.web.page.TrailView;
import io.javalin.http.HttpStatus;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What an administrator sees: the books, the quarantine, the audit trail. Never a letter, and of the quarantine only
/// envelope and reason.
final class BooksPages {
    private static final int FIRST_FEW = 5;
    private static final int PAGE = 50;
    private static final int EXPORT_CHARS = 8_000_000;
    private static final int RECIPIENTS_SHOWN = 5;

    private final Site site;

    BooksPages(Site site) {
        this.site = site;
    }

    void books(Visit visit) throws ArchiveException {
        var catalogue = site.desk().catalogue();
        Books books = catalogue.books();
        ArchiveDesk.Condition condition = site.desk().condition();
        Map<String, Books.Account> bySource = new TreeMap<>();
        condition.refused().keySet().forEach(name -> bySource.put(name, nothingYet(name)));
        books.sources().forEach(a -> bySource.put(a.source(), a));
        List<BooksView.Account> accounts = bySource.values().stream()
                .map(a -> account(a, condition.refused().getOrDefault(a.source(), 0L)))
                .toList();
        long refused =
                condition.refused().values().stream().mapToLong(Long::longValue).sum();
        List<Measure> measures = List.of(
                new Measure("Letters", Words.number(catalogue.letters()), "kept once each, byte for byte"),
                new Measure(
                        "Not yet searchable",
                        Words.number(condition.indexLag()),
                        condition.indexLag() == 0 ? "the index is up to date" : "the index is catching up"),
                new Measure("Stored", Words.size(condition.storedBytes()), "vault and catalogue"),
                new Measure("Index", Words.size(condition.indexBytes()), "can be rebuilt at any time"),
                new Measure("Free", Words.size(condition.freeBytes()), "where the archive lies"));
        List<SourceRow> sources = site.desk().sources().all().stream()
                .map(s -> new SourceRow(
                        s.name(),
                        s.address().map(Address::raw).orElse("none: for imports"),
                        s.family().word()))
                .toList();
        visit.page(
                "books",
                "Books",
                new BooksView(
                        books.sources().stream().allMatch(Books.Account::balances),
                        account(books.all(), refused),
                        accounts,
                        measures,
                        condition.trouble(),
                        alarmRows(site.desk().monitor().standing()),
                        site.desk().monitor().warnings(),
                        condition.concerns(),
                        sources,
                        quarantineRows(catalogue.quarantine(FIRST_FEW, Long.MAX_VALUE)),
                        rows(new Trail(catalogue)
                                .page(Trail.Filter.ALL, Long.MAX_VALUE, FIRST_FEW)
                                .entries())));
    }

    void quarantine(Visit visit) throws ArchiveException {
        long before = visit.numberBefore();
        List<QuarantineEntry> entries = site.desk().catalogue().quarantine(PAGE, before);
        Optional<String> next = entries.size() < PAGE
                ? Optional.empty()
                : Optional.of("/quarantine?before=" + entries.getLast().number());
        visit.page("quarantine", "Quarantine", new Listing<>(quarantineRows(entries), next));
    }

    void trail(Visit visit) throws ArchiveException {
        TrailView.Typed typed = new TrailView.Typed(
                visit.query("who").strip(),
                visit.query("what").strip(),
                visit.query("text").strip(),
                visit.query("since").strip(),
                visit.query("until").strip());
        try {
            Trail.Page page = new Trail(site.desk().catalogue()).page(filter(typed), visit.numberBefore(), PAGE);
            String asked = "who=" + SearchPages.encoded(typed.who()) + "&what=" + SearchPages.encoded(typed.what())
                    + "&text=" + SearchPages.encoded(typed.text()) + "&since=" + SearchPages.encoded(typed.since())
                    + "&until=" + SearchPages.encoded(typed.until());
            visit.page(
                    "trail",
                    "Audit trail",
                    new TrailView(
                            rows(page.entries()),
                            typed,
                            page.next().map(next -> "/trail?" + asked + "&before=" + next),
                            "/trail/export?" + asked,
                            Optional.empty()));
        } catch (IllegalArgumentException e) {
            visit.page(
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    "trail",
                    "Audit trail",
                    new TrailView(
                            List.of(), typed, Optional.empty(), "/trail/export", Optional.of(PeoplePages.sentence(e))));
        }
    }

    private Trail.Filter filter(TrailView.Typed typed) {
        return new Trail.Filter(
                typed.who(),
                typed.what(),
                "",
                PeoplePages.day(typed.since()).map(this::startOf),
                PeoplePages.day(typed.until()).map(d -> startOf(d.plusDays(1))),
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
            filter = filter(typed);
        } catch (IllegalArgumentException e) {
            visit.message(HttpStatus.UNPROCESSABLE_CONTENT, "No such days", PeoplePages.sentence(e));
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

    private List<TrailRow> rows(List<Trail.Entry> entries) {
        return entries.stream()
                .map(e -> new TrailRow(
                        site.words().exact(e.at()),
                        e.by(),
                        e.what(),
                        (e.object().isBlank() ? "(everything)" : e.object())
                                + e.from().map(from -> ", from " + from).orElse(""),
                        e.reason().orElse("")))
                .toList();
    }

    private static Books.Account nothingYet(String source) {
        return Books.Account.nothing(source);
    }

    private static BooksView.Account account(Books.Account a, long refused) {
        return new BooksView.Account(
                a.source(),
                Words.number(a.received()),
                Words.number(a.letters()),
                Words.number(a.evidence()),
                Words.number(a.notices()),
                Words.number(a.quarantined()),
                Words.number(a.discarded()),
                Words.number(a.letters() + a.evidence() + a.notices() + a.quarantined() + a.discarded()),
                Words.number(a.originals()),
                Words.size(a.rawBytes()),
                Words.number(refused),
                a.balances());
    }

    private List<QuarantineRow> quarantineRows(List<QuarantineEntry> entries) {
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
                    site.words().exact(entry.arrived()),
                    entry.source(),
                    entry.provenance().mailFrom().map(Address::raw).orElse("(none)"),
                    recipients.size() > RECIPIENTS_SHOWN
                            ? first + " and " + (recipients.size() - RECIPIENTS_SHOWN) + " more"
                            : first,
                    entry.reason().orElse("no reason was written down"),
                    Words.size(entry.rawBytes())));
        }
        return rows;
    }

    private List<AlarmRow> alarmRows(List<Alarm> alarms) {
        return alarms.stream()
                .map(a -> new AlarmRow(
                        a.kind().word(),
                        a.subject(),
                        a.text(),
                        site.words().exact(a.opened()),
                        a.times() == 1 ? "" : Words.number(a.times()) + " times"))
                .toList();
    }
}
