package io.carteggio.server.web;

import io.carteggio.server.web.page.DomainsView;
import io.carteggio.server.web.page.DomainsView.Row;
import io.carteggio.server.web.page.DomainsView.Typed;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The domains whose mail is ours: what is of ours and what of strangers goes by them. By the operations of the
/// commands.
final class DomainPages {
    private final Site site;

    DomainPages(Site site) {
        this.site = site;
    }

    void list(Visit visit) throws IOException {
        list(visit, HttpStatus.OK, Typed.BLANK, Optional.empty());
    }

    private void list(Visit visit, HttpStatus status, Typed typed, Optional<String> fault) throws IOException {
        List<Row> rows = Calls.run(site, visit, "domain.list", Calls.params()).lines().stream()
                .filter(line -> Calls.text(line, "domain").isPresent())
                .map(line -> {
                    String domain = Calls.text(line, "domain").orElseThrow();
                    return new Row(
                            domain,
                            "/domains/" + Calls.inPath(domain),
                            Calls.text(line, "kind").orElse(Typed.BLANK.kind()),
                            line.path("subdomains").asBoolean(false));
                })
                .toList();
        visit.page(status, "domains", visit.say("domains.title"), new DomainsView(rows, typed, fault));
    }

    void add(Visit visit) throws IOException {
        String domain = visit.field("domain").toLowerCase(Locale.ROOT);
        Typed typed = new Typed(
                domain.startsWith("@") ? domain.substring(1) : domain,
                visit.field("kind"),
                visit.field("subdomains").equals("yes"));
        Optional<String> fault = SourceWizardPages.isDomain(typed.domain())
                ? Calls.run(
                                site,
                                visit,
                                "domain.add",
                                Calls.params()
                                        .put("domain", typed.domain())
                                        .put("kind", typed.kind())
                                        .put("subdomains", typed.subdomains()))
                        .fault()
                : Optional.of(visit.say("domains.none-such", typed.domain()));
        if (fault.isPresent()) {
            list(visit, HttpStatus.UNPROCESSABLE_CONTENT, typed, fault);
            return;
        }
        visit.loggedIn().tell(visit.say("domains.added", typed.domain()));
        visit.redirect("/domains");
    }

    void remove(Visit visit) throws IOException {
        String domain = visit.path("domain");
        Optional<String> fault = Calls.run(
                        site, visit, "domain.remove", Calls.params().put("domain", domain))
                .fault();
        visit.loggedIn().tell(fault.orElseGet(() -> visit.say("domains.removed", domain)));
        visit.redirect("/domains");
    }
}
