package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.AcceptedDomain;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.entry.Addressee;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.intake.Source;
import io.carteggio.mail.Address;
import io.carteggio.server.local.Exit;
import io.carteggio.server.smtp.MailExchangers.Answer;
import io.carteggio.server.web.page.SourceView;
import io.carteggio.server.web.page.SourceView.Check;
import io.carteggio.server.web.page.SourcesView;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Sources, and the wizard that makes one: which mail system, the exact steps for it, and what has
/// arrived.
final class SourcePages {
    /// Only where so few letters are in the archive are their recipients counted: it is for the
    /// first ones.
    private static final int COUNTED_LETTERS = 1_000;

    private static final Pattern DOMAIN =
            Pattern.compile("(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z0-9-]{2,63}");
    private static final List<String> FIELDS = List.of(
            "name", "domain", "ndr", "protocol", "host", "tls", "certificate", "user", "folder", "family", "after");

    private final Site site;

    SourcePages(Site site) {
        this.site = site;
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
                    source.family().word(),
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

    private static String url(String name) {
        return "/sources/" + SearchPages.encoded(name).replace("+", "%20");
    }

    // ---- a new one

    void choose(Visit visit) {
        visit.page(
                "source-systems",
                visit.say("system.title"),
                new SourcesView.Systems(choices(visit, system -> "/sources/new/" + system.word())));
    }

    private static List<SourceView.Choice> choices(Visit visit, java.util.function.Function<MailSystem, String> urlOf) {
        return Stream.of(MailSystem.values())
                .map(s -> new SourceView.Choice(
                        s.word(),
                        visit.say("system." + s.word()),
                        visit.say("system." + s.word() + ".hint"),
                        urlOf.apply(s)))
                .toList();
    }

    void form(Visit visit) {
        Optional<MailSystem> system = MailSystem.ofWord(visit.path("system"));
        if (system.isEmpty()) {
            visit.notFound();
            return;
        }
        Map<String, String> proposed = new LinkedHashMap<>();
        proposed.put("name", proposedName(system.get()));
        proposed.put("domain", proposedDomain(visit));
        proposed.put("protocol", "imap");
        proposed.put("tls", "implicit");
        proposed.put("folder", "INBOX");
        proposed.put("family", "report");
        proposed.put("after", "delete");
        form(visit, HttpStatus.OK, system.get(), proposed, Optional.empty());
    }

    private static void form(
            Visit visit, HttpStatus status, MailSystem system, Map<String, String> typed, Optional<String> fault) {
        String title = visit.say("system." + system.word());
        visit.page(
                status,
                "source-new",
                visit.say("source.new", title),
                new SourcesView.Form(
                        system.word(), title, system == MailSystem.MAILBOX, system.hasAlternate(), typed, fault));
    }

    private String proposedName(MailSystem system) {
        String name = system.word();
        for (int more = 2; site.desk().sources().named(name).isPresent(); more++) {
            name = system.word() + "-" + more;
        }
        return name;
    }

    /// A name below a domain of the firm's own, for whose mail this server can be named.
    private String proposedDomain(Visit visit) {
        return site.desk().people().directory().domains().stream()
                .map(AcceptedDomain::domain)
                .findFirst()
                .map(domain -> "archive." + domain)
                .orElseGet(() -> {
                    String host = host(visit);
                    return DOMAIN.matcher(host).matches() && !host.matches("[0-9.]+") ? host : "";
                });
    }

    /// Where this archive is reached.
    private String host(Visit visit) {
        Optional<String> host =
                Optional.ofNullable(URI.create(visit.absolute("/")).getHost());
        return host.orElse("localhost");
    }

    void create(Visit visit) throws IOException {
        Optional<MailSystem> system = MailSystem.ofWord(visit.path("system"));
        if (system.isEmpty()) {
            visit.notFound();
            return;
        }
        Map<String, String> typed = new LinkedHashMap<>();
        FIELDS.forEach(field -> typed.put(field, visit.field(field)));
        Optional<String> fault =
                system.get() == MailSystem.MAILBOX ? fetched(visit, typed) : listening(visit, system.get(), typed);
        if (fault.isPresent()) {
            form(visit, HttpStatus.UNPROCESSABLE_CONTENT, system.get(), typed, fault);
            return;
        }
        visit.loggedIn().tell(visit.say("source.added", held(typed, "name")));
        String ndr = held(typed, "ndr");
        visit.redirect(url(held(typed, "name")) + "?for=" + system.get().word()
                + (ndr.isEmpty() ? "" : "&ndr=" + SearchPages.encoded(ndr)));
    }

    /// Makes a journaling address.
    ///
    /// @return what is wrong
    private Optional<String> listening(Visit visit, MailSystem system, Map<String, String> typed) throws IOException {
        String domain = held(typed, "domain").toLowerCase(Locale.ROOT);
        if (!DOMAIN.matcher(domain).matches()) {
            return Optional.of(visit.say("form.address", "@" + domain));
        }
        String ndr = held(typed, "ndr");
        if (!ndr.isEmpty()) {
            Optional<String> fault = LogInPages.addressFault(visit, ndr);
            if (fault.isPresent()) {
                return fault;
            }
        }
        if (system == MailSystem.MICROSOFT_365) {
            if (isExchangeOnline(domain)) {
                return Optional.of(visit.say("source.exchange-online", domain));
            }
            String there = ndr.substring(ndr.lastIndexOf('@') + 1);
            if (!ndr.isEmpty() && isExchangeOnline(there)) {
                return Optional.of(visit.say("source.ndr.exchange-online", there));
            }
        }
        ObjectNode params = JsonNodeFactory.instance
                .objectNode()
                .put("by", visit.self().name())
                .put("name", held(typed, "name"))
                .put("smtp", "@" + domain)
                .put("family", system.family().word());
        return said(Calls.run(site, visit, "source.add", params, new byte[0]));
    }

    static boolean isDomain(String text) {
        return DOMAIN.matcher(text).matches();
    }

    private static String held(Map<String, String> typed, String field) {
        return typed.getOrDefault(field, "");
    }

    private boolean isExchangeOnline(String domain) {
        return site.desk().exchangers().of(domain) instanceof Answer.Hosts hosts && hosts.areExchangeOnline();
    }

    /// Makes a source that is fetched.
    ///
    /// @return what is wrong
    private Optional<String> fetched(Visit visit, Map<String, String> typed) throws IOException {
        ObjectNode settings = JsonNodeFactory.instance.objectNode();
        String host = held(typed, "host");
        int colon = host.lastIndexOf(':');
        boolean port = colon > 0 && host.substring(colon + 1).matches("[0-9]{1,5}");
        settings.put("host", port ? host.substring(0, colon) : host);
        if (port) {
            settings.put("port", host.substring(colon + 1));
        }
        for (String name : List.of("tls", "certificate", "user", "after")) {
            if (!held(typed, name).isEmpty()) {
                settings.put(name, held(typed, name));
            }
        }
        if (!held(typed, "protocol").equals("pop3") && !held(typed, "folder").isEmpty()) {
            settings.put("folder", held(typed, "folder"));
        }
        ObjectNode params = JsonNodeFactory.instance
                .objectNode()
                .put("by", visit.self().name())
                .put("name", held(typed, "name"))
                .put("protocol", held(typed, "protocol"))
                .put("family", held(typed, "family"));
        params.set("settings", settings);
        String secrets = JsonNodeFactory.instance
                .objectNode()
                .put("password", visit.rawField("password"))
                .toString();
        return said(Calls.run(site, visit, "source.fetch", params, secrets.getBytes(StandardCharsets.UTF_8)));
    }

    private static Optional<String> said(Calls.Answer answer) {
        return answer.outcome().exit() == Exit.DONE
                ? Optional.empty()
                : Optional.of(
                        answer.outcome().error().orElse(answer.outcome().exit().toString()));
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
                        source.family().word(),
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
                        state(visit, source)));
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
        visit.page("source-state", source.get().name(), state(visit, source.get()));
    }

    private SourceView.State state(Visit visit, Source source) throws ArchiveException {
        Books.Account account = site.desk().catalogue().books().sources().stream()
                .filter(a -> a.source().equals(source.name()))
                .findFirst()
                .orElse(Books.Account.nothing(source.name()));
        Seen seen = seen(source.name());
        String says = account.received() == 0
                ? visit.say("source.state.waiting")
                : seen.complete()
                        ? visit.texts()
                                .count(
                                        "source.state.first",
                                        account.letters(),
                                        visit.texts().count("source.recipients", seen.recipients()))
                        : visit.texts().count("source.state.many", account.letters());
        return new SourceView.State(
                url(source.name()) + "/state",
                account.received() > 0,
                says,
                account.quarantined() == 0
                        ? Optional.empty()
                        : Optional.of(visit.texts().count("source.state.quarantined", account.quarantined())),
                site.desk().catalogue().lastReport(source.name()).map(visit.words()::exact),
                source.listening() ? checks(visit, source, seen) : List.of());
    }

    /// What the letters of a source tell, while they are few.
    ///
    /// @param complete whether all were looked at
    /// @param outside a host outside of this network that delivered
    private record Seen(boolean complete, int recipients, Optional<String> outside) {}

    private Seen seen(String source) throws ArchiveException {
        var catalogue = site.desk().catalogue();
        if (catalogue.letters() > COUNTED_LETTERS) {
            return new Seen(false, 0, Optional.empty());
        }
        Set<String> recipients = new HashSet<>();
        Optional<String> outside = Optional.empty();
        for (CataloguedLetter letter : catalogue.lettersAfter(0, COUNTED_LETTERS)) {
            for (Testimony testimony : catalogue.testimonies(letter.number())) {
                if (testimony.entry().source().equals(source)) {
                    for (Addressee addressee : testimony.entry().addressees()) {
                        recipients.add(letter.number() + " "
                                + addressee.told().address().key());
                    }
                    outside = outside.or(
                            () -> testimony.entry().provenance().peer().filter(SourcePages::isOutside));
                }
            }
        }
        return new Seen(true, recipients.size(), outside);
    }

    private static boolean isOutside(String peer) {
        try {
            InetAddress address = InetAddress.getByName(peer); // an address: nobody is asked
            return !address.isLoopbackAddress() && !address.isSiteLocalAddress() && !address.isLinkLocalAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private List<Check> checks(Visit visit, Source source, Seen seen) {
        List<Check> checks = new ArrayList<>();
        String address = source.address().map(Address::raw).orElse("");
        checks.add(name(visit, address.substring(address.lastIndexOf('@') + 1)));
        site.desk()
                .listening()
                .flatMap(ArchiveDesk.Listening::certificate)
                .ifPresent(c -> checks.add(certificate(visit, c)));
        if (source.family() == Family.REPORT) {
            boolean alternate = site.desk().sources().all().stream().anyMatch(s -> s.family() == Family.NDR);
            checks.add(check(
                    visit,
                    alternate ? "good" : "bad",
                    visit.say("check.ndr"),
                    alternate ? "" : visit.say("check.ndr.none")));
        }
        checks.add(check(
                visit,
                seen.outside().isPresent() ? "good" : "unknown",
                visit.say("check.outside"),
                seen.outside()
                        .map(peer -> visit.say("check.outside.seen", peer))
                        .orElseGet(() -> visit.say("check.outside.unknown"))));
        return checks;
    }

    private Check name(Visit visit, String domain) {
        String label = visit.say("check.name", domain);
        return switch (site.desk().exchangers().of(domain)) {
            case Answer.Hosts hosts ->
                hosts.areExchangeOnline()
                        ? check(visit, "bad", label, visit.say("source.exchange-online", domain))
                        : check(visit, "good", label, String.join(", ", hosts.hosts()));
            case Answer.Nowhere() -> check(visit, "bad", label, visit.say("check.name.none"));
            case Answer.Unknown(String why) -> check(visit, "unknown", label, visit.say("check.name.unknown", why));
        };
    }

    private Check certificate(Visit visit, X509Certificate certificate) {
        boolean own = certificate.getIssuerX500Principal().equals(certificate.getSubjectX500Principal());
        boolean over =
                certificate.getNotAfter().toInstant().isBefore(site.clock().instant());
        String until = visit.say(
                "check.certificate.until",
                certificate.getSubjectX500Principal().getName(),
                visit.words().day(certificate.getNotAfter().toInstant()));
        return check(
                visit,
                over ? "bad" : own ? "unknown" : "good",
                visit.say("check.certificate"),
                own ? until + ". " + visit.say("check.certificate.own") : until);
    }

    private static Check check(Visit visit, String found, String label, String detail) {
        return new Check(found, visit.say("check." + found), label, detail);
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
            tried.add(check(
                    visit,
                    result.equals("ok") ? "good" : result.equals("failed") ? "bad" : "unknown",
                    line.path("step").asString(""),
                    line.path("detail").asString("")));
        }
        answer.outcome().error().ifPresent(error -> tried.add(check(visit, "bad", visit.say("source.test"), error)));
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
}
