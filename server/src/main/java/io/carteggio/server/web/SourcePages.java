package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.intake.Source;
import io.carteggio.mail.Address;
import io.carteggio.server.local.Exit;
import io.carteggio.server.web.page.SourceView;
import io.carteggio.server.web.page.SourceView.Check;
import io.carteggio.server.web.page.SourcesView;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Sources: all of them, and each with the exact steps for its mail system and what has arrived.
final class SourcePages {
    private final Site site;
    private final SourceStates states;

    SourcePages(Site site) {
        this.site = site;
        this.states = new SourceStates(site);
    }

    // ---- all of them

    void list(Visit visit) throws ArchiveException {
        Map<String, Books.Account> accounts = new LinkedHashMap<>();
        site.desk().catalogue().books().sources().forEach(a -> accounts.put(a.source(), a));
        List<SourcesView.Row> rows = new ArrayList<>();
        for (Source source : site.desk().sources().all()) {
            long received = Optional.ofNullable(accounts.get(source.name()))
                    .map(Books.Account::received)
                    .orElse(0L);
            rows.add(new SourcesView.Row(
                    source.name(),
                    url(source.name()),
                    where(visit, source),
                    visit.say("source.family." + source.family().word()),
                    visit.texts().count("sources.received", received),
                    site.desk().catalogue().lastReport(source.name()).map(visit.words()::exact)));
        }
        visit.page("sources", visit.say("sources.title"), new SourcesView(rows));
    }

    private String where(Visit visit, Source source) {
        return source.address()
                .map(Address::raw)
                .orElse(visit.say(
                        site.desk().sources().mailbox(source.name()).isPresent()
                                ? "sources.fetched"
                                : "sources.imports"));
    }

    static String url(String name) {
        return "/sources/" + SearchPages.encoded(name).replace("+", "%20");
    }

    // ---- one of them

    private Optional<Source> asked(Visit visit) {
        return site.desk().sources().named(visit.path("source"));
    }

    void source(Visit visit) throws ArchiveException {
        Optional<Source> source = asked(visit);
        if (source.isEmpty()) {
            visit.notFound();
            return;
        }
        page(visit, source.get(), List.of());
    }

    private void page(Visit visit, Source source, List<Check> tried) throws ArchiveException {
        boolean job = site.desk().sources().mailbox(source.name()).isPresent();
        Optional<MailSystem> system = job ? Optional.of(MailSystem.MAILBOX) : MailSystem.ofWord(visit.query("for"));
        String alternate = visit.query("ndr");
        visit.page(
                "source",
                source.name(),
                new SourceView(
                        source.name(),
                        url(source.name()),
                        visit.say("source.family." + source.family().word()),
                        source.address().map(Address::raw),
                        source.address().isPresent()
                                ? choices(visit, s -> url(source.name()) + "?for=" + s.word()).stream()
                                        .filter(c -> !c.word().equals(MailSystem.MAILBOX.word()))
                                        .toList()
                                : List.of(),
                        system.map(s -> SourceGuide.of(visit.texts(), s, facts(visit, source, alternate)))
                                .orElse(List.of()),
                        system.map(GuidePages::url),
                        system.filter(s -> s == MailSystem.MICROSOFT_365)
                                .map(_ -> "carteggio source set '" + source.name()
                                        + "' --networks exchange-online --tls required"),
                        job,
                        tried,
                        warnings(visit, alternate),
                        states.state(visit, source)));
    }

    private SourceGuide.Facts facts(Visit visit, Source source, String alternate) {
        String address = source.address().map(Address::raw).orElse("");
        return new SourceGuide.Facts(
                source.name(),
                address,
                address.substring(address.lastIndexOf('@') + 1),
                host(visit),
                site.desk().listening().map(ArchiveDesk.Listening::port).orElse(25),
                alternate.isEmpty() ? "undeliverable@elsewhere.example" : alternate);
    }

    /// What may be wrong with the alternate mailbox.
    private List<String> warnings(Visit visit, String alternate) {
        if (alternate.isEmpty()) {
            return List.of();
        }
        List<String> warnings = new ArrayList<>();
        Address address = new Address(alternate);
        site.desk().people().directory().holders(address.key(), site.clock().instant()).stream()
                .map(Person::name)
                .findFirst()
                .ifPresent(name -> warnings.add(visit.say("source.ndr.person", alternate, name)));
        String domain = alternate.substring(alternate.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT);
        boolean here = site.desk().sources().all().stream()
                .flatMap(s -> s.address().stream())
                .anyMatch(a -> a.raw().toLowerCase(Locale.ROOT).endsWith("@" + domain));
        if (here) {
            warnings.add(visit.say("source.ndr.here", alternate));
        }
        return warnings;
    }

    /// What has arrived, for the page that waits for it.
    void state(Visit visit) throws ArchiveException {
        Optional<Source> source = asked(visit);
        if (source.isEmpty()) {
            visit.notFound();
            return;
        }
        visit.page("source-state", source.get().name(), states.state(visit, source.get()));
    }

    // ---- what is done with one that is fetched

    void test(Visit visit) throws ArchiveException, IOException {
        Optional<Source> source = asked(visit);
        if (source.isEmpty()) {
            visit.notFound();
            return;
        }
        ObjectNode params = JsonNodeFactory.instance
                .objectNode()
                .put("by", visit.self().name())
                .put("name", source.get().name());
        Calls.Answer answer = Calls.run(site, visit, "source.test", params, new byte[0]);
        List<Check> tried = new ArrayList<>();
        for (JsonNode line : answer.lines()) {
            String result = line.path("result").asString("");
            String found = result.equals("ok") ? "good" : result.equals("failed") ? "bad" : "unknown";
            String says =
                    result.equals("ok") ? "check.good" : result.equals("failed") ? "check.failed" : "check.not-tried";
            String step = line.path("step").asString("").replace(' ', '-');
            tried.add(new Check(
                    found,
                    visit.say(says),
                    visit.say("source.step." + step),
                    line.path("detail").asString("")));
        }
        answer.outcome()
                .error()
                .ifPresent(error ->
                        tried.add(new Check("bad", visit.say("check.failed"), visit.say("source.test"), error)));
        page(visit, source.get(), tried);
    }

    void run(Visit visit) throws IOException {
        Optional<Source> source = asked(visit);
        if (source.isEmpty()) {
            visit.notFound();
            return;
        }
        String name = source.get().name();
        ObjectNode params = JsonNodeFactory.instance
                .objectNode()
                .put("by", visit.self().name())
                .put("name", name);
        Optional<String> fault = said(Calls.run(site, visit, "job.start", params, new byte[0]));
        visit.loggedIn()
                .tell(fault.map(why -> visit.say("source.run.busy", why))
                        .orElseGet(() -> visit.say("source.run.begun", name)));
        visit.redirect(url(name));
    }

    // ---- also for the wizard

    static List<SourceView.Choice> choices(Visit visit, java.util.function.Function<MailSystem, String> urlOf) {
        return Stream.of(MailSystem.values())
                .map(s -> new SourceView.Choice(
                        s.word(),
                        visit.say("system." + s.word()),
                        visit.say("system." + s.word() + ".hint"),
                        urlOf.apply(s)))
                .toList();
    }

    /// Where this archive is reached.
    static String host(Visit visit) {
        Optional<String> host =
                Optional.ofNullable(URI.create(visit.absolute("/")).getHost());
        return host.orElse("localhost");
    }

    static Optional<String> said(Calls.Answer answer) {
        return answer.outcome().exit() == Exit.DONE
                ? Optional.empty()
                : Optional.of(
                        answer.outcome().error().orElse(answer.outcome().exit().toString()));
    }
}
